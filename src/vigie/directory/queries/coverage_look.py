"""What of coverage is looked at: a subject or all, an institution or all; and what names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import QuerySet

from vigie.accounts.models import Institution
from vigie.directory.coverage import SubjectCoverage
from vigie.directory.models import Subject
from vigie.directory.queries.coverage import Picture, picture
from vigie.directory.queries.marks import Kept, Marks
from vigie.kernel.zones import ZoneType
from vigie.rights.statements import composed_once
from vigie.territory.models import Zone
from vigie.ui.formats import NBSP, percent

DEFINITION = (
    "Une commune est couverte quand un expert au moins y intervient pour le sujet\u00a0: par ses propres zones, sinon "
    "par celles de son antenne\u00a0; un expert national couvre toutes les communes. Les conditions que les experts "
    "posent aux entreprises (effectif, activité, âge) ne sont pas comptées ici."
)


@dataclass(frozen=True)
class Look:
    """What is looked at: one subject or all, one institution or all."""

    subject: int | None = None
    institution: int | None = None

    def address(self, path: str, **also: object) -> str:
        """A page of coverage, looked at in the same way."""
        asked = {"sujet": self.subject, "institution": self.institution, **also}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True)
class Choices:
    """What can be looked at."""

    subjects: tuple[tuple[int, str], ...]  # with their theme
    institutions: tuple[tuple[int, str], ...]
    labels: Mapping[int, str]  # of the subjects alone

    def subject(self, look: Look) -> str:
        """The name of the subject looked at."""
        return self.labels.get(look.subject or 0, "")


@dataclass(frozen=True)
class Seen:
    """The coverage that is looked at, with what names it."""

    picture: Picture
    subjects: Mapping[int, SubjectCoverage]
    choices: Choices
    departements: Mapping[str, str]
    look: Look
    on: date

    @property
    def one(self) -> SubjectCoverage | None:
        """The coverage of the subject chosen; None when all are looked at."""
        return self.subjects.get(self.look.subject) if self.look.subject is not None else None

    @property
    def chosen(self) -> Mapping[int, SubjectCoverage]:
        return self.subjects if self.look.subject is None else {self.look.subject: self.subjects[self.look.subject]}


_CHOICES: Kept[Choices] = Kept(
    "accounts_institution", "directory_institutionsubject", "directory_subject", "directory_theme"
)
_NAMES: Kept[dict[str, str]] = Kept("territory_zone")


def choices(seen: Marks) -> Choices:
    """The living subjects, but those that a person reads, and the institutions that have one. 2 queries, or none."""
    return _CHOICES.get(seen, None, _choices)


def _choices() -> Choices:
    subjects = _living_subjects()
    return Choices(
        tuple((pk, f"{theme}\u00a0: {label}") for pk, label, theme in subjects),
        tuple(_with_competences()),
        {pk: label for pk, label, _theme in subjects},
    )


@composed_once
def _living_subjects() -> QuerySet[Subject, tuple[int, str, str]]:
    rows = Subject.objects.filter(archived_at__isnull=True, is_catch_all=False)
    return rows.values_list("pk", "label", "theme__label")


@composed_once
def _with_competences() -> QuerySet[Institution, tuple[int, str]]:
    rows = Institution.objects.filter(deleted_at__isnull=True, competences__isnull=False).distinct()
    return rows.order_by("name").values_list("pk", "name")


@composed_once
def _departement_names() -> QuerySet[Zone, tuple[str, str]]:
    return Zone.objects.filter(zone_type=ZoneType.DEPARTEMENT).values_list("code", "name")


def seen(look: Look, offered: Choices, on: date, under: Marks) -> Seen:
    """The coverage asked for. No query when nothing changed, 10 when something did."""
    found = picture(on, under)
    subjects = found.of_institution(look.institution) if look.institution is not None else found.subjects
    named = dict(offered.subjects)
    subjects = {pk: one for pk, one in subjects.items() if pk in named}
    if look.subject is not None and look.subject not in subjects:
        look = Look(None, look.institution)
    return Seen(found, subjects, offered, _NAMES.get(under, None, _names), look, on)


def _names() -> dict[str, str]:
    return dict(_departement_names())


def named(view: Seen, code: str) -> str:
    return f"{view.departements.get(code, code)} ({code})"


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def shown_share(part: int, whole: int) -> str:
    """« 12,5 % »; a small share is never shown as nothing, nor an incomplete one as all."""
    if not whole:
        return "sans objet"
    if part and share(part, whole) < 0.001:
        return f"moins de 0,1{NBSP}%"
    if part < whole and share(part, whole) > 0.999:
        return f"plus de 99,9{NBSP}%"
    return percent(share(part, whole), 1)
