"""A firm of a campaign: where it stands, who is in touch, what may be done next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode

from vigie.campaigns.models import Contact, Target
from vigie.campaigns.queries.contacts import outcome_words
from vigie.campaigns.queries.rows import state_of, when, who
from vigie.campaigns.queries.visits import firm_visits
from vigie.campaigns.rules import FILE, OUTCOME
from vigie.campaigns.states import DONE, POSTPONED, TAKEN, TARGET
from vigie.companies.models import Establishment
from vigie.followup.models import Followup, Workplace
from vigie.followup.queries.touch import Panel, firm_panel, person_words
from vigie.kernel.lifecycle import State
from vigie.kernel.siren import show_siren
from vigie.rights.person import Person
from vigie.ui.components import ActButton, Column, Fact, Link, Table
from vigie.ui.formats import counted, day, day_and_hour
from vigie.watchlists.queries.sight import sight_of

Form = Callable[..., BaseForm]


@dataclass(frozen=True)
class Forms:
    """The forms of the acts, given by the view."""

    release: Form
    postpone: Form
    assign: Form


@dataclass(frozen=True)
class TargetPage:
    """A firm of a campaign. contact: where who took it notes a contact. next_step: what the outcome calls for."""

    pk: int
    siren: str
    title: str
    number: str
    campaign: Link
    state: State
    note: str
    facts: tuple[Fact, ...]
    contact: str
    next_step: Link | None
    main: ActButton | None
    buttons: tuple[ActButton, ...]
    contacts: Table
    elsewhere: Table | None
    files: Panel
    visits: Table | None
    plan: str
    closed: bool


def known_target(person: Person, pk: int, action: str = "target.view") -> Target:
    """The firm of a campaign, if the person may do this to it; else 404. 1 query."""
    rows = Target.objects.allowed(person, action)
    found = rows.select_related("campaign", "firm", "assignee__agent__entity", "taken_by__agent__entity")
    row = found.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def target_page(person: Person, row: Target, forms: Forms) -> TargetPage:
    """About 15 queries, whatever the contacts."""
    marks: Any = Target.objects.with_rights(
        person, takes="target.take", owns="target.contact", shares="target.share"
    ).get(pk=row.pk)
    runs = row.campaign.is_open
    main, buttons = _buttons(row, marks, forms) if runs else (None, ())
    return TargetPage(
        pk=row.pk,
        siren=row.firm_id,
        title=row.firm.name,
        number=show_siren(row.firm_id),
        campaign=Link(row.campaign.name, reverse("campaigns:campaign", args=[row.campaign_id])),
        state=state_of(row),
        note=when(row),
        facts=_facts(row),
        contact=reverse("campaigns:contact", args=[row.pk]) if runs and marks.owns and row.state == TAKEN else "",
        next_step=_next(person, row),
        main=main,
        buttons=buttons,
        contacts=_contacts(row),
        elsewhere=_elsewhere(person, row),
        files=firm_panel(person, row.firm_id),
        visits=firm_visits(person, row.firm_id),
        plan=f"{reverse('campaigns:plan_visit')}?{urlencode({'siren': row.firm_id})}",
        closed=not runs,
    )


def _facts(row: Target) -> tuple[Fact, ...]:
    found = [Fact("Département", row.departement)]
    if row.assignee is not None:
        found.append(Fact("Confiée à", person_words(row.assignee)))
    if row.taken_by is not None and row.taken_at is not None:
        found.append(Fact("Prise par", f"{person_words(row.taken_by)}, le {day_and_hour(row.taken_at)}"))
    else:
        found.append(Fact("Prise par", missing="personne"))
        if row.released_for:
            found.append(Fact("Rendue", row.get_released_for_display()))
    return tuple(found)


def _buttons(row: Target, marks: Any, forms: Forms) -> tuple[ActButton | None, tuple[ActButton, ...]]:
    """The one to press first, and the others."""
    action = reverse("campaigns:target_act", args=[row.pk])
    asked = {"release": forms.release, "postpone": forms.postpone}
    held = {"target.take": marks.takes, "target.contact": marks.owns, "target.share": marks.shares}
    main, others = None, []
    for step in TARGET.offered(row.state):
        if not held[step.right] or not step.button or (step.name == "free" and marks.owns):
            continue
        if step.name == "take":
            main = ActButton.of(step, action)
            continue
        form = asked[step.name]() if step.name in asked else None
        others.append(ActButton.of(step, action, style="tertiary", form=form, confirm=_said(row, step.name)))
    if marks.shares and row.state not in (DONE, POSTPONED, TAKEN):
        form = forms.assign(campaign=row.campaign, initial={"who": row.assignee_id})
        others.append(ActButton("Confier à un agent", action, "assign", "tertiary", form=form))
    return main, tuple(others)


def _said(row: Target, name: str) -> str:
    if name == "free" and row.taken_by is not None:
        return (
            f"{person_words(row.taken_by)} ne contactera plus cette entreprise\u00a0; un autre agent pourra la prendre."
        )
    return ""


def _next(person: Person, row: Target) -> Link | None:
    """« Ouvrir un accompagnement », when the firm asked for help: at its head office if the person may, else nearby.

    A file that runs is joined on its own page, with its confirmation: the contact is written on it already.
    """
    if row.outcome not in OUTCOME or OUTCOME[row.outcome].leads != FILE:
        return None
    running = Followup.objects.allowed(person, "file.view").active().filter(siren=row.firm_id).order_by("pk").first()
    if running is not None:
        mine = running.members.present().filter(user_id=person.user_id or 0).exists()
        label = "Ouvrir l’accompagnement en cours" if mine else "Rejoindre l’accompagnement en cours"
        return Link(label, reverse("followup:file", args=[running.pk]))
    places = Workplace.objects.allowed(person, "file.open").filter(company_id=row.firm_id, is_active=True)
    place: Establishment | None = places.order_by("-is_head_office", "siret").first()
    if place is None:
        return Link("Voir ses accompagnements", reverse("followup:firm", args=[row.firm_id]))
    return Link("Ouvrir un accompagnement", f"{reverse('followup:new')}?{urlencode({'siret': place.siret})}")


def _contacts(row: Target) -> Table:
    rows = Contact.objects.filter(target=row).select_related("author__agent__entity")
    return Table(
        caption="Contacts notés",
        columns=(Column("Date", header=True), Column("Canal"), Column("Résultat"), Column("Par")),
        rows=tuple(
            (
                day(one.contacted_on),
                one.get_channel_display(),
                outcome_words(one),
                person_words(one.author),
            )
            for one in rows
        ),
        empty="Aucun contact noté.",
        caption_hidden=True,
    )


def _elsewhere(person: Person, row: Target) -> Table | None:
    """The other campaigns of the firm, for who has an establishment of it in his territory. 2 queries."""
    if not sight_of(person, row.firm_id).ground.visible:
        return None
    others = Target.objects.filter(firm_id=row.firm_id).exclude(pk=row.pk)
    others = others.select_related("campaign", "assignee__agent__entity", "taken_by__agent__entity")
    rows = list(others.order_by("-campaign__starts_on")[:20])
    if not rows:
        return None
    return Table(
        caption=f"Dans {counted(len(rows), 'autre campagne', 'autres campagnes')}",
        columns=(Column("Campagne", header=True), Column("État"), Column("Par")),
        rows=tuple((one.campaign.name, state_of(one).label, who(one)) for one in rows),
    )
