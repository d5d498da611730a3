"""What the address book holds of the institutions that a file names, loaded at once: queries do not grow with rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from vigie.accounts.models import Antenne, AntenneZone, Habilitation, Institution, User
from vigie.accounts.states import GRANTED
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, ExpertZone, InstitutionSubject
from vigie.kernel.text import clean_email, fold
from vigie.rights.table import Role
from vigie.territory.sync import batches

ZonePair = tuple[str, str]


@dataclass(frozen=True)
class Held:
    """A habilitation that is not over."""

    role: str
    antenne_id: int | None
    granted: bool


@dataclass
class Book:
    """Rows by their keys. Only the living ones, but for the accounts, which keep their address for ever."""

    institutions: dict[str, list[Institution]] = field(default_factory=dict)  # folded name or short name →
    antennes: dict[int, list[Antenne]] = field(default_factory=dict)  # institution →
    named: dict[tuple[int, str], list[Antenne]] = field(default_factory=dict)  # institution, name as is or folded →
    antenne_zones: dict[int, set[ZonePair]] = field(default_factory=dict)
    competences: dict[int, list[InstitutionSubject]] = field(default_factory=dict)  # institution →
    experts: dict[tuple[int, str], list[Expert]] = field(default_factory=dict)  # institution, address →
    expert_zones: dict[int, set[ZonePair]] = field(default_factory=dict)
    expert_subjects: dict[int, dict[int, str]] = field(default_factory=dict)  # expert → competence → criteria
    members: dict[int, set[int]] = field(default_factory=dict)  # expert → users
    users: dict[str, User] = field(default_factory=dict)  # address →
    held: dict[int, list[Held]] = field(default_factory=dict)  # user →
    managers: dict[int, set[int]] = field(default_factory=dict)  # antenne → users

    def antenne_named(self, institution_id: int, name: str) -> list[Antenne]:
        """The antennes of that name: the one written exactly so, else those that differ by accents or capitals."""
        exact = self.named.get((institution_id, name), [])
        return exact or self.named.get((institution_id, fold(name)), [])


def load_book(names: Iterable[str], emails: Iterable[str], *, with_teams: bool) -> Book:
    """The institutions so named and what they hold; the accounts of these addresses. 6 to 10 queries, and one more
    per 500 addresses.
    """
    book = Book()
    asked = {fold(name) for name in names}
    for one in Institution.objects.filter(deleted_at__isnull=True).order_by("pk"):
        for key in {fold(one.name), fold(one.short_name)} & asked - {""}:
            book.institutions.setdefault(key, []).append(one)
    found = {one.pk for rows in book.institutions.values() for one in rows}
    _load_antennes(book, found)
    if with_teams:
        _load_teams(book, found)
    _load_users(book, {email for email in emails if email})
    return book


def _load_antennes(book: Book, institutions: set[int]) -> None:
    rows = Antenne.objects.filter(institution__in=institutions, deleted_at__isnull=True).select_related("institution")
    for antenne in rows.order_by("pk"):
        book.antennes.setdefault(antenne.institution_id, []).append(antenne)
        for text in {antenne.name, fold(antenne.name)}:
            book.named.setdefault((antenne.institution_id, text), []).append(antenne)
    living = {"antenne__institution__in": institutions, "antenne__deleted_at__isnull": True}
    zones: dict[int, set[ZonePair]] = defaultdict(set)
    for owner, kind, code in AntenneZone.objects.filter(**living).values_list("antenne_id", "zone_type", "code"):
        zones[owner].add((kind, code))
    book.antenne_zones = zones
    managers: dict[int, set[int]] = defaultdict(set)
    running = Habilitation.objects.filter(role=Role.MANAGER, **living)
    running = running.exclude(state__in=Habilitation.LIFECYCLE.final_codes).order_by()
    for owner, user in running.values_list("antenne_id", "user_id"):
        managers[owner].add(user)
    book.managers = managers


def _load_teams(book: Book, institutions: set[int]) -> None:
    for competence in InstitutionSubject.objects.filter(institution__in=institutions).select_related("subject__theme"):
        book.competences.setdefault(competence.institution_id, []).append(competence)
    experts = Expert.objects.filter(antenne__institution__in=institutions, deleted_at__isnull=True)
    for expert in experts.select_related("antenne").order_by("pk"):
        book.experts.setdefault((expert.antenne.institution_id, clean_email(expert.email)), []).append(expert)
    living = {"expert__antenne__institution__in": institutions, "expert__deleted_at__isnull": True}
    zones: dict[int, set[ZonePair]] = defaultdict(set)
    for owner, kind, code in ExpertZone.objects.filter(**living).values_list("expert_id", "zone_type", "code"):
        zones[owner].add((kind, code))
    subjects: dict[int, dict[int, str]] = defaultdict(dict)
    held = ExpertSubject.objects.filter(**living).order_by()
    for owner, competence_id, criteria in held.values_list("expert_id", "institution_subject_id", "criteria"):
        subjects[owner][competence_id] = criteria
    members: dict[int, set[int]] = defaultdict(set)
    for owner, user in ExpertMember.objects.filter(**living).order_by().values_list("expert_id", "user_id"):
        members[owner].add(user)
    book.expert_zones, book.expert_subjects, book.members = zones, subjects, members


def _load_users(book: Book, emails: set[str]) -> None:
    for batch in batches(sorted(emails)):
        for user in User.objects.filter(email__in=batch).select_related("antenne__institution"):
            book.users[user.email] = user
    ids = sorted(user.pk for user in book.users.values())
    held: dict[int, list[Held]] = defaultdict(list)
    for batch in batches(ids):
        rows = Habilitation.objects.filter(user__in=batch).exclude(state__in=Habilitation.LIFECYCLE.final_codes)
        for user, role, antenne, state in rows.order_by().values_list("user_id", "role", "antenne_id", "state"):
            held[user].append(Held(role, antenne, state == GRANTED))
    book.held = held
