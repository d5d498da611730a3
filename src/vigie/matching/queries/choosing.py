"""Finding one's company: what a name, a SIREN or a SIRET gives, as lines to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.companies.models import Establishment
from vigie.companies.queries import CompanyHit, establishments_of, search_companies
from vigie.kernel.errors import ConnectorError, InvalidInput, NotFound
from vigie.kernel.siren import compact, parse_siren, parse_siret
from vigie.kernel.text import clean_line, fold
from vigie.matching.rules.choosable import why_not
from vigie.ui import formats

MOST = 10
MOST_OF_ONE = 25
SHORTEST = 3

NOT_FOUND = (
    "Le répertoire public ne connaît pas cette entreprise. Vérifiez le nom ou le numéro, ou indiquez-la vous-même."
)
DOWN = "Le répertoire public des entreprises ne répond pas en ce moment. Indiquez votre entreprise vous-même."
TOO_SHORT = "Écrivez au moins trois lettres du nom, ou un numéro SIREN ou SIRET."


@dataclass(frozen=True)
class CompanyChoice:
    """A line offered: an establishment, or a company whose establishments come next (siret is then empty).

    refusal: why it cannot be chosen, empty when it can.
    """

    name: str
    number: str
    lines: tuple[str, ...]
    siret: str = ""
    siren: str = ""
    more: str = ""
    refusal: str = ""


@dataclass(frozen=True)
class CompanyChoices:
    """What a search gives. problem: what went wrong and what to do, empty when all is well."""

    title: str = ""
    items: tuple[CompanyChoice, ...] = ()
    problem: str = ""


NOTHING = CompanyChoices()


def company_choices(typed: str, commune_code: str, at: datetime) -> CompanyChoices:
    """What a name, a SIREN or a SIRET gives; a commune narrows a name or a company of many establishments."""
    text = clean_line(typed[:300])
    number = "" if any(char.isalpha() for char in text) else compact(text)
    if not text:
        return NOTHING
    try:
        if len(number) == 14:
            return _one(establishment_chosen(number, at))
        if len(number) == 9:
            return _of_company(parse_siren(number), commune_code)
    except InvalidInput as refused:
        return CompanyChoices(problem=refused.message_fr)
    except ConnectorError as failure:
        return CompanyChoices(problem=said(failure))
    if len(fold(text)) < SHORTEST:
        return CompanyChoices(problem=TOO_SHORT)
    return _named(text, commune_code)


def establishment_chosen(siret: str, at: datetime) -> Establishment:
    """The establishment of a SIRET, with its company; NotFound or Unavailable, InvalidInput for a wrong key."""
    found = Establishment.objects.select_related("company").filter(siret=parse_siret(siret)).first()
    if found is None:
        raise NotFound("sirene", "no such establishment")
    return found


def _one(establishment: Establishment) -> CompanyChoices:
    return CompanyChoices("Votre entreprise, d’après le répertoire public", (choice_of(establishment),))


def _of_company(siren: str, commune_code: str) -> CompanyChoices:
    """The open establishments of a company; told when there are too many to show."""
    places = list(establishments_of(siren, commune_code=commune_code or None)[: MOST_OF_ONE + 1])
    if not places:
        any_place = (
            Establishment.objects.select_related("company").filter(company=siren).order_by("search_rank").first()
        )
        return _one(any_place) if any_place else CompanyChoices(problem=NOT_FOUND)
    if len(places) == 1:
        return _one(places[0])
    problem = ""
    if len(places) > MOST_OF_ONE:
        problem = f"Voici les {MOST_OF_ONE} premiers établissements. Ajoutez la commune pour trouver le vôtre."
    title = f"{places[0].company.name} a plusieurs établissements\u00a0: lequel est le vôtre\u00a0?"
    return CompanyChoices(title, tuple(choice_of(place) for place in places[:MOST_OF_ONE]), problem)


def _named(text: str, commune_code: str) -> CompanyChoices:
    hits = search_companies(text, commune_code=commune_code or None, limit=MOST)
    if not hits:
        return CompanyChoices(problem=NOT_FOUND)
    title = formats.counted(len(hits), "entreprise trouvée", "entreprises trouvées")
    return CompanyChoices(title, tuple(_choice_of_hit(hit) for hit in hits))


def _choice_of_hit(hit: CompanyHit) -> CompanyChoice:
    place = " ".join(filter(None, (hit.postal_code, hit.commune_name)))
    if hit.open_count > 1:
        return CompanyChoice(
            name=hit.name,
            number=f"SIREN {formats.siren(hit.siren)}",
            lines=(f"{formats.counted(hit.open_count, 'établissement')}, dont un à {hit.commune_name or place}",),
            siren=hit.siren,
            more="Voir ses établissements",
        )
    return CompanyChoice(
        name=hit.name,
        number=f"SIRET {formats.siret(hit.siret)}",
        lines=_lines(hit.name, hit.sign, hit.address, place),
        siret=hit.siret,
        refusal=why_not(is_active=hit.is_active, closed_on=None, abroad=hit.abroad),
    )


def choice_of(establishment: Establishment) -> CompanyChoice:
    """An establishment as it is offered. No query when its company is loaded."""
    name = establishment.company.name
    place = " ".join(filter(None, (establishment.postal_code, establishment.commune_name)))
    return CompanyChoice(
        name=name,
        number=f"SIRET {formats.siret(establishment.siret)}",
        lines=(
            *_lines(name, establishment.sign, establishment.address, place),
            *(["Siège"] if establishment.is_head_office else []),
        ),
        siret=establishment.siret,
        refusal=why_not(
            is_active=establishment.is_active, closed_on=establishment.closed_on, abroad=establishment.abroad
        ),
    )


def _lines(name: str, sign: str, address: str, place: str) -> tuple[str, ...]:
    shown = f"Enseigne\u00a0: {sign}" if sign and sign != name else ""
    return tuple(filter(None, (shown, ", ".join(filter(None, (address, place))))))


def suggestions(typed: str, at: datetime) -> list[dict[str, str]]:
    """The lines offered while one types; the value is a SIRET, or the SIREN of a company of many establishments."""
    return [
        {"value": item.siret or item.siren, "label": item.name, "hint": " · ".join((*item.lines, item.number))}
        for item in company_choices(typed, "", at).items
        if not item.refusal
    ]


def said(failure: ConnectorError) -> str:
    """What a failure of the register means for who chooses, and what to do."""
    return NOT_FOUND if isinstance(failure, NotFound) else DOWN
