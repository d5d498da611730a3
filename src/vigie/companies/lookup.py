"""Finding a company wherever it is told of: the local directory, then the company-search service, then by hand.

The chain never refuses a company because a register is down: it then says that nobody answered, and the page offers to
type it. Call outside a transaction: the service's failures are counted in the cache, which may be a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from vigie.companies import queries, registry, rules
from vigie.companies.models import Establishment, Source
from vigie.companies.queries import CompanyHit
from vigie.connectors import company_hits, recherche_entreprises
from vigie.connectors.client import PAGE_BUDGET_S
from vigie.kernel.errors import ConnectorError, InvalidInput, NotFound
from vigie.kernel.siren import parse_siren, parse_siret
from vigie.kernel.text import clean_line
from vigie.territory.queries import resolve_commune
from vigie.ui.formats import day

BY_HAND = "indiquez-la vous-même avec «\u00a0Je ne trouve pas mon entreprise\u00a0»"


@dataclass(frozen=True)
class Found:
    """What a SIRET gave. establishment: None when no register answered (offer to type it by hand).

    facts_missing: in French, what is not known of it. source and at: who told, and when.
    """

    establishment: Establishment | None
    facts_missing: tuple[str, ...] = ()
    source: str = ""
    at: datetime | None = None

    @property
    def register_down(self) -> bool:
        return self.establishment is None


@dataclass(frozen=True)
class Choices:
    """What a text gave. register_down: nothing is held here and the service does not answer."""

    hits: tuple[CompanyHit, ...] = ()
    source: str = Source.SIRENE.label
    register_down: bool = False


# --- one establishment ------------------------------------------------------------------------------------------------
def find_establishment(siret: str, *, at: datetime, budget: float = PAGE_BUDGET_S) -> Found:
    """The establishment of a SIRET as typed, with its company. budget: seconds that the service may take.

    Raises InvalidInput, for the person, when the number is wrong, unknown to registers that answer, closed or abroad.
    """
    number = parse_siret(siret)
    place = _held(number)
    if place is None:
        try:
            hit = recherche_entreprises.by_siret(number, within_s=budget)
        except NotFound:
            raise _unknown(number) from None
        except ConnectorError:
            return Found(None)
        remember(hit, at)
        place = _held(number)
    if place is None:
        return Found(None)
    refuse_closed_or_abroad(place)
    return _found(place)


def _held(siret: str) -> Establishment | None:
    """What a register told of it. What somebody typed is no answer: the register may know better by now."""
    return Establishment.objects.select_related("company").exclude(source=Source.MANUAL).filter(siret=siret).first()


def _found(place: Establishment) -> Found:
    return Found(place, queries.missing_facts(place), Source(place.source).label, place.seen_at)


def _unknown(siret: str) -> InvalidInput:
    return InvalidInput(
        "siret_unknown",
        "Ce numéro SIRET n’existe pas dans le répertoire public des entreprises. Vérifiez les 14 chiffres, ou cherchez "
        f"l’entreprise par son nom. Si elle vient d’être créée ou n’est pas diffusée, {BY_HAND}.",
        field="siret",
    )


def refuse_closed_or_abroad(place: Establishment) -> None:
    """Raises InvalidInput when a request cannot be about this establishment, saying what to do."""
    if place.abroad:
        raise InvalidInput(
            "establishment_abroad",
            "Cet établissement est situé à l’étranger\u00a0: le service s’adresse aux établissements situés en France. "
            "Choisissez un établissement français de l’entreprise.",
            field="siret",
        )
    if not place.is_active:
        since = f" depuis le {day(place.closed_on)}" if place.closed_on else ""
        raise InvalidInput(
            "establishment_closed",
            f"Cet établissement est fermé{since}. Tapez le numéro SIREN ou le nom de l’entreprise pour choisir un "
            "établissement ouvert.",
            field="siret",
        )


def open_establishments(
    siren: str, *, at: datetime, budget: float = PAGE_BUDGET_S
) -> tuple[QuerySet[Establishment], bool]:
    """The open establishments of a SIREN as typed, to choose from, and whether the register is down.

    The service tells of the head office alone: others may exist. Raises InvalidInput for a wrong or unknown number.
    """
    number = parse_siren(siren)
    places = queries.establishments_of(number).exclude(source=Source.MANUAL)
    if Establishment.objects.filter(company=number).exclude(source=Source.MANUAL).exists():
        return places, False
    try:
        remember(recherche_entreprises.by_siren(number, within_s=budget), at)
    except NotFound:
        raise InvalidInput(
            "siren_unknown",
            "Ce numéro SIREN n’existe pas dans le répertoire public des entreprises. Vérifiez les 9 chiffres, ou "
            f"cherchez l’entreprise par son nom. Si elle vient d’être créée ou n’est pas diffusée, {BY_HAND}.",
            field="siren",
        ) from None
    except ConnectorError:
        return places, True
    return places, False


# --- searching --------------------------------------------------------------------------------------------------------
def search(text: str, commune: str | None = None, *, limit: int = 10, budget: float = PAGE_BUDGET_S) -> Choices:
    """The companies that answer to a text: those held here or, when there is none, those the service gives."""
    hits = queries.search_companies(text, commune_code=commune, limit=limit)
    if hits:
        return Choices(tuple(hits))
    try:
        found = recherche_entreprises.search(text, commune=commune, within_s=budget)
    except ConnectorError:
        return Choices(register_down=True)
    words = rules.read_query(text).words
    shown = [hit for hit in (_shown(company, words) for company in found) if hit is not None]
    return Choices(tuple(shown[:limit]), Source.SEARCH_API.label)


def suggestions(text: str, commune: str | None = None, *, limit: int = 10) -> list[CompanyHit]:
    """What is offered at each key: what is held here. The service is asked only where no stock was ever imported, for
    it answers seven calls a second, not everybody's keys."""
    hits = queries.search_companies(text, commune_code=commune, limit=limit)
    if hits or Establishment.objects.filter(source=Source.SIRENE).exists():
        return hits
    return list(search(text, commune, limit=limit).hits)


def _shown(company: company_hits.CompanyHit, words: tuple[str, ...]) -> CompanyHit | None:
    """The line of a company of the service, with the open establishment that holds most words; None if none is open."""
    places = (*((company.headquarters,) if company.headquarters else ()), *company.establishments)
    rows = [_rows(place) for place in places if place.is_active and not place.is_abroad]
    if not rows:
        return None
    company_row, row = max(rows, key=lambda pair: sum(f" {word}" in f" {pair[1].search_text}" for word in words))
    return CompanyHit(
        siret=row.siret,
        siren=company_row.siren,
        name=company_row.name,
        sign=row.sign,
        address=row.address,
        postal_code=row.postal_code,
        commune_code=row.commune_code,
        commune_name=row.commune_name,
        is_head_office=row.is_head_office,
        is_active=True,
        abroad=False,
        diffusible=row.diffusible,
        open_count=company.company.open_establishment_count or 1,
    )


# --- keeping ----------------------------------------------------------------------------------------------------------
def remember(hit: company_hits.CompanyHit | company_hits.EstablishmentHit, at: datetime) -> None:
    """Stores what the service told, dated by its answer, never later than ``at``; not what the law keeps back."""
    if isinstance(hit, company_hits.CompanyHit):
        places = {place.siret: place for place in (*hit.establishments, hit.headquarters) if place is not None}
    else:
        places = {hit.siret: hit}
    pairs = [_rows(place, at) for place in places.values()]
    registry.write([company for company, _ in pairs[:1]], [row for _, row in pairs])
    for place in places.values():
        _keep_facts(place, at)


def _rows(
    place: company_hits.EstablishmentHit, at: datetime | None = None
) -> tuple[registry.CompanyRow, registry.EstablishmentRow]:
    identity = place.company
    seen_at = min(filter(None, (identity.provenance.fetched_at, at)))
    company = registry.company_row(
        identity.siren,
        name=identity.name,
        acronym=identity.acronym,
        legal_form_code=identity.legal_form_code,
        naf=(identity.naf, identity.naf_version),
        workforce=(identity.workforce_code, _year(identity.workforce_year)),
        created_on=identity.created_on,
        is_active=identity.is_active,
        diffusible=identity.diffusion == "O",
        source=Source.SEARCH_API,
        seen_at=seen_at,
    )
    establishment = registry.establishment_row(
        place.siret,
        company.names,
        sign=next(iter(place.signs), "") or place.name,
        is_head_office=place.is_headquarters,
        is_active=place.is_active,
        closed_on=place.closed_on,
        commune_code=place.commune,
        commune_name=place.commune_name,
        postal_code=place.postal_code,
        address=place.address.removesuffix(f"{place.postal_code} {place.commune_name}").strip(),
        abroad=place.is_abroad,
        naf=(place.naf, place.naf_version),
        workforce=(place.workforce_code, _year(place.workforce_year)),
        created_on=place.created_on,
        diffusible=place.diffusion == "O",
        source=Source.SEARCH_API,
        seen_at=seen_at,
    )
    return company, establishment


def _year(text: str) -> int | None:
    return int(text) if text else None


def _keep_facts(place: company_hits.EstablishmentHit, at: datetime) -> None:
    """The three facts of the rules; what the service does not know does not erase what it once told."""
    told = {"activity_natures": place.natures, "craft_codes": place.craft_codes, "agreements": place.idcc}
    values = {name: list(value) for name, value in told.items() if value}
    Establishment.objects.filter(siret=place.siret).update(**values, facts_at=min(place.provenance.fetched_at, at))


def refresh_facts(establishment: Establishment, *, at: datetime, budget: float | None = None) -> Found:
    """Asks the service again for activity natures, craft codes and agreements, and says what is still missing.

    Nothing changes when it does not answer: ``facts_at`` stays, and a job may call again. When it answers that it does
    not know the establishment, it has been asked: ``facts_at`` says so.
    """
    try:
        hit = recherche_entreprises.by_siret(establishment.siret, within_s=budget)
    except NotFound:
        Establishment.objects.filter(siret=establishment.siret).update(facts_at=at)
    except ConnectorError:
        pass
    else:
        _keep_facts(hit, at)
    fresh = Establishment.objects.select_related("company").get(siret=establishment.siret)
    for name in ("activity_natures", "craft_codes", "agreements", "facts_at"):
        setattr(establishment, name, getattr(fresh, name))
    return _found(fresh)


def enter_by_hand(siret: str, *, name: str, commune_code: str, at: datetime) -> Establishment:
    """The establishment that somebody describes because no register answers; what a register told before is kept.

    It is never found by a search, and the register's word replaces it as soon as there is one.
    """
    number = parse_siret(siret)
    commune = resolve_commune(commune_code)
    company = registry.company_row(number[:9], name=clean_line(name[:400]), source=Source.MANUAL, seen_at=at)
    row = registry.establishment_row(
        number,
        company.names,
        commune_code=commune.code if commune else "",
        commune_name=commune.name if commune else "",
        source=Source.MANUAL,
        seen_at=at,
    )
    registry.write([company], [row], only_new=True)
    return Establishment.objects.select_related("company").get(siret=number)
