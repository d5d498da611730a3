"""The list of the antennes, in their hierarchy: national, then régional, then local, within each institution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.db.models.aggregates import Count
from django.urls import reverse

from vigie.accounts.models import Antenne, AntenneZone, User
from vigie.directory.models import Expert
from vigie.directory.queries.anomalies import ANOMALIES_BY_CODE
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.territory.models import Commune, Zone
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted, number

PER_PAGE = 25
_LEVELS = (Antenne.Level.NATIONAL, Antenne.Level.REGIONAL, Antenne.Level.LOCAL)
_RANK = Case(*(When(level=level, then=Value(rank)) for rank, level in enumerate(_LEVELS)), output_field=IntegerField())


@dataclass(frozen=True)
class AntennesPage:
    """The antennes that the filters keep."""

    count: str
    table: Table
    rows: Page


def region_choices() -> list[tuple[str, str]]:
    """The régions to choose from; 1 query."""
    rows = Zone.objects.filter(zone_type=ZoneType.REGION).order_by("name_folded")
    return list(rows.values_list("code", "name"))


def antennes_page(text: str, asked: dict[str, str], today: date, page: str) -> AntennesPage:
    """``/equipe/annuaire/antennes/``; 5 queries, whatever the number of antennes."""
    found = Antenne.objects.filter(deleted_at__isnull=True, institution__deleted_at__isnull=True)
    if asked.get("institution"):
        found = found.filter(institution=int(asked["institution"]))
    if asked.get("echelon"):
        found = found.filter(level=asked["echelon"])
    if asked.get("region"):
        found = found.filter(_in_region(asked["region"]))
    if asked.get("anomalie"):
        found = found.filter(pk__in=ANOMALIES_BY_CODE[asked["anomalie"]].find(today).values("pk"))
    if words := fold(text).split()[:6]:
        named = found.values_list("pk", "name", "institution__name", "institution__short_name")
        kept = [pk for pk, *names in named if all(word in fold(" ".join(names)) for word in words)]
        found = found.filter(pk__in=kept)
    ordered = found.select_related("institution", "parent").order_by("institution__name", _RANK, "name", "pk")
    rows = Paginator(ordered, PER_PAGE).get_page(page)
    ids = [one.pk for one in rows]
    experts, people = _counts(ids)
    return AntennesPage(
        count=counted(rows.paginator.count, "antenne"),
        table=Table(
            caption="Antennes",
            columns=(
                Column("Antenne", header=True),
                Column("Échelon"),
                Column("Antenne au-dessus"),
                Column("Experts", numeric=True),
                Column("Personnes", numeric=True),
            ),
            rows=tuple(
                (
                    Cell(one.name, href=reverse("directory:antenne", args=[one.pk]), hint=one.institution.name),
                    one.get_level_display(),
                    _above(one),
                    number(experts.get(one.pk, 0)),
                    number(people.get(one.pk, 0)),
                )
                for one in rows
            ),
            empty="Aucune antenne ne répond à ces filtres. Retirez-en un.",
            caption_hidden=True,
            keys=True,
        ),
        rows=rows,
    )


def _above(antenne: Antenne) -> Cell | str:
    if antenne.parent is None:
        return "aucune"
    return Cell(antenne.parent.name, href=reverse("directory:antenne", args=[antenne.parent_id]))


def _counts(antennes: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Antenne → living experts, and living people; 2 queries."""

    def by(rows: Any) -> dict[int, int]:
        return dict(rows.order_by().values_list("antenne").annotate(Count("pk")))

    return (
        by(Expert.objects.filter(antenne__in=antennes, deleted_at__isnull=True)),
        by(User.objects.living().filter(antenne__in=antennes)),
    )


def _in_region(code: str) -> Q:
    """Covers something of the région: the région itself, or a zone inside it."""
    lines = AntenneZone.objects.filter(antenne=OuterRef("pk"))
    communes = Commune.objects.filter(region_code=code).values("code")
    wider = Zone.objects.filter(zone_type=OuterRef("zone_type"), code=OuterRef("code"), region_code=code)
    return Q(
        Exists(
            lines.filter(
                Q(zone_type=ZoneType.REGION, code=code)
                | Q(zone_type=ZoneType.COMMUNE, code__in=communes)
                | (~Q(zone_type=ZoneType.COMMUNE) & Q(Exists(wider)))
            )
        )
    )
