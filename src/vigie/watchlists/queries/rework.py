"""The working list of a département (L-04): its firms, what its rules would give, what was kept and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import F, Prefetch
from django.http import Http404
from django.urls import reverse

from vigie.agents.models import Follow
from vigie.companies.models import Company
from vigie.kernel.clock import now
from vigie.kernel.siren import show_siren
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted, day, number
from vigie.watchlists.models import (
    Entry,
    EntryQuerySet,
    FirmPlace,
    Publication,
    ReworkCorrection,
    ReworkedEntry,
    ReworkedList,
)
from vigie.watchlists.queries.filters import proceedings_known
from vigie.watchlists.queries.words import LEVEL_STATES, UNNAMED, firm_names, of_month
from vigie.watchlists.rules_rework import BY_CODE, FINANCE, RULES, Candidate, Rule, Settings, reason_fr, rework

PER_PAGE = 50
_PROCEEDINGS_RULE = "in_bonis"


@dataclass(frozen=True)
class Preview:
    """What the rules would give. kept: « 180 entreprises gardées sur 412 »."""

    kept: str
    table: Table


@dataclass(frozen=True)
class ReworkPage:
    """The page of a list where its working lists are made and found again."""

    title: str
    code: str
    saved: Table


@dataclass(frozen=True)
class ReworkedPage:
    """A working list: what is kept, or what is dropped, with the reasons. sirens: shown on the page, for the audit."""

    pk: int
    code: str
    title: str
    intro: str
    rules: tuple[str, ...]
    kept: bool
    counts: tuple[str, str]
    table: Table
    page: Page
    sirens: tuple[str, ...]


@dataclass(frozen=True)
class ReworkedFirm:
    """A firm of a working list, about to be corrected."""

    entry: ReworkedEntry
    title: str
    state: str
    reason: str
    past: tuple[str, ...]
    verb: str
    asks: str  # « oui » to keep it, « non » to drop it


def published(code: str) -> Publication:
    """The open list of this code; Http404 otherwise."""
    found = Publication.objects.current().filter(code=code).first()
    if found is None:
        raise Http404
    return found


def offered(publication: Publication) -> tuple[Rule, ...]:
    """The rules that this list can be asked: without the source of proceedings, nobody is known in bonis (L-02)."""
    known = proceedings_known(publication)
    return tuple(rule for rule in RULES if known or rule.code != _PROCEEDINGS_RULE)


def candidates(person: Person, publication: Publication, departement: str) -> list[Candidate]:
    """The firms in alert whose head office is in the département: each firm is in one working list. 3 queries."""
    entries = _entries(person, publication, departement)
    sirens = entries.values("siren")
    born = dict(Company.objects.filter(siren__in=sirens, created_on__isnull=False).values_list("siren", "created_on"))
    files = Follow.objects.running(now()).filter(origin=Follow.Origin.FILE, siren__in=sirens)
    followed = set(files.values_list("siren", flat=True))
    return [
        Candidate(
            entry.siren, entry.level, entry.rank, first_alert=entry.first_alert, in_bonis=entry.in_bonis,
            payment_plan=entry.payment_plan_running, recent=entry.recent_company, created_on=born.get(entry.siren),
            workforce=entry.workforce_count, followed=entry.siren in followed,
            # Published accounts only: a rank never tells what the tax administration knows.
            weak_accounts=entry.main_family == FINANCE and entry.accounts_public is True,
        )
        for entry in entries.order_by().defer("reasons", "missing_families")
    ]  # fmt: skip


def _entries(person: Person, publication: Publication, departement: str) -> EntryQuerySet:
    here = FirmPlace.objects.filter(departement=departement).values("siren")
    allowed = Entry.objects.allowed(person, "entry.view")
    return allowed.filter(publication=publication, departement=departement, siren__in=here).alerts()


def preview(person: Person, publication: Publication, departement: str, settings: Settings) -> Preview:
    """How many firms each rule drops, then what remains. Nothing is written. 3 queries."""
    verdicts = rework(candidates(person, publication, departement), settings, publication.batch)
    first = Counter(one.reason for one in verdicts if not one.kept)
    every = Counter(code for one in verdicts for code in one.dropped_by)
    rows = [
        (rule_words(rule, settings.rules[rule.code]), number(every[rule.code]), number(first[rule.code]))
        for rule in RULES
        if rule.code in settings.rules
    ]
    back, over = sum(one.kept and bool(one.dropped_by) for one in verdicts), first["quota"]
    rows += [("Reprises pour compléter", "", number(-back))] if back else []
    rows += [(f"Au-delà de {number(settings.quota)}", "", number(over))] if over else []
    table = Table(
        caption="Ce que chaque règle écarte",
        columns=(
            Column("Règle", header=True),
            Column("Entreprises qui ne la respectent pas", numeric=True),
            Column("Écartées par elle d’abord", numeric=True),
        ),
        rows=tuple(rows),
        empty="Aucune règle n’est choisie.",
    )
    kept = counted(sum(one.kept for one in verdicts), "entreprise gardée", "entreprises gardées")
    return Preview(f"{kept} sur {number(len(verdicts))}", table)


def rule_words(rule: Rule, parameter: int) -> str:
    """« Créée depuis au moins 3 ans »."""
    return f"{rule.label_fr} {number(parameter)} {rule.unit}" if rule.unit else rule.label_fr


def rework_page(person: Person, publication: Publication) -> ReworkPage:
    """The working lists of this list, in the territory of the reader. 1 query."""
    saved = ReworkedList.objects.allowed(person, "reworked.view").filter(publication=publication).select_related("user")
    table = Table(
        caption="Listes retraitées enregistrées",
        columns=(Column("Nom", header=True), Column("Département"), Column("Faite par"), Column("Le")),
        rows=tuple(
            (
                Cell(one.name, href=reverse("watchlists:reworked", args=[one.pk])),
                one.departement, one.user.full_name, day(one.made_at),
            )
            for one in saved
        ),
        empty="Aucune liste retraitée n’est enregistrée pour votre territoire.",
    )  # fmt: skip
    return ReworkPage(f"Liste retraitée {of_month(publication.batch)}", publication.code, table)


def reworked_of(person: Person, pk: int) -> ReworkedList:
    """The working list, if it is in the reader's territory; Http404 otherwise. 1 query."""
    rows = ReworkedList.objects.allowed(person, "reworked.view").select_related("publication", "user")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def reworked_page(person: Person, found: ReworkedList, kept: bool, page: str) -> ReworkedPage:
    """Its firms kept, or dropped, with the reason of each. 7 queries."""
    entries = ReworkedEntry.objects.filter(reworked=found).now()  # type: ignore[attr-defined]
    corrections = ReworkCorrection.objects.select_related("user")
    rows = entries.filter(stays=kept).prefetch_related(Prefetch("corrections", corrections))
    shown = Paginator(rows, PER_PAGE).get_page(page)
    listed = list(shown)
    details = details_of(found.publication, [one.siren for one in listed])
    makes = may(person, "reworked.make", found)
    heads = (
        Column("Rang", numeric=True), Column("Entreprise", header=True), Column("Risque"),
        Column("Effectif", numeric=True), Column("Pourquoi"), *([Column("Correction")] if makes else []),
    )  # fmt: skip
    return ReworkedPage(
        code=found.publication.code,
        pk=found.pk,
        title=f"{found.name} ({found.departement})",
        intro=f"Liste retraitée {of_month(found.publication.batch)}, faite le {day(found.made_at)} "
        f"par {found.user.full_name}. Les règles ne changent plus\u00a0; les corrections à la main gardent leur motif.",
        rules=rules_said(found),
        kept=kept,
        counts=_counts(entries),
        table=Table(
            caption="Entreprises gardées" if kept else "Entreprises écartées",
            columns=heads,
            rows=tuple(_row(one, details, found, makes) for one in listed),
            empty="Aucune entreprise.",
            caption_hidden=True,
            keys=True,
        ),
        page=shown,
        sirens=tuple(one.siren for one in listed),
    )


def rules_said(found: ReworkedList) -> tuple[str, ...]:
    """The rules that made it, in words."""
    said = [rule_words(BY_CODE[code], parameter) for code, parameter in found.rules.items() if code in BY_CODE]
    said.append(f"{number(found.quota)} entreprises au plus")
    if found.complete_to:
        said.append(f"Complétée jusqu’à {number(found.complete_to)}")
    return tuple(said)


def _counts(entries: object) -> tuple[str, str]:
    stays = entries.filter(stays=True).count()  # type: ignore[attr-defined]
    drops = entries.filter(stays=False).count()  # type: ignore[attr-defined]
    return f"Gardées ({number(stays)})", f"Écartées ({number(drops)})"


@dataclass(frozen=True)
class Details:
    """The lines of the list and the names of some firms."""

    entries: dict[str, Entry]
    names: dict[str, str]


def details_of(publication: Publication, sirens: list[str]) -> Details:
    """What the list says of these firms. 2 queries."""
    entries = {one.siren: one for one in Entry.objects.filter(publication=publication, siren__in=sirens)}
    return Details(entries, firm_names((siren, entries[siren].name) for siren in sirens))


def why(entry: ReworkedEntry) -> tuple[str, str]:
    """The reason of the rules, and the last correction in words; needs its corrections."""
    last = list(entry.corrections.all())[-1:]
    said = [
        f"{'Remise' if one.keeps else 'Écartée'} par {one.user.full_name} le {day(one.at)}\u00a0: {one.motive}"
        for one in last
    ]
    return reason_fr(entry.reason, entry.dropped_by), "".join(said)


def _row(one: ReworkedEntry, details: Details, found: ReworkedList, makes: bool) -> tuple[Cell | str, ...]:
    entry = details.entries[one.siren]
    reason, corrected = why(one)
    act = reverse("watchlists:reworked_firm", args=[found.pk, one.siren])
    words = "Écarter" if one.stays else "Remettre"  # type: ignore[attr-defined]
    return (
        number(one.place) if one.place else "–",
        Cell(
            details.names[one.siren], href=reverse("sheets:company", args=[one.siren]),
            hint=f"SIREN {show_siren(one.siren)}",
        ),
        Cell(state=LEVEL_STATES[entry.level]),
        "Inconnu" if entry.workforce_count is None else number(entry.workforce_count),
        Cell(corrected or reason, hint=reason if corrected else ""),
        *([Cell(words, href=act)] if makes else []),
    )  # fmt: skip


def firm_to_correct(person: Person, found: ReworkedList, siren: str) -> ReworkedFirm:
    """The firm of a working list; Http404 when it is not there. 3 queries."""
    corrections = ReworkCorrection.objects.select_related("user")
    rows = ReworkedEntry.objects.filter(reworked=found, siren=siren).now()  # type: ignore[attr-defined]
    one = rows.prefetch_related(Prefetch("corrections", corrections)).first()
    if one is None:
        raise Http404
    past = tuple(
        f"{day(c.at)}, {c.user.full_name}\u00a0: {'remise' if c.keeps else 'écartée'}. {c.motive}"
        for c in one.corrections.all()
    )
    name = firm_names([(siren, UNNAMED)])[siren]
    state = "Gardée" if one.stays else "Écartée"
    reason = reason_fr(one.reason, one.dropped_by)
    verb, asks = ("Écarter", "non") if one.stays else ("Remettre", "oui")
    return ReworkedFirm(one, name, state, reason, past, verb, asks)


@dataclass(frozen=True)
class FileLine:
    """A firm of a working list, for its file."""

    one: ReworkedEntry
    entry: Entry
    name: str
    reason: str
    corrected: str


def file_lines(found: ReworkedList) -> Iterator[FileLine]:
    """All its firms, kept ones first, by place. 4 queries a page."""
    rows = ReworkedEntry.objects.filter(reworked=found).now()  # type: ignore[attr-defined]
    corrections = ReworkCorrection.objects.select_related("user")
    keys = list(rows.order_by("-stays", F("place").asc(nulls_last=True), "siren").values_list("pk", flat=True))
    for start in range(0, len(keys), PER_PAGE * 10):
        page = keys[start : start + PER_PAGE * 10]
        known = rows.prefetch_related(Prefetch("corrections", corrections)).in_bulk(page)
        details = details_of(found.publication, [known[key].siren for key in page])
        for key in page:
            one = known[key]
            reason, corrected = why(one)
            yield FileLine(one, details.entries[one.siren], details.names[one.siren], reason, corrected)
