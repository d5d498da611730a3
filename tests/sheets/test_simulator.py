"""The simulator says what the pages would do, shows nothing of the firm, and each use is in the audit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.companies.factories import EstablishmentFactory
from tests.conftest import visible_text
from tests.publication.factories import siren
from tests.watchlists.factories import FIRMS, agent, opened, with_folders
from vigie.companies.models import Company
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.rights.table import Role
from vigie.sheets.queries.simulator import simulate
from vigie.watchlists.queries.sight import sight_of
from vigie.watchlists.rules_sight import Category

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE = reverse("sheets:simulator")


def administrator(client: Client) -> Client:
    user = UserFactory(full_name="Adam Réglages")
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return sign_in(client, user)


def test_the_answer_is_that_of_the_one_decision(settings: Any, tmp_path: Any, client: Client) -> None:
    opened(with_folders(settings, tmp_path))
    people = [agent(), agent(Role.LEVEL_B), agent(territory="59"), UserFactory(team=True)]
    for firm in FIRMS:
        company = Company.objects.filter(siren=firm.siren).first()
        if company is None:
            company = EstablishmentFactory(company__siren=firm.siren, company__name=firm.name).company
        for user in people:
            seen = sight_of(person(user, now()), firm.siren)
            expected = {one.value for one in Category if seen.opens(one)}
            assert set(simulate(user, company, now()).opened) == expected
    ada, firm = people[0], FIRMS[0]

    asked = {"user": ada.email, "siren": firm.siren, "reason": "Question posée par l’agent"}
    text = visible_text(administrator(client).post(PAGE, asked).content.decode())

    assert "sur son territoire, et est ou a été en alerte" in text
    row = AuditEvent.objects.get(action="simulate_sight")
    assert (row.siren, row.purpose, row.details["agent"]) == (firm.siren, asked["reason"], ada.pk)


def test_what_cannot_be_simulated_says_why_and_leaves_no_trace(client: Client) -> None:
    client = administrator(client)

    text = visible_text(
        client.post(PAGE, {"user": "rien@etat.example", "siren": siren(9), "reason": "court"}).content.decode()
    )

    for said in ("Aucun compte n’a cette adresse", "ne connaît pas cette entreprise", "dix caractères"):
        assert said in text
    assert not AuditEvent.objects.filter(action="simulate_sight").exists()
