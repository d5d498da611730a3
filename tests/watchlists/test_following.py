"""A follow opens a firm for a time: its agent is told before it ends, once, and never for what he renewed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.watchlists.factories import BOULANGERIE, MENUISERIE, agent, follow, opened
from vigie.accounts.models import Habilitation
from vigie.accounts.queries import person_for
from vigie.journal.delivery import build
from vigie.journal.models import OutgoingMessage
from vigie.journal.registry import Recipient
from vigie.kernel.clock import now
from vigie.watchlists.actions.following import renew_follow, warn_of_ends
from vigie.watchlists.audiences_follows import ending_content
from vigie.watchlists.models import Firm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
MAIL = "watchlists/mail/follows_ending"


def mails() -> list[str]:
    return list(OutgoingMessage.objects.filter(template=MAIL).values_list("recipient", flat=True))


def test_an_agent_is_told_once_a_month_before_his_follows_end(folders: Path) -> None:
    opened(folders)
    user, colleague, at = agent(), agent(), now()
    soon = at + timedelta(days=20)
    follow(user, MENUISERIE.siren, at, until=soon)
    follow(user, BOULANGERIE.siren, at, until=soon)
    follow(colleague, MENUISERIE.siren, at, until=at + timedelta(days=60))
    follow(colleague, BOULANGERIE.siren, at, origin="file", file_id=1, motive="", until=soon)  # of a completed file

    assert warn_of_ends(at=at).startswith("1")
    assert warn_of_ends(at=at).startswith("0")

    assert mails() == [user.email]
    told = ending_content(user, Recipient(user.email), at)
    assert told is not None
    assert told["count"] == "2\u00a0suivis"
    assert {firm["name"] for firm in told["firms"]} == {MENUISERIE.name, BOULANGERIE.name}
    mail = build(OutgoingMessage.objects.get(template=MAIL), at)
    assert mail is not None
    assert mail.subject == "2 suivis d’entreprises arrivent à leur terme"
    assert f"{MENUISERIE.name}, jusqu’au" in mail.text
    assert f"/detection/entreprises/{MENUISERIE.siren}/suivre/" in mail.text
    assert warn_of_ends(at=at + timedelta(days=35)).startswith("1")
    assert mails() == [user.email, colleague.email]


def test_what_is_renewed_is_not_told_and_is_told_again_at_its_new_end(folders: Path) -> None:
    opened(folders)
    user, at = agent(), now()
    follow(user, MENUISERIE.siren, at, until=at + timedelta(days=20))
    warn_of_ends(at=at)

    renew_follow(Firm.objects.get(pk=MENUISERIE.siren), by=person_for(user, at), at=at)

    assert ending_content(user, Recipient(user.email), at) is None
    assert warn_of_ends(at=at + timedelta(days=300)).startswith("0")
    assert warn_of_ends(at=at + timedelta(days=340)).startswith("1")


def test_who_is_no_longer_habilitated_is_told_nothing(folders: Path) -> None:
    opened(folders)
    user, at = agent(), now()
    follow(user, MENUISERIE.siren, at, until=at + timedelta(days=20))
    Habilitation.objects.filter(user=user).delete()

    assert ending_content(user, Recipient(user.email), at) is None
