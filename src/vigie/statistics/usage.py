"""What agents do with the service, as one table: indicators, what each means, how it is read in the audit.

A line of the audit is one reading; an indicator counts distinct things in it: agents, or (agent, firm, day)…
Counts are by month, by body and territory of the agent as they were at that moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

ACTIVATED_DAYS = 90
READINGS = ("list_view", "search", "view_company", "view_establishment", "view_file", "view_followups", "open_file")


class Over(StrEnum):
    """How months are put together: added, the last one kept, or their mean (people seen twice cannot be added)."""

    SUM = "sum"
    LAST = "last"
    MEAN = "mean"


class Row(NamedTuple):
    """A row of the audit, as it is counted. day: ISO."""

    entity: str
    zone: str
    actor: int
    action: str
    object_type: str
    object_id: str
    siren: str
    day: str


@dataclass(frozen=True)
class UsageIndicator:
    """One row of the table. actions: of the audit; object_type: empty for any; by: what is counted once."""

    code: str
    label: str
    definition: str
    actions: tuple[str, ...] = ()
    object_type: str = ""
    by: tuple[str, ...] = ()
    over_months: Over = Over.SUM


INDICATORS = (
    UsageIndicator(
        "agents", "Agents habilités",
        "Agents de niveau A ou B dont l’habilitation est en cours le jour du comptage, la dernière nuit du mois.",
        over_months=Over.LAST,
    ),
    UsageIndicator(
        "activated", "Agents activés",
        f"Parmi les agents habilités ce jour-là, ceux qui ont ouvert une liste, une recherche, une fiche ou un "
        f"accompagnement au moins dans les {ACTIVATED_DAYS} jours précédents. Le taux d’activation est leur part.",
        over_months=Over.LAST,
    ),
    UsageIndicator(
        "active", "Agents actifs",
        "Agents qui ont ouvert dans le mois une liste, une recherche, une fiche ou un accompagnement au moins.",
        READINGS, by=("actor",), over_months=Over.MEAN,
    ),
    UsageIndicator(
        "lists", "Listes ouvertes",
        "Couples agent × liste de détection × jour\u00a0: la même liste rouverte le même jour compte une fois.",
        ("list_view",), "watchlists.Publication", by=("actor", "object_id", "day"),
    ),
    UsageIndicator(
        "sheets", "Fiches consultées",
        "Couples agent × entreprise × jour, fiches d’entreprise et d’établissement ensemble.",
        ("view_company", "view_establishment"), by=("actor", "siren", "day"),
    ),
    UsageIndicator(
        "files_read", "Accompagnements lus", "Couples agent × accompagnement × jour.",
        ("view_file",), by=("actor", "object_id", "day"),
    ),
    UsageIndicator("files", "Accompagnements ouverts", "Accompagnements créés dans le mois, selon leur auteur."),
    UsageIndicator("talks", "Échanges notés", "Échanges avec une entreprise datés du mois, selon leur auteur."),
    UsageIndicator("acts", "Actions réalisées", "Actions pour une entreprise datées du mois, selon leur auteur."),
    UsageIndicator("needs", "Besoins confiés", "Besoins transmis depuis un accompagnement à des conseillers."),
    UsageIndicator("opinions", "Avis sur une détection", "Avis donnés dans le mois, utiles ou non."),
    UsageIndicator(
        "exports", "Exports", "Fichiers demandés dans le mois, petits et grands.", ("export",), by=("object_id",)
    ),
    UsageIndicator(
        "unlocks", "Entreprises ouvertes par un suivi", "Suivis ouverts ou prolongés, avec leur motif.",
        ("unlock",), by=("actor", "siren", "day"),
    ),
)  # fmt: skip
AUDITED = tuple(one for one in INDICATORS if one.actions)
ACTIONS = frozenset(action for one in AUDITED for action in one.actions)

Key = tuple[str, str, str]  # entity, zone, indicator


def together(months: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """Each indicator over some months, the oldest first: code → figure, 0 when nothing was counted."""
    found: dict[str, float] = {}
    for one in INDICATORS:
        values = [month.get(one.code, 0) for month in months]
        counted = [value for value, month in zip(values, months, strict=True) if month]
        mean = sum(counted) / len(counted) if counted else 0
        last = counted[-1] if counted else 0
        found[one.code] = {Over.SUM: sum(values), Over.LAST: last, Over.MEAN: mean}[one.over_months]
    return found


def count_rows(rows: Iterable[Row]) -> Counter[Key]:
    """How many distinct things each indicator counts, by body and territory."""
    seen: set[tuple[str, ...]] = set()
    found: Counter[Key] = Counter()
    for row in rows:
        for one in AUDITED:
            if row.action not in one.actions or one.object_type not in ("", row.object_type):
                continue
            key = row.entity, row.zone, one.code
            thing = (*key, *(str(getattr(row, name)) for name in one.by))
            if thing not in seen:
                seen.add(thing)
                found[key] += 1
    return found
