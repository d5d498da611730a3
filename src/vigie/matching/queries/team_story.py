"""Around a request: the others of the same company or person, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from vigie.journal.events import EVENTS_BY_NAME
from vigie.journal.models import Event
from vigie.matching.models import Solicitation
from vigie.matching.queries.team import SCHEDULED
from vigie.matching.rules.guards import say_hold
from vigie.matching.states import CANCELED, SOLICITATION
from vigie.rights.person import PersonKind
from vigie.rights.statements import composed_once
from vigie.ui.components import Mention, Step
from vigie.ui.formats import counted
from vigie.ui.hrefs import href

EARLIER_SHOWN = 15
HISTORY_SHOWN = 60
_SHOWN = (
    "siret", "email", "state", "transmit_at", "completed_at", "created_at", "cancel_reason", "landing_subject__title",
)  # fmt: skip


def earlier_requests(solicitation: Solicitation) -> tuple[Mention, ...]:
    """The other requests of the same company (SIREN), address or telephone, the latest first. 1 query."""
    siren = solicitation.siret[:9]
    bounds = (f"{siren}00000", f"{siren}99999") if len(siren) == 9 else None
    return tuple(
        Mention(
            href=href("matching:solicitation", one.pk),
            label=one.landing_subject.title,
            state=SCHEDULED if one.transmit_at else SOLICITATION.by_code[one.state],
            at=one.completed_at or one.created_at,
            text=_why_listed(solicitation, one),
        )
        for one in _same(solicitation.pk, bounds, solicitation.email)
    )


@composed_once
def _same(pk: int, sirets: tuple[str, str] | None, email: str) -> QuerySet[Solicitation]:
    same = Q(pk__in=[])
    if sirets is not None:
        same |= Q(siret__gte=sirets[0], siret__lte=sirets[1])
    if email:
        same |= Q(email=email)
    rows = Solicitation.objects.filter(same).exclude(pk=pk).order_by("-created_at", "-pk")
    return rows.select_related("landing_subject").only(*_SHOWN)[:EARLIER_SHOWN]


def _why_listed(solicitation: Solicitation, other: Solicitation) -> str:
    company = bool(solicitation.siret) and other.siret[:9] == solicitation.siret[:9]
    person = bool(solicitation.email) and other.email == solicitation.email
    what = ["même entreprise"] if company else []
    what += ["même personne"] if person else []
    if other.landing_subject_id == solicitation.landing_subject_id:
        what.append("même sujet")
    if other.state == CANCELED:
        what.append(other.get_cancel_reason_display().lower())
    return ", ".join(what)


def events_of(solicitation: Solicitation) -> Sequence[Event]:
    """What happened to the request, the oldest first. 1 query."""
    return list(reversed(_events(Solicitation._meta.label, str(solicitation.pk))))


@composed_once
def _events(kind: str, number: str) -> QuerySet[Event]:
    return Event.objects.filter(subject_type=kind, subject_id=number).order_by("-pk")[:HISTORY_SHOWN]


def step(event: Event) -> Step:
    known = EVENTS_BY_NAME.get(event.name)
    who = "l’entreprise" if event.actor_kind == PersonKind.COMPANY else event.actor_name
    parts = [f"par {who}"] if who else []
    reasons = event.payload.get("reasons")
    if isinstance(reasons, list):
        parts += [say_hold(code) for code in reasons]
    experts = event.payload.get("experts")
    if isinstance(experts, int):
        parts.append(counted(experts, "expert proposé", "experts proposés"))
    return Step(known.sentence if known else event.name, at=event.at, text=" · ".join(parts))
