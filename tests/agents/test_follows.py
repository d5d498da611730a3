"""A reviewer looks again at what the agents of his body opened by a motive; he is reminded of what waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person, sign_in
from tests.conftest import visible_text
from tests.publication.factories import siren
from tests.security.service import partner
from tests.watchlists.factories import agent, follow
from vigie.accounts.models import Habilitation
from vigie.agents.actions.follows import remind_reviewers
from vigie.agents.audiences import reminded_content
from vigie.agents.models import Follow, FollowReview
from vigie.agents.queries.reminding import waiting_for
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
PAGE = reverse("agents:follows")


def test_a_contested_follow_closes_the_firm_at_once_and_the_agent_is_told(client: Client) -> None:
    reviewer, held = partner()
    at, client = now(), sign_in(client, reviewer)
    kept = follow(held.user, siren(1), at, motive="autre", comment="Vu en ville")
    wrong = follow(held.user, siren(2), at, motive="source_externe")
    follow(held.user, siren(3), at)  # read in a list: nothing was opened by a motive
    other = follow(agent(), siren(4), at, motive="autre", comment="D’une autre administration")

    text = visible_text(client.get(PAGE).content.decode()).replace("\u00a0", " ")
    assert "2 suivis à relire" in text
    assert "Vu en ville" in text
    assert "autre administration" not in text
    assert client.post(reverse("agents:review_follow", args=[other.pk]), {"transition": "confirm"}).status_code == 404

    for _twice in range(2):
        client.post(reverse("agents:review_follow", args=[kept.pk]), {"transition": "confirm"})
        client.post(reverse("agents:review_follow", args=[wrong.pk]), {"transition": "contest", "note": "Pas vu."})

    assert dict(FollowReview.objects.values_list("follow", "verdict")) == {kept.pk: "confirmed", wrong.pk: "contested"}
    assert set(Follow.objects.running(now()).filter(user=held.user).values_list("siren", flat=True)) == {
        siren(1), siren(3),
    }  # fmt: skip
    (mail,) = OutgoingMessage.objects.all()
    assert (mail.recipient, mail.template) == (held.user.email, "agents/mail/follow_contested")
    assert AuditEvent.objects.filter(action="relock", siren=siren(2)).count() == 1
    assert "Rien à relire" in visible_text(client.get(PAGE).content.decode())


def test_contesting_asks_why(client: Client) -> None:
    reviewer, held = partner()
    client = sign_in(client, reviewer)
    row = follow(held.user, siren(1), now(), motive="autre", comment="Vu en ville")

    client.post(reverse("agents:review_follow", args=[row.pk]), {"transition": "contest", "note": " "})

    assert not FollowReview.objects.exists()
    assert "Dites pourquoi" in visible_text(client.get(PAGE).content.decode())


def test_a_reviewer_is_reminded_while_something_waits_for_him() -> None:
    reviewer, held = partner()
    at = now()
    Habilitation.objects.filter(pk=held.pk).update(starts_on=paris_day(at))
    assert waiting_for(reviewer, at) is None
    assert remind_reviewers(at=at).startswith("0")
    follow(held.user, siren(1), at, motive="autre", comment="Vu en ville")
    later = at + timedelta(days=183)
    due = waiting_for(reviewer, later)
    assert due is not None
    assert (due.due, due.soon) == (1, 0)
    late = waiting_for(reviewer, at + timedelta(days=214))
    assert late is not None
    assert late.soon == 1

    assert remind_reviewers(at=at).startswith("1")

    assert OutgoingMessage.objects.get().template == "agents/mail/review_reminded"
    told = reminded_content(reviewer, Recipient(reviewer.email), at)
    assert told is not None
    assert (told["due"], told["follows"]) == (0, 1)


def test_a_reviewer_does_not_review_himself(client: Client) -> None:
    reviewer, _held = partner()
    row = follow(reviewer, siren(1), now(), motive="autre", comment="Pour moi")
    client = sign_in(client, reviewer)

    client.post(reverse("agents:review_follow", args=[row.pk]), {"transition": "confirm"})

    assert person(reviewer, now()).entity == "DREETS"
    assert not FollowReview.objects.exists()
