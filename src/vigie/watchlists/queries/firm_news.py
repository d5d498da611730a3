"""What is new of the firms that somebody follows, as he may read it: for his page, his mails, his digest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from vigie.accounts.models import User
from vigie.agents.models import Follow
from vigie.agents.queries.mails import choice_of, choices_of
from vigie.agents.rules_mails import MAILS, Choice, Group, Row
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Table
from vigie.ui.formats import counted, day
from vigie.watchlists.models import FactsFolder, FirmNews, NewsBatch
from vigie.watchlists.queries.filters import opened_to
from vigie.watchlists.queries.sight import held_by
from vigie.watchlists.queries.words import firm_names
from vigie.watchlists.rules_news import KINDS, NewsKind, readable

SHOWN_FOR = timedelta(days=90)
SHOWN_AT_MOST = 200
NAMED_AT_MOST = 30
KEPT_BACK = "un fait nouveau"  # in a mail, what is not public is not said: the page says it


@dataclass(frozen=True)
class FirmLine:
    """A firm in a mail: its name, what may be said there, the way to its sheet."""

    firm: str
    words: str
    page: str


@dataclass(frozen=True)
class FirmLines:
    """The firms named, and how many others there are."""

    lines: tuple[FirmLine, ...] = ()
    more: str = ""

    def __bool__(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True)
class NewsPage:
    """``/detection/faits-nouveaux/``. told: SIREN → kinds shown, for the audit."""

    intro: str
    table: Table
    told: dict[str, list[str]]


def readable_kinds(person: Person) -> list[str]:
    """Those that the person's habilitation opens; none for who is no agent."""
    held = held_by(person)
    return [str(kind) for kind in KINDS if held and readable(kind, held)]


@dataclass(frozen=True)
class Wishes:
    """How somebody wants to be told. rows: the kinds that may be told to him. rhythms: those in force, by kind."""

    rows: dict[str, Row]
    rhythms: dict[str, str]


def wishes(person: Person) -> Wishes:
    """What « Mes courriels » shows: the kinds of firms only as the habilitation opens them. 1 query."""
    choice, firms = choice_of(person), set(readable_kinds(person))
    rows = {str(kind): row for kind, row in MAILS.items() if row.group != Group.FIRMS or kind in firms}
    return Wishes(rows, {kind: choice.of(kind) for kind in rows})


def news_between(person: Person, since: datetime, until: datetime) -> QuerySet[FirmNews]:
    """What is new of the firms that the person follows, in kinds that he may read."""
    mine = FirmNews.objects.filter(at__gt=since, at__lte=until, siren__in=opened_to(person).values("siren"))
    return mine.filter(kind__in=readable_kinds(person))


def lines_of(person: Person, choice: Choice, rows: Iterable[FirmNews], wanted: str) -> FirmLines:
    """The rows of the kinds that the person wanted at this rhythm, a line for each firm, by name. 2 queries at most."""
    kinds: dict[str, set[NewsKind]] = defaultdict(set)
    for row in rows:
        if choice.wants(wanted, row.kind, row.at):
            kinds[row.siren].add(NewsKind(row.kind))
    names = firm_names((siren, "") for siren in kinds)
    site = settings.VIGIE.site_url
    lines = [
        FirmLine(names[siren], _in_mail(kinds[siren]), f"{site}{reverse('sheets:company', args=[siren])}")
        for siren in sorted(kinds, key=lambda one: (names[one], one))
    ]
    more = len(lines) - NAMED_AT_MOST
    return FirmLines(
        tuple(lines[:NAMED_AT_MOST]), counted(more, "autre entreprise", "autres entreprises") if more > 0 else ""
    )


def _in_mail(kinds: Collection[NewsKind]) -> str:
    """What is public is named; of the rest, only that there is something new."""
    public = [KINDS[kind].label.lower() for kind in KINDS if kind in kinds and KINDS[kind].rests_on is None]
    return ", ".join([*public, *([KEPT_BACK] if len(public) < len(kinds) else [])])


def people_told(rows: Iterable[FirmNews], at: datetime, wanted: str) -> QuerySet[User]:
    """Those who follow one of these firms and wanted one of its kinds so. 3 queries, whatever the firms."""
    kinds: dict[str, set[tuple[str, datetime]]] = defaultdict(set)
    for row in rows:
        kinds[row.siren].add((row.kind, row.at))
    found = set()
    follows = Follow.objects.running(at).order_by().filter(siren__in=FirmNews.objects.order_by().values("siren"))
    pairs = {(user, siren) for user, siren in follows.values_list("user_id", "siren") if siren in kinds}
    choices = choices_of(user for user, _siren in pairs)
    for user, siren in pairs:
        choice = choices.get(user, Choice())
        if any(choice.wants(wanted, kind, moment) for kind, moment in kinds[siren]):
            found.add(user)
    return User.objects.living().filter(pk__in=found).order_by("pk")


def named_in(folders: Iterable[FactsFolder], person: Person) -> set[tuple[str, str]]:
    """(code of the folder, SIREN) told to the person by its kind: no need to count it again. 1 query."""
    rows = FirmNews.objects.filter(batch__code__in=[one.code for one in folders], kind__in=readable_kinds(person))
    return set(rows.order_by().values_list("batch__code", "siren"))


def batch_between(since: datetime, until: datetime) -> bool:
    """Whether something new was found meanwhile. 1 query."""
    return NewsBatch.objects.filter(at__gt=since, at__lte=until, news__isnull=False).exists()


def news_page(person: Person, at: datetime) -> NewsPage:
    """What happened to the firms followed, the newest first, each fact by its kind. 3 queries."""
    rows = list(news_between(person, at - SHOWN_FOR, at).order_by("-at", "siren", "kind")[: SHOWN_AT_MOST + 1])
    shown = rows[:SHOWN_AT_MOST]
    names = firm_names((row.siren, "") for row in shown)
    told: dict[str, list[str]] = defaultdict(list)
    for row in shown:
        told[row.siren].append(row.kind)
    intro = f"Les {SHOWN_FOR.days} derniers jours, pour les entreprises que vous suivez ou accompagnez."
    if len(rows) > SHOWN_AT_MOST:
        intro += f" Les {SHOWN_AT_MOST} faits les plus récents sont montrés."
    return NewsPage(
        intro=intro,
        table=Table(
            caption="Faits nouveaux",
            caption_hidden=True,
            columns=(Column("Entreprise", header=True), Column("Fait"), Column("Le")),
            rows=tuple(
                (
                    Cell(names[row.siren], href=reverse("sheets:company", args=[row.siren])),
                    KINDS[NewsKind(row.kind)].label,
                    day(row.at),
                )
                for row in shown
            ),
            empty="Rien de nouveau sur les entreprises que vous suivez.",
        ),
        told=dict(told),
    )
