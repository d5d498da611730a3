"""The accompagnements of each month: counted from the snapshots as from a ledger kept beside, act after act."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import person
from tests.campaigns.factories import workplace_of
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, opened_file, token, workplace
from tests.watchlists.factories import MENUISERIE, opened, with_folders
from vigie.accounts.models import User
from vigie.agents.models import Follow
from vigie.followup.actions.files import Fields, change_file, delete_file, duplicate, move_file, restore_file
from vigie.followup.actions.members import add_member, remove_member
from vigie.followup.models import DeletedFollowup, Followup, Member, Term
from vigie.kernel.errors import VigieError
from vigie.kernel.period import Month
from vigie.rights.table import Role
from vigie.statistics.actions_followups import count_followups
from vigie.statistics.followups import (
    ASKED,
    CLOSED,
    EVERYBODY,
    FROM_LIST,
    OPENED,
    OTHERWISE,
    RUNNING,
    UNSAID,
    FileFacts,
    FileKey,
    Step,
    count_files,
    days_in_progress,
    ended_in,
    origin,
)
from vigie.statistics.models import FollowupCount
from vigie.statistics.periods import Kind, Period
from vigie.statistics.queries import followup_grids
from vigie.statistics.queries.facts import bounds

MONTHS = [Month(2026, 7), Month(2026, 8), Month(2026, 9)]
AFTER = datetime(2026, 10, 2, 1, 0, tzinfo=UTC)


# --- pure -------------------------------------------------------------------------------------------------------------
def day(rank: int) -> datetime:
    return datetime(2026, 7, 1, 9, tzinfo=UTC) + timedelta(days=rank)


def test_each_file_counts_once_for_all_and_once_for_each_body_that_takes_part() -> None:
    told = FileFacts(
        "35", frozenset({"CRP", "DGFIP"}), frozenset({OPENED, CLOSED}), {"sector": ("bois", "eau"), "size": ()}, days=12
    )

    found = count_files([told])

    mine = {
        (OPENED, "", ""): 1, (OPENED, "sector", "bois"): 1, (OPENED, "sector", "eau"): 1, (OPENED, "size", UNSAID): 1,
        (CLOSED, "", ""): 1, (CLOSED, "sector", "bois"): 1, (CLOSED, "sector", "eau"): 1, (CLOSED, "size", UNSAID): 1,
        (CLOSED, "days", "12"): 1,
    }  # fmt: skip
    assert found == {
        FileKey(body, "35", *cell): count for body in (EVERYBODY, "CRP", "DGFIP") for cell, count in mine.items()
    }


def test_what_ends_from_surveillance_or_was_reopened_has_not_ended() -> None:
    going, watched, over = "in_progress", "under_surveillance", "completed"
    start, end = day(0), day(30)
    assert ended_in([Step(day(-9), going), Step(day(3), over), Step(day(5), over)], start, end)
    assert not ended_in([Step(day(-9), going), Step(day(-3), over), Step(day(5), over)], start, end)  # before
    assert not ended_in([Step(day(-9), watched), Step(day(3), over)], start, end)
    assert not ended_in([Step(day(-9), going), Step(day(3), over), Step(day(5), going)], start, end)
    assert not ended_in([Step(day(3), over)], start, end)
    twice = [Step(day(1), going), Step(day(3), over), Step(day(5), going), Step(day(8), watched), Step(day(11), going)]
    assert days_in_progress([*twice, Step(day(12), over)]) == 2 + 3 + 1
    assert not ended_in([], start, end)


@pytest.mark.parametrize(
    ("motive", "alerted", "told"),
    [
        ("detection", False, FROM_LIST), ("source_interne", True, ASKED), ("source_externe", True, OTHERWISE),
     ("autre", True, OTHERWISE), ("", True, FROM_LIST), ("", False, OTHERWISE)],
)  # fmt: skip
def test_the_origin_is_the_motive_or_the_list_that_opened_the_firm(motive: str, alerted: bool, told: str) -> None:
    assert origin(Followup.Source.AGENT, motive, alerted=alerted) == told


def test_every_source_and_motive_has_an_origin() -> None:
    for source in Followup.Source.values:
        for motive in ("", *Follow.Motive.values):
            assert origin(source, motive, alerted=True) in (FROM_LIST, ASKED, OTHERWISE)
    assert origin(Followup.Source.DUPLICATE, "", alerted=True) == OTHERWISE


# --- against a ledger -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """A file just after an act, read from its rows."""

    at: datetime
    pk: int
    state: str
    deleted: bool
    criticality: str
    bodies: frozenset[str]
    sectors: frozenset[str]


class Drawn:
    """Agents of three bodies who do at random what they may; every act leaves its line in the ledger."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.at = MOMENT - timedelta(days=6)
        self.ledger: list[Line] = []
        self.agents = [
            colleague(f"Agent{rank} Un", ("crp", "dgfip")[rank % 2], level=Role.LEVEL_A) for rank in range(4)
        ]
        self.places = [workplace(f"Firme {rank}") for rank in range(6)]
        self.sectors = [
            Term.objects.get_or_create(kind=Term.Kind.SECTOR, code=code, defaults={"label": code})[0]
            for code in ("bois", "eau", "chimie")
        ]

    def live(self, acts: int) -> None:
        for rank in range(acts):
            self.at += timedelta(minutes=self.draw.randrange(1, 24 * 60))
            try:
                made = self._act(rank)
            except VigieError:
                continue
            if made is not None:
                self._note(made)

    def _act(self, rank: int) -> Followup | None:
        who: User = self.draw.choice(self.agents)
        known = list(Followup.objects.order_by("pk"))
        what = self.draw.choice(["open", "open", "move", "move", "move", "change", "join", "leave", "delete", "again"])
        fields = Fields(
            criticality=self.draw.choice(["none", "moderate", "high"]), terms=self.draw.sample(self.sectors, 1)
        )
        if what == "open" or not known:
            place = self.draw.choice(self.places)
            return opened_file(who, place, self.at, criticality=fields.criticality, terms=fields.terms)
        one = self.draw.choice(known)
        held = one.members.present().filter(role=Member.Role.REFERENT)  # others are refused nearly everything
        by, told = person(self.draw.choice([*held.order_by("pk")]).user, self.at), {"at": self.at}
        if what == "move":
            step = self.draw.choice(["complete", "start_surveillance", "resume", "reopen"])
            move_file(one, step, reason="Il revient", by=by, **told)
        elif what == "change":
            change_file(one, fields, version=one.version, by=by, **told)
        elif what == "join":
            add_member(one, self.draw.choice(self.agents), "participant", by=by, **told)
        elif what == "leave":
            remove_member(one, self.draw.choice(list(one.members.present())), by=by, **told)
        elif what == "delete" and self.draw.random() < 0.5:
            delete_file(one, "Ouvert par erreur", by=by, **told)
        elif what == "delete":
            restore_file(DeletedFollowup.objects.get(pk=one.pk), by=by, **told)
        else:
            return duplicate(one, form_token=token(500 + rank), by=by, **told)
        return one

    def _note(self, made: Followup) -> None:
        row = Followup.objects.get(pk=made.pk)
        present = Member.objects.filter(followup=row, removed_at=None)
        self.ledger.append(
            Line(
                self.at, row.pk, row.state, row.deleted_at is not None, row.criticality,
                frozenset(present.values_list("user__agent__entity__short_name", flat=True)),
                frozenset(row.terms.filter(kind="sector").values_list("code", flat=True)),
            )
        )  # fmt: skip

    def counts(self, month: Month) -> Counter[tuple[str, ...]]:
        """By plain loops over the ledger, written from the definitions."""
        start, end = bounds(month)
        found: Counter[tuple[str, ...]] = Counter()
        for pk in {line.pk for line in self.ledger}:
            mine = [line for line in self.ledger if line.pk == pk and line.at < end]
            if not mine or mine[-1].deleted or mine[-1].state == "under_surveillance":
                continue
            last, among = mine[-1], []
            if mine[0].at >= start:
                among.append(OPENED)
            if last.state == "in_progress":
                among.append(RUNNING)
            lives = [line.state for line in mine]
            if last.state == "completed":
                while lives and lives[-1] == "completed":
                    lives.pop()
                if mine[len(lives)].at >= start and lives[-1] == "in_progress":
                    among.append(CLOSED)
            for body in ("", *last.bodies):
                for what in among:
                    found[body, what, "", ""] += 1
                    found[body, what, "criticality", last.criticality] += 1
                    for sector in last.sectors or {UNSAID}:
                        found[body, what, "sector", sector] += 1
        return found


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_the_counts_are_those_of_a_ledger_and_no_month_moves_once_over(seed: int) -> None:
    world = Drawn(seed)
    world.live(150)

    assert count_followups(world.at + timedelta(hours=1)) >= 1  # the first night counts everything
    before = list(
        FollowupCount.objects.order_by("pk").values_list("month", "entity", "indicator", "family", "part", "count")
    )
    count_followups(world.at + timedelta(hours=2))
    assert sorted(before) == sorted(
        FollowupCount.objects.values_list("month", "entity", "indicator", "family", "part", "count")
    )

    assert {line.state for line in world.ledger} == {"in_progress", "under_surveillance", "completed"}
    for month in MONTHS:
        rows = FollowupCount.objects.filter(month=month.first_day, family__in=("", "criticality", "sector"))
        found = Counter(
            {
                (row.entity, row.indicator, row.family, row.part): row.count
                for row in rows
                if row.count and row.departement
            }
        )
        assert found == world.counts(month), month


@pytest.mark.django_db
def test_what_is_done_later_moves_no_month_that_is_over() -> None:
    ada = colleague("Ada Ici")
    made = opened_file(ada, workplace(), MOMENT, criticality="high")
    count_followups(AFTER)
    before = list(FollowupCount.objects.filter(month=date_of(7)).values_list("indicator", "family", "part", "count"))
    assert ("running", "", "", 1) in before

    delete_file(made, "Ouvert par erreur", by=person(ada, AFTER), at=AFTER)
    FollowupCount.objects.all().delete()
    count_followups(AFTER + timedelta(days=1))

    assert (
        list(FollowupCount.objects.filter(month=date_of(7)).values_list("indicator", "family", "part", "count"))
        == before
    )
    assert not FollowupCount.objects.filter(month=date_of(10), count__gt=0).exists()


def date_of(month: int) -> Any:
    return Month(2026, month).first_day


@pytest.mark.django_db
def test_a_firm_read_in_a_list_before_it_is_accompanied_comes_from_the_list(settings: Any, tmp_path: Any) -> None:
    opened(with_folders(settings, tmp_path))
    ada = colleague("Ada Ici")
    for siren in (MENUISERIE.siren, ""):
        place = workplace_of(siren) if siren else workplace()
        opened_file(ada, place, datetime(2026, 7, 20, tzinfo=UTC))
    Followup.objects.update(motive="")

    count_followups(AFTER)

    origins = FollowupCount.objects.filter(month=date_of(7), entity="", indicator=OPENED, family="origin")
    assert dict(origins.values_list("part", "count")) == {FROM_LIST: 1, OTHERWISE: 1}


@pytest.mark.django_db
def test_as_many_queries_whatever_the_files() -> None:
    def asked() -> int:
        FollowupCount.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            count_followups(MOMENT + timedelta(days=3))
        return len(queries)

    ada, far = colleague("Ada Ici"), colleague("Fred Loin", territory="59")
    for rank in range(2):
        made = opened_file(ada, workplace(f"Firme {rank}"))
        move_file(made, "complete", by=person(ada, MOMENT), at=MOMENT + timedelta(days=1))
    before = asked()
    for rank in range(6):
        made = opened_file(far, workplace(f"Loin {rank}", ELSEWHERE))
        move_file(made, "complete", by=person(far, MOMENT), at=MOMENT + timedelta(days=1))

    assert asked() == before


# --- the tables -------------------------------------------------------------------------------------------------------
def test_months_add_up_but_for_what_runs() -> None:
    cell = followup_grids.FileCell
    july = Counter({cell(OPENED): 4, cell(RUNNING): 4, cell(CLOSED): 1, cell(CLOSED, "days", "10"): 1})
    august = Counter({cell(OPENED): 2, cell(RUNNING): 3, cell(CLOSED): 2, cell(CLOSED, "days", "40"): 2})
    months = {Month(2026, 7): july, Month(2026, 8): august, Month(2026, 9): Counter[Any]()}

    found = followup_grids.together(months, Month(2026, 8))

    assert (found[cell(OPENED)], found[cell(RUNNING)], found[cell(CLOSED)]) == (6, 3, 3)
    assert followup_grids.median(found) == "40\u00a0jours"
    rows = followup_grids.totals(found, Counter(), Period(2026, Kind.QUARTER, 3)).rows
    assert [row[:3] for row in rows] == [
        ("Accompagnements ouverts", "6", "0"), ("Accompagnements en cours", "3", "0"),
        ("Accompagnements terminés", "3", "0"), ("Durée médiane", "40\u00a0jours", "sans objet"),
    ]  # fmt: skip


def test_the_smallest_parts_are_told_together() -> None:
    cell = followup_grids.FileCell
    cells = Counter({cell(OPENED, "sector", code): count for code, count in zip("abcde", (1, 5, 3, 2, 4), strict=True)})
    cells |= {cell(OPENED, "criticality", "none"): 9, cell(OPENED, "criticality", "high"): 1}
    cells |= {cell(OPENED, "size", UNSAID): 9}

    wood = followup_grids.Word("b", "Bois")
    cells[cell(OPENED, "sector", "b")] -= 2
    cells[cell(OPENED, "sector", "wood")] = 2  # since made one with « Bois »
    rows = followup_grids.spread(cells, {("sector", "b"): wood, ("sector", "wood"): wood}, 3, "Tout").rows

    assert [row[:2] for row in rows] == [
        ("Criticité élevée", "1"), ("Pas de criticité", "9"),
        ("Filière\u00a0: Bois", "5"), ("Filière\u00a0: e", "4"), ("Filière\u00a0: les 3 autres", "6"),
    ]  # fmt: skip
