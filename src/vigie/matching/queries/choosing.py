"""Finding one's company: what a name, a SIREN or a SIRET gives, as lines to choose from.

Call outside a transaction: an outside register may be asked (``vigie.companies.lookup``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.companies import lookup
from vigie.companies.models import Establishment
from vigie.companies.queries import CompanyHit, establishments_of
from vigie.kernel.errors import InvalidInput
from vigie.kernel.siren import compact
from vigie.kernel.text import clean_line, fold
from vigie.ui import formats

MOST_OF_ONE = 25
SHORTEST = 3
LONGEST = 300

NOT_FOUND = (
    "Aucune entreprise ne répond à cette recherche. Vérifiez le nom ou le numéro, ajoutez la commune, "
    "ou indiquez votre entreprise vous-même avec «\u00a0Je ne trouve pas mon entreprise\u00a0»."
)
DOWN = (
    "Le répertoire public des entreprises ne répond pas en ce moment. Indiquez votre entreprise vous-même avec "
    "«\u00a0Je ne trouve pas mon entreprise\u00a0»\u00a0: votre demande partira quand même."
)
TOO_SHORT = "Écrivez au moins trois lettres du nom, ou un numéro SIREN ou SIRET."
NONE_OPEN = "Cette entreprise n’a aucun établissement ouvert en France. Vérifiez le numéro, ou cherchez par le nom."
CLOSED = "Cet établissement est fermé\u00a0: choisissez-en un qui est ouvert."
ABROAD = "Cet établissement est à l’étranger\u00a0: choisissez-en un situé en France."


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
    text = clean_line(typed[:LONGEST])
    number = "" if any(char.isalpha() for char in text) else compact(text)
    if not text:
        return NOTHING
    try:
        if len(number) == 14:
            return _one(establishment_chosen(number, at))
        if len(number) == 9:
            return _of_company(number, commune_code, at)
    except InvalidInput as refused:
        return CompanyChoices(problem=refused.message_fr)
    if len(fold(text)) < SHORTEST:
        return CompanyChoices(problem=TOO_SHORT)
    return _named(text, commune_code)


def establishment_chosen(siret: str, at: datetime) -> Establishment | None:
    """The establishment of a SIRET, with its company; None when no register answers.

    Raises InvalidInput for a number that is wrong, unknown, or that of a closed or foreign establishment.
    """
    return lookup.find_establishment(siret, at=at).establishment


def _one(establishment: Establishment | None) -> CompanyChoices:
    if establishment is None:
        return CompanyChoices(problem=DOWN)
    return CompanyChoices("Est-ce bien votre entreprise\u00a0?", (choice_of(establishment),))


def _of_company(siren: str, commune_code: str, at: datetime) -> CompanyChoices:
    """The open establishments of a company; told when there are too many to show."""
    everywhere, down = lookup.open_establishments(siren, at=at)
    near = establishments_of(siren, commune_code=commune_code) if commune_code else everywhere
    places = list(near[: MOST_OF_ONE + 1]) or list(everywhere[: MOST_OF_ONE + 1])
    if not places:
        return CompanyChoices(problem=DOWN if down else NONE_OPEN)
    if len(places) == 1:
        return _one(places[0])
    title = f"{places[0].company.name} a plusieurs établissements\u00a0: lequel est le vôtre\u00a0?"
    problem = ""
    if len(places) > MOST_OF_ONE:
        problem = f"Voici les {MOST_OF_ONE} premiers établissements. Ajoutez la commune pour trouver le vôtre."
    return CompanyChoices(title, tuple(choice_of(place) for place in places[:MOST_OF_ONE]), problem)


def _named(text: str, commune_code: str) -> CompanyChoices:
    found = lookup.search(text, commune_code or None)
    if not found.hits:
        return CompanyChoices(problem=DOWN if found.register_down else NOT_FOUND)
    title = formats.counted(len(found.hits), "entreprise trouvée", "entreprises trouvées")
    return CompanyChoices(title, tuple(_choice_of_hit(hit) for hit in found.hits))


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
        refusal=ABROAD if hit.abroad else "" if hit.is_active else CLOSED,
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
    )


def _lines(name: str, sign: str, address: str, place: str) -> tuple[str, ...]:
    shown = f"Enseigne\u00a0: {sign}" if sign and sign != name else ""
    return tuple(filter(None, (shown, ", ".join(filter(None, (address, place))))))
