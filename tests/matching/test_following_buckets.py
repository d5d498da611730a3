"""The buckets of « Suivi » after a random story, against a plain reading of each need."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.accounts.factories import UserFactory, person
from tests.directory.factories import ExpertFactory, SubjectFactory
from tests.matching.factories import AT, MatchFactory, NeedFactory, TagFactory
from vigie.directory.models import Expert
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Match, Need, NeedTag, Reminder
from vigie.matching.queries.following_buckets import (
    PER_PAGE,
    TABS,
    FollowedNeed,
    FollowingFilters,
    bucket_counts,
    bucket_needs,
)
from vigie.matching.queries.positions import company_name
from vigie.matching.rules.reminders import days_between
from vigie.rights.person import VISITOR

pytestmark = pytest.mark.django_db
STATES = ("quo", "quo", "quo", "not_for_me", "not_for_me", "expired", "taking_care")


def story(chance: Random) -> list[datetime]:
    """Needs before experts of whom some have left; gives moments to look from, to the minute around midnight."""
    subjects, tag = SubjectFactory.create_batch(2), TagFactory()
    experts = ExpertFactory.create_batch(5)
    for _ in range(14):
        need = NeedFactory(sent=True, subject=chance.choice(subjects), sent_at=AT + timedelta(days=chance.randrange(5)))
        for expert in chance.sample(experts, chance.randrange(1, 4)):
            answered(MatchFactory(need=need, expert=expert, sent_at=need.sent_at), chance)
        refresh_need_status(need, at=AT)
        if need.status == "not_for_me" and chance.random() < 0.5:
            Reminder.objects.create(need=need, kind="refused", at=AT)
        if chance.random() < 0.3:
            NeedTag.objects.create(need=need, tag=tag, at=AT)
    for expert in chance.sample(experts, 3):
        leaves(expert, chance)
    return [AT + timedelta(days=chance.randrange(8, 40), minutes=chance.choice((-600, 0, 839, 841))) for _ in range(3)]


def answered(match: Match, chance: Random) -> None:
    match.state = chance.choice(STATES)
    match.closed_at = AT if match.state == "not_for_me" else None
    match.taken_care_of_at = AT if match.state in ("taking_care") else None
    match.refusal_reason = "vague" if match.state == "not_for_me" else ""
    match.asked_again_at = match.sent_at + timedelta(days=chance.randrange(12)) if chance.random() < 0.3 else None
    match.save()


def leaves(expert: Expert, chance: Random) -> None:
    gone = chance.choice((expert, expert.antenne, expert.antenne.institution, None))
    if gone is None:
        Expert.objects.filter(pk=expert.pk).update(email="")
    else:
        type(gone).objects.filter(pk=gone.pk).update(deleted_at=AT)


def plainly(need: Need, at: datetime) -> str:
    """The tab of a need, read from its own rows."""
    if need.status == "expired":
        return "abandonnes"
    if need.status == "not_for_me":
        return "" if need.reminders.filter(kind="refused").exists() else "refuses"
    if need.status != "quo":
        return ""
    ages = [
        days_between(match.asked_again_at or match.sent_at, at)
        for match in need.matches.filter(state="quo").select_related("expert__antenne__institution")
        if match.expert.email
        and not match.expert.deleted_at
        and not match.expert.antenne.deleted_at
        and not match.expert.antenne.institution.deleted_at
    ]
    if not ages:
        return "injoignables"
    return "risque" if max(ages) >= 21 else "sans-reponse" if max(ages) >= 9 else ""


def kept_by(filters: FollowingFilters, need: Need) -> bool:
    return (
        filters.subject in (None, need.subject_id)
        and (filters.tag is None or need.tags.filter(tag=filters.tag).exists())
        and (
            filters.institution is None
            or need.matches.filter(expert__antenne__institution=filters.institution).exists()
        )
    )


@pytest.mark.parametrize("seed", range(6))
def test_each_need_is_counted_and_listed_where_its_rows_say(seed: int) -> None:
    chance = Random(seed)
    moments, team = story(chance), person(UserFactory(team=True), AT)
    needs = list(Need.objects.order_by("sent_at", "pk"))
    one = chance.choice(needs)
    tag = NeedTag.objects.values_list("tag", flat=True).first()
    institution = one.matches.first().expert.antenne.institution_id
    for filters in (
        FollowingFilters(),
        FollowingFilters(subject=one.subject_id),
        FollowingFilters(institution=institution, tag=tag),
    ):
        for at in moments:
            where = {need.pk: plainly(need, at) for need in needs if kept_by(filters, need)}
            counted = Counter(where.values())
            assert bucket_counts(team, filters, at) == {tab.code: counted[tab.code] for tab in TABS}
            for tab in TABS:
                assert [line.pk for line in bucket_needs(team, filters, tab, 0, at)] == [
                    pk for pk, code in where.items() if code == tab.code
                ]


def test_the_pages_of_a_list_follow_one_another() -> None:
    expert, team = ExpertFactory(), person(UserFactory(team=True), AT)
    needs = [MatchFactory(expert=expert).need_id for _ in range(PER_PAGE + 2)]

    first, second, beyond = (
        [line.pk for line in bucket_needs(team, FollowingFilters(), TABS[0], start, AT + timedelta(days=10))]
        for start in (0, PER_PAGE, 2 * PER_PAGE)
    )

    assert (first + second, beyond) == (needs, [])


def test_a_line_says_the_company_and_the_address_that_the_sheet_says() -> None:
    team = person(UserFactory(team=True), AT)
    asked, visited = MatchFactory(), MatchFactory(need=NeedFactory(status="quo", sent_at=AT))
    visited.need.diagnosis.company_name = "Maison Tallec"
    visited.need.diagnosis.save()

    lines = {line.pk: line for line in bucket_needs(team, FollowingFilters(), TABS[0], 0, AT + timedelta(days=10))}

    for match, email in (
        (asked, asked.need.diagnosis.solicitation.email),
        (visited, visited.need.diagnosis.contact.email),
    ):
        line: FollowedNeed = lines[match.need_id]
        assert (line.company, line.email) == (company_name(match.need), email)


def test_nobody_counts_beyond_his_reach() -> None:
    MatchFactory()

    counts = bucket_counts(VISITOR, FollowingFilters(), AT + timedelta(days=10))

    assert set(counts.values()) == {0}
