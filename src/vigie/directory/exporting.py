"""The address book as files: the same columns as the import, so that a file exported and sent back changes nothing.

Rows come one after the other, some hundreds of teams at a time: memory does not grow with the address book.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q

from vigie.accounts.models import Antenne, Habilitation, Institution, User
from vigie.directory.importing.adviser_lines import ELSEWHERE, NO_ANTENNE
from vigie.directory.importing.columns import ADVISER_COLUMNS, ADVISERS, ANTENNE_COLUMNS, ANTENNES, ZONE_COLUMNS
from vigie.directory.importing.subjects import header_of
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, InstitutionSubject
from vigie.exports.tables import Column, Sheet
from vigie.exports.writers import separated
from vigie.exports.writers import workbook as workbooks
from vigie.rights.table import Role

KINDS = (ANTENNES, ADVISERS)
FORMATS = ("csv", "xlsx")
CHUNK = 500
PIECE = 65_536  # bytes
FIXED = tuple(one.label for one in ADVISER_COLUMNS if one.code != "subject")  # the columns of subjects come after
_LIVING = Q(deleted_at__isnull=True)
_PLACE = ("antenne__institution__name", "antenne__institution_id", "antenne__name", "antenne_id")

Row = list[str]


@dataclass(frozen=True)
class Export:
    """What is exported: a kind of file, of one institution or of all of them."""

    kind: str
    institution: Institution | None = None

    def headers(self) -> Row:
        """The titles of the columns. 0 or 1 query."""
        if self.kind == ANTENNES:
            return [one.label for one in ANTENNE_COLUMNS]
        return [*FIXED, *dict.fromkeys(header_of(one) for one in self._competences())]

    def rows(self) -> Iterator[Row]:
        """One row an antenne, or one row a member of a team, a team without member, a person without team."""
        return self._antennes() if self.kind == ANTENNES else self._advisers()

    def count(self) -> int:
        """How many rows there are. 1 to 3 queries."""
        if self.kind == ANTENNES:
            return self._antenne_rows().count()
        experts = self._experts()
        members = ExpertMember.objects.filter(user__is_active=True)
        alone = experts.filter(~Exists(members.filter(expert=OuterRef("pk")))).count()
        return members.filter(expert__in=experts).count() + alone + self._people_without_team().count()

    def _competences(self) -> list[InstitutionSubject]:
        found = InstitutionSubject.objects.filter(institution__deleted_at__isnull=True)
        if self.institution is not None:
            found = found.filter(institution=self.institution)
        return list(
            found.select_related("subject__theme").order_by(
                "subject__theme__position", "subject__position", "subject__label", "description", "pk"
            )
        )

    # --- antennes
    def _antenne_rows(self) -> Any:
        rows = Antenne.objects.filter(_LIVING, institution__deleted_at__isnull=True)
        return rows.filter(institution=self.institution) if self.institution is not None else rows

    def _antennes(self) -> Iterator[Row]:
        managers = Habilitation.objects.filter(role=Role.MANAGER).exclude(state__in=Habilitation.LIFECYCLE.final_codes)
        rows = self._antenne_rows().select_related("institution").order_by("institution__name", "name", "pk")
        for batch in _batches(rows):
            ids = [one.pk for one in batch]
            held: dict[int, list[User]] = {}
            for one in managers.filter(antenne__in=ids, user__is_active=True).select_related("user"):
                held.setdefault(one.antenne_id or 0, []).append(one.user)
            zones = _zones(Antenne.objects.filter(pk__in=ids))
            for one in batch:
                people = sorted(held.get(one.pk, []), key=lambda user: user.email)
                yield [
                    one.institution.name,
                    one.name,
                    str(one.get_level_display()),
                    *(" ".join(zones.get((one.pk, kind), [])) for kind in ZONE_COLUMNS),
                    ", ".join(user.full_name for user in people),
                    ", ".join(user.email for user in people),
                    ", ".join(user.phone for user in people) if any(user.phone for user in people) else "",
                ]

    # --- advisers
    def _experts(self) -> Any:
        rows = Expert.objects.filter(
            _LIVING, antenne__deleted_at__isnull=True, antenne__institution__deleted_at__isnull=True
        )
        return rows.filter(antenne__institution=self.institution) if self.institution is not None else rows

    def _people_without_team(self) -> Any:
        teams = ExpertMember.objects.filter(user=OuterRef("pk"), expert__deleted_at__isnull=True)
        rows = User.objects.living().filter(
            ~Exists(teams),
            antenne__isnull=False,  # an agent of detection belongs to none, and has no line here
            antenne__deleted_at__isnull=True,
            antenne__institution__deleted_at__isnull=True,
        )
        return rows.filter(antenne__institution=self.institution) if self.institution is not None else rows

    def _advisers(self) -> Iterator[Row]:
        places: dict[str, int] = {}
        for header in dict.fromkeys(header_of(one) for one in self._competences()):
            places[header] = len(places)
        members = ExpertMember.objects.select_related("user__antenne__institution").order_by("user__email")
        held = ExpertSubject.objects.select_related("institution_subject__subject__theme")
        experts = self._experts().select_related("antenne__institution").order_by(*_PLACE, "full_name", "pk")
        experts = experts.prefetch_related(Prefetch("members", members), Prefetch("competences", held), "zones")
        for batch in _batches(experts):
            for expert in batch:
                yield from _team_rows(expert, places)
        people = self._people_without_team().select_related("antenne__institution").order_by(*_PLACE, "email")
        for batch in _batches(people):
            for user in batch:
                yield [
                    user.antenne.institution.name, user.antenne.name, user.full_name, user.email, user.phone, user.job,
                    *[""] * (len(FIXED) - 6 + len(places)),
                ]  # fmt: skip


def _team_rows(expert: Expert, places: dict[str, int]) -> Iterator[Row]:
    """The rows of a team: one a member, or one without person."""
    zones = {kind: " ".join(sorted(z.code for z in expert.zones.all() if z.zone_type == kind)) for kind in ZONE_COLUMNS}
    cells = [""] * len(places)
    for one in expert.competences.all():
        place = places.get(header_of(one.institution_subject))
        if place is not None:
            cells[place] = one.criteria or "x"
    team = [str(expert.pk), expert.full_name, expert.email, expert.phone, expert.job, *zones.values(), *cells]
    here = [expert.antenne.institution.name, expert.antenne.name]
    people = [one.user for one in expert.members.all() if one.user.is_active]
    for user in people or (None,):
        who = [user.full_name, user.email, user.phone, user.job] if user else ["", "", "", ""]
        yield [*here, *who, _antenne_of(user, expert), *team]


def _antenne_of(user: User | None, expert: Expert) -> str:
    """Where a member works when it is not where his team is."""
    if user is None or user.antenne_id == expert.antenne_id:
        return ""
    if user.antenne is None:
        return NO_ANTENNE
    if user.antenne.institution_id == expert.antenne.institution_id:
        return user.antenne.name
    return f"{user.antenne.institution.name}{ELSEWHERE}{user.antenne.name}"


def _zones(antennes: Any) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    rows = antennes.order_by().exclude(zones=None).values_list("pk", "zones__zone_type", "zones__code")
    for pk, kind, code in sorted(rows):
        found.setdefault((pk, kind), []).append(code)
    return found


def _batches(rows: Any) -> Iterator[list[Any]]:
    """The rows by hundreds, each batch with what is fetched beside it."""
    keys = list(rows.prefetch_related(None).select_related(None).values_list("pk", flat=True))
    for begun in range(0, len(keys), CHUNK):
        yield list(rows.filter(pk__in=keys[begun : begun + CHUNK]))


# --- files ----------------------------------------------------------------------------------------------------------
def table_of(export: Export) -> Sheet:
    """The file as a table of texts, which the import reads back; it bears no presentation."""
    columns = tuple(Column(header, itemgetter(place)) for place, header in enumerate(export.headers()))
    name = "Antennes" if export.kind == ANTENNES else "Conseillers et experts"
    return Sheet(name, columns, export.rows, export.count(), name=name)


def csv_lines(export: Export) -> Iterator[str]:
    """The file as text, some thousands of characters at a time."""
    return separated.pieces(table_of(export))


def workbook(export: Export) -> Iterator[bytes]:
    """The file as a workbook, by pieces: every cell is text, the header stays in view and filters.

    It is written to the disk whole before its first piece, as the format wants its index last.
    """
    with tempfile.TemporaryFile(prefix="vigie-export-") as file:
        workbooks.write(table_of(export), file, frozen=2)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
