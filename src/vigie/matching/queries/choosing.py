"""Finding one's company: what a name, a SIREN or a SIRET gives, as lines to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.companies.models import Establishment
from vigie.kernel.errors import ConnectorError, InvalidInput, NotFound
from vigie.kernel.siren import compact, is_siren, parse_siret
from vigie.kernel.text import clean_line, fold
from vigie.matching.rules.choosable import why_not
from vigie.ui import formats

MOST = 12


@dataclass(frozen=True)
class CompanyChoice:
    """An establishment offered. refusal: why it cannot be chosen, empty when it can."""

    siret: str
    name: str
    lines: tuple[str, ...]
    refusal: str = ""

    @property
    def number(self) -> str:
        return f"SIRET {formats.siret(self.siret)}"


@dataclass(frozen=True)
class CompanyChoices:
    """What a search gives. problem: what went wrong and what to do, empty when all is well."""

    title: str
    items: tuple[CompanyChoice, ...] = ()
    problem: str = ""


NOTHING = CompanyChoices("")
NOT_FOUND = (
    "Le répertoire public ne connaît pas cette entreprise. Vérifiez le nom ou le numéro, ou indiquez-la vous-même."
)
DOWN = "Le répertoire public des entreprises ne répond pas en ce moment. Indiquez votre entreprise vous-même."
TOO_SHORT = CompanyChoices("", problem="Écrivez au moins trois lettres du nom, ou un numéro SIREN ou SIRET.")


def company_choices(typed: str, commune_code: str, at: datetime) -> CompanyChoices:
    """The establishments that a name, a SIREN or a SIRET gives, those that can be chosen first."""
    text = clean_line(typed[:300])
    number = compact(text) if not any(c.isalpha() for c in text) else ""
    if not text:
        return NOTHING
    found = Establishment.objects.select_related("company")
    if len(number) == 14:
        try:
            found = found.filter(siret=parse_siret(number))
        except InvalidInput as refused:
            return CompanyChoices("", problem=refused.message_fr)
    elif len(number) == 9 and is_siren(number):
        found = found.filter(company_id=number)
    elif len(fold(text)) < 3:
        return TOO_SHORT
    else:
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        if commune_code:
            found = found.filter(commune_code=commune_code)
    items = sorted(
        (choice_of(one) for one in found.order_by("search_rank")[:MOST]), key=lambda item: bool(item.refusal)
    )
    return CompanyChoices(title_of(len(items)), tuple(items), "" if items else NOT_FOUND)


def establishment_chosen(siret: str, at: datetime) -> Establishment:
    """The establishment of a SIRET; NotFound or Unavailable as the register says, InvalidInput for a wrong key."""
    found = Establishment.objects.select_related("company").filter(siret=parse_siret(siret)).first()
    if found is None:
        raise NotFound("sirene", "no such establishment")
    return found


def choice_of(establishment: Establishment) -> CompanyChoice:
    """An establishment as it is offered. No query when its company is loaded."""
    name = establishment.company.name
    sign = establishment.sign if establishment.sign and establishment.sign != name else ""
    place = " ".join(filter(None, (establishment.postal_code, establishment.commune_name)))
    lines = tuple(
        filter(
            None,
            (
                sign and f"Enseigne : {sign}",
                ", ".join(filter(None, (establishment.address, place))),
                "Siège" if establishment.is_head_office else "",
            ),
        )
    )
    refusal = why_not(is_active=establishment.is_active, closed_on=establishment.closed_on, abroad=establishment.abroad)
    return CompanyChoice(establishment.siret, name, lines, refusal)


def title_of(count: int) -> str:
    return formats.counted(count, "établissement trouvé", "établissements trouvés") if count else ""


def suggestions(typed: str, at: datetime) -> list[dict[str, str]]:
    """The lines offered while one types: name, place, SIRET."""
    return [
        {"value": item.siret, "label": item.name, "hint": " · ".join((*item.lines, item.number))}
        for item in company_choices(typed, "", at).items
        if not item.refusal
    ]


def said(failure: ConnectorError) -> str:
    """What a failure of the register means for who chooses, and what to do."""
    if isinstance(failure, NotFound):
        return NOT_FOUND
    return DOWN
