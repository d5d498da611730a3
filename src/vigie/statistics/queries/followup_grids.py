"""The accompagnements of a period as tables: of a partner's report, and of a département's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vigie.exports.documents import Grid
from vigie.followup.models import Followup, Term
from vigie.kernel.period import Month
from vigie.statistics.followups import (
    CLOSED,
    CRITICALITY,
    DAYS,
    EVERYBODY,
    FAMILIES,
    INDICATORS,
    MEDIAN,
    MEDIAN_DEFINITION,
    OPENED,
    ORIGIN,
    ORIGINS,
    RUNNING,
    UNSAID,
    FileKey,
)
from vigie.statistics.periods import Period
from vigie.statistics.rules import quantile
from vigie.ui.formats import counted, number

NONE = "sans objet"
SHORT = {OPENED: "Ouverts", RUNNING: "En cours", CLOSED: "Terminés"}
BODY = "entity"  # the bodies of the files, as one more family
SEVERAL = (
    "Un accompagnement peut compter dans plusieurs filières, actions, réorientations et administrations\u00a0: leur "
    "somme dépasse alors le nombre d’accompagnements."
)


class FileCell(NamedTuple):
    """A count of a period. family and part: both empty for the whole."""

    indicator: str
    family: str = ""
    part: str = ""


Cells = Counter[FileCell]


def cells_of(counts: Mapping[FileKey, int], entity: str = EVERYBODY) -> Cells:
    """The counts of one period for a body, all départements together; for all bodies, how many each has too."""
    found: Cells = Counter()
    for key, count in counts.items():
        if key.entity == entity:
            found[FileCell(key.indicator, key.family, key.part)] += count
        elif entity == EVERYBODY and not key.family:
            found[FileCell(key.indicator, BODY, key.entity)] += count
    return found


def together(months: Mapping[Month, Cells], last: Month | None) -> Cells:
    """Months as one period: what was opened and ended adds up, what runs is that of the last month counted."""
    found: Cells = Counter()
    for month, cells in months.items():
        found.update({cell: count for cell, count in cells.items() if cell.indicator != RUNNING or month == last})
    return found


def median(cells: Cells) -> str:
    """« 45 jours »; that there is none when no file ended."""
    found = quantile({int(cell.part): count for cell, count in cells.items() if cell.family == DAYS}, 50)
    return NONE if found is None else counted(found, "jour")


def totals(now: Cells, before: Cells, period: Period) -> Grid:
    """The indicators beside those of the period before."""
    rows = [
        (one.label, number(now[FileCell(one.code)]), number(before[FileCell(one.code)]), one.definition)
        for one in INDICATORS
    ]
    return Grid(
        caption=f"Accompagnements {period.told.of}",
        headers=("Indicateur", period.told.this, period.told.before, "Définition"),
        rows=(*rows, (MEDIAN, median(now), median(before), MEDIAN_DEFINITION)),
        numeric=frozenset({1, 2}),
        widths=(24, 12, 12, 52),
    )


class Word(NamedTuple):
    """A word of files, as it is told today. code: of the one that it was made one with, else its own."""

    code: str
    label: str


Words = Mapping[tuple[str, str], Word]  # (list, code) → what it is today, archived words too


def words_of_files() -> Words:
    """1 query."""
    rows = {row.pk: row for row in Term.objects.all()}
    found = {}
    for row in rows.values():
        last = row
        while last.merged_into_id is not None:
            last = rows[last.merged_into_id]
        found[row.kind, row.code] = Word(last.code, last.label)
    return found


def spread(cells: Cells, words: Words, most: int, caption: str) -> Grid:
    """How the files divide, a family after another; most: parts shown of each, the others together."""
    cells = _as_today(cells, words)
    families = [(one.code, one.label, _names(one.code, one.kind, words)) for one in FAMILIES]
    rows = [row for family in (*families, (BODY, "Administration", {})) for row in _rows(cells, *family, most)]
    return Grid(
        caption=caption,
        headers=("Selon", *SHORT.values()),
        rows=tuple(rows),
        numeric=frozenset({1, 2, 3}),
        widths=(55, 15, 15, 15),
        empty="Aucun accompagnement dans la période.",
    )


def _names(family: str, kind: str, words: Words) -> dict[str, str]:
    if family == CRITICALITY.code:
        return {code: str(label) for code, label in reversed(Followup.Criticality.choices)}
    if family == ORIGIN.code:
        return ORIGINS
    return {word.code: word.label for (of, _code), word in words.items() if of == kind}


def _as_today(cells: Cells, words: Words) -> Cells:
    """Files count under the word that theirs was made one with since."""
    kinds = {one.code: one.kind for one in FAMILIES if one.kind}
    found: Cells = Counter()
    for cell, count in cells.items():
        word = words.get((kinds.get(cell.family, ""), cell.part))
        found[cell._replace(part=word.code) if word else cell] += count
    return found


def _rows(cells: Cells, family: str, label: str, names: Mapping[str, str], most: int) -> Iterable[tuple[str, ...]]:
    parts = {cell.part for cell in cells if cell.family == family and cells[cell]}
    order = list(names) if family in (CRITICALITY.code, ORIGIN.code) else []

    def rank(part: str) -> tuple[bool, int, int, str]:
        fixed = order.index(part) if part in order else len(order)
        return part == UNSAID, fixed, -sum(cells[FileCell(one, family, part)] for one in SHORT), part

    ranked = sorted(parts, key=rank)
    if parts == {UNSAID}:  # no file says anything of it
        return
    shown, others = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
    for part in shown:
        name = "non précisée" if part == UNSAID else names.get(part, part)
        said = (
            name if name.startswith(label) or part == Followup.Criticality.NONE else f"{label}\u00a0: {name}"
        )  # « Criticité élevée »
        yield said, *(number(cells[FileCell(one, family, part)]) for one in SHORT)
    if others:
        sums = (sum(cells[FileCell(one, family, part)] for part in others) for one in SHORT)
        yield f"{label}\u00a0: les {len(others)} autres", *(number(one) for one in sums)
