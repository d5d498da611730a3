"""A request that was sent, on a subject that experts of Lyon answer: for analysis, transmission and triage."""

from __future__ import annotations

from typing import Any

from tests.accounts.factories import AntenneFactory, UserFactory, person
from tests.directory.factories import ExpertFactory
from tests.matching.factories import AT, LONG_ENOUGH, SolicitationFactory
from vigie.accounts.models import User
from vigie.companies.models import Company, Establishment
from vigie.directory.models import Expert, Subject
from vigie.kernel.siren import INVENTED_PREFIX, with_key
from vigie.matching.models import Candidate, Match, Need, Solicitation
from vigie.rights.person import Person

SIREN = with_key(f"{INVENTED_PREFIX}000010")
SIRET = with_key(f"{SIREN}0001")


def firm(siret: str = SIRET, **changes: Any) -> Establishment:
    """An active establishment of Lyon and its company, as the registers give them."""
    company, _created = Company.objects.get_or_create(
        siren=siret[:9],
        defaults={
            "name": "BOULANGERIE INVENTÉE",
            "legal_form_code": "5499",
            "naf_code": "1071C",
            "source": "sirene",
            "seen_at": AT,
            **{name: changes.pop(name) for name in ("legal_form_code", "naf_code") if name in changes},
        },
    )
    columns: dict[str, Any] = {
        "company": company,
        "commune_code": "69123",
        "naf_code": company.naf_code,
        "workforce_code": "02",
        "source": "sirene",
        "seen_at": AT,
        "facts_at": AT,
        "activity_natures": ["ARTISANALE"],
        **changes,
    }
    return Establishment.objects.create(siret=siret, **columns)


def request(**changes: Any) -> Solicitation:
    """Sent, on an automatic subject; ``landing_subject__validated=True`` and other traits are passed on."""
    values: dict[str, Any] = {
        "in_progress": True,
        "siret": SIRET,
        "company_checked": True,
        "description": LONG_ENOUGH,
        "mode": "automatic",
        **changes,
    }
    return SolicitationFactory(**values)


def subject_of(solicitation: Solicitation) -> Subject:
    return solicitation.landing_subject.subject


def expert_for(subject: Subject, **changes: Any) -> Expert:
    """Covers the Rhône, with one person who has an account."""
    values = {"antenne": AntenneFactory(zones=[("departement", "69")]), "members": [UserFactory()], **changes}
    return ExpertFactory(subject=subject, **values)


def ready(**changes: Any) -> Solicitation:
    """A request that passes every guard, with one expert."""
    Establishment.objects.filter(siret=SIRET).exists() or firm()
    solicitation = request(**changes)
    expert_for(subject_of(solicitation))
    return solicitation


def team(**changes: Any) -> Person:
    user: User = UserFactory(team=True, **changes)
    return person(user)


def need_of(solicitation: Solicitation) -> Need:
    return Need.objects.get(diagnosis__solicitation=solicitation)


def candidates_of(solicitation: Solicitation) -> list[Candidate]:
    return list(Candidate.objects.filter(need__diagnosis__solicitation=solicitation).order_by("pk"))


def matches_of(solicitation: Solicitation) -> list[Match]:
    return list(Match.objects.filter(need__diagnosis__solicitation=solicitation).order_by("pk"))


def again(solicitation: Solicitation) -> Solicitation:
    """The row as it is now."""
    return Solicitation.objects.get(pk=solicitation.pk)
