"""The needs filed from a file, and what became of them: progress and outcome, read from the matching service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vigie.directory.models import Subject
from vigie.followup.models import Analysis, FirmContact, Followup, Referral, Term
from vigie.kernel.lifecycle import State
from vigie.matching.models import Match, Need
from vigie.matching.states import MATCH, NEED_STATUSES
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.ui.formats import day, day_and_hour

STATES = {state.code: state for state in NEED_STATUSES}
# Difficulty → words that a subject of the directory may bear, the first found wins. No detection datum is among them.
PROPOSED: dict[str, tuple[str, ...]] = {
    "problemes-de-financement": ("trésorerie", "financ"),
    "dette-fiscale": ("dette", "fiscal", "trésorerie", "financi"),
    "dette-sociale": ("dette", "social", "trésorerie", "financi"),
    "difficultes-de-recrutement": ("recrut", "embauche"),
    "difficultes-d-emploi-rh-et-gpec": ("ressources humaines", "recrut", "emploi"),
    "problematiques-de-transmission-ou-gouvernance": ("transmi", "repris", "céder", "cession"),
    "contentieux": ("contentieux", "litige"),
    "contentieux-avec-des-partenaires": ("litige", "médiation", "contentieux"),
    "baisse-d-activite": ("développ", "commerc", "client", "difficult"),
}
FALLBACK = ("difficult", "trésorerie", "financi")


@dataclass(frozen=True)
class NeedFollowed:
    """A need filed from a file. lines: who has it and where he is; outcome: the help that closed it."""

    subject: str
    state: State
    filed: str
    lines: tuple[str, ...]
    outcome: str


def needs_followed(followup: Followup) -> tuple[NeedFollowed, ...]:
    """3 queries, whatever the number of needs."""
    referrals = {row.visit_id: row for row in Referral.objects.filter(followup=followup).select_related("author")}
    if not referrals:
        return ()
    needs = list(Need.objects.filter(diagnosis__in=referrals).select_related("subject").order_by("-created_at"))
    held: dict[int, list[Match]] = {}
    matches = (
        Match.objects.filter(need__in=needs).select_related("expert__antenne__institution").order_by("sent_at", "pk")
    )
    for match in matches:
        held.setdefault(match.need_id, []).append(match)
    return tuple(_followed(need, referrals[need.diagnosis_id], held.get(need.pk, [])) for need in needs)


def _followed(need: Need, referral: Referral, matches: list[Match]) -> NeedFollowed:
    helped = next((match for match in matches if match.help_name), None)
    return NeedFollowed(
        subject=need.subject.label,
        state=STATES[need.status],
        filed=f"Déposé le {day(referral.at)} par {referral.author}",
        lines=tuple(_line(match) for match in matches),
        outcome=f"{helped.help_name} ({helped.help_provider})" if helped else "",
    )


def _line(match: Match) -> str:
    institution = match.expert.antenne.institution
    moment = match.closed_at or match.taken_care_of_at or match.sent_at
    name = institution.short_name or institution.name
    return f"{name}\u00a0: {MATCH.label(match.state).lower()}, {day_and_hour(moment)}"


def subjects() -> list[Subject]:
    """The subjects on which a need may be filed. 1 query."""
    found = Subject.objects.filter(archived_at=None).select_related("theme")
    return list(found.order_by("theme__position", "position", "pk"))


def known_of_the_talk(followup: Followup, person: Person) -> dict[str, Any]:
    """What the file already says of whom the adviser will call: the day of one's own last talk, and the contact when
    the file has a single one and the person may read it. Proposed in the form, sent by its author. 2 queries.
    """
    talk = Analysis.objects.filter(followup=followup, author_id=person.user_id).order_by("-talked_on").first()
    found: dict[str, Any] = {"talked_on": talk.talked_on} if talk else {}
    if not may(person, "file.view_contacts", followup):
        return found
    contacts = list(FirmContact.objects.filter(followup=followup, archived_at=None)[:2])
    if len(contacts) == 1:
        contact = contacts[0]
        name = f"{contact.first_name} {contact.last_name}".strip()
        found |= {"full_name": name, "phone": contact.mobile or contact.phone, "email": contact.email}
    return found


def proposed_subject(followup: Followup, offered: list[Subject]) -> Subject | None:
    """The subject that the difficulties noted in the file suggest; None when none does. 1 query."""
    codes = followup.terms.filter(kind=Term.Kind.DIFFICULTY).values_list("code", flat=True)
    words = [word for code in codes for word in PROPOSED.get(code, FALLBACK)]
    for word in words:
        for subject in offered:
            if word in f"{subject.theme.label} {subject.label}".lower():
                return subject
    return None
