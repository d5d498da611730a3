"""A part of a list, read from an index: the same lines and the same counts as reading the whole of it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from tests.accounts.factories import person
from tests.publication.factories import Firm
from tests.watchlists.factories import OPENED, agent, follow, opened
from vigie.watchlists.models import Entry, EntryFigures, Publication
from vigie.watchlists.queries import sorting
from vigie.watchlists.queries.filters import Filters, narrowed
from vigie.watchlists.queries.parts import part_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
SORTS = [*sorting.KEYS, *(f"-{key}" for key in sorting.KEYS)]
FILTERS = (
    Filters(),
    Filters(level="strong"),
    Filters(q="menuiserie"),
    Filters(q="Étain"),
    Filters(departements=("35",)),
    Filters(departements=("35", "56")),
    Filters(sections=("C",), workforce_min=5),
    Filters(sections=("C", "F"), departements=("22", "35")),
    Filters(first_alert=True, not_recent=True),
    Filters(revenue_min=90, state="ouverte"),
    Filters(followed=True),
    Filters(not_followed=True),
    Filters(q="rien de tel"),
)


def world(folders: Path, rng: random.Random) -> Publication:
    """Sixty firms whose columns repeat themselves, so that every sort has lines that are equal."""
    names = ("Menuiserie du Port", "Étain", "ETAIN SARL", "Ateliers")
    firms = [
        Firm(
            n, rng.choice(names), level=rng.choice(("strong", "moderate", "none")), score=0.3,
            departement=rng.choice(("22", "35", "75")),
        )
        for n in range(1, 61)
    ]  # fmt: skip
    publication = opened(folders, firms=firms)
    for one in Entry.objects.all():
        one.workforce_count = rng.choice((None, 3, 12, 40))
        one.workforce_change_ratio = rng.choice((None, -0.5, 0.1))
        one.alerts_before, one.first_alert = rng.randrange(3), rng.random() < 0.5
        one.section, one.naf = rng.choice((("C", "16.23Z"), ("F", "43.32A")))
        one.recent_company = rng.random() < 0.3
        one.save()
        if rng.random() < 0.2:  # as a list received before the figures
            EntryFigures.objects.filter(entry=one).delete()
            continue
        EntryFigures.objects.filter(entry=one).update(
            revenue_eur=rng.choice((None, -5, 90_000, 2_500_000)), ebit_eur=rng.choice((None, -1, 0)),
            debt_eur=rng.choice((None, 0, 300)), used_fte=rng.choice((None, 0.0, 2.25)),
            is_closed=rng.choice((None, False, True)), legal_form=rng.choice(("", "5710", "5499")),
        )  # fmt: skip
    return publication


@pytest.mark.parametrize(("seed", "territory"), [(1, "35"), (2, "FR")])
def test_part_is_that_of_the_whole_list(seed: int, territory: str, folders: Path) -> None:
    """Every filter in every order: the beginning, and what comes after the last line and after two others, drawn."""
    rng = random.Random(seed)
    publication, user = world(folders, rng), agent(territory=territory)
    for entry in rng.sample(list(Entry.objects.alerts()), 8):
        follow(user, entry.siren, OPENED)
    reader, shown = person(user), 0

    for filters in FILTERS:
        found = narrowed(reader, publication, filters)
        levels = Counter(found.values_list("level", flat=True))
        for sort in SORTS:
            whole = list(sorting.ordered(found.select_related("figures"), sort))
            keys = [one.pk for one in whole]
            drawn = {*rng.sample(range(len(whole)), min(2, len(whole))), len(whole) - 1} - {-1}
            places = {0: "", **{rank + 1: sorting.place_of(whole[rank], sort) for rank in drawn}}
            for after, place in places.items():
                for joined in (True, False):
                    part = part_of(found, publication, sort, place, 6, joined=joined)
                    assert [one.pk for one in part.entries] == keys[after : after + 6], (filters, sort, place)
                    assert {level: n for level, n in part.levels.items() if n} == levels, (filters, sort, place)
                    shown += len(part.entries)
    assert shown


@pytest.mark.parametrize("place", ["unreadable", "of another order"])
def test_a_place_that_cannot_be_read_is_the_beginning(place: str, folders: Path) -> None:
    publication = world(folders, random.Random(1))
    found = narrowed(person(agent(territory="FR")), publication, Filters())
    if place != "unreadable":
        place = sorting.place_of(Entry.objects.latest("rank"), "-niveau")

    for joined in (True, False):
        begun, read = (part_of(found, publication, "niveau", one, 6, joined=joined) for one in ("", place))
        assert begun == read
        assert len(read.entries) == 6


def test_lines_are_counted_and_ordered_from_the_index_alone(folders: Path) -> None:
    publication = opened(folders)
    columns = {
        column.removeprefix("-")
        for index in Entry._meta.indexes
        if index.name == "entry_alerts"
        for column in index.fields
    }
    sorted_by = {name for key in sorting.KEYS for name, _down in sorting._columns(key)}
    assert {name for name in sorted_by if not name.startswith("figures__")} <= columns
    if connection.vendor == "sqlite":
        narrow = Filters(q="menuiserie", sections=("C", "F"), region="53")
        found = narrowed(person(agent(territory="FR")), publication, narrow)
        plan = sorting.ordered(found, "effectif").values_list("siren").explain()
        assert "USING COVERING INDEX entry_alerts" in plan, plan
        by_figure = sorting.ordered(found, "dette").values_list("siren").explain()
        assert "USING COVERING INDEX entry_alerts" in by_figure, by_figure  # the lines themselves are not read
