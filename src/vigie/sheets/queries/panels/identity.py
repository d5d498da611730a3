"""Who the firm is: its facts, its establishments, where else to read of it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse

from vigie.companies.models import Company, Establishment, Source
from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.period import Month, paris_day
from vigie.kernel.siren import show_siret
from vigie.sheets.queries.block import Block, Reading
from vigie.sheets.rules.series import headcount, in_debt, latest, months_until
from vigie.sheets.rules.status import age
from vigie.ui.components import Cell, Column, Fact, Link, Table
from vigie.ui.formats import counted, day, number
from vigie.watchlists.rules_sight import Category

KEPT_BACK = "non diffusible"


def company_facts(reading: Reading) -> tuple[Fact, ...]:
    """The header of the sheet of a company."""
    company, office = reading.company, reading.head_office
    return (
        Fact("Siège", _address(office)),
        Fact("Activité", _activity(company.naf_code)),
        Fact("Création", _created(company.created_on, reading.today)),
        *_company_headcount(reading),
        Fact("Forme juridique", legal_form_label(company.legal_form_code)),
        Fact("État", "En activité" if company.is_active else "Cessée"),
    )


def place_facts(reading: Reading, place: Establishment) -> tuple[Fact, ...]:
    """The header of the sheet of an establishment."""
    company = reading.company
    return (
        Fact("Siège", "Oui" if place.is_head_office else "Non"),
        Fact("Enseigne", place.sign, missing="aucune"),
        Fact("Activité", _activity(place.naf_code or company.naf_code)),
        Fact("Forme juridique", legal_form_label(company.legal_form_code)),
        Fact("Ouverture", _created(place.created_on, reading.today)),
        Fact("Création de l’entreprise", _created(company.created_on, reading.today)),
        Fact("Adresse", _address(place)),
        Fact("État", _state(place)),
    )


def identity_origin(known: Company | Establishment) -> str:
    """« Sirene (fichier stock), au 23 novembre 2026 »: who says the facts of the header, and when it was seen."""
    return f"{Source(known.source).label}, au {day(paris_day(known.seen_at))}"


def establishments(reading: Reading) -> Block:
    """The establishments of the company, the head office first; the debt only for who may read it."""
    page, with_debt = reading.places, reading.opens(Category.URSSAF) and _holds_debts(reading)
    count, active = reading.counts
    columns = (
        Column("Établissement", header=True),
        Column("Commune"),
        Column("Effectif", numeric=True),
        Column("État"),
    )
    return Block(
        "establishments",
        "Établissements",
        texts=(f"{counted(count, 'établissement')}, dont {counted(active, 'actif')}.",) if count else (),
        tables=(
            Table(
                caption="Établissements, le siège d’abord",
                columns=(*columns, Column("Dette sociale")) if with_debt else columns,
                rows=tuple(_row(reading, place, with_debt) for place in page),
                caption_hidden=True,
                empty="Aucun établissement n’est connu du répertoire.",
            ),
        ),
        pages=page,
        origin="Insee Sirene" + (" et Urssaf" if with_debt else ""),
    )


def _row(reading: Reading, place: Establishment, with_debt: bool) -> tuple[Cell | str, ...]:
    where = " ".join(filter(None, (place.postal_code, place.commune_name))) or KEPT_BACK
    siret = show_siret(place.siret) if place.sign else ""
    shown = (
        Cell(
            place.sign or show_siret(place.siret),
            href=reverse("sheets:establishment", args=[place.siret]),
            hint=" · ".join(filter(None, ("Siège" if place.is_head_office else "", siret))),
        ),
        where,
        _headcount(reading, place.siret),
        _state(place),
    )
    return (*shown, _debt(reading, place.siret)) if with_debt else shown


def _company_headcount(reading: Reading) -> tuple[Fact, ...]:
    """The last known figure, as the block below says it; nothing when it is locked, which that block says."""
    table = "dossier_workforce"
    if reading.rows_if_readable(table) is None:
        return ()
    until = reading.until(table, "effectif_ent") or reading.until(table, "effectif")
    months = months_until(reading.last_month)
    last = latest(headcount(reading.series(table).rows, "workforce_count", months, until))
    return (Fact("Effectif", "" if last is None else counted(last, "salarié"), missing="inconnu", as_of=until),)


def _headcount(reading: Reading, siret: str) -> str:
    """The last known figure when it is of the freshness month; else « - »."""
    rows = reading.rows_if_readable("dossier_workforce")
    if not rows:
        return "inconnu"
    until = reading.until("dossier_workforce", "effectif") or reading.until("dossier_workforce", "effectif_ent")
    wanted = Month.of(until).first_day if until else None
    found = [row["workforce_count"] for row in rows if row["siret"] == siret and row["month"] == wanted]
    return number(found[0]) if found and found[0] is not None else "inconnu"


def _holds_debts(reading: Reading) -> bool:
    return reading.rows_if_readable("dossier_debts") is not None


def _debt(reading: Reading, siret: str) -> str:
    found = in_debt(reading.series("dossier_debts").rows, siret, reading.until("dossier_debts", "debit"))
    return "N.A." if found is None else ("Oui" if found else "Non")


def links(reading: Reading) -> Block | None:
    """Other services, of the setting VIGIE_EXTERNAL_LINKS: only public numbers go into the addresses."""
    siret = reading.siret or (reading.head_office.siret if reading.head_office else "")
    kept = []
    for label, address in settings.VIGIE.external_links_list:
        if "{siret}" in address and not siret:
            continue
        kept.append(Link(label, address.replace("{siren}", reading.siren).replace("{siret}", siret)))
    if not kept:
        return None
    return Block("links", "Autres services", links=tuple(kept))


def name_of(company: Company) -> str:
    """The name, with the acronym."""
    return f"{company.name} ({company.acronym})" if company.acronym else company.name


def _activity(code: str) -> str:
    return f"{naf_label(code) or 'Activité'} ({code})" if code else ""


def _created(on: date | None, today: date) -> str:
    if on is None:
        return ""
    years = age(on, today)
    return f"{day(on)} ({counted(years, 'an')})" if years else f"{day(on)} (moins d’un an)"


def _address(place: Establishment | None) -> str:
    if place is None:
        return ""
    where = " ".join(filter(None, (place.postal_code, place.commune_name)))
    return ", ".join(filter(None, (place.address, where))) or KEPT_BACK


def _state(place: Establishment) -> str:
    if place.is_active:
        return "En activité"
    return f"Fermé le {day(place.closed_on)}" if place.closed_on else "Fermé"
