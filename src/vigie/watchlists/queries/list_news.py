"""What is new for one agent: a list that opened, fresher facts on the firms that he follows. Counts, never a firm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from vigie.agents.models import Follow
from vigie.agents.rules_mails import DAILY, Choice, MailKind
from vigie.rights.person import Person
from vigie.ui.formats import counted, listed
from vigie.watchlists.models import Entry, FactsFolder, Firm, Publication
from vigie.watchlists.queries.firm_news import named_in
from vigie.watchlists.queries.sight import held_by
from vigie.watchlists.queries.words import of_month
from vigie.watchlists.rules_sight import TABLES, Category


@dataclass(frozen=True)
class Change:
    """« La liste de juin 2026 est ouverte : … » and the page that shows it."""

    words: str
    page: str


def changes_of(person: Person, since: datetime, until: datetime, choice: Choice) -> list[Change]:
    """What became new for this person after ``since``, up to ``until``, that he wanted each morning."""
    current = Publication.objects.current().first()
    found = []
    if current is not None and current.opened_at is not None and since < current.opened_at <= until:
        wanted = choice.wants(DAILY, MailKind.LIST, current.opened_at)
        found += [list_change(person, current)] if wanted else []
    folders = [one for one in _between(since, until) if choice.wants(DAILY, MailKind.FACTS, one.received_at)]
    count = count_of_new_facts(person, folders, until) if folders else 0
    return [one for one in (*found, facts_change(count)) if one is not None]


def changes_told(since: datetime, until: datetime) -> bool:
    """Whether a list opened or facts arrived meanwhile: without it nobody needs to be asked. 2 queries."""
    opened = Publication.objects.current().filter(opened_at__gt=since, opened_at__lte=until)
    return opened.exists() or _between(since, until).exists()


def list_change(person: Person, current: Publication) -> Change | None:
    """The firms of his territory in this list, and how many that he follows are newly or more strongly in alert.

    None for who reads no list. 2 queries.
    """
    if Category.SCORE not in held_by(person):
        return None
    lines = Entry.objects.filter(publication=current).alerts()
    here = lines.allowed(person, "entry.view").aggregate(
        count=Count("pk"), strong=Count("pk", Q(level="strong")), first=Count("pk", Q(first_alert=True))
    )
    followed = Follow.objects.running(current.opened_at or current.received_at).filter(user_id=person.user_id or 0)
    worse = lines.filter(Q(first_alert=True) | Q(aggravation=True), siren__in=followed.values("siren")).count()
    told = [counted(here["count"], "entreprise en alerte", "entreprises en alerte") + " dans votre territoire"]
    told += [counted(here["strong"], "à risque fort", "à risque fort")] if here["strong"] else []
    told += [counted(here["first"], "première alerte", "premières alertes")] if here["first"] else []
    words = f"la liste {of_month(current.batch)} est ouverte\u00a0: {listed(told)}"
    if worse:
        words += f". Parmi les entreprises que vous suivez, {worse} de plus en alerte, ou à un niveau plus fort"
    return Change(words, f"{settings.VIGIE.site_url}{reverse('watchlists:list')}")


def facts_change(count: int) -> Change | None:
    """« des faits nouveaux sur 2 entreprises que vous suivez »; None for none."""
    if not count:
        return None
    page = f"{settings.VIGIE.site_url}{reverse('watchlists:list')}?suivies=on"
    return Change(f"des faits nouveaux sur {counted(count, 'entreprise')} que vous suivez", page)


def count_of_new_facts(person: Person, folders: Iterable[FactsFolder], at: datetime) -> int:
    """How many of the firms that the person follows have new facts that he may read and no kind names. 3 queries."""
    held = held_by(person)
    folders = list(folders)
    told = named_in(folders, person) if folders else set()
    readable = {
        siren
        for folder in folders
        for siren, tables in _changed(folder).items()
        if _reads(held, tables) and (folder.code, siren) not in told
    }
    followed = Follow.objects.running(at).filter(user_id=person.user_id or 0, siren__in=readable).values("siren")
    return Firm.objects.allowed(person, "firm.follow").filter(siren__in=followed).count()


def _reads(held: frozenset[Category], tables: Iterable[str]) -> bool:
    return any((category := TABLES.get(name)) is None or category in held for name in tables)


def _changed(folder: FactsFolder) -> dict[str, list[str]]:
    """siren → tables that moved; a folder received before this was kept says nothing of the tables."""
    return folder.changed if isinstance(folder.changed, dict) else {siren: [""] for siren in folder.changed}


def _between(since: datetime, until: datetime) -> QuerySet[FactsFolder]:
    return FactsFolder.objects.filter(received_at__gt=since, received_at__lte=until)
