"""The meetings of the demo: one held with its minutes, the next one planned."""

from __future__ import annotations

import pytest

from tests.companies.factories import EstablishmentFactory
from tests.followup.factories import colleague, opened_file
from vigie.demo import meetings
from vigie.demo.followup_stories import BEATRICE, KARIM, ODILE, RENAUD
from vigie.followup.models import Meeting, Workplace
from vigie.kernel.clock import now
from vigie.territory.models import Commune

pytestmark = pytest.mark.django_db


def test_a_meeting_is_held_with_its_decisions_and_the_next_one_is_planned_once() -> None:
    assert meetings.write(now()) == 0  # nobody of the demo is there
    for email in (RENAUD, ODILE, KARIM, BEATRICE):
        user = colleague(f"{email.split('.')[0].title()} Demo", territory="34")
        user.email = email
        user.save()
    Commune.objects.create(
        code="34172", name="Montpellier", name_folded="MONTPELLIER", kind="commune", departement_code="34",
        region_code="76", vintage=2026,
    )  # fmt: skip
    place = EstablishmentFactory(commune_code="34172", commune_name="Montpellier")
    opened_file(user, Workplace.objects.get(pk=place.pk), criticality="high")

    assert meetings.write(now()) == 2
    assert meetings.write(now()) == 0

    held, coming = Meeting.objects.order_by("held_on")
    assert (held.state, coming.state) == ("held", "planned")
    [point] = held.points.all()
    assert point.decision == meetings.DECISIONS[0][0]
    assert point.done_at is not None
