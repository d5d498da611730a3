"""The page of what is wrong in the address book, by kind and by institution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.urls import reverse

from vigie.accounts.models import Institution
from vigie.directory.queries.anomalies import ANOMALIES, ANOMALIES_BY_CODE, ERROR, READ, Row, counts, known
from vigie.directory.queries.marks import Kept, Marks, marks
from vigie.kernel.lifecycle import State
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted, number

PER_PAGE = 25
_STATES = {
    "error": State("error", "À corriger", "error"),
    "warning": State("warning", "À vérifier", "warning"),
}
_PAGES = {
    "antenne": "directory:antenne",
    "expert": "directory:expert",
    "institution": "directory:institution",
    "person": "accounts:person",
}


@dataclass(frozen=True, eq=False)  # a page kept is itself, and no other
class AnomaliesPage:
    """The rules with their counts, and the rows of the one chosen, or of all."""

    count: str
    rules: Table
    table: Table
    rows: Page


_INSTITUTIONS: Kept[list[tuple[str, str]]] = Kept("accounts_institution")


def institution_choices(seen: Marks) -> list[tuple[str, str]]:
    """The institutions to choose from; 1 query, or none."""
    return _INSTITUTIONS.get(seen, None, _institutions)


def _institutions() -> list[tuple[str, str]]:
    rows = Institution.objects.filter(deleted_at__isnull=True).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def anomaly_choices() -> list[tuple[str, str]]:
    """The rules to choose from."""
    return [(one.code, one.label) for one in ANOMALIES]


_PAGES_KEPT: Kept[AnomaliesPage] = Kept(*READ, most=40)


def anomalies_page(
    today: date, seen: Marks, *, code: str = "", institution: int | None = None, page: str = ""
) -> AnomaliesPage:
    """``/equipe/annuaire/anomalies/``: the same object while nothing that it shows has changed, for it depends on
    nobody. No query then; else as many whatever the number of anomalies.
    """
    chosen = code if code in ANOMALIES_BY_CODE else ""
    asked = (today, chosen, institution, page)
    return _PAGES_KEPT.get(seen, asked, lambda: _page(known(today, seen), chosen, institution, page))


def _page(whole: Iterable[Row], chosen: str, institution: int | None, page: str) -> AnomaliesPage:
    within = [row for row in whole if institution in (None, row[3])]
    told = Counter(row[0] for row in within)
    rows = Paginator([row for row in within if chosen in ("", row[0])], PER_PAGE).get_page(page)
    return AnomaliesPage(
        count=counted(rows.paginator.count, "anomalie"),
        rules=_rules(told, institution),
        table=Table(
            caption="Fiches concernées",
            columns=(Column("Fiche", header=True), Column("Anomalie"), Column("Institution"), Column("Gravité")),
            rows=tuple(
                (
                    Cell(str(label), reverse(_PAGES[ANOMALIES_BY_CODE[one].sheet], args=[target]), str(antenne or "")),
                    Cell(ANOMALIES_BY_CODE[one].label, hint=ANOMALIES_BY_CODE[one].sentence),
                    str(under or ""),
                    Cell(state=_STATES[ANOMALIES_BY_CODE[one].severity]),
                )
                for one, target, label, _place, under, antenne in rows
            ),
            empty="Aucune anomalie\u00a0: l’annuaire est en ordre.",
            keys=True,
        ),
        rows=rows,
    )


def _rules(told: Mapping[str, int], institution: int | None) -> Table:
    base = reverse("directory:anomalies")
    suffix = f"&institution={institution}" if institution else ""
    return Table(
        caption="Anomalies par nature",
        columns=(Column("Anomalie", header=True), Column("Gravité"), Column("Lignes", numeric=True)),
        rows=tuple(
            (
                Cell(one.label, href=f"{base}?nature={one.code}{suffix}" if told[one.code] else "", hint=one.sentence),
                Cell(state=_STATES[one.severity]),
                number(told[one.code]),
            )
            for one in ANOMALIES
        ),
    )


def anomalies_link(today: date) -> Link:
    """« Anomalies (12) », for the home page of the address book; 1 query while nothing has changed."""
    told = counts(today, marks())
    serious = sum(told[one.code] for one in ANOMALIES if one.severity == ERROR)
    label = f"Anomalies\u00a0: {number(sum(told.values()))}, dont {number(serious)} à corriger"
    return Link(label, reverse("directory:anomalies"))
