"""The columns of a list: which exist, which a reader may see, what each cell says of a firm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from vigie.agents.models import ENDLESS_FROM, Follow
from vigie.companies.models import Company
from vigie.kernel.clock import now
from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.siren import show_siren
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.statements import composed_once
from vigie.rights.table import grants
from vigie.ui.components import Cell, Column
from vigie.ui.formats import counted, number, percent
from vigie.ui.hrefs import siren_href
from vigie.watchlists.models import Entry, Opinion, Publication
from vigie.watchlists.queries import figure_cells
from vigie.watchlists.queries.contacts import LastContact, last_contacts
from vigie.watchlists.queries.files import files_said
from vigie.watchlists.queries.filters import kept_by_hand, proceedings_known
from vigie.watchlists.queries.reasons import shown
from vigie.watchlists.queries.words import LEVEL_STATES, SECTIONS, UNNAMED
from vigie.watchlists.rules import SHOWN_REASONS
from vigie.watchlists.rules_sight import Category, Sight

_TREND_FROM = 0.02
UNKNOWN = figure_cells.UNKNOWN
LOCKED = Cell("Votre habilitation n’ouvre pas ces données", locked=True)
CONTACT, PLACE, REWORKED = "contact", "lieu", "retraitee"
UNKNOWN_STATUS = "Statut inconnu"


@dataclass(frozen=True)
class Around:
    """What the cells of a page need beside each entry. followed: siren → by whom, in words.

    opinions: siren → whether the reader found the detection useful; None when this list is no longer judged.
    contacts: siren → the last one he may know of; offices: siren → SIRET of its head office; reworked: those that a
    working list keeps, None when he may read none. Read when wanted.
    """

    publication: Publication
    sight: Sight
    names: Mapping[str, str] = field(default_factory=dict)
    followed: Mapping[str, str] = field(default_factory=dict)
    opinions: Mapping[str, bool] | None = None
    contacts: Mapping[str, LastContact] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    created: Mapping[str, date | None] = field(default_factory=dict)
    reworked: frozenset[str] | None = None


@dataclass(frozen=True)
class ListColumn:
    """A column. sort: its key in the address. rests_on: the nature of data that opens it.

    locked: this reader does not hold it; each cell says why, and nothing is sorted by it.
    """

    code: str
    label: str
    cell: Callable[[Entry, Around], Cell | str]
    sort: str = ""
    numeric: bool = False
    usual: bool = True
    rests_on: Category | None = None
    locked: bool = False

    @property
    def choice(self) -> str:
        """What the choice of the columns calls it."""
        return f"{self.label} (verrouillée)" if self.locked else self.label

    def without_key(self) -> ListColumn:
        """The same for a reader who does not hold what it rests on."""
        return replace(self, cell=lambda entry, page: LOCKED, sort="", numeric=False, usual=False, locked=True)

    def drawn(self) -> Column:
        return Column(self.label, sort=self.sort, numeric=self.numeric, header=self.code == "entreprise")


def around(
    person: Person, publication: Publication, entries: list[Entry], sight: Sight, *, latest: bool = False,
    wanted: Collection[str] = (),
) -> Around:  # fmt: skip
    """What the cells of these entries need: names of the directory, which keeps back what must be, who follows them.

    latest: whether this is the last list, the only one that is judged. wanted: codes of the columns that will be drawn.
    2 queries, 1 more for the files when there are, 1 for each source of contacts and 1 for the working lists when they
    are wanted.
    """
    names = {entry.siren: entry.name or UNNAMED for entry in entries}
    at = now()
    sirens = tuple(entry.siren for entry in entries)
    companies: list[Any] = list(_companies(sirens, person.user_id or 0, at, at + ENDLESS_FROM))
    names |= {company.siren: company.name for company in companies if company.name}
    files = files_said([company.siren for company in companies if company.by_file and not company.mine])
    return Around(
        publication,
        sight,
        names,
        {company.siren: _followed_by(company, files) for company in companies},
        _opinions(person, publication, list(names)) if latest else None,
        last_contacts(person, list(names)) if CONTACT in wanted else {},
        created={company.siren: company.created_on for company in companies},
        reworked=_reworked(person, publication, list(names)) if REWORKED in wanted else None,
    )


@composed_once
def _companies(sirens: tuple[str, ...], user_id: int, at: datetime, endless: datetime) -> QuerySet[Company]:
    running = Follow.objects.running(at).filter(siren=OuterRef("pk"))
    companies = Company.objects.filter(siren__in=sirens).annotate(
        mine=Exists(running.filter(user_id=user_id)),
        by_file=Exists(running.endless(endless)),
        by_other=Exists(running.filter(origin=Follow.Origin.PERSONAL)),
    )
    return companies.only("siren", "name", "created_on")


def _reworked(person: Person, publication: Publication, sirens: list[str]) -> frozenset[str] | None:
    """Those of these firms that a working list keeps today; None for who may read none."""
    if not may(person, "reworked.list"):
        return None
    kept = kept_by_hand(person, publication).filter(siren__in=sirens)
    return frozenset(kept.values_list("siren", flat=True))


def _opinions(person: Person, publication: Publication, sirens: list[str]) -> dict[str, bool] | None:
    """What the reader said of these firms, when he may say something."""
    if not grants("opinion.give", person.roles):
        return None
    return dict(_opinions_of(person, publication.pk, tuple(sirens)))


@composed_once
def _opinions_of(person: Person, publication: int, sirens: tuple[str, ...]) -> QuerySet[Opinion, tuple[str, bool]]:
    mine = Opinion.objects.allowed(person, "opinion.view").filter(publication=publication, siren__in=sirens)
    return mine.order_by().values_list("siren", "useful")


def columns_for(sight: Sight) -> tuple[ListColumn, ...]:
    """The columns that this reader may have, in their order; those that he does not hold bear a padlock."""
    return tuple(one if one.rests_on is None or sight.opens(one.rests_on) else one.without_key() for one in COLUMNS)


def chosen(offered: Iterable[ListColumn], codes: Iterable[str]) -> tuple[ListColumn, ...]:
    """The columns that the agent keeps; the usual ones until he has chosen. The firm is always there.

    Without a column of its own, its place is said under its name: nine columns fit a desk, with room for the reasons.
    """
    wanted = set(codes)
    kept = [one for one in offered if one.code == "entreprise" or (one.code in wanted if wanted else one.usual)]
    if not any(one.code == PLACE for one in kept):
        kept = [replace(one, cell=_firm_and_place) if one.code == "entreprise" else one for one in kept]
    return tuple(kept)


def badges(entry: Entry, sight: Sight | None = None) -> list[str]:
    """What an agent should notice before calling; without sight, what every reader of the firm may read."""
    debts = sight is not None and sight.opens(Category.URSSAF)
    told = (
        (entry.first_alert, "1re alerte"),
        (entry.aggravation, "Aggravation"),
        (not entry.in_bonis, "Procédure en cours"),
        (entry.plan_running, "En plan"),
        (entry.payment_plan_running and debts, "Délai Urssaf en cours"),
        (entry.recent_company, "Entreprise récente"),
        (entry.corrected, "Redressement expert"),
    )
    return [words for true, words in told if true]


def status(entry: Entry, publication: Publication) -> str:
    """The collective proceedings of a firm; never « in bonis » when their source is missing (L-02)."""
    if not proceedings_known(publication):
        return UNKNOWN_STATUS
    if entry.plan_running:
        return "Plan en cours"
    return "In bonis" if entry.in_bonis else figure_cells.proceeding(entry) or "Procédure en cours"


def trend(entry: Entry) -> str:
    """« +5 % sur un an », « stable sur un an »; empty when unknown."""
    ratio = entry.workforce_change_ratio
    if ratio is None:
        return ""
    if abs(ratio) < _TREND_FROM:
        return "stable sur un an"
    return f"{'+' if ratio > 0 else ''}{percent(ratio, 0)} sur un an"


def _followed_by(company: Any, files: Mapping[str, str]) -> str:
    """By whom, never what is written there."""
    if company.mine:
        return "Par vous"
    return files.get(company.siren) or ("Par un autre agent" if company.by_other else "")


# --- cells ------------------------------------------------------------------------------------------------------------
def _level(entry: Entry, page: Around) -> Cell:
    return Cell(state=LEVEL_STATES[entry.level])


def _first(entry: Entry, page: Around) -> str:
    return "1re alerte" if entry.first_alert else "Aggravation" if entry.aggravation else "Non"


def _firm(entry: Entry, page: Around) -> Cell:
    siren = f"SIREN {show_siren(entry.siren)}"
    return Cell(page.names[entry.siren], href=siren_href("sheets:company", entry.siren), hint=siren)


def _firm_and_place(entry: Entry, page: Around) -> Cell:
    cell = _firm(entry, page)
    return replace(cell, hint=f"{_place(entry, page)} · {cell.hint}")


def _place(entry: Entry, page: Around) -> str:
    both = f"{entry.commune_name} ({entry.departement})" if entry.commune_name else entry.departement
    return both or UNKNOWN


def _sector(entry: Entry, page: Around) -> Cell:
    return Cell(naf_label(entry.naf) if entry.naf else UNKNOWN, hint=SECTIONS.get(entry.section, ""))


def _workforce(entry: Entry, page: Around) -> Cell | str:
    return UNKNOWN if entry.workforce_count is None else Cell(number(entry.workforce_count), hint=trend(entry))


def _change(entry: Entry, page: Around) -> str:
    return trend(entry).removesuffix(" sur un an") or UNKNOWN


def _reason(entry: Entry, page: Around) -> Cell:
    """The main one: a row of three sentences leaves room for one firm on a screen. The sheet and the file tell more."""
    told = page.publication.told
    reasons = shown(entry.reasons, told["features"], page.sight, SHOWN_REASONS)
    family = told["families"].get(entry.main_family, "")
    more = len(reasons) - 1
    others = f"et {counted(more, 'autre raison', 'autres raisons')}, sur la fiche" if more > 0 else ""
    return Cell(reasons[0] if reasons else family or "Non précisé", hint=others)


def _payment_plan(entry: Entry, page: Around) -> str:
    return "Oui" if entry.payment_plan_running else "Non"


def _status(entry: Entry, page: Around) -> str:
    return status(entry, page.publication)


def _followed(entry: Entry, page: Around) -> str:
    return page.followed.get(entry.siren) or "Personne"


def _frequency(entry: Entry, page: Around) -> str:
    return counted(entry.alerts_before + 1, "liste", "listes")


def _notes(entry: Entry, page: Around) -> str:
    return ", ".join(badges(entry, page.sight)) or "Rien de particulier"


def _created(entry: Entry, page: Around) -> str:
    on = page.created.get(entry.siren)
    return str(on.year) if on else UNKNOWN


def _kept_by_hand(entry: Entry, page: Around) -> Cell | str:
    return LOCKED if page.reworked is None else "Oui" if entry.siren in page.reworked else "Non"


def _opinion(entry: Entry, page: Around) -> Cell | str:
    if page.opinions is None:
        return "Close"
    useful = page.opinions.get(entry.siren)
    words = "Donner mon avis" if useful is None else "Utile" if useful else "Inutile"
    href = f"{siren_href('watchlists:opinion', entry.siren)}?retour=liste"
    return Cell(words, href=href, hint="" if useful is None else "Votre avis, à changer si besoin")


COLUMNS = (
    ListColumn("niveau", "Risque", _level, sort="niveau"),
    ListColumn("entreprise", "Entreprise", _firm, sort="entreprise"),
    ListColumn(PLACE, "Siège", _place, sort="lieu", usual=False),
    ListColumn("secteur", "Secteur", _sector, sort="secteur"),
    ListColumn("effectif", "Effectif", _workforce, sort="effectif", numeric=True),
    ListColumn("tendance", "Effectif sur un an", _change, sort="tendance", numeric=True, usual=False),
    ListColumn("ca", "Chiffre d’affaires", figure_cells.revenue, sort="ca", numeric=True, usual=False),
    ListColumn(
        "resultat", "Résultat d’exploitation", figure_cells.operating_result, sort="resultat", numeric=True, usual=False
    ),
    ListColumn("ebe", "EBE", figure_cells.ebitda, sort="ebe", numeric=True, usual=False),
    ListColumn("dette", "Dette sociale", figure_cells.debt, sort="dette", numeric=True, rests_on=Category.URSSAF),
    ListColumn(
        "ap", "Activité partielle", figure_cells.short_time_work, sort="ap", usual=False, rests_on=Category.DGEFP
    ),
    ListColumn("raison", "Ce qui fait monter le risque", _reason),
    ListColumn("alerte", "Première alerte", _first, sort="alerte", usual=False),
    ListColumn("delai", "Délai Urssaf", _payment_plan, sort="delai", usual=False, rests_on=Category.URSSAF),
    ListColumn("procedure", "Procédure collective", _status, sort="procedure", usual=False),
    ListColumn("frequence", "En alerte, sur 24 mois", _frequency, sort="frequence", numeric=True, usual=False),
    ListColumn("forme", "Forme juridique", figure_cells.legal_form, sort="forme", usual=False),
    ListColumn("creation", "Année de création", _created, usual=False),
    ListColumn("etat", "État", figure_cells.state, sort="etat", usual=False),
    ListColumn("groupe", "Tête de groupe", figure_cells.group_head, sort="groupe", usual=False),
    ListColumn(CONTACT, "Dernier contact", figure_cells.last_contact, usual=False),
    ListColumn(REWORKED, "Liste retraitée", _kept_by_hand, usual=False),
    ListColumn("suivi", "Suivi", _followed),
    ListColumn("notes", "À noter", _notes),
    ListColumn("avis", "Cette détection", _opinion),
)
