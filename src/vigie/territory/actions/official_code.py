"""Loads the official code into the tables. One transaction, idempotent: a second load writes nothing.

What a run is not given it does not touch: without the institute's tables, the older mergers and the employment
areas loaded before stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import transaction

from vigie.kernel.errors import CheckFailed
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.territory import institute_tables
from vigie.territory.actions.areas import AreasAccount, load_employment_areas
from vigie.territory.actions.zones import load_zones
from vigie.territory.models import Commune, CommuneMovement, FormerName, PostalCode
from vigie.territory.official_code import DATA, OfficialCode, read_official_code
from vigie.territory.rules import (
    MOVEMENTS_SOURCE,
    SHRINK_MAX,
    CommuneKind,
    Movement,
    MovementKind,
    current_codes,
    last_movements,
)
from vigie.territory.sync import Change, remove, synchronise

Progress = Callable[[str], None]

_COMMUNE_VALUES = (
    "name", "name_folded", "kind", "parent_code", "departement_code", "region_code", "epci_code", "population",
    "vintage",
)  # fmt: skip


@dataclass(frozen=True)
class LoadAccount:
    """What a load wrote. dead_ends: old codes of the movements table that lead to no commune of this edition."""

    vintage: int
    communes: Change
    postal_codes: Change
    zones: Change
    movements: Change
    former_names: Change
    dead_ends: tuple[str, ...] = ()
    areas: AreasAccount | None = None

    def __str__(self) -> str:
        parts = [
            f"communes {self.communes}",
            f"postal codes {self.postal_codes}",
            f"zones {self.zones}",
            f"old codes {self.movements}",
            f"former names {self.former_names}",
        ]
        if self.dead_ends:
            parts.append(f"{len(self.dead_ends)} old codes left out, no successor (first: {self.dead_ends[0]})")
        if self.areas:
            parts.append(str(self.areas))
        return f"official code {self.vintage}: " + "; ".join(parts)


@dataclass(frozen=True)
class _Past:
    """The ends of codes and the names they bore, from the institute's table or kept from an earlier load."""

    ends: dict[str, Movement] = field(default_factory=dict)
    names: Collection[tuple[str, str]] = ()


@transaction.atomic
def load_cog(
    *,
    movements: Path | None = None,
    employment_areas: Path | None = None,
    only_departements: Collection[str] | None = None,
    dry_run: bool = False,
    folder: Path = DATA,
    progress: Progress = lambda step: None,
) -> LoadAccount:
    """Loads the committed edition, and the institute's tables that are given; all or nothing.

    only_departements: loads these only and leaves the others as they are (tests); dry_run: writes, counts, takes back.
    Raises a SourceError when a file is not the expected one.
    """
    progress("reading")
    code = read_official_code(folder, only_departements=only_departements)
    told = institute_tables.read_movements(movements) if movements else None
    area_rows = institute_tables.read_employment_areas(employment_areas) if employment_areas else None

    progress("communes")
    communes, gone = _load_communes(code, only_departements)

    progress("old codes")
    live = {
        commune: population or 0
        for commune, population in Commune.objects.values_list("code", "population")
        if commune not in gone
    }
    past = _past(told, live)
    old_codes, resolved = _load_movements(code, past, live, complete=told is not None)
    _refuse_lost(gone, resolved)
    remove(Commune.objects.all(), gone)

    progress("postal codes and zones")
    account = LoadAccount(
        vintage=code.source.vintage,
        communes=replace(communes, removed=len(gone)),
        postal_codes=_load_postal_codes(code),
        zones=load_zones(code, partial=only_departements is not None),
        movements=old_codes,
        former_names=_load_former_names(code, past, live, resolved),
        dead_ends=tuple(sorted(set(past.ends) - set(resolved) - set(live))),
        areas=load_employment_areas(area_rows, code.source.vintage) if area_rows else None,
    )
    transaction.set_rollback(dry_run)
    return account


def _load_communes(code: OfficialCode, only_departements: Collection[str] | None) -> tuple[Change, set[str]]:
    """What was written, and the communes of the database that are not in the edition; they are not removed yet."""
    present = Commune.objects.all()
    if only_departements is not None:
        present = present.filter(departement_code__in=only_departements)
    gone = set(present.values_list("code", flat=True)) - {row.code for row in code.communes}
    change = synchronise(present, _communes(code), key=["code"], values=_COMMUNE_VALUES, keep_others=True)
    return change, gone


def _communes(code: OfficialCode) -> list[Commune]:
    region_of = {zone.code: zone.region for zone in code.zones if zone.zone_type is ZoneType.DEPARTEMENT}
    return [
        Commune(
            code=row.code,
            name=row.name,
            name_folded=fold(row.name),
            kind=(CommuneKind.MUNICIPAL_DISTRICT if row.parent else CommuneKind.COMMUNE).value,
            parent_code=row.parent,
            departement_code=row.departement,
            region_code=region_of[row.departement],
            epci_code=row.epci,
            population=row.population,
            vintage=code.source.vintage,
        )
        for row in code.communes
    ]


def _past(told: institute_tables.Movements | None, populations: Mapping[str, int]) -> _Past:
    """What the table just read says; without one, what the database keeps of the last."""
    if told is not None:
        return _Past(last_movements(told.ends, populations), {(named.code, named.name) for named in told.names})
    rows = CommuneMovement.objects.values_list("old_code", "new_code", "kind", "effective_on")
    return _Past(
        {old: Movement(old, new, MovementKind(kind), day) for old, new, kind, day in rows},
        set(FormerName.objects.values_list("code", "name")),
    )


def _load_movements(
    code: OfficialCode, past: _Past, live: Mapping[str, int], *, complete: bool
) -> tuple[Change, dict[str, str]]:
    """What was written, and old code → commune of today. complete: a new table of the institute replaces the last."""
    ends = _ends(code, past, live)
    resolved = current_codes({old: end.new_code for old, end in ends.items()}, live)
    wanted = [
        CommuneMovement(old_code=old, new_code=end.new_code, kind=end.kind.value, effective_on=end.effective_on)
        for old, end in sorted(ends.items())
        if old in resolved
    ]
    present = CommuneMovement.objects.all()
    before = present.count()
    change = synchronise(present, wanted, key=["old_code"], values=["new_code", "effective_on", "kind"])
    if complete and change.removed > SHRINK_MAX * before:
        raise CheckFailed(
            MOVEMENTS_SOURCE,
            f"{change.removed} of {before} old codes would be forgotten, limit {SHRINK_MAX:.0%}; is the table whole?",
        )
    return change, resolved


def _ends(code: OfficialCode, past: _Past, live: Collection[str]) -> dict[str, Movement]:
    """The movement of each old code. Where it leads is read in the edition first; when, in the institute's table."""
    ends = {old: end for old, end in past.ends.items() if old not in live}
    for former in code.formers:
        if former.code in live:
            continue
        known = past.ends.get(former.code)
        kind = known.kind if known and former.kind is MovementKind.MERGED else former.kind
        ends[former.code] = Movement(former.code, former.commune, kind, known.effective_on if known else None)
    return ends


def _refuse_lost(gone: Collection[str], resolved: Mapping[str, str]) -> None:
    """A commune may not vanish without a successor: needs filed there would reach nobody."""
    lost = sorted(set(gone) - set(resolved))
    if lost:
        raise CheckFailed(
            "official code",
            f"{len(lost)} communes of the database are not in this edition and have no successor "
            f"(first: {', '.join(lost[:5])}); give the institute's table with --movements",
        )


def _load_postal_codes(code: OfficialCode) -> Change:
    wanted = [PostalCode(commune_id=row.code, code=postal) for row in code.communes for postal in row.postal_codes]
    departements = {row.departement for row in code.communes}
    present = PostalCode.objects.filter(commune__departement_code__in=departements)
    return synchronise(present, wanted, key=["commune_id", "code"])


def _load_former_names(code: OfficialCode, past: _Past, live: Collection[str], resolved: Mapping[str, str]) -> Change:
    names_today = dict(Commune.objects.values_list("code", "name_folded"))
    wanted: dict[tuple[str, str], FormerName] = {}
    for old, name in [*((former.code, former.name) for former in code.formers), *sorted(past.names)]:
        commune = old if old in live else resolved.get(old, "")
        folded = fold(name)
        if folded and commune and folded != names_today.get(commune):
            wanted.setdefault((old, folded), FormerName(commune_id=commune, code=old, name=name, name_folded=folded))
    return synchronise(
        FormerName.objects.all(), list(wanted.values()), key=["code", "name_folded"], values=["commune_id", "name"]
    )
