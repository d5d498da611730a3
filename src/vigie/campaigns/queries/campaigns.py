"""The list of campaigns, a campaign, its team, « mes entreprises à contacter »."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse

from vigie.accounts.queries import person_for
from vigie.accounts.rules import named_places
from vigie.campaigns.models import Campaign, Target
from vigie.campaigns.queries.loads import loads_of
from vigie.campaigns.queries.progress import Progress, progress_of
from vigie.campaigns.queries.rows import Filters, filtered, seen, state_of, told, touched, when, who
from vigie.campaigns.states import CAMPAIGN, DONE, OPEN, TAKEN, TO_CONTACT
from vigie.exports.offers import Offer
from vigie.exports.registry import FOR_SHEETS
from vigie.followup.models import Analysis
from vigie.followup.queries.touch import person_words
from vigie.kernel.icalendar import Appointment
from vigie.kernel.lifecycle import State
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.territory.names import departement_name
from vigie.ui.components import ActButton, Cell, Column, Fact, Table
from vigie.ui.formats import counted, day, listed, number
from vigie.ui.hrefs import href
from vigie.watchlists.queries.words import of_month

PER_PAGE = 25
CHANNELS = dict(Analysis.Channel.choices)
NO_MATCH = "Aucune entreprise ne répond à ces filtres. Retirez-en un."


@dataclass(frozen=True)
class CampaignsPage:
    """The campaigns of the territory. new: where one is opened, empty for who may not."""

    table: Table
    paging: Page
    new: str


@dataclass(frozen=True)
class CampaignPage:
    """A campaign. Links are empty for who may not."""

    pk: int
    title: str
    state: State
    facts: tuple[Fact, ...]
    objective: str
    progress: Progress
    count: str
    table: Table
    paging: Page
    add: str
    edit: str
    copy: str
    team: str
    export: Offer
    buttons: tuple[ActButton, ...]
    firms: tuple[str, ...] = field(default=(), repr=False)
    live: str = ""  # where its lines are looked at again; empty when there is none, or nothing can change
    stamp: str = ""  # of the lines as they are shown


@dataclass(frozen=True)
class TeamPage:
    """Among whom a campaign is shared out. waiting: firms that nobody has, in words."""

    pk: int
    title: str
    table: Table
    waiting: str
    share: ActButton | None


@dataclass(frozen=True)
class MinePage:
    """The firms that the person took, and those proposed to him."""

    taken: Table
    proposed: Table
    firms: tuple[str, ...] = field(default=(), repr=False)


def known_campaign(person: Person, pk: int, action: str = "campaign.view") -> Campaign:
    """The campaign, if the person may do this to it; else 404. 1 query."""
    rows = Campaign.objects.allowed(person, action).select_related("publication", "created_by__agent__entity")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def campaigns_page(person: Person, number_asked: str) -> CampaignsPage:
    """The campaigns of the territory, those that run first; 4 queries. Firms are counted as the person sees them."""
    rows = Campaign.objects.allowed(person, "campaign.view").prefetch_related("places").order_by("-state", "ends_on")
    paging = Paginator(rows, PER_PAGE).get_page(number_asked)
    shown = list(paging.object_list)
    counts = {
        row["campaign"]: row
        for row in Target.objects.allowed(person, "target.view")
        .filter(campaign__in=[one.pk for one in shown])
        .order_by()
        .values("campaign")
        .annotate(
            total=Count("pk"), left=Count("pk", filter=Q(state=TO_CONTACT)), done=Count("pk", filter=Q(state=DONE))
        )
    }
    table = Table(
        caption="Campagnes de contact",
        columns=(
            Column("Campagne", header=True), Column("État"), Column("Départements"), Column("Fin"),
            Column("Entreprises", numeric=True), Column("À contacter", numeric=True), Column("Traitées", numeric=True),
        ),
        rows=tuple(_line(one, counts.get(one.pk, {})) for one in shown),
        empty="Aucune campagne dans votre territoire.",
        caption_hidden=True,
        keys=True,
    )  # fmt: skip
    return CampaignsPage(table, paging, reverse("campaigns:new") if may(person, "campaign.create") else "")


def _line(campaign: Any, counts: Mapping[str, Any]) -> tuple[Cell | str, ...]:
    return (
        Cell(campaign.name, href=reverse("campaigns:campaign", args=[campaign.pk])),
        Cell(state=CAMPAIGN.by_code[campaign.state]),
        places_words([place.departement for place in campaign.places.all()]),
        day(campaign.ends_on),
        *(number(counts.get(name, 0)) for name in ("total", "left", "done")),
    )


def places_words(codes: list[str]) -> str:
    """« 30, 34 et 48 », or how many when they are many."""
    return listed(codes) if len(codes) <= 6 else counted(len(codes), "département")


def campaign_page(person: Person, campaign: Campaign, filters: Filters, asked: Mapping[str, str]) -> CampaignPage:
    """A campaign and one page of its firms; the number of queries does not depend on the firms. asked: the address."""
    here, manages = reverse("campaigns:campaign", args=[campaign.pk]), may(person, "campaign.manage", campaign)
    targets = seen(person, campaign.pk)
    found = filtered(targets, filters, person)
    paging = Paginator(told(found), PER_PAGE).get_page(asked.get("page", "1")[:9])
    rows = list(paging.object_list)
    progress = progress_of(targets)
    writes = manages and campaign.is_open
    return CampaignPage(
        pk=campaign.pk,
        title=campaign.name,
        state=CAMPAIGN.by_code[campaign.state],
        facts=_facts(campaign, progress),
        objective=campaign.objective,
        progress=progress,
        count=counted(paging.paginator.count, "entreprise"),
        table=_table(rows, touched(person, rows), NO_MATCH if filters.any else "Aucune entreprise que vous lisez."),
        paging=paging,
        add=f"{here}ajouter/" if writes else "",
        edit=f"{here}modifier/" if writes else "",
        copy=f"{reverse('campaigns:new')}?copie={campaign.pk}" if manages and may(person, "campaign.create") else "",
        team=f"{here}equipe/" if writes else "",
        export=Offer(
            f"{here}export/", FOR_SHEETS, tuple(pair for pair in asked.items() if pair[1] and pair[0] != "page")
        ),
        buttons=_buttons(campaign, progress) if manages else (),
        firms=tuple(row.firm_id for row in rows),
        live=f"{here}lignes/?lignes={'.'.join(str(row.pk) for row in rows)}" if rows and campaign.is_open else "",
        stamp=stamp_of(rows),
    )


def _facts(campaign: Campaign, progress: Progress) -> tuple[Fact, ...]:
    source = f"Liste {of_month(campaign.publication.batch)}" if campaign.publication else "Choisies une à une"
    places = list(campaign.places.values_list("departement", flat=True))
    return (
        Fact("Dates", f"Du {day(campaign.starts_on)} au {day(campaign.ends_on)}"),
        Fact("Départements", places_words(places)),
        Fact("Entreprises", source),
        Fact("Ouverte par", person_words(campaign.created_by), paris_day(campaign.created_at)),
        Fact("Taux de prise de contact", progress.rate, missing="aucune entreprise"),
    )


def _buttons(campaign: Campaign, progress: Progress) -> tuple[ActButton, ...]:
    action = reverse("campaigns:act", args=[campaign.pk])
    taken = progress.counts[TAKEN]
    freed = f" {counted(taken, 'entreprise')} encore en contact sera libérée." if taken == 1 else (
        f" {counted(taken, 'entreprise')} encore en contact seront libérées." if taken else ""
    )  # fmt: skip
    said = {
        "close": f"Plus personne ne prendra d’entreprise dans cette campagne.{freed} Vous pourrez la rouvrir.",
        "reopen": "Les agents pourront de nouveau prendre ses entreprises.",
    }
    return tuple(
        ActButton.of(step, action, style="tertiary", confirm=said[step.name])
        for step in CAMPAIGN.offered(campaign.state)
    )


def lines_asked(person: Person, campaign: Campaign, asked: str) -> list[Any]:
    """The firms of a campaign whose lines are looked at again, those that the person still sees. 1 query."""
    numbers = [int(one) for one in asked.split(".")[:PER_PAGE] if one.isascii() and one.isdecimal() and len(one) < 19]
    return list(told(seen(person, campaign.pk).filter(pk__in=numbers)))


def stamp_of(rows: Iterable[Any]) -> str:
    """What tells that no line has changed: it is worked out from what the lines say, so it cannot be stale. What they
    say of other campaigns and of files is not looked at: the whole page is, when it is asked again."""
    said = [
        (row.pk, row.state, row.taken_by_id, row.assignee_id, row.outcome, str(row.call_back_on),
         str(row.postponed_until), str(row.last_on), row.last_channel)
        for row in sorted(rows, key=lambda row: row.pk)
    ]  # fmt: skip
    return f'"{sha256(repr(said).encode()).hexdigest()[:32]}"'


def lines_table(person: Person, rows: list[Any]) -> Table:
    """The lines alone. 3 queries."""
    return _table(rows, touched(person, rows), "")


def _table(rows: list[Any], touch: dict[str, str], empty: str) -> Table:
    return Table(
        caption="Entreprises de la campagne",
        columns=(
            Column("Entreprise", header=True), Column("État"), Column("Qui"), Column("Dernier contact"),
            Column("Déjà en contact"),
        ),
        rows=tuple(
            (
                Cell(row.firm.name, href=href("campaigns:target", row.pk), hint=departement_name(row.departement)),
                Cell(state=state_of(row), hint=when(row)),
                who(row),
                Cell(day(row.last_on) if row.last_on else "Aucun", hint=CHANNELS.get(row.last_channel or "", "")),
                touch.get(row.firm_id, "Personne d’autre"),
            )
            for row in rows
        ),
        empty=empty,
        caption_hidden=True,
        keys=True,
        marks=tuple(str(row.pk) for row in rows),
    )  # fmt: skip


def team_page(campaign: Campaign, at: Any) -> TeamPage:
    """Each agent with his load. Queries grow with the people, 60 at most, never with the firms."""
    members = list(campaign.members.select_related("user__agent__entity"))
    loads = loads_of(one.user_id for one in members)
    waiting = campaign.targets.filter(state=TO_CONTACT, assignee=None).count()
    return TeamPage(
        pk=campaign.pk,
        title=campaign.name,
        table=Table(
            caption="Agents de la campagne",
            columns=(
                Column("Agent", header=True), Column("Territoire"),
                Column("Entreprises à contacter, toutes campagnes", numeric=True),
            ),
            rows=tuple(
                (
                    person_words(one.user),
                    named_places(person_for(one.user, at).zone_label) or "aucun",
                    number(loads.get(one.user_id, 0)),
                )
                for one in members
            ),
            caption_hidden=True,
        ),
        waiting=f"{counted(waiting, 'entreprise')} à confier." if waiting else "Toutes les entreprises sont confiées.",
        share=ActButton(
            "Partager les entreprises", reverse("campaigns:act", args=[campaign.pk]), "share",
            confirm="Chaque entreprise sans personne est confiée à un agent de son territoire, de préférence expert de "
            "sa difficulté, en équilibrant les charges. Personne n’est prévenu\u00a0: chacun les voit dans «\u00a0Mes "
            "entreprises à contacter\u00a0». Une entreprise confiée peut toujours être prise par un autre.",
        )
        if waiting
        else None,
    )  # fmt: skip


def calls_to_make(person: Person) -> list[Appointment]:
    """The days when the person has a firm to call back, for the calendar of his office. 1 query."""
    running = Target.objects.allowed(person, "target.view").filter(campaign__state=OPEN).select_related("campaign")
    site, host = settings.VIGIE.site_url, urlsplit(settings.VIGIE.site_url).hostname
    return [
        Appointment(
            uid=f"rappel-{row.pk}@{host}",
            title=f"Rappel à faire\u00a0: {row.campaign.name}",
            starts=row.call_back_on,
            page=f"{site}{reverse('campaigns:target', args=[row.pk])}",
        )
        for row in running.filter(state=TAKEN, taken_by_id=person.user_id, call_back_on__isnull=False).order_by("pk")
        if row.call_back_on
    ]


def mine_page(person: Person, today: date) -> MinePage:
    """2 queries."""
    running = Target.objects.allowed(person, "target.view").filter(campaign__state=OPEN).select_related("campaign")
    taken = list(told(running.filter(state=TAKEN, taken_by_id=person.user_id))[: PER_PAGE * 4])
    proposed = list(told(running.filter(state=TO_CONTACT, assignee_id=person.user_id))[: PER_PAGE * 4])
    return MinePage(
        taken=_mine(taken, "Entreprises que vous avez prises", "Vous n’avez pris aucune entreprise.", today),
        proposed=_mine(proposed, "Entreprises qui vous sont confiées", "Aucune entreprise ne vous attend.", today),
        firms=tuple(row.firm_id for row in (*taken, *proposed)),
    )


def _mine(rows: list[Any], caption: str, empty: str, today: date) -> Table:
    return Table(
        caption=caption,
        columns=(
            Column("Entreprise", header=True), Column("À faire"), Column("Dernier contact"), Column("Campagne"),
        ),
        rows=tuple(
            (
                Cell(row.firm.name, href=href("campaigns:target", row.pk), hint=departement_name(row.departement)),
                _todo(row, today),
                Cell(day(row.last_on) if row.last_on else "Aucun", hint=CHANNELS.get(row.last_channel or "", "")),
                Cell(
                    row.campaign.name, href=reverse("campaigns:campaign", args=[row.campaign_id]),
                    hint=f"Jusqu’au {day(row.campaign.ends_on)}",
                ),
            )
            for row in rows
        ),
        empty=empty,
        keys=True,
    )  # fmt: skip


def _todo(row: Any, today: date) -> str:
    if row.state != TAKEN:
        return "À prendre, puis à contacter"
    if row.call_back_on is None:
        return "À contacter"
    late = "En retard\u00a0: à" if row.call_back_on < today else "À"
    return f"{late} rappeler le {day(row.call_back_on)}"
