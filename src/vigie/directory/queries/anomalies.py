"""What is wrong in the address book. Each anomaly is declared once, in ``ANOMALIES``: the page, its counts, the home
page, the reference and the tests read this table.

A rule gives the rows at fault, named alike (``_rows``); their union is one query, whatever the number of rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from vigie.accounts.models import Antenne, AntenneZone, Habilitation, Institution, User
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, ExpertZone, InstitutionSubject
from vigie.directory.queries.marks import Kept, Marks
from vigie.journal.models import OutgoingMessage
from vigie.journal.states import FAILED
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.rights.table import Role
from vigie.territory.models import Commune, Zone

ERROR, WARNING = "error", "warning"
Row = tuple[str, int, str, int, str, str]  # code of the rule, target, label, institution, its name, antenne
_LIVING = Q(deleted_at__isnull=True)


@dataclass(frozen=True)
class Anomaly:
    """A rule. sentence: what it causes, and what to do; find: the rows at fault on that day.

    owner: the columns of the row that give its institution.
    """

    code: str
    label: str
    sentence: str
    severity: str
    sheet: str
    find: Callable[[date], QuerySet]
    name: str
    owner: str


# --- antennes -------------------------------------------------------------------------------------------------------
def _antennes() -> QuerySet:
    return Antenne.objects.filter(_LIVING, institution__deleted_at__isnull=True)


def _without_zone(today: date) -> QuerySet:
    held = AntenneZone.objects.filter(antenne=OuterRef("pk"))
    return _antennes().exclude(level=Antenne.Level.NATIONAL).filter(~Exists(held))


def _national_with_zones(today: date) -> QuerySet:
    return _antennes().filter(Exists(AntenneZone.objects.filter(antenne=OuterRef("pk"))), level=Antenne.Level.NATIONAL)


def _without_expert(today: date) -> QuerySet:
    return _antennes().filter(
        ~Exists(Expert.objects.filter(_LIVING, antenne=OuterRef("pk"))),
        institution__kind=Institution.Kind.EXPERT_PROVIDER,
    )


def _gone(lines: QuerySet) -> QuerySet:
    """The lines whose zone the official code does not hold."""
    known = Q(Exists(Commune.objects.filter(code=OuterRef("code"))), zone_type=ZoneType.COMMUNE)
    wider = Zone.objects.filter(zone_type=OuterRef("zone_type"), code=OuterRef("code"))
    return lines.exclude(known | Q(Exists(wider)))


def _antenne_with_lost_zone(today: date) -> QuerySet:
    return _antennes().filter(pk__in=_gone(AntenneZone.objects.all()).values("antenne"))


def _same_name(today: date) -> QuerySet:
    """Read in memory: neither engine folds accents. 1 query more."""
    rows = _antennes().order_by().values_list("pk", "institution_id", "name")
    keys = {pk: (institution, _folded(name)) for pk, institution, name in rows}
    times = Counter(keys.values())
    return _antennes().filter(pk__in=[pk for pk, key in keys.items() if times[key] > 1])


@lru_cache(maxsize=100_000)  # names hardly change; fewer than the large world has would keep none, read in order
def _folded(name: str) -> str:
    return fold(name)


# --- experts --------------------------------------------------------------------------------------------------------
def _experts() -> QuerySet:
    return Expert.objects.filter(
        _LIVING, antenne__deleted_at__isnull=True, antenne__institution__deleted_at__isnull=True
    )


def _without_user(today: date) -> QuerySet:
    return _experts().filter(~Exists(ExpertMember.objects.filter(expert=OuterRef("pk"), user__is_active=True)))


def _without_competence(today: date) -> QuerySet:
    return _experts().filter(~Exists(ExpertSubject.objects.filter(expert=OuterRef("pk"))))


def _same_address(today: date) -> QuerySet:
    """Counted in memory: comparing each address with all the others of its institution grows by the square. 1 query
    more.
    """
    return _twice("email", str.lower)


def _same_expert_name(today: date) -> QuerySet:
    """Read in memory: neither engine folds accents. 1 query more."""
    return _twice("full_name", _folded)


def _twice(column: str, key: Callable[[str], str]) -> QuerySet:
    """The experts who share a value with another of their institution, compared once it went through ``key``."""
    rows = _experts().order_by().values_list("pk", "antenne__institution_id", column)
    keys = {pk: (institution, key(value)) for pk, institution, value in rows}
    times = Counter(keys.values())
    return _experts().filter(pk__in=[pk for pk, value in keys.items() if times[value] > 1])


def _refused_addresses() -> QuerySet:
    return OutgoingMessage.objects.filter(state=FAILED).order_by().values("recipient")


def _expert_address_refused(today: date) -> QuerySet:
    return _experts().filter(email__in=_refused_addresses())


def _expert_with_lost_zone(today: date) -> QuerySet:
    return _experts().filter(pk__in=_gone(ExpertZone.objects.all()).values("expert"))


# --- people and competences -----------------------------------------------------------------------------------------
def _people() -> QuerySet:
    return User.objects.living().filter(antenne__isnull=False)


def _person_address_refused(today: date) -> QuerySet:
    return _people().filter(email__in=_refused_addresses())


def _without_habilitation(today: date) -> QuerySet:
    teams = ExpertMember.objects.filter(user=OuterRef("pk"), expert__deleted_at__isnull=True)
    answers = Habilitation.objects.in_force(today).filter(user=OuterRef("pk"), role__in=(Role.EXPERT, Role.TEAM))
    return _people().filter(Exists(teams), ~Exists(answers))


def _uncovered(today: date) -> QuerySet:
    held = ExpertSubject.objects.filter(institution_subject=OuterRef("pk"), expert__deleted_at__isnull=True)
    return InstitutionSubject.objects.filter(
        ~Exists(held), institution__deleted_at__isnull=True, subject__archived_at__isnull=True
    )


_OF_EXPERT, _OF_PERSON = "antenne__institution", "antenne__institution"
ANOMALIES = (
    Anomaly(
        "antenne_without_zone", "Antenne sans zone", "Elle ne reçoit aucun besoin. Donnez-lui des zones.", ERROR,
        "antenne", _without_zone, "name", "institution",
    ),
    Anomaly(
        "antenne_without_expert", "Antenne sans expert", "Personne n’y répond. Ajoutez un expert, ou retirez-la.",
        WARNING, "antenne", _without_expert, "name", "institution",
    ),
    Anomaly(
        "national_with_zones", "Antenne nationale avec des zones",
        "Elle couvre toute la France, ses zones sont sans effet. Retirez-les, ou changez son échelon.", WARNING,
        "antenne", _national_with_zones, "name", "institution",
    ),
    Anomaly(
        "antenne_zone_gone", "Zone d’antenne disparue",
        "Une de ses zones n’est plus dans le code officiel. Remplacez-la.", ERROR, "antenne",
        _antenne_with_lost_zone, "name", "institution",
    ),
    Anomaly(
        "antenne_twice", "Antennes de même nom", "Deux antennes d’une institution portent le même nom, aux accents "
        "près. Gardez-en une, ou précisez.", WARNING, "antenne", _same_name, "name", "institution",
    ),
    Anomaly(
        "expert_without_user", "Équipe sans personne", "Personne ne peut répondre sur le site. Ajoutez une personne.",
        WARNING, "expert", _without_user, "full_name", _OF_EXPERT,
    ),
    Anomaly(
        "expert_without_competence", "Équipe sans compétence", "Elle ne reçoit aucun besoin. Donnez-lui un sujet.",
        ERROR, "expert", _without_competence, "full_name", _OF_EXPERT,
    ),
    Anomaly(
        "expert_address_twice", "Équipes de même adresse",
        "Deux équipes d’une institution ont la même boîte aux lettres. Réunissez-les si c’est la même.", WARNING,
        "expert", _same_address, "full_name", _OF_EXPERT,
    ),
    Anomaly(
        "expert_name_twice", "Équipes de même nom", "Deux équipes d’une institution portent le même nom. "
        "Réunissez-les, ou précisez.", WARNING, "expert", _same_expert_name, "full_name", _OF_EXPERT,
    ),
    Anomaly(
        "expert_address_refused", "Adresse d’équipe refusée", "Un courriel à cette adresse n’est pas arrivé. "
        "Corrigez-la.", ERROR, "expert", _expert_address_refused, "full_name", _OF_EXPERT,
    ),
    Anomaly(
        "expert_zone_gone", "Zone d’équipe disparue", "Une de ses zones n’est plus dans le code officiel. "
        "Remplacez-la.", ERROR, "expert", _expert_with_lost_zone, "full_name", _OF_EXPERT,
    ),
    Anomaly(
        "person_address_refused", "Adresse de personne refusée", "Un courriel à cette adresse n’est pas arrivé. "
        "Corrigez-la.", ERROR, "person", _person_address_refused, "full_name", _OF_PERSON,
    ),
    Anomaly(
        "habilitation_missing", "Habilitation manquante", "Cette personne est dans une équipe et ne peut pas répondre. "
        "Accordez-lui l’habilitation d’expert.", ERROR, "person", _without_habilitation, "full_name", _OF_PERSON,
    ),
    Anomaly(
        "subject_uncovered", "Sujet sans expert", "L’institution annonce ce sujet et aucune de ses équipes n’y répond.",
        ERROR, "institution", _uncovered, "subject__label", "institution",
    ),
)  # fmt: skip
ANOMALIES_BY_CODE = {one.code: one for one in ANOMALIES}


def found(today: date) -> QuerySet:
    """The rows at fault as (code, target, label, institution, under, antenne), in the order of their institutions; one
    query, after one for each rule read in memory.
    """
    parts = [_rows(one, today) for one in ANOMALIES]
    return parts[0].union(*parts[1:], all=True).order_by("under", "label", "code", "target")


def _rows(rule: Anomaly, today: date) -> QuerySet:
    rows: Any = rule.find(today).order_by()
    target = F("institution_id") if rule.sheet == "institution" else F("pk")
    rows = rows.annotate(
        code=Value(rule.code), target=target, label=F(rule.name), place=F(f"{rule.owner}_id"),
        under=F(f"{rule.owner}__name"), where=F("antenne__name") if rule.owner == _OF_EXPERT else Value(""),
    )  # fmt: skip
    return rows.values_list("code", "target", "label", "place", "under", "where")


# Every table that a rule reads: the test of the rules compares it with their statement.
READ = (
    "accounts_antenne", "accounts_antennezone", "accounts_habilitation", "accounts_institution", "accounts_user",
    "directory_expert", "directory_expertmember", "directory_expertsubject", "directory_expertzone",
    "directory_institutionsubject", "directory_subject", "journal_outgoingmessage", "territory_commune",
    "territory_zone",
)  # fmt: skip
_KEPT: Kept[tuple[Row, ...]] = Kept(*READ)


def known(today: date, seen: Marks) -> tuple[Row, ...]:
    """The rows of ``found``, read again when a table of the address book has changed, or the day."""
    return _KEPT.get(seen, today, lambda: tuple(found(today)))


def counts(today: date, seen: Marks) -> dict[str, int]:
    """Code → number of rows at fault."""
    told = Counter(row[0] for row in known(today, seen))
    return {rule.code: told[rule.code] for rule in ANOMALIES}
