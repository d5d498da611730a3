"""The questions of the demo: asked once, answered but two, by the people that are there."""

from __future__ import annotations

import pytest

from tests.accounts.factories import UserFactory
from tests.followup.factories import colleague
from vigie.demo import agents, helping, identities
from vigie.kernel.clock import now
from vigie.support.models import HelpRequest, Responder, ServiceOpinion

pytestmark = pytest.mark.django_db


def test_questions_are_lived_once_and_two_wait() -> None:
    assert helping.write(now()) == 0
    for email in (helping.FIRST, helping.SECOND):
        UserFactory(email=email, team=True)
    for name, email in (("Renaud K", helping.RENAUD), ("Odile M", helping.ODILE), ("Karim S", helping.KARIM)):
        user = colleague(name)
        user.email = email
        user.save(update_fields=["email"])

    told, again = helping.write(now()), helping.write(now())

    assert (told, again) == (6, 0)
    assert sorted(HelpRequest.objects.values_list("state", flat=True)) == ["answered"] * 4 + ["asked"] * 2
    assert Responder.objects.count() == 2
    assert ServiceOpinion.objects.count() == len(helping.OPINIONS)
    assert set(HelpRequest.objects.filter(topic="detection").values_list("responder__email", flat=True)) == {
        helping.SECOND
    }


def test_the_fake_provider_names_the_body_of_each_agent() -> None:
    labels = [one.organization_label for one in identities.personas()]

    assert "Auditrice, Équipe Vigie" in labels
    assert any(label.endswith("Banque de France, succursale de Montpellier") for label in labels)
    assert len([one for one in agents.AGENTS if one.known.roles == (agents.Role.ADMINISTRATOR,)]) == 2  # two sign
