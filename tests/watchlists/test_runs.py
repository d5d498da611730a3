"""« Intégrations »: what the batch met is shown and mailed once; lists are approved by two."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import UserFactory, person
from tests.conftest import visible_text
from tests.publication.factories import published
from tests.watchlists.factories import FIRMS, OPENED, opened
from vigie.accounts.models import User
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.publication.manifest import Check
from vigie.watchlists.actions import open_due, receive, watching
from vigie.watchlists.actions.opening import approve, withdraw
from vigie.watchlists.models import Entry, Notice, Publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]
MESSAGE = {
    "severity": "warning", "message": "Le fichier est tronqué.", "source": "debit", "file": "sigfaible_debits.csv",
    "line": 1204, "expectation": "12 colonnes", "remedy": "Demandez un nouvel envoi à l’Urssaf.",
}  # fmt: skip


def record(folders: Path, name: str = "2026-06/001", **facts: Any) -> Path:
    path = folders.parent / "lake" / "runs" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {
        "month": "2026-06", "number": 1, "state": "done", "started_at": "2026-07-02T06:00:00+00:00",
        "ended_at": "2026-07-02T06:09:00+00:00", "messages": [], "pid": None,
        "steps": [{"name": "panel", "state": "done", "seconds": 12.5, "peak_bytes": 1, "facts": {}}],
        "sources": {"debit": {"state": "stale", "file": "sigfaible_debits.csv", "read": 10, "valid": 9, "rejected": 1}},
    }  # fmt: skip
    path.write_text(json.dumps(whole | facts))
    return path


# --- the page


def test_problem_is_shown_with_file_line_expectation_and_remedy(folders: Path, as_: As) -> None:
    record(folders, messages=[MESSAGE])

    text = visible_text(as_(UserFactory(team=True)).get(reverse("watchlists:runs")).content.decode())

    for said in (
        "sigfaible_debits.csv, ligne 1204",
        "tronqué",
        "Attendu : 12 colonnes",
        "nouvel envoi",
        "Terminé",
        "panel",
    ):
        assert said in text, said


def test_what_asks_nothing_of_anybody_is_folded_apart_from_the_problems(folders: Path, as_: As) -> None:
    note = {"severity": "note", "file": "sigfaible_delais.csv", "message": "Clé de SIRET fausse (gardée)."}
    record(folders, messages=[MESSAGE, note])

    page = as_(UserFactory(team=True)).get(reverse("watchlists:runs")).content.decode()

    assert page.count("fr-callout ") == 1
    assert "Remarques sur les fichiers (1)" in page
    assert "<li>sigfaible_delais.csv : Clé de SIRET fausse (gardée).</li>" in page


def test_drift_since_the_training_is_said_in_words(folders: Path, as_: As) -> None:
    opened(folders, checks=(Check("drift_since_training", False, "40 % du poids", "25 % du poids", advisory=True),))
    moved = [{"sentence_fr": "Dette Urssaf : valeurs plus hautes"}]
    drift = {
        "summary_fr": "40 % du poids", "meaning_fr": "Regardez les sources.", "moved": moved,
        "volumes": [["risque fort", 10, 14], ["tordu"], "x"],
    }  # fmt: skip
    record(folders, drift=drift)

    text = visible_text(as_(UserFactory(team=True)).get(reverse("watchlists:runs")).content.decode())

    for said in ("Regardez les sources.", "valeurs plus hautes", "risque fort", "À surveiller"):
        assert said in text, said


STRANGE = (
    "", "[", "[]", "3", '{"messages": 3, "sources": [], "steps": {}}', '{"drift": []}',
    '{"drift": {"moved": 3, "volumes": {}}}', '{"state": {}}',
)  # fmt: skip


@pytest.mark.parametrize("content", STRANGE)
def test_strange_record_breaks_nothing(content: str, folders: Path, as_: As) -> None:
    record(folders).write_text(content)

    assert as_(UserFactory(team=True)).get(reverse("watchlists:runs")).status_code == 200


def test_page_names_no_firm(folders: Path, as_: As) -> None:
    opened(folders)

    html = as_(UserFactory(team=True)).get(reverse("watchlists:runs")).content.decode()

    assert "2026-06.1" in html
    assert not [firm.name for firm in FIRMS if str(firm.name) in html or firm.siren in html]


# --- mails


def test_what_a_run_met_is_mailed_once(folders: Path) -> None:
    UserFactory(team=True, email="garde@vigie.example")
    record(folders, messages=[MESSAGE])
    record(folders, "2026-06/002", state="running", messages=[MESSAGE])
    record(folders, "2026-06/003")

    for _again in range(2):
        watching.tell_runs(at=OPENED)

    assert Notice.objects.get().lines == [
        "À corriger. sigfaible_debits.csv, ligne 1204 : Le fichier est tronqué. 12 colonnes "
        "Demandez un nouvel envoi à l’Urssaf."
    ]
    assert OutgoingMessage.objects.get().recipient == "garde@vigie.example"


def test_failed_run_without_message_is_told(folders: Path) -> None:
    record(folders, state="failed")

    watching.tell_runs(at=OPENED)

    assert "échoué" in Notice.objects.get().title


# --- two people


@pytest.fixture
def doubtful(folders: Path) -> Publication:
    """A list that is not green, received on the day it was planned for."""
    opened(folders, "2026-05.1")
    received = receive(published(folders, firms=[*FIRMS[:2]]), at=OPENED)
    assert isinstance(received, Publication)
    return received


def test_two_different_people_open_a_list_that_is_not_green(doubtful: Publication) -> None:
    first, second = person(UserFactory(team=True)), person(UserFactory(team=True))

    approve(doubtful, by=first, at=OPENED)
    approve(doubtful, by=first, at=OPENED)
    doubtful.refresh_from_db()
    assert doubtful.state == "checked"

    approve(doubtful, by=second, at=OPENED)
    doubtful.refresh_from_db()
    assert doubtful.state == "open"
    assert Event.objects.filter(name="publication.approved").count() == 2


def test_approved_list_still_waits_for_its_day(folders: Path) -> None:
    early = OPENED - timedelta(days=3)
    opened(folders, "2026-05.1")
    publication = receive(published(folders, firms=[*FIRMS[:2]]), at=early)
    assert isinstance(publication, Publication)
    for _each in range(2):
        approve(publication, by=person(UserFactory(team=True)), at=early)
    publication.refresh_from_db()
    assert publication.state == "checked"

    open_due(OPENED)

    publication.refresh_from_db()
    assert publication.state == "open"


def test_agents_and_experts_approve_nothing(doubtful: Publication) -> None:
    for role in ("expert", "adviser", "manager"):
        with pytest.raises(Forbidden):
            approve(doubtful, by=person(UserFactory(**{role: True})), at=OPENED)
        with pytest.raises(Forbidden):
            withdraw(doubtful, "non", by=person(UserFactory(**{role: True})), at=OPENED)


def test_green_list_is_not_approved_and_open_one_neither(folders: Path) -> None:
    team = person(UserFactory(team=True))
    green = receive(published(folders, firms=FIRMS), at=OPENED - timedelta(days=2))
    assert isinstance(green, Publication)
    with pytest.raises(Refused, match="s’ouvre seule"):
        approve(green, by=team, at=OPENED)
    open_due(OPENED)

    with pytest.raises(TransitionRefused):
        approve(green, by=team, at=OPENED)


def test_withdrawn_list_disappears_with_its_reason(folders: Path, as_: As) -> None:
    publication = opened(folders)
    url = reverse("watchlists:act_on_publication", args=[publication.code])
    client = as_(UserFactory(team=True))

    assert client.post(url, {"transition": "withdraw", "reason": " "}).status_code == 400
    assert client.post(url, {"transition": "withdraw", "reason": "Urssaf en double"}).status_code == 302

    publication.refresh_from_db()
    assert (publication.state, publication.withdrawn_reason) == ("withdrawn", "Urssaf en double")
    assert not Publication.objects.current().exists()
    assert Entry.objects.exists()  # kept for the audit


def test_every_state_that_the_batch_writes_has_its_words() -> None:
    from vigie.detection.run_record import SOURCE_STATES as WRITTEN
    from vigie.watchlists.queries.runs import SOURCE_STATES as SHOWN

    assert set(SHOWN) == set(WRITTEN)
