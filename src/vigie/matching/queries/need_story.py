"""The discussion of a need: what people wrote, and between the lines what happened, told from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from vigie.directory.models import Expert
from vigie.journal.models import Event
from vigie.matching.models import Match, Need, Precision, Solicitation
from vigie.matching.models import ThreadMessage as StoredMessage
from vigie.rights.person import Person, PersonKind
from vigie.rights.statements import composed_once
from vigie.ui.components import ActButton, ThreadMessage
from vigie.ui.formats import day_and_hour

# {expert}: the team before whom the need was at that moment; {to}: the colleague it was handed to.
SENTENCES: Mapping[str, str] = {
    "match.sent": "Besoin transmis à {expert}",
    "match.taken_in_charge": "{expert} prend en charge",
    "match.declined": "{expert} répond «\u00a0Ce n’est pas pour moi\u00a0»",
    "match.closed_helped": "{expert} clôt avec une aide",
    "match.closed_no_help": "{expert} clôt sans aide disponible",
    "match.closed_unreachable": "{expert} n’a pas pu joindre l’entreprise",
    "match.reopened": "Réponse de {expert} annulée",
    "match.covered": "{expert}\u00a0: un collègue de la même institution prend en charge",
    "match.reassigned": "{expert} confie le besoin à {to}",
    "match.reminded": "Relance envoyée à {expert}",
    "match.last_chance": "Dernière relance envoyée à {expert}",
    "match.expired": "{expert} n’a pas répondu",
    "match.moved": "L’équipe confie le besoin de {expert} à {to}",
    "need.nobody_left": "Tous les experts ont refusé",
    "need.waiting_told": "L’entreprise sait que les experts sont relancés",
    "need.abandoned": "Besoin abandonné\u00a0: l’entreprise est prévenue",
    "need.refusal_told": "L’entreprise sait que tous ont refusé",
    "solicitation.completed": "Demande envoyée par l’entreprise",
    "solicitation.precision_added": "L’entreprise ajoute une précision",
    "solicitation.withdrawn": "L’entreprise retire sa demande",
}
HANDED_OVER = ("match.reassigned", "match.moved")
NOT_CALLED = "L’entreprise dit que personne ne l’a appelée"
TAKEN_BACK = "Message retiré par son auteur"
_SHOWN = (
    "need", "body", "at", "deleted_at", "author__full_name", "author__email", "author__antenne__institution__name",
)  # fmt: skip


@dataclass(frozen=True)
class _Names:
    """Who is who, without a query per line."""

    holders: Mapping[int, str]  # match → its expert of today
    experts: Mapping[int, str]  # expert → name, for those of the past


def discussion(
    need: Need, matches: Sequence[Match], precisions: Iterable[Precision], person: Person
) -> tuple[ThreadMessage, ...]:
    """Messages and events in the order in which they happened. 2 queries; 3 when the need was handed over."""
    events = list(_events(need, matches, {one.pk: one.kind for one in precisions}))
    lines = [*reversed(events), *_messages(need, person)]
    return tuple(sorted(lines, key=lambda line: line.at))


def _messages(need: Need, person: Person) -> Iterable[ThreadMessage]:
    for stored in _thread(need.pk):
        author = stored.author
        if stored.deleted_at is not None:
            yield ThreadMessage("", stored.at, f"{TAKEN_BACK} ({author.full_name})", system=True)
            continue
        mine = author.pk == person.user_id
        yield ThreadMessage(
            author=str(author),
            at=stored.at,
            text=stored.body,
            organisation=author.antenne.institution.name if author.antenne else "",
            mine=mine,
            act=_take_back(stored) if mine else None,
        )


@composed_once
def _thread(need_pk: int) -> QuerySet[StoredMessage]:
    rows = StoredMessage.objects.filter(need=need_pk).select_related("author__antenne__institution").only(*_SHOWN)
    return rows.order_by("at", "pk")


def _take_back(message: StoredMessage) -> ActButton:
    return ActButton(
        "Retirer",
        reverse("matching:delete_comment", args=[message.need_id, message.pk]),
        style="tertiary-no-outline fr-btn--sm",
        confirm="Votre message ne sera plus lisible par personne. Le courriel qui l’annonce, s’il n’est pas parti, "
        "ne partira pas.",
        about=f"(message du {day_and_hour(message.at)})",
    )


def _events(need: Need, matches: Sequence[Match], kinds: Mapping[int, str]) -> Iterable[ThreadMessage]:
    request = need.diagnosis.solicitation
    events = _told(str(need.pk), tuple(str(match.pk) for match in matches), str(request.pk) if request else "")
    names = _names(events, matches)
    holders = dict(names.holders)
    for event in events:  # the latest first: before it was handed over, the need was before somebody else
        key = int(event.subject_id) if event.subject_type == Match._meta.label else 0
        if event.name in HANDED_OVER:
            holders[key] = names.experts.get(event.payload.get("from_expert"), "Une équipe")
        yield ThreadMessage("", event.at, _said(event, holders.get(key, ""), names, kinds), system=True)


@composed_once
def _told(need: str, matches: tuple[str, ...], request: str) -> QuerySet[Event]:
    """The latest first; the objects as the journal writes their numbers."""
    about = Q(subject_type=Need._meta.label, subject_id=need)
    about |= Q(subject_type=Match._meta.label, subject_id__in=matches)
    if request:
        about |= Q(subject_type=Solicitation._meta.label, subject_id=request)
    return Event.objects.filter(about, name__in=SENTENCES).order_by("-at", "-pk")


def _names(events: Iterable[Event], matches: Sequence[Match]) -> _Names:
    experts = {match.expert_id: match.expert.full_name for match in matches}
    moved = [event.payload for event in events if event.name in HANDED_OVER]
    missing = {payload.get(side) for payload in moved for side in ("from_expert", "to_expert")} - experts.keys()
    if missing:
        experts |= dict(Expert.objects.filter(pk__in=missing).values_list("pk", "full_name"))
    return _Names({match.pk: match.expert.full_name for match in matches}, experts)


def _said(event: Event, expert: str, names: _Names, kinds: Mapping[int, str]) -> str:
    """The sentence of an event, and who did it when it is a person with another name than the team's."""
    if kinds.get(event.payload.get("precision", 0)) == Precision.Kind.NOT_CALLED:
        return NOT_CALLED
    to = names.experts.get(event.payload.get("to_expert", 0), "un collègue")
    said = SENTENCES[event.name].format(expert=expert, to=to)
    by_someone = event.actor_kind == PersonKind.USER and event.actor_name and event.actor_name != expert
    return f"{said} (par {event.actor_name})" if by_someone else said
