"""The quality baskets of a random story, against a plain reading of each expert's rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import UserFactory
from tests.directory.factories import ExpertFactory
from tests.matching.factories import AT, MatchFactory, NeedFactory
from vigie.directory.models import Expert
from vigie.matching.models import Match, Note
from vigie.matching.queries.following_baskets import BASKETS, baskets_page

pytestmark = pytest.mark.django_db


def story(chance: Random) -> None:
    member = UserFactory(expert=True)
    for number in range(8):
        expert = ExpertFactory(full_name=f"Expert {number}", members=[member] if chance.random() < 0.9 else [])
        if chance.random() < 0.2:
            gone = chance.choice((expert, expert.antenne, expert.antenne.institution))
            type(gone).objects.filter(pk=gone.pk).update(deleted_at=AT)
        for _ in range(chance.choice((0, 1, 1, 2, 3, 6, 7))):
            received(expert, chance)
        for note in range(chance.randrange(3)):
            Note.objects.create(
                expert=expert, author=member, body="Rappeler.", at=AT, form_token=f"{number}-{note}",
                deleted_at=chance.choice((None, AT)),
            )  # fmt: skip


def received(expert: Expert, chance: Random) -> None:
    sent_at = AT - timedelta(days=chance.choice((0, 1, 4, 16, 20, 30, 44, 46, 120, 200)), minutes=chance.randrange(90))
    match = MatchFactory(expert=expert, sent_at=sent_at)
    if chance.random() < 0.2:
        match.state, match.closed_at, match.refusal_reason = "not_for_me", AT, "vague"
    elif chance.random() < 0.1:
        match.archived_at = AT
    match.save()


def plainly(at: datetime) -> dict[str, list[tuple[str, str]]]:
    """Basket → the experts, most loaded first, each with what waits for him and his notes."""
    found: dict[str, list[tuple[tuple[int, datetime, int], tuple[str, str, str]]]] = {
        "beaucoup": [], "plusieurs": [], "nouveaux": [],
    }  # fmt: skip
    for expert in Expert.objects.select_related("antenne__institution"):
        if expert.deleted_at or expert.antenne.deleted_at or expert.antenne.institution.deleted_at:
            continue
        everything = sorted((match.sent_at for match in expert.matches.all()), reverse=True)
        pending = [one.sent_at for one in expert.matches.filter(state="quo", archived_at=None)]
        pending = [moment for moment in pending if moment > at - timedelta(days=45)]
        old = [moment for moment in pending if moment <= at - timedelta(days=15)]
        if not pending or not expert.members.exists():
            continue
        notes = expert.notes.filter(deleted_at=None).count()
        line = ((-len(pending), min(pending), expert.pk), (expert.full_name, str(len(pending)), str(notes or "")))
        if len(old) >= 2:
            found["beaucoup" if len(pending) > 5 else "plusieurs"].append(line)
        elif max(pending) <= at - timedelta(days=3) and (
            len(everything) == 1 or everything[1] <= max(pending) - timedelta(days=90)
        ):
            found["nouveaux"].append(line)
    return {code: [told for _key, told in sorted(lines)] for code, lines in found.items()}


@pytest.mark.parametrize("seed", range(6))
def test_each_expert_is_in_the_basket_that_his_rows_say(seed: int) -> None:
    story(Random(seed))
    for at in (AT, AT + timedelta(days=3), AT + timedelta(days=14)):
        expected = plainly(at)
        for basket in BASKETS:
            page = baskets_page(basket.code, "", at)
            shown = [(row[0].text, row[1], row[3]) for row in page.table.rows]  # type: ignore[union-attr]
            assert shown == expected[basket.code], basket.label
            assert {tab.label: tab.count for tab in page.tabs} == {
                one.label: len(expected[one.code]) for one in BASKETS
            }


def test_many_experts_take_as_many_queries_as_one() -> None:
    member = UserFactory(expert=True)
    counts = []
    for more in (1, 6):
        for _ in range(more):
            expert = ExpertFactory(members=[member])
            Match.objects.bulk_create(
                Match(
                    need=need, expert=expert, subject=need.subject, sent_at=AT - timedelta(days=20)
                ) for need in NeedFactory.create_batch(3, sent=True)
            )  # fmt: skip
        baskets_page("plusieurs", "", AT)
        with CaptureQueriesContext(connection) as asked:
            page = baskets_page("plusieurs", "", AT)
        counts.append((len(page.table.rows), len(asked)))

    assert counts == [(1, 2), (7, 2)]
