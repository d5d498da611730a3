"""The zone codes of a file, all checked at once: known, merged since, gone, or never heard of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.directory.importing.cells import codes_of
from vigie.directory.importing.columns import ZONE_COLUMNS
from vigie.directory.importing.remarks import Remarks
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZONE_LABELS, ZoneType
from vigie.territory.models import Commune, CommuneMovement, Zone
from vigie.territory.queries import zone_labels
from vigie.territory.sync import batches

# The régions that the law of 16 January 2015 merged on 1 January 2016.
FORMER_REGIONS = {
    "21": "44", "41": "44", "42": "44", "54": "75", "72": "75", "74": "75", "82": "84", "83": "84", "26": "27",
    "43": "27", "73": "76", "91": "76", "22": "32", "31": "32", "23": "28", "25": "28",
}  # fmt: skip
_NAMES = {
    ZoneType.COMMUNE: "Cette commune",
    ZoneType.EPCI: "Cette intercommunalité",
    ZoneType.EMPLOYMENT_AREA: "Ce bassin d’emploi",
    ZoneType.DEPARTEMENT: "Ce département",
    ZoneType.REGION: "Cette région",
}


@dataclass(frozen=True)
class ZoneBook:
    """The codes asked that exist, the successors of the communes that do not, and the names of all."""

    known: frozenset[tuple[str, str]]
    successors: dict[str, str]
    labels: dict[tuple[ZoneType, str], str]

    def read(self, kind: ZoneType, cell: str, line: int, column: str, remarks: Remarks) -> set[tuple[str, str]]:
        """The zones of a cell in their official codes; what cannot be read is an error that names it."""
        found = set()
        for code in codes_of(kind, cell):
            if (kind.value, code) in self.known:
                found.add((kind.value, code))
            elif kind is ZoneType.COMMUNE and code in self.successors:
                new = self.successors[code]
                found.add((kind.value, new))
                remarks.warn(
                    line, column, code, f"Cette commune a fusionné\u00a0: elle est lue comme {self._name(kind, new)}."
                )
            else:
                remarks.error(line, column, code, self._refusal(kind, code))
        return found

    def _name(self, kind: ZoneType, code: str) -> str:
        return f"{self.labels.get((kind, code), code)}, code {code}"

    def _refusal(self, kind: ZoneType, code: str) -> str:
        if not ZONE_CODE_SHAPES[kind].match(code):
            return f"«\u00a0{code}\u00a0» n’a pas la forme d’un code de cette sorte ({ZONE_LABELS[kind].lower()})."
        if kind is ZoneType.REGION and code in FORMER_REGIONS:
            return f"Cette région n’existe plus depuis 2016\u00a0: écrivez {self._name(kind, FORMER_REGIONS[code])}."
        return f"{_NAMES[kind]} n’existe pas, ou n’existe plus, dans le code officiel géographique."


def load_zones(cells: Iterable[tuple[ZoneType, str]]) -> ZoneBook:
    """The book of the codes of these cells. Some queries per 500 codes."""
    asked: dict[ZoneType, set[str]] = {kind: set() for kind in ZoneType}
    for kind, cell in cells:
        asked[kind].update(codes_of(kind, cell))
    known: set[tuple[str, str]] = set()
    communes = asked.pop(ZoneType.COMMUNE)
    for batch in batches(sorted(communes)):
        rows = Commune.objects.filter(code__in=batch).values_list("code", flat=True)
        known.update((ZoneType.COMMUNE.value, code) for code in rows)
    for kind, codes in asked.items():
        for batch in batches(sorted(codes)):
            zones = Zone.objects.filter(zone_type=kind, code__in=batch).values_list("code", flat=True)
            known.update((kind.value, code) for code in zones)
    lost = {code for code in communes if (ZoneType.COMMUNE.value, code) not in known}
    successors: dict[str, str] = {}
    for batch in batches(sorted(lost)):
        successors |= CommuneMovement.objects.successors(set(batch))
    named = {*known, *((ZoneType.COMMUNE.value, code) for code in successors.values())}
    named |= {(ZoneType.REGION.value, FORMER_REGIONS[code]) for code in asked[ZoneType.REGION] & set(FORMER_REGIONS)}
    return ZoneBook(frozenset(known), successors, zone_labels(named))


def zone_cells(places: dict[str, int], rows: Iterable[tuple[str, ...]]) -> list[tuple[ZoneType, str]]:
    """The cells of the zone columns. places: code of a column → its place."""
    kinds = [(ZoneType(code), places[code]) for code in ZONE_COLUMNS if code in places]
    return [(kind, row[place]) for row in rows for kind, place in kinds if row[place]]
