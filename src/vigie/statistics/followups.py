"""The accompagnements of a period, as one table: indicators, how they are divided, what each means. Pure.

A file is counted as it was at the end of the period (its last snapshot then), so that no figure moves when it does. A
file under surveillance then is in no figure. A month counts files for all administrations together (no entity) and for
each one that had a référent or a participant in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from vigie.agents.models import Follow
from vigie.followup.models import Followup, Term
from vigie.followup.states import COMPLETED, IN_PROGRESS

EVERYBODY = ""
UNSAID = "-"  # the part of the files that say nothing of a family
DAYS = "days"  # the family of the durations of those that ended: whole days → files


@dataclass(frozen=True)
class FollowupIndicator:
    """One row of the table."""

    code: str
    label: str
    definition: str


OPENED, RUNNING, CLOSED = "opened", "running", "closed"
_WITHOUT = "Un accompagnement sous surveillance le dernier jour de la période, ou supprimé, n’est pas compté."
INDICATORS = (
    FollowupIndicator(OPENED, "Accompagnements ouverts", f"Accompagnements créés dans la période. {_WITHOUT}"),
    FollowupIndicator(
        RUNNING, "Accompagnements en cours",
        "Accompagnements en cours le dernier jour de la période, ou aujourd’hui si elle n’est pas finie. Sous "
        "surveillance, ils ne comptent pas.",
    ),
    FollowupIndicator(
        CLOSED, "Accompagnements terminés",
        "Accompagnements terminés dans la période et qui le sont encore à sa fin, sauf ceux qui étaient sous "
        "surveillance jusque-là.",
    ),
)  # fmt: skip
MEDIAN = "Durée médiane"
MEDIAN_DEFINITION = (
    "La moitié des accompagnements terminés ont duré ce nombre de jours au plus, de leur ouverture à leur fin, sans "
    "les jours passés sous surveillance."
)


@dataclass(frozen=True)
class Family:
    """A way of dividing the files. kind: of the words of a file, empty for what the file itself says."""

    code: str
    label: str
    several: bool = False  # a file may count in several parts
    kind: str = ""


CRITICALITY = Family("criticality", "Criticité")
ORIGIN = Family("origin", "Origine")
SIZE = Family("size", "Taille", kind=Term.Kind.SIZE)
SECTOR = Family("sector", "Filière", several=True, kind=Term.Kind.SECTOR)
ACTION = Family("action", "Action", several=True, kind=Term.Kind.ACTION)
REDIRECT = Family("redirect", "Réorientation", several=True, kind=Term.Kind.REDIRECT)
FAMILIES = (CRITICALITY, ORIGIN, SECTOR, SIZE, ACTION, REDIRECT)
OF_TERMS = tuple(one for one in FAMILIES if one.several)

FROM_LIST, ASKED, OTHERWISE = "list", "request", "other"
ORIGINS = {
    FROM_LIST: "Liste de détection",
    ASKED: "Demande de l’entreprise ou d’un partenaire",
    OTHERWISE: "Autre",
}
ORIGIN_DEFINITION = (
    "Origine\u00a0: la liste de détection quand l’agent l’a dit, ou n’avait pas à dire son motif pour une entreprise "
    "alors en alerte\u00a0; la demande quand l’entreprise ou l’un de ses partenaires s’est adressé à lui\u00a0; autre "
    "pour le reste, dont la suite d’un accompagnement terminé."
)
_BY_MOTIVE = {Follow.Motive.DETECTION: FROM_LIST, Follow.Motive.SOURCE_INTERNE: ASKED}


def origin(source: str, motive: str, *, alerted: bool) -> str:
    """Where a file comes from. alerted: the firm was in alert in a list when it was opened.

    Whatever is neither opened by an agent of himself, nor the continuation of another file, nor the card of a former
    board, was asked for.
    """
    if source in (Followup.Source.DUPLICATE, Followup.Source.BOARD):
        return OTHERWISE
    if source != Followup.Source.AGENT:
        return ASKED
    if motive:
        return _BY_MOTIVE.get(Follow.Motive(motive), OTHERWISE)
    return FROM_LIST if alerted else OTHERWISE


@dataclass(frozen=True)
class FileFacts:
    """A file as it was at the end of a period. among: of OPENED, RUNNING, CLOSED. parts: family → its parts."""

    departement: str
    entities: frozenset[str]
    among: frozenset[str]
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    days: int = 0


class FileKey(NamedTuple):
    """What is counted together. family and part: both empty for the whole."""

    entity: str
    departement: str
    indicator: str
    family: str = ""
    part: str = ""


def count_files(files: Iterable[FileFacts]) -> Counter[FileKey]:
    """Every count of the files of a period."""
    found: Counter[FileKey] = Counter()
    for one in files:
        cells = [(indicator, "", "") for indicator in one.among]
        cells += [
            (indicator, family, part)
            for indicator in one.among
            for family, parts in one.parts.items()
            for part in parts or (UNSAID,)
        ]
        if CLOSED in one.among:
            cells.append((CLOSED, DAYS, str(one.days)))
        for entity in {EVERYBODY, *one.entities}:
            found.update(FileKey(entity, one.departement, *cell) for cell in cells)
    return found


class Step(NamedTuple):
    """The state that a file took, or kept, at a moment."""

    at: datetime
    state: str


def ended_in(steps: Sequence[Step], start: datetime, end: datetime) -> bool:
    """Whether its last life ended within these bounds, from « en cours ». steps: in order, all before ``end``."""
    if not steps or steps[-1].state != COMPLETED:
        return False
    last = next((rank for rank in range(len(steps) - 1, 0, -1) if steps[rank - 1].state != COMPLETED), 0)
    return start <= steps[last].at < end and last > 0 and steps[last - 1].state == IN_PROGRESS


def days_in_progress(steps: Sequence[Step]) -> int:
    """Whole days spent « en cours »."""
    spent = timedelta()
    for one, after in pairwise(steps):
        if one.state == IN_PROGRESS:
            spent += after.at - one.at
    return spent // timedelta(days=1)
