"""A review late by thirty days is told above the reviewer, once for each date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.security.service import partner
from vigie.accounts.models import Habilitation
from vigie.agents.actions.late import report_late
from vigie.agents.models import Confirmation
from vigie.journal.delivery import build
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
MAIL = "agents/mail/review_late"


def test_a_review_late_by_thirty_days_is_reported_once_above_the_reviewer() -> None:
    reviewer, held = partner()
    admin, at = UserFactory(), now()
    HabilitationFactory(user=admin, role=Role.ADMINISTRATOR)
    long = timedelta(days=settings.VIGIE.review_days)
    due = paris_day(at) - timedelta(days=30)
    Habilitation.objects.filter(pk=held.pk).update(starts_on=due - long + timedelta(days=1))
    assert report_late(at=at).startswith("0")  # late by twenty-nine days

    assert report_late(at=at + timedelta(days=1)).startswith("1")
    assert report_late(at=at + timedelta(days=2)).startswith("0")

    assert Event.objects.filter(name="review.late").count() == 1
    told = {row.recipient: row for row in OutgoingMessage.objects.filter(template=MAIL)}
    assert admin.email in told
    assert reviewer.email not in told
    mail = build(told[admin.email], at + timedelta(days=1))
    assert mail is not None
    assert "DREETS" in mail.text
    assert held.user.email not in mail.text
    assert held.user.full_name not in mail.text

    day = paris_day(at) + timedelta(days=2)
    Confirmation.objects.create(habilitation=held, day=day, at=at, by=reviewer)
    assert build(told[admin.email], at + timedelta(days=2)) is None  # reviewed before the mail left
    again = at + timedelta(days=2) + long + timedelta(days=30)
    HabilitationFactory._meta.model.objects.filter(user=admin).update(ends_on=None)
    assert report_late(at=again).startswith("1")  # late again, six months after
