"""The sheet of a firm for one reader: identity, alert, explanation, series. What is locked is not read at all.

Unlocked = the firm has an establishment in the territory and is or was in alert in a list. Each block then asks its
right. Out of the territory, the firm does not exist (404).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse

from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.siren import is_siren, show_siren
from vigie.publication.read import Dossier
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Cell, Chart, Column, Fact, Table
from vigie.ui.formats import day, euros, number, percent
from vigie.watchlists.models import Entry, Publication
from vigie.watchlists.queries.door import list_folder
from vigie.watchlists.queries.explanation import Explanation, explain
from vigie.watchlists.queries.freshness import Series, data_until, series
from vigie.watchlists.queries.lists import badges, follows, freshness, late_sources
from vigie.watchlists.queries.reasons import partner_lines
from vigie.watchlists.queries.series import CHARTS, missing_note, months_until
from vigie.watchlists.queries.sight import sight_of
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS, firm_names, of_month, to_month
from vigie.watchlists.rules_sight import Category, Sight
from vigie.watchlists.states import OPEN

LOCKED = "Verrouillé : ces données s’ouvrent quand l’entreprise est ou a été en alerte."
NOT_OPEN_TO_YOU = "Votre habilitation n’ouvre pas ces données."
EMPTY = "Aucune donnée disponible pour cette entreprise."
ALWAYS_OPEN = ("dossier_workforce", "dossier_accounts", "dossier_proceedings")
SERIES_SOURCES = {"dossier_debts": "debit", "dossier_workforce": "effectif_ent", "dossier_short_time_work": "apconso"}


@dataclass(frozen=True)
class Block:
    """A part of the sheet: a chart, tables, or the sentence that says why there is nothing."""

    title: str
    chart: Chart | None = None
    tables: tuple[Table, ...] = ()
    note: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Alert:
    """What the list says of the firm; only for who may read it."""

    state: Any
    badges: tuple[str, ...]
    probability: str
    interval: str
    multiple: str
    model: str
    before_corrections: str
    former: str
    explanation: Explanation
    partners: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetPage:
    """The sheet. blocks_shown: the confidential blocks given, for the audit."""

    name: str
    siren: str
    list_title: str
    identity: tuple[Fact, ...]
    notices: tuple[str, ...]
    freshness: str
    alert: Alert | None
    locked: str
    missing: tuple[str, ...]
    blocks: tuple[Block, ...]
    follow: ActButton
    followed: bool
    blocks_shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutsidePage:
    """A firm that is not watched, and the rule of the perimeter that leaves it out."""

    name: str
    siren: str
    list_title: str
    reason: str
    observed: str


def visible_entry(person: Person, siren: str) -> Entry:
    """The firm in the current list, if it is in the territory; else 404. 2 queries."""
    current = Publication.objects.current().first()
    if current is None or not is_siren(siren):
        raise Http404
    entry = Entry.objects.allowed(person, "entry.view").filter(publication=current, siren=siren).first()
    if entry is None:
        raise Http404
    entry.publication = current
    return entry


def sheet_page(person: Person, siren: str) -> SheetPage:
    """The sheet; 8 queries at most, and the files of the list."""
    entry = visible_entry(person, siren)
    current = entry.publication
    seen = sight_of(person, siren)
    unlocked = seen.unlocked
    folder = list_folder(current.code, current.fingerprint)
    wanted = ["entries", "contributions", "partner_scores"] if unlocked else ["entries"]
    dossier = folder.dossier(siren, wanted)
    row = dossier["entries"][0]
    blocks, shown = _blocks(seen, current, siren)
    followed = follows(person).filter(siren=siren).exists()
    return SheetPage(
        name=firm_names([(siren, entry.name)])[siren],
        siren=show_siren(siren),
        list_title=f"Liste {of_month(current.batch)}",
        identity=_identity(entry, row),
        notices=late_sources(current),
        freshness=freshness(current),
        alert=_alert(seen, entry, row, dossier, current) if unlocked else None,
        locked="" if unlocked else LOCKED,
        missing=tuple(current.told["families"].get(code, code) for code in row["missing_families"]) if unlocked else (),
        blocks=blocks,
        follow=_follow_button(siren, followed),
        followed=followed,
        blocks_shown=(*(("detection",) if unlocked else ()), *shown),
    )


def outside_page(siren: str) -> OutsidePage:
    """Why a firm seen in the sources is not watched; 404 for any other SIREN. 2 queries."""
    current = Publication.objects.current().first()
    if current is None or not is_siren(siren):
        raise Http404
    rows = list_folder(current.code, current.fingerprint).dossier(siren, ["left_out"])["left_out"]
    if not rows:
        raise Http404
    labels = {rule["code"]: rule["label_fr"] for rule in current.told["perimeter"]}
    return OutsidePage(
        name=firm_names([(siren, "")])[siren],
        siren=show_siren(siren),
        list_title=f"Liste {of_month(current.batch)}",
        reason=str(labels.get(rows[0]["rule"], rows[0]["rule"])),
        observed=rows[0]["observed"] or "",
    )


def _follow_button(siren: str, followed: bool) -> ActButton:
    action = reverse("watchlists:follow", args=[siren])
    if followed:
        return ActButton("Ne plus suivre les nouveaux faits", action, "unfollow", "tertiary")
    return ActButton("Suivre les nouveaux faits", action, "follow", "secondary")


def _identity(entry: Entry, row: dict[str, Any]) -> tuple[Fact, ...]:
    until = data_until(entry.publication).get("effectif_ent")
    place = f"{entry.commune_name} ({entry.departement})" if entry.commune_name else entry.departement
    also = sorted(set(row["departements"]) - {entry.departement})
    count = entry.workforce_count
    return (
        Fact("SIREN", show_siren(entry.siren), source="Insee"),
        Fact("Siège", place, source="Insee"),
        Fact("Présente aussi dans", ", ".join(also), missing="aucun autre département"),
        Fact("Activité", f"{naf_label(entry.naf)} ({entry.naf})" if entry.naf else ""),
        Fact("Secteur", SECTIONS.get(entry.section, "")),
        Fact("Effectif", f"{number(count)} salariés" if count is not None else "", as_of=until, source="Urssaf"),
    )


def _alert(seen: Sight, entry: Entry, row: dict[str, Any], dossier: Dossier, current: Publication) -> Alert:
    horizon = current.told["horizon_months"]
    low, high = row["score_low"], row["score_high"]
    return Alert(
        state=LEVEL_STATES[entry.level],
        badges=tuple(badges(entry)),
        probability=f"{percent(row['score'])} de risque de procédure collective dans les {horizon} mois",
        interval=f"entre {percent(low)} et {percent(high)}" if low is not None and high is not None else "",
        multiple=f"{number(row['reference_multiple'], 1)} fois le risque moyen des entreprises suivies",
        model=current.told["model_id"],
        before_corrections=_before(entry, row),
        former=_former(entry, row, current),
        explanation=explain(row, dossier["contributions"], current.told, seen),
        partners=partner_lines(dossier["partner_scores"], seen),
    )


def _before(entry: Entry, row: dict[str, Any]) -> str:
    if not entry.corrected:
        return ""
    level = LEVEL_STATES[row["level_model"]].label.lower()
    return f"Avant redressement : {level}, {percent(row['score_model'])}."


def _former(entry: Entry, row: dict[str, Any], current: Publication) -> str:
    """What the list before said, and how the probability moved. 1 query."""
    former = (
        Entry.objects.filter(siren=entry.siren, publication__state=OPEN, publication__batch__lt=current.batch)
        .select_related("publication")
        .order_by("-publication__batch")
        .first()
    )
    change = row["score_change"]
    moved = (
        f"La probabilité a {'monté' if change > 0 else 'baissé'} de {number(abs(change) * 100, 1)} points."
        if change
        else ""
    )
    if former is None:
        return moved or "L’entreprise n’était pas dans la liste précédente."
    level = LEVEL_STATES[former.level].label.lower()
    return f"Liste {of_month(former.publication.batch)} : {level}. {moved}".strip()


def _blocks(seen: Sight, current: Publication, siren: str) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of series, and the confidential ones that are shown. Tables kept from the reader are not read."""
    rights = {
        "debts": seen.opens(Category.URSSAF),
        "short_time_work": seen.opens(Category.DGEFP),
    }
    wanted = list(ALWAYS_OPEN)
    wanted += ["dossier_debts", "dossier_payment_plans"] if rights["debts"] else []
    wanted += ["dossier_short_time_work"] if rights["short_time_work"] else []
    found = series(current, siren, wanted)
    until = data_until(current)
    why = NOT_OPEN_TO_YOU if seen.unlocked else LOCKED
    blocks = (
        _chart_block("Effectif", "dossier_workforce", found, current, until),
        _chart_block("Activité partielle", "dossier_short_time_work", found, current, until)
        if rights["short_time_work"]
        else Block("Activité partielle", note=why),
        _debts_block(found, current, until) if rights["debts"] else Block("Urssaf", note=why),
        _accounts_block(found["dossier_accounts"].rows),
        _proceedings_block(found["dossier_proceedings"].rows),
    )
    return blocks, tuple(name for name, opened in rights.items() if opened)


def _chart_block(
    title: str, table: str, found: dict[str, Series], current: Publication, until: dict[str, date]
) -> Block:
    rows = found[table].rows
    last = max((row["month"] for row in rows), default=current.batch)
    months = months_until(last)
    chart = CHARTS[table](rows, months)
    return Block(title, chart, note=missing_note(rows, months) if chart else EMPTY, origin=_origin(table, found, until))


def _origin(table: str, found: dict[str, Series], until: dict[str, date]) -> str:
    """Until when the figures go; fresher facts than the list say so."""
    if found[table].fresher:
        return f"Faits reçus le {day(date.fromisoformat(found[table].fresher[:10]))}, plus récents que la liste."
    known = until.get(SERIES_SOURCES.get(table, ""))
    return f"Données arrêtées {to_month(known)}." if known else ""


def _debts_block(found: dict[str, Series], current: Publication, until: dict[str, date]) -> Block:
    block = _chart_block("Urssaf", "dossier_debts", found, current, until)
    plans = found["dossier_payment_plans"].rows
    if not plans:
        return block
    table = Table(
        caption="Délais de paiement accordés",
        columns=(Column("Accordé le", header=True), Column("Jusqu’au"), Column("Montant", numeric=True)),
        rows=tuple(
            (
                day(plan["created_on"]),
                day(plan["due_on"]) if plan["due_on"] else "inconnu",
                euros(plan["amount_eur"]) if plan["amount_eur"] is not None else "inconnu",
            )
            for plan in reversed(plans)
        ),
    )
    return Block(block.title, block.chart, (table,), block.note, block.origin)


def _accounts_block(rows: list[dict[str, Any]]) -> Block:
    note = "Ces comptes publiés ne sont pas ceux que le calcul utilise quand l’entreprise est soumise au secret fiscal."
    if not rows:
        return Block("Comptes publiés", note="Aucun compte public n’est connu.")
    money = (("revenue_eur", "Chiffre d’affaires"), ("ebitda_eur", "EBE"), ("net_income_eur", "Résultat net"))
    ratios = (("debt_ratio", "Endettement"), ("equity_ratio", "Autonomie financière"))
    latest = rows[::-1][:5]
    table = Table(
        caption="Derniers exercices",
        columns=(
            Column("Clôture", header=True),
            *(Column(label, numeric=True) for _name, label in money),
            *(Column(label, numeric=True) for _name, label in ratios),
        ),
        rows=tuple(
            (
                Cell(day(row["closed_on"])),
                *(euros(row[name]) if row[name] is not None else "inconnu" for name, _label in money),
                *(percent(row[name], 0) if row[name] is not None else "inconnu" for name, _label in ratios),
            )
            for row in latest
        ),
        caption_hidden=True,
    )
    return Block("Comptes publiés", tables=(table,), note=note, origin="INPI / BCE")


def _proceedings_block(rows: list[dict[str, Any]]) -> Block:
    if not rows:
        return Block("Procédures collectives", note="Aucune procédure connue : l’entreprise est in bonis.")
    table = Table(
        caption="Procédures",
        columns=(Column("Date", header=True), Column("Procédure")),
        rows=tuple((day(row["effective_on"]), row["label"] or f"{row['kind']} : {row['stage']}") for row in rows[::-1]),
        caption_hidden=True,
    )
    return Block("Procédures collectives", tables=(table,), origin="Jugements publiés")
