"""What pages ask of the directory: companies by what is typed, the establishments of one, the card of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from vigie.companies import rules, search_index
from vigie.companies.models import Company, Establishment, Source
from vigie.companies.rules import CLOSED_RANK
from vigie.kernel.nomenclature.legal_forms import legal_form_label
from vigie.kernel.nomenclature.naf import naf_label
from vigie.kernel.nomenclature.workforce import workforce_label
from vigie.kernel.siren import show_siren, show_siret
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZoneType
from vigie.territory.models import Commune, CommuneMovement

_COMMUNE = ZONE_CODE_SHAPES[ZoneType.COMMUNE]
_CANDIDATES = 60
_FEWER_WORDS_TRIES = 4
_SPELLINGS = 4  # words that a beginning may stand for, up to which they are asked for themselves
_NUMBER_FROM = 6  # digits, from which the beginning of a number is looked for


@dataclass(frozen=True)
class CompanyHit:
    """A company found, and the establishment that answers best. open_count: its open establishments in France."""

    siret: str
    siren: str
    name: str
    sign: str
    address: str
    postal_code: str
    commune_code: str
    commune_name: str
    is_head_office: bool
    is_active: bool
    abroad: bool
    diffusible: bool
    open_count: int = 1

    @property
    def value(self) -> str:
        """What choosing this line means: its only establishment, or the company, whose establishments come next."""
        return self.siret if self.open_count <= 1 else self.siren

    @property
    def label(self) -> str:
        return f"{self.name} ({self.sign})" if self.sign and self.sign != self.name else self.name

    @property
    def hint(self) -> str:
        """« 35000 RENNES · SIRET 123 456 789 00012 », or the SIREN and how many establishments there are."""
        place = " ".join(filter(None, (self.postal_code, self.commune_name)))
        if self.open_count > 1:
            return f"{place} · SIREN {show_siren(self.siren)} · {self.open_count} établissements"
        return " · ".join(filter(None, (place, f"SIRET {show_siret(self.siret)}")))


@dataclass(frozen=True)
class CompanyCard:
    """An establishment and its company in words, for a page. missing: what no register has told, in French."""

    siret: str
    siren: str
    name: str
    sign: str
    address: str
    postal_code: str
    commune_code: str
    commune_name: str
    legal_form: str
    naf_code: str
    activity: str
    workforce: str
    created_on: date | None
    is_active: bool
    closed_on: date | None
    abroad: bool
    diffusible: bool
    source: str
    seen_at: datetime
    facts_at: datetime | None
    missing: tuple[str, ...]


Groups = list[list[str]]  # for each word asked, those that will do


@dataclass(frozen=True)
class Asked:
    """A word typed. told: how the index is asked for it; borne: somebody bears it; may_err: it may be mistyped."""

    typed: str
    told: list[str]
    borne: bool = True
    may_err: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is asked, for ordering what answers."""

    key: str = ""
    words: Groups = field(default_factory=list)
    communes: frozenset[str] = frozenset()

    def fit(self, key: str, commune_code: str) -> tuple[bool, ...]:
        """The smaller the better: this very name, this commune, a name that begins so, a name that holds the words."""
        borne = key.split()
        groups = [tuple(word.removeprefix("=") for word in group) for group in self.words]
        holds = all(any(word.startswith(group) for word in borne) for group in groups)
        return (key != self.key, commune_code not in self.communes, not key.startswith(self.key), not holds)


@dataclass(frozen=True)
class Area:
    """Where is looked: the communes that come first, the only départements (empty: all), and how many at most.

    ranks: the only ones (empty: every open one).
    """

    communes: list[str]
    departements: tuple[str, ...]
    most: int
    ranks: tuple[tuple[int, int], ...] = ()


# --- searching --------------------------------------------------------------------------------------------------------
def search_companies(
    text: str, *, commune_code: str | None = None, departements: Iterable[str] = (), limit: int = 10,
    ranks: Iterable[tuple[int, int]] = (),
) -> list[CompanyHit]:  # fmt: skip
    """The companies that answer to a name, a sign, an acronym, a commune, a SIREN or a SIRET, best first.

    Words are beginnings of words, in any order, accents and legal forms ignored; when nothing answers, one typing
    error per word is forgiven, then one word too many. A number gives its company or establishment, even closed;
    words give open establishments in France, or of some ``departements``, those of ``commune_code`` before others; of
    the only ``ranks`` that ``rules.ranks_of`` gives, when they are given.
    Whatever is typed, no error.
    Queries do not grow with companies: 5 or 6 for a word that answers, about 40 for eight that do not.
    """
    query = rules.read_query(text)
    numbered = _numbered(query.number, limit)
    if numbered or len(query.number) >= _NUMBER_FROM:
        return numbered
    if not query.words:
        return []
    communes = _codes_of(commune_code) if commune_code and _COMMUNE.fullmatch(commune_code) else []
    asked, area = _asked(query.words), Area(
        communes, tuple(departements), max(_CANDIDATES, limit), tuple(ranks)
    )  # fmt: skip
    words = [word.told for word in asked]
    sirets = _named(query.key, area) + (_answering(words, area) if all(word.borne for word in asked) else [])
    if not sirets:
        words = _forgiving(asked)
        sirets = _answering(words, area) or _with_fewer_words(asked, words, area)
    return _hits(sirets, Wanted(query.key, words, frozenset(communes)), limit)


def _numbered(number: str, limit: int) -> list[CompanyHit]:
    """The company or the establishment of a number, or those whose number begins so. 3 queries, none for short ones."""
    if len(number) < _NUMBER_FROM:
        return []
    if len(number) == 14:
        places = Establishment.objects.filter(siret=number)
    else:
        places = Establishment.objects.filter(siret__gte=number.ljust(14, "0"), siret__lte=number.ljust(14, "9"))
    rows = places.order_by("search_rank", "siret").values_list("siret", flat=True)
    return _hits(list(rows[:_CANDIDATES]), Wanted(), limit)


def _named(key: str, area: Area) -> list[str]:
    """The establishments of the companies of this very name, there. 1 query."""
    named = Establishment.objects.filter(company__name_key=key, abroad=False)
    ranks = area.ranks or ((0, CLOSED_RANK - 1),)
    named = named.filter(reduce(or_, (Q(search_rank__range=one) for one in ranks)))
    if area.departements:
        named = named.filter(reduce(or_, (Q(commune_code__startswith=one) for one in area.departements)))
    return list(named.order_by("search_rank", "siret").values_list("siret", flat=True)[: area.most])


def _asked(words: tuple[str, ...]) -> list[Asked]:
    """The words typed and what is known of each. One query per word, two for those of which nothing is known."""
    asked = []
    for word in words:
        if len(word) < rules.TYPO_FROM or not word.isalpha():
            asked.append(Asked(word, [word]))
            continue
        spelled = search_index.spelled(word, _SPELLINGS + 1)
        whole = len(word) > rules.TYPO_FROM and 0 < len(spelled) <= _SPELLINGS
        told = [f"={one}" for one in spelled] if whole else [word]
        asked.append(Asked(word, told, borne=bool(spelled) or bool(search_index.best([[word]], 1)), may_err=True))
    return asked


def _answering(words: Groups, area: Area) -> list[str]:
    """The best establishments that hold these words: those of the communes, then the others. 1 to 3 queries."""
    near: list[str] = []
    if area.communes:
        near = search_index.best([*words, list(map(rules.place_word, area.communes))], area.most, ranks=area.ranks)
    return near if len(near) == area.most else near + search_index.best(words, area.most, area.departements, area.ranks)


def _forgiving(asked: list[Asked]) -> Groups:
    """For each word, those one typing error away: of the words that nobody bears or, if all are borne, of all.

    An empty group: nobody bears anything of the kind.
    """
    all_borne = all(word.borne for word in asked)
    return [
        search_index.known(rules.one_typo_away(word.typed))
        if word.may_err and (all_borne or not word.borne)
        else word.told
        for word in asked
    ]


def _with_fewer_words(asked: list[Asked], near: Groups, area: Area) -> list[str]:
    """What answers without the words that nobody bears, else with one left out: the last first, often a place."""
    kept = [word.told if word.borne else group for word, group in zip(asked, near, strict=True) if group or word.borne]
    if len(kept) < len(asked):
        return _answering(kept, area)
    for left_out in list(range(len(kept)))[::-1][:_FEWER_WORDS_TRIES]:
        found = _answering(kept[:left_out] + kept[left_out + 1 :], area)
        if found:
            return found
    return []


def _codes_of(commune_code: str) -> list[str]:
    """The codes under which registers may write a commune: its own, its former ones, its districts. 3 queries."""
    current = CommuneMovement.objects.successors({commune_code}).get(commune_code, commune_code)
    codes = {commune_code, current}
    former = {current}
    while former:
        former = set(CommuneMovement.objects.filter(new_code__in=former).values_list("old_code", flat=True)) - codes
        codes |= former
    return sorted(codes | set(Commune.objects.filter(parent_code=current).values_list("code", flat=True)))


def _hits(sirets: list[str], wanted: Wanted, limit: int) -> list[CompanyHit]:
    """The companies of these establishments, each once, in the order in which they are shown. 2 queries."""
    columns = (
        *("siret", "company_id", "company__name", "sign", "address", "postal_code", "commune_code", "commune_name"),
        *("is_head_office", "is_active", "abroad", "diffusible"),
        *("company__usual_name", "company__name_key", "search_rank"),
    )
    ranked = []
    for row in Establishment.objects.filter(siret__in=set(sirets)).values_list(*columns):
        *shown, usual_name, key, rank = row
        hit = CompanyHit(*shown)
        hit = hit if hit.sign else replace(hit, sign=usual_name)
        ranked.append(((*wanted.fit(key, hit.commune_code), rank, key, hit.siret), hit))
    chosen: dict[str, CompanyHit] = {}
    for _order, hit in sorted(ranked, key=lambda pair: pair[0]):
        chosen.setdefault(hit.siren, hit)
    kept = list(chosen.values())[:limit]
    counts = _open_counts([hit.siren for hit in kept])
    return [replace(hit, open_count=counts.get(hit.siren, 0)) for hit in kept]


def _open_counts(sirens: list[str]) -> dict[str, int]:
    open_ones = Count("establishments", filter=Q(establishments__is_active=True, establishments__abroad=False))
    return dict(Company.objects.filter(siren__in=sirens).annotate(count=open_ones).values_list("siren", "count"))


def establishments_of(siren: str, *, text: str = "", commune_code: str | None = None) -> QuerySet[Establishment]:
    """The open establishments of a company in France, head office first, with their company; narrowed by words or
    commune when there are many. 1 query when read, 3 more or so with a commune."""
    places = Establishment.objects.filter(company=siren, is_active=True, abroad=False).select_related("company")
    for word in rules.read_query(text).words:
        places = places.filter(search_text__contains=word)
    if commune_code and _COMMUNE.fullmatch(commune_code):
        places = places.filter(commune_code__in=_codes_of(commune_code))
    return places.order_by("search_rank", "commune_name", "siret")


# --- cards ------------------------------------------------------------------------------------------------------------
def company_card(siret: str) -> CompanyCard | None:
    """The card of an establishment; None when the directory does not hold it. 1 query."""
    return company_cards([siret]).get(siret)


def company_cards(sirets: Iterable[str]) -> dict[str, CompanyCard]:
    """SIRET → card, for those that the directory holds. 1 query, whatever their number."""
    places = Establishment.objects.filter(siret__in=set(sirets)).select_related("company").order_by("siret")
    return {place.siret: card_of(place) for place in places}


def card_of(place: Establishment) -> CompanyCard:
    """The card of an establishment whose company is loaded. No query."""
    company = place.company
    naf = place.naf_code or company.naf_code
    return CompanyCard(
        siret=place.siret,
        siren=company.siren,
        name=company.name,
        sign=place.sign,
        address=place.address,
        postal_code=place.postal_code,
        commune_code=place.commune_code,
        commune_name=place.commune_name,
        legal_form=legal_form_label(company.legal_form_code),
        naf_code=naf,
        activity=naf_label(naf),
        workforce=_workforce(place),
        created_on=company.created_on or place.created_on,
        is_active=place.is_active,
        closed_on=place.closed_on,
        abroad=place.abroad,
        diffusible=place.diffusible,
        source=Source(place.source).label,
        seen_at=place.seen_at,
        facts_at=place.facts_at,
        missing=missing_facts(place),
    )


def _workforce(place: Establishment) -> str:
    if place.headcount is None:
        return workforce_label(place.workforce_code)
    return f"{place.headcount} salarié{'s' if place.headcount > 1 else ''}"


def missing_facts(place: Establishment) -> tuple[str, ...]:
    """What is not known of an establishment whose company is loaded and would help to choose the experts, in French."""
    known = {
        "adresse": place.address or not place.diffusible,
        "commune": place.commune_code,
        "activité": place.naf_code or place.company.naf_code,
        "effectif": place.workforce_code or place.headcount is not None,
        "forme juridique": place.company.legal_form_code,
        "nature d’activité": place.activity_natures or place.craft_codes,
        "convention collective": place.agreements,
    }
    return tuple(name for name, value in known.items() if not value)
