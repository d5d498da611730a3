"""« Que pouvait voir cet agent ce jour-là ? »: his rights as the traces recorded them, and the lists open then."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from vigie.accounts.models import User
from vigie.accounts.rules import FRANCE, named_places
from vigie.audit.queries.register import SHEETS, profile_labels
from vigie.audit.queries.words import PURPOSES, action_label, block_label, roles_label
from vigie.journal.models import AuditEvent, Event
from vigie.journal.registry import subject_of
from vigie.kernel.period import PARIS
from vigie.territory.names import departement_names
from vigie.ui.components import Cell, Column, Fact, Table
from vigie.ui.formats import counted, day, exact, siren

OPENING, CLOSING = "publication.opened", ("publication.replaced", "publication.withdrawn")
LIST = "watchlists.Publication"
MOST_UNLOCKED = 500


@dataclass(frozen=True)
class ReplayPage:
    """facts: the rights recorded; missing says why there is none."""

    title: str
    missing: str = ""
    facts: tuple[Fact, ...] = ()
    seen: Table | None = None
    unlocked: Table | None = None
    register_href: str = ""


def replay_page(address: str, on: date) -> ReplayPage:
    """The replay of one agent and one day. At most 9 queries, whatever the number of traces."""
    user = User.objects.with_address(address).first()
    title = f"{address}, le {day(on)}"
    if user is None:
        return ReplayPage(title, "Aucun compte ne porte cette adresse.")
    start = datetime.combine(on, time.min, tzinfo=PARIS)
    end = start + timedelta(days=1)
    mine = AuditEvent.objects.filter(actor_id=user.pk, on_behalf_of=None, at__lt=end)
    last = mine.order_by("-at", "-pk").first()
    if last is None:
        return ReplayPage(
            title, "Aucune trace de cet agent n’existe à cette date\u00a0: ses droits d’alors ne sont pas connus."
        )
    query = urlencode({"agent": user.email, "du": on.isoformat(), "au": on.isoformat()})
    return ReplayPage(
        title=f"{user.full_name}, le {day(on)}",
        facts=(
            Fact("Rôles", roles_label(last.roles)),
            Fact("Administration", last.entity),
            Fact("Profil", profile_labels().get(last.segment, last.segment), missing="aucun"),
            Fact("Territoire", named_places(last.zone), missing="aucun"),
            Fact("Départements", _reach(last.reach), missing="aucun"),
            Fact("Listes ouvertes ce jour-là", ", ".join(_lists(end)), missing="aucune"),
            Fact("Droits relevés par la trace du", exact(last.at)),
            Fact("Pages vues à sa place, par", _lookers(user.pk, start, end), missing="personne"),
        ),
        seen=_seen(user.pk, start, end),
        unlocked=_unlocked(user.pk, end),
        register_href=f"{reverse('audit:register')}?{query}",
    )


def _reach(reach: str) -> str:
    names = departement_names()
    return "France entière" if reach == FRANCE else ", ".join(names.get(code, code) for code in reach.split())


def _lists(end: datetime) -> list[str]:
    """The lists opened and neither replaced nor withdrawn before that moment."""
    told = Event.objects.filter(subject_type=LIST, name__in=(OPENING, *CLOSING), at__lt=end).order_by("at", "pk")
    opened: dict[str, None] = {}
    for name, subject in told.values_list("name", "subject_id"):
        if name == OPENING:
            opened[subject] = None
        else:
            opened.pop(subject, None)
    found = [subject_of(LIST, pk) for pk in list(opened)[-3:]]  # the latest; former months stay readable too
    return [str(one) for one in found if one is not None]


def _seen(user_id: int, start: datetime, end: datetime) -> Table:
    """What he read and did himself, and what he looked at in somebody else's place."""
    own = Q(actor_id=user_id, on_behalf_of=None) | Q(on_behalf_of=user_id)
    rows = AuditEvent.objects.filter(own, at__gte=start, at__lt=end).order_by()
    counts: Counter[tuple[str, str, str]] = Counter()
    asked = rows.values_list("action", "result", "details", "object_type")
    for action, result, details, kind in asked.iterator(chunk_size=2000):
        block = str(details.get("block", "")) if action in SHEETS else ""
        counts[(action, block_label(block, kind) if block else "", result)] += 1
    return Table(
        caption="Ce qu’il a vu et fait ce jour-là",
        columns=(Column("Acte", header=True), Column("Bloc"), Column("Résultat"), Column("Fois", numeric=True)),
        rows=tuple(
            (Cell(action_label(action)), block, "refusé" if result == "denied" else "permis", str(count))
            for (action, block, result), count in sorted(counts.items())
        ),
        empty="Aucune trace ce jour-là.",
    )


def _lookers(user_id: int, start: datetime, end: datetime) -> str:
    """Who looked through his eyes that day. 1 query."""
    rows = AuditEvent.objects.filter(actor_id=user_id, at__gte=start, at__lt=end).exclude(on_behalf_of=None)
    names = rows.order_by("on_behalf_of_name").values_list("on_behalf_of_name", flat=True).distinct()
    return ", ".join(names)


def _unlocked(user_id: int, end: datetime) -> Table:
    """The firms that he had unlocked himself and not left."""
    rows = AuditEvent.objects.filter(actor_id=user_id, action__in=("unlock", "relock"), at__lt=end, result="allowed")
    held: dict[str, tuple[datetime, str]] = {}
    told = rows.order_by("at", "pk").values_list("action", "siren", "at", "purpose", "details")
    for action, number, at, purpose, details in told:
        if action == "unlock":
            held[number] = (at, PURPOSES.get(purpose, purpose) or _by_file(details))
        else:
            held.pop(number, None)
    shown = list(held.items())[-MOST_UNLOCKED:]
    return Table(
        caption=f"Entreprises déverrouillées\u00a0: {counted(len(held), 'entreprise')}",
        columns=(Column("SIREN", header=True), Column("Depuis"), Column("Motif")),
        rows=tuple((Cell(siren(n)), exact(at), why) for n, (at, why) in shown),
        empty="Il n’avait déverrouillé aucune entreprise.",
    )


def _by_file(details: dict[str, Any]) -> str:
    """A file opens its firm to those who take part in it: no motive was asked for."""
    if "file" not in details:
        return "non précisé"
    by = details.get("added_by_name")
    return f"accompagnement {details['file']}{f', ajouté par {by}' if by else ''}"
