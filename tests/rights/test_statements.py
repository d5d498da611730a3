"""A statement composed once gives the rows that composing it anew would: per person, per shape, per value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from pytest_django import DjangoAssertNumQueries, Settings

from tests.accounts.factories import UserFactory, person
from tests.matching.factories import MatchFactory
from vigie.kernel import clock
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.matching.models import Match, Need
from vigie.rights.person import VISITOR, Person
from vigie.rights.statements import NotComposable, Spelled, among, anew, composed_once, counts, hung

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.STATEMENTS_CHECKED = False


def test_rows_are_those_of_the_values_given_each_time() -> None:
    composed = []

    @composed_once
    def of(need: int, states: tuple[str, ...], before: datetime) -> QuerySet[Match]:
        composed.append(need)
        return Match.objects.filter(need=need, state__in=states, sent_at__lt=before).order_by("pk")

    one, two = MatchFactory(), MatchFactory()
    later = now() + timedelta(days=1)
    for match in (one, two, one):
        assert of(match.need_id, (match.state,), later) == [match]
    assert of(one.need_id, ("done",), later) == []
    assert of(one.need_id, (one.state,), one.sent_at) == []
    known = len(composed)
    assert of(two.need_id, (two.state, "done"), later) == [two], "another number of states is another statement"
    assert len(composed) > known
    known = len(composed)
    assert of(one.need_id, ("done", one.state), later) == [one]
    assert len(composed) == known, "nothing is composed for a shape that is known"


def test_who_asks_the_clock_is_given_the_moment_of_each_call(settings: Settings) -> None:
    @composed_once
    def sent() -> QuerySet[Match]:
        return Match.objects.filter(sent_at__lte=now())

    match = MatchFactory()
    for checked in (False, True):
        settings.STATEMENTS_CHECKED = checked
        with clock.held(match.sent_at - timedelta(seconds=1)):
            assert sent() == []
        with clock.held(match.sent_at):
            assert sent() == [match]
        assert sent() == [match]


def test_rights_are_those_of_the_person_of_this_call() -> None:
    @composed_once
    def seen(who: Person, pk: int) -> QuerySet[Need]:
        return Need.objects.allowed(who, "need.view").with_rights(who, mine="need.comment").filter(pk=pk)

    first, second = MatchFactory(), MatchFactory()
    experts = [UserFactory(expert=True), UserFactory(expert=True)]
    for match, expert in zip((first, second), experts, strict=True):
        match.expert.members.create(user=expert)
    others = [UserFactory(**{role: True}) for role in ("team", "expert", "manager", "adviser")]
    for _ in range(2):
        for who in [VISITOR, *(person(user) for user in (*experts, *others))]:
            for match in (first, second):
                pk = match.need_id
                direct = list(
                    Need.objects.allowed(who, "need.view").with_rights(who, mine="need.comment").filter(pk=pk)
                )
                kept: list[Any] = seen(who, pk)
                assert kept == direct, who.roles
                assert [one.mine for one in kept] == [one.mine for one in direct], who.roles


def test_relations_prefetches_and_values_come_as_usual(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    @composed_once
    def with_relations(pk: int) -> QuerySet[Match]:
        return Match.objects.filter(pk=pk).select_related("expert__antenne").prefetch_related("need__subject")

    @composed_once
    def values(pks: frozenset[int]) -> QuerySet[Match, tuple[int, str]]:
        return Match.objects.filter(pk__in=pks).order_by("pk").values_list("pk", "state")

    matches = MatchFactory.create_batch(3)
    for match in matches:
        with django_assert_num_queries(3):
            (found,) = with_relations(match.pk)
            assert (found.expert.antenne, found.need.subject) == (match.expert.antenne, match.need.subject)
    for some in (matches[:2], matches[1:]):
        assert values(frozenset(one.pk for one in some)) == [(one.pk, one.state) for one in some]
    with django_assert_num_queries(0):
        assert values(frozenset()) == []


def test_correlated_rows_dates_and_numbers_too_wide() -> None:
    @composed_once
    def held(pk: int, day: date) -> QuerySet[Need]:
        late = Match.objects.filter(need=OuterRef("pk"), sent_at__date__lte=day)
        return Need.objects.filter(Exists(late), pk=pk)

    match = MatchFactory()
    assert held(match.need_id, paris_day(match.sent_at) + timedelta(days=1)) == [match.need]
    assert held(match.need_id, paris_day(match.sent_at) - timedelta(days=2)) == []
    assert held(2**70, paris_day(match.sent_at)) == [], "no column holds such a number: no row, no error"


def test_a_value_that_changes_the_statement_is_refused() -> None:
    @composed_once
    def sliced(most: int) -> QuerySet[Need]:
        return Need.objects.all()[:most]

    @composed_once
    def pattern(word: str) -> QuerySet[Need]:
        return Need.objects.filter(content__contains=word)

    @composed_once
    def looked_at(pk: int) -> QuerySet[Need]:
        return Need.objects.filter(pk=pk + 1)

    for refused in (lambda: sliced(3), lambda: pattern("four"), lambda: looked_at(3)):
        with pytest.raises(NotComposable):
            refused()


def test_a_number_that_the_statement_spells_out_has_its_own() -> None:
    @composed_once
    def page(before: datetime, start: Spelled) -> QuerySet[Match, int]:
        return Match.objects.filter(sent_at__lt=before).order_by("pk").values_list("pk", flat=True)[start : start + 2]

    pks = [match.pk for match in MatchFactory.create_batch(5)]
    later = now() + timedelta(days=1)
    for start in (0, 2, 4, 6, 2):
        assert page(later, Spelled(start)) == pks[start : start + 2]
    assert page(later - timedelta(days=900), Spelled(0)) == []


def test_counts_are_those_of_an_aggregate() -> None:
    within = {"waiting": Q(state="quo"), "refused": Q(state="not_for_me"), "other": Q(state="withdrawn")}

    @composed_once
    def how_many(who: Person, before: datetime) -> QuerySet[Any, tuple[int, ...]]:
        return counts(Match.objects.allowed(who, "match.view").filter(sent_at__lt=before), **within)

    MatchFactory.create_batch(2)
    MatchFactory(declined=True)
    team, later = person(UserFactory(team=True)), now() + timedelta(days=1)
    expected = Match.objects.aggregate(**{name: Count("pk", filter=one) for name, one in within.items()})
    assert how_many(team, later) == [tuple(expected.values())] == [(2, 1, 0)]
    assert how_many(team, later - timedelta(days=900)) == [(0, 0, 0)]
    assert how_many(VISITOR, later) == [], "none by definition"


def test_a_value_that_changes_the_text_is_asked_anew() -> None:
    @composed_once
    def said(word: str, most: int) -> QuerySet[Need, int]:
        return Need.objects.filter(content__contains=word).values_list("pk", flat=True)[:most]

    needs = [MatchFactory(need__content=f"Besoin {word}").need_id for word in ("un", "deux", "deux")]
    assert anew(said, "deux", 1) == needs[1:2]
    assert anew(said, "un", most=5) == needs[:1]


def test_in_tests_each_statement_is_compared(settings: Settings) -> None:
    settings.STATEMENTS_CHECKED = True

    @composed_once
    def wrong(pk: int) -> QuerySet[Need]:
        return Need.objects.filter(pk=pk) if pk == match.need_id else Need.objects.all()

    match = MatchFactory()
    with pytest.raises(AssertionError, match="kept"):
        wrong(match.need_id)


def test_a_set_of_what_was_compared_spares_the_same_values_only(settings: Settings) -> None:
    settings.STATEMENTS_CHECKED = set()
    composed = []

    @composed_once
    def counted(pk: int, at: datetime) -> QuerySet[Need]:
        composed.append(pk)
        return Need.objects.filter(pk=pk, created_at__lt=at)

    at = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
    for pk, when in ((1, at), (1, at + timedelta(seconds=20)), (2, at), (1, at + timedelta(minutes=1))):
        with clock.held(at):
            counted(pk, when)

    assert [pk for pk in composed if pk in (1, 2)] == [1, 2, 1]


def test_sets_of_any_size_share_a_handful_of_statements() -> None:
    sizes = {len(among(range(1, count + 1))) for count in range(1, 200)}
    assert sizes == {1, 2, 4, 8, 16, 32, 64, 128, 256}
    assert among([]) == ()
    assert len(set(among(["123456782", "1", "2"]))) == 4
    assert all(one not in {"123456782", "1", "2"} for one in among(["123456782", "1", "2"])[3:])
    assert set(among([5, 6, 7, 8, 9])) - {5, 6, 7, 8, 9} == {-5, -6, -7}


def test_rows_hung_to_others_are_those_of_a_prefetch(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    needs = [MatchFactory().need for _ in range(3)]
    matches = [*Match.objects.order_by("pk"), MatchFactory(need=needs[2]), MatchFactory(need=needs[0])]
    MatchFactory()  # of another need

    @composed_once
    def of(numbers: tuple[int, ...]) -> QuerySet[Match]:
        return Match.objects.filter(need__in=numbers).order_by("-pk")

    for asked in (needs, needs[:1], needs[1:], []):
        with django_assert_num_queries(1 if asked else 0):
            rows = hung(asked, "found", of, "need_id")
        assert [row.pk for row in rows] == [one.pk for one in asked]
        assert [[match.pk for match in row.found] for row in rows] == [
            [match.pk for match in reversed(matches) if match.need_id == one.pk] for one in asked
        ]
