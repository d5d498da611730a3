"""On the sheet of a need, what ties it to the network: who filed it, needs met with it, reminders, holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from vigie.matching.models import Diagnosis, Match, Need, communes_of
from vigie.matching.queries.need_origin import origin
from vigie.matching.queries.reminding_by_hand import ToRemind, to_remind, who_will_be_reminded
from vigie.matching.states import CLOSED_BY_EXPERT, NOT_FOR_ME, UNANSWERED
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.rights.statements import composed_once
from vigie.territory.models import Commune
from vigie.ui.components import ActButton, Link

ANOTHER_NEED = "L’entreprise a un autre besoin"
BEYOND = "Au-delà de votre rôle\u00a0? Confiez ce besoin à d’autres experts"


@dataclass(frozen=True)
class Passed:
    """A linked need. href: empty for who may not open it. before: it is the one during which this need was met."""

    label: str
    href: str
    before: bool


@dataclass(frozen=True)
class NeedNetwork:
    """remind: None for who may not remind; no_reminder: why nobody is reminded now. back: the list one comes from."""

    origin: str
    passed: tuple[Passed, ...]
    remind: ActButton | None
    no_reminder: str
    report_href: str
    pass_on: Link | None
    back: Link


def need_network(need: Any, matches: Sequence[Any], person: Person, at: datetime, token: str) -> NeedNetwork:
    """The block of a need, as ``need.visible_need`` and ``need.matches_of`` give them. At most 5 queries."""
    waits = need.may_remind and any(match.state in UNANSWERED for match in matches)
    reminding = to_remind(need, at) if waits else ToRemind()
    in_zones = bool(person.zones) and bool(_zone_of(person, need.diagnosis.commune_code))
    may_report = may(person, "hole.report") and need.sent_at is not None
    return NeedNetwork(
        origin=origin(need.diagnosis),
        passed=_passed(need, person),
        remind=_remind(need, reminding.matches, token) if reminding.matches else None,
        no_reminder=reminding.refusal,
        report_href=f"{reverse('matching:report_hole')}?besoin={need.pk}" if may_report else "",
        pass_on=_pass_on(need, matches) if need.may_confide and need.sent_at else None,
        back=_back(person, in_zones),
    )


def _remind(need: Need, matches: Sequence[Match], token: str) -> ActButton:
    return ActButton(
        "Relancer les experts",
        reverse("matching:remind", args=[need.pk]),
        style="secondary",
        confirm=who_will_be_reminded(matches),
        token=token,
    )


def _pass_on(need: Need, matches: Sequence[Any]) -> Link:
    """In the words of who has declined a need that nobody has closed, else of who talks with the company."""
    address = reverse("matching:pass_on", args=[need.pk])
    declined = any(match.is_mine and match.state == NOT_FOR_ME for match in matches)
    if declined and need.status not in CLOSED_BY_EXPERT:
        return Link(BEYOND, f"{address}?suite=refus")
    return Link(ANOTHER_NEED, address)


def _passed(need: Need, person: Person) -> tuple[Passed, ...]:
    """The need during which this one was met, and those that were met during it. 2 queries."""
    before = need.diagnosis.passed_from_id
    lines = []
    for other in _linked(need.pk, before, person):
        seen = other.may_see
        label = other.subject.label if seen else "un besoin réservé aux experts qui l’ont reçu"
        lines.append(Passed(label, reverse("matching:need", args=[other.pk]) if seen else "", other.pk == before))
    return tuple(lines)


@composed_once
def _linked(need_pk: int, before: int | None, person: Person) -> QuerySet[Need]:
    linked = Q(diagnosis__in=Diagnosis.objects.filter(passed_from=need_pk).values("pk"))  # joined: every need is read
    if before is not None:
        linked |= Q(pk=before)
    rows = Need.objects.filter(linked).with_rights(person, may_see="need.view").prefetch_related("subject")
    return rows.only("subject").order_by("created_at", "pk")


@composed_once
def _zone_of(person: Person, commune: str) -> QuerySet[Commune]:
    return communes_of(person).filter(code=commune).only("code")


def _back(person: Person, in_zones: bool) -> Link:
    if in_zones and not person.is_team:
        return Link("Retour à mon territoire", reverse("matching:territory"))
    return Link("Retour aux besoins", reverse("matching:desk"))
