"""The company of a need in facts, each with its source and its date; what no register gives is said."""

from __future__ import annotations

from datetime import date

from vigie.companies.models import Establishment
from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.period import paris_day
from vigie.kernel.siren import is_siret, show_siret
from vigie.matching.models import Need
from vigie.matching.queries.positions import company_name, workforce
from vigie.matching.rules.reasons import nature_label
from vigie.territory.queries import resolve_commune
from vigie.ui.components import Fact
from vigie.ui.formats import day

TYPED, TYPED_AFTER_A_VISIT = "saisi par l’entreprise", "saisi après un échange"
HIDDEN, UNKNOWN = "non diffusible", "inconnue"
CONNECTOR = "Recherche d’entreprises"


def company_origin(need: Need) -> str:
    """Where the facts come from and of which day, once for all of them; empty when each one says it."""
    place = need.diagnosis.establishment
    if place is None:
        return ""
    return f"Source\u00a0: {place.get_source_display()}, au {day(paris_day(place.seen_at))}"


def company_facts(need: Need) -> tuple[Fact, ...]:
    """The facts of the establishment; what was typed when there is none. No query when it is loaded, else 1."""
    establishment = need.diagnosis.establishment
    return _known(establishment) if establishment is not None else _typed(need)


def _typed(need: Need) -> tuple[Fact, ...]:
    request = need.diagnosis.solicitation
    found = resolve_commune(need.diagnosis.commune_code)
    commune = f"{found.name} ({found.departement_code})" if found else ""
    siret = request.siret if request else ""
    shown = show_siret(siret) if is_siret(siret) else siret
    typed = TYPED if request else TYPED_AFTER_A_VISIT
    return (
        Fact("Nom", company_name(need), source=typed),
        Fact("SIRET", shown, source=f"{TYPED}, non vérifié" if shown else "", missing="non communiqué"),
        Fact("Commune", commune, source=typed, missing=UNKNOWN),
    )


def _known(place: Establishment) -> tuple[Fact, ...]:
    company = place.company
    hidden = HIDDEN if not place.diffusible else UNKNOWN
    code = place.naf_code or company.naf_code
    facts = [
        Fact("SIRET", show_siret(place.siret)),
        Fact("Commune", " ".join(filter(None, (place.postal_code, place.commune_name))), missing=hidden),
        Fact("Adresse", place.address, missing=hidden),
        Fact("Effectif", workforce(place.workforce_code, place.headcount), source=_year(place)),
        Fact("Activité", " – ".join(filter(None, (naf_label(code), code))), missing=UNKNOWN),
        Fact("Forme juridique", legal_form_label(company.legal_form_code), missing=UNKNOWN),
        Fact("Création", day(created) if (created := company.created_on or place.created_on) else "", missing=UNKNOWN),
    ]
    if place.sign and place.sign != company.name:
        facts.insert(0, Fact("Enseigne", place.sign))
    if not place.is_active:
        facts.insert(1, Fact("Établissement", _closed(place.closed_on)))
    return (*facts, *_fetched(place))


def _fetched(place: Establishment) -> tuple[Fact, ...]:
    """What only the company-search service gives."""
    at = paris_day(place.facts_at) if place.facts_at else None
    source = CONNECTOR if at else ""
    never = UNKNOWN if at else "pas encore demandée"
    natures = ", ".join(nature_label(nature) for nature in place.activity_natures)
    return (
        Fact("Nature d’activité", natures, at if natures else None, source if natures else "", missing=never),
        Fact("Convention collective", ", ".join(f"IDCC {idcc}" for idcc in place.agreements), missing=never),
    )


def _year(place: Establishment) -> str:
    return f"année {place.workforce_year}" if place.workforce_year and place.headcount is None else ""


def _closed(closed_on: date | None) -> str:
    return f"fermé le {day(closed_on)}" if closed_on else "fermé"
