"""The agents as a file: for the team alone, audited, its formulas harmless, in queries that do not grow."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from vigie.accounts.archiving import archive
from vigie.accounts.models import AgentProfile, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.models import Confirmation
from vigie.agents.queries.users_export import COLUMNS, users_sheet
from vigie.exports.models import ExportRecord
from vigie.exports.tables import shown
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden
from vigie.kernel.period import paris_day
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]


def an_agent(rank: int, **profile: object) -> User:
    entity, _new = Entity.objects.get_or_create(name="DREETS", defaults={"short_name": "DREETS"})
    segment, _new = Segment.objects.get_or_create(code="crp", defaults={"label": "Commissaire"})
    user = UserFactory(full_name=f"Agent {rank}", email=f"agent{rank}@etat.example")
    HabilitationFactory(user=user, role=Role.LEVEL_A, territory="35")
    AgentProfile.objects.create(user=user, entity=entity, segment=segment, **profile)
    return user


@pytest.fixture
def tess(db: None) -> User:
    user = UserFactory(full_name="Tess Tenace")
    HabilitationFactory(user=user, role=Role.TEAM)
    return user


def test_the_team_gets_every_agent_and_only_agents(tess: User) -> None:
    known = an_agent(1, trained=True, feedbacks='=HYPERLINK("http://x")', time_zone="Indian/Reunion", scopes=["stats"])
    closed = an_agent(2)
    archive(closed, by=person(tess, now()), at=now())
    User.objects.filter(pk=known.pk).update(sign_in_count=7, previous_login=datetime(2026, 3, 2, 9, tzinfo=UTC))
    held = known.habilitations.get()
    Confirmation.objects.create(habilitation=held, day=date(2026, 2, 1), at=now(), by=tess)
    HabilitationFactory(user=UserFactory(full_name="Un Expert"), role=Role.EXPERT)

    answer = sign_in(Client(), tess).post(reverse("agents:export_users"), {"format": "csv"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    start = text.index("Identifiant")
    rows = list(csv.DictReader(io.StringIO(text[start:]), delimiter=";"))
    assert [row["Nom"] for row in rows] == ["Agent 1", "Agent 2"]
    first = rows[0]
    assert (first["Administration"], first["Profil de travail"]) == ("DREETS", "Commissaire")
    assert (first["Formé"], first["Fuseau horaire"], first["Périmètres"]) == ("oui", "Indian/Reunion", "stats")
    assert first["Retours"].startswith("'=")
    assert [row["Compte ouvert"] for row in rows] == ["oui", "non"]
    assert (first["Connexions"], first["Dernière revue"]) == ("7", "2026-02-01")
    assert (first["Prochaine revue"], first["Revue en retard"]) == (
        "2026-08-03",
        "oui" if paris_day(now()) >= date(2026, 8, 3) else "non",
    )
    assert first["Connexion précédente"].startswith("2026-03-02")
    assert [bool(row["Compte archivé le"]) for row in rows] == [False, True]
    assert ExportRecord.objects.get().author == tess
    assert AuditEvent.objects.filter(action="export").exists()
    assert "Un Expert" not in text


def test_only_the_team_asks_for_it() -> None:
    ada = an_agent(1)

    assert sign_in(Client(), ada).post(reverse("agents:export_users"), {"format": "csv"}).status_code == 404
    with pytest.raises(Forbidden):
        users_sheet(person(ada, now()), {}, now())


def test_who_has_no_sheet_of_agent_is_told_without_it(tess: User) -> None:
    HabilitationFactory(user=UserFactory(full_name="Aude Audit"), role=Role.AUDITOR)
    sheet = users_sheet(person(tess, now()), {}, now())

    [row] = list(sheet.rows())

    told = {column.header: shown(column, row) for column in COLUMNS}
    assert (told["Nom"], told["Habilitations"], told["Administration"], told["Formé"]) == (
        "Aude Audit", "Auditeur", "", "inconnu",
    )  # fmt: skip


def test_the_queries_do_not_grow_with_the_agents(tess: User) -> None:
    counts = []
    for ranks in (range(2), range(2, 12)):
        for rank in ranks:
            an_agent(rank)
        with CaptureQueriesContext(connection) as asked:
            sheet = users_sheet(person(tess, now()), {}, now())
            assert len([[shown(column, row) for column in COLUMNS] for row in sheet.rows()]) == sheet.count
        counts.append(len(asked))
    assert counts[0] == counts[1]
