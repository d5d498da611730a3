"""The meetings of the demo: one held with its minutes, the next one planned."""

from __future__ import annotations

import pytest

from tests.followup.factories import colleague, opened_file, workplace
from vigie.demo import meetings
from vigie.demo.followup_stories import BEATRICE, KARIM, ODILE, RENAUD
from vigie.followup.models import Followup, Meeting
from vigie.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("zones")]


def test_a_meeting_is_held_with_its_decisions_and_the_next_one_is_planned_once() -> None:
    assert meetings.write(now()) == 0  # nobody of the demo is there
    for email in (RENAUD, ODILE, KARIM, BEATRICE):
        user = colleague(f"{email.split('.')[0].title()} Demo", territory="34")
        user.email = email
        user.save()
    first = opened_file(user, workplace("Menuiserie Durand"), criticality="high")
    Followup.objects.filter(pk=first.pk).update(departement="34")

    assert meetings.write(now()) == 2
    assert meetings.write(now()) == 0

    held, coming = Meeting.objects.order_by("held_on")
    assert (held.state, coming.state) == ("held", "planned")
    [point] = held.points.all()
    assert point.decision == meetings.DECISIONS[0][0]
    assert point.done_at is not None
