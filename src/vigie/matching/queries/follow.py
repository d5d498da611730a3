"""What the company head sees of his request: what happened, what comes next, what he can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from vigie.matching.links import Purpose, fill_url, token
from vigie.matching.models import Match, Precision, Solicitation
from vigie.matching.queries.answering import merged, usual_wait
from vigie.matching.states import (
    CANCELED,
    DONE,
    DONE_NO_HELP,
    DONE_NOT_REACHABLE,
    EXPIRED,
    IN_PROGRESS,
    OPEN,
    PROCESSED,
    QUO,
    SOLICITATION,
    TAKING_CARE,
)
from vigie.ui.components import ActButton, Link, Step
from vigie.ui.formats import listed


@dataclass(frozen=True)
class Help:
    """A help that an adviser found."""

    name: str
    provider: str
    level: str


@dataclass(frozen=True)
class FollowPage:
    """« Ma demande ». headline: where it stands, in one sentence; the last step says what happens next.

    answer_title, answer: the team's standard answer to a request that was not transmitted.
    """

    token: str
    subject_title: str
    company_name: str
    description: str
    headline: str
    steps: tuple[Step, ...]
    helps: tuple[Help, ...]
    booking: tuple[Link, ...]
    running: bool
    acts: tuple[ActButton, ...]
    answer_title: str = ""
    answer: str = ""
    complete_href: str = ""


def follow_page(solicitation: Solicitation, at: datetime) -> FollowPage:
    """The story of a request, told to who wrote it. 5 queries, whatever the number of advisers."""
    matches = _matches(solicitation)
    precisions = list(solicitation.precisions.all())
    running = solicitation.state in (IN_PROGRESS, PROCESSED)
    template = solicitation.refusal_template if solicitation.state == CANCELED else None
    headline, coming = _standing(solicitation, matches, at)
    return FollowPage(
        token=token(solicitation, Purpose.FOLLOW),
        subject_title=solicitation.landing_subject.title,
        company_name=solicitation.company_name,
        description=solicitation.description,
        headline=headline,
        steps=tuple(_steps(solicitation, matches, precisions, coming)),
        helps=tuple(
            Help(match.help_name, match.help_provider, match.get_help_level_display().lower())
            for match in matches
            if match.state == DONE
        ),
        booking=tuple(_bookings(matches)),
        running=running,
        acts=tuple(_acts(solicitation, matches)),
        answer_title=template.mail_subject if template else "",
        answer=template.body if template else "",
        complete_href=fill_url(solicitation) if template and template.lets_complete else "",
    )


def _matches(solicitation: Solicitation) -> list[Match]:
    """The advisers who received the request; one query."""
    found = Match.objects.filter(need__diagnosis__solicitation=solicitation)
    return list(found.select_related("expert__antenne__institution").order_by("sent_at", "pk"))


def _waits(matches: list[Match]) -> bool:
    return any(match.state in OPEN for match in matches)


def _standing(solicitation: Solicitation, matches: list[Match], at: datetime) -> tuple[str, str]:
    """Where the request stands, and what happens next."""
    states = {match.state for match in matches}
    if solicitation.state == CANCELED:
        return _ended(solicitation)
    if DONE in states:
        return "Un conseiller vous a proposé une aide.", ""
    if TAKING_CARE in states:
        return "Un conseiller s’occupe de votre demande.", "Il vous appelle, puis note ici ce qu’il a pu faire."
    if QUO in states:
        return (
            "Votre demande est entre les mains des conseillers.",
            f"L’un d’eux vous appelle. {usual_wait(at)}".strip(),
        )
    if states & {EXPIRED} and not states & {DONE_NO_HELP, DONE_NOT_REACHABLE}:
        return (
            "Aucun conseiller n’a répondu à votre demande.",
            "Nous ne la relançons plus. Vous pouvez en déposer une nouvelle, ou écrire à notre équipe.",
        )
    if DONE_NO_HELP in states:
        return "Un conseiller vous a répondu\u00a0: il n’existe pas d’aide publique pour ce besoin.", ""
    if DONE_NOT_REACHABLE in states:
        return (
            "Un conseiller a essayé de vous joindre, sans succès.",
            "Écrivez ci-dessous quand et à quel numéro vous joindre.",
        )
    if matches:
        return (
            "Les conseillers contactés ne peuvent pas répondre à ce besoin.",
            "Notre équipe cherche qui d’autre peut vous aider.",
        )
    return (
        "Votre demande est bien arrivée.",
        "Nous choisissons les conseillers compétents\u00a0: leurs noms s’afficheront ici.",
    )


def _ended(solicitation: Solicitation) -> tuple[str, str]:
    if solicitation.cancel_reason == Solicitation.CancelReason.WITHDRAWN:
        return "Vous avez retiré cette demande.", ""
    if solicitation.cancel_reason == Solicitation.CancelReason.REFUSED:
        return "Nous n’avons pas transmis cette demande.", ""
    return (
        "Votre demande est bien arrivée.",
        "Nous choisissons les conseillers compétents\u00a0: leurs noms s’afficheront ici.",
    )


def _steps(
    solicitation: Solicitation, matches: list[Match], precisions: list[Precision], coming: str
) -> Iterator[Step]:
    """What happened, the oldest first, then what comes."""
    told = sorted(_told(solicitation, matches, precisions), key=lambda step: step.at or solicitation.created_at)
    last = len(told) - 1
    for rank, step in enumerate(told):
        yield Step(step.title, step.at, step.text, current=rank == last)
    if (coming and solicitation.state != CANCELED) or _hidden(solicitation):
        yield Step("Ensuite", None, coming)


def _hidden(solicitation: Solicitation) -> bool:
    """A request dropped as unwanted is shown as received: who sent it learns nothing."""
    return solicitation.state == CANCELED and solicitation.cancel_reason == Solicitation.CancelReason.SPAM


def _told(solicitation: Solicitation, matches: list[Match], precisions: list[Precision]) -> Iterator[Step]:
    yield Step("Demande reçue", solicitation.completed_at)
    if matches:
        names = merged(match.expert.antenne.institution for match in matches)
        yield Step("Transmise", matches[0].sent_at, f"À\u00a0: {listed(names)}.")
    for match in matches:
        yield from _answers(match)
    for precision in precisions:
        if precision.kind == Precision.Kind.NOT_CALLED:
            yield Step("Vous nous avez dit qu’on ne vous a pas appelé", precision.at, "Les conseillers sont prévenus.")
        else:
            yield Step("Vous avez ajouté une précision", precision.at, precision.body)
    if solicitation.state == CANCELED and solicitation.cancel_reason == Solicitation.CancelReason.WITHDRAWN:
        yield Step("Vous avez retiré votre demande", solicitation.canceled_at)
    if solicitation.state == CANCELED and solicitation.cancel_reason == Solicitation.CancelReason.REFUSED:
        yield Step("Demande non transmise", solicitation.canceled_at, "Notre réponse est ci-dessous.")


def _answers(match: Match) -> Iterator[Step]:
    """What one adviser did; a refusal is not told, another one answers."""
    who = _who(match)
    if match.taken_care_of_at:
        yield Step(f"Prise en charge par {who}", match.taken_care_of_at)
    if match.state == DONE:
        level = match.get_help_level_display().lower()
        text = f"{match.help_name}, par {match.help_provider} (aide {level})."
        yield Step(f"Terminée avec {who}\u00a0: une aide proposée", match.closed_at, text)
    elif match.state == DONE_NO_HELP:
        yield Step(f"Terminée avec {who}\u00a0: pas d’aide disponible", match.closed_at)
    elif match.state == DONE_NOT_REACHABLE:
        yield Step(f"{who} n’a pas pu vous joindre", match.closed_at)


def _who(match: Match) -> str:
    antenne = match.expert.antenne
    institution = antenne.institution.name
    return institution if antenne.name.startswith(institution) else f"{institution} ({antenne.name})"


def _bookings(matches: list[Match]) -> Iterator[Link]:
    """Where an appointment can be made with who is in charge."""
    for match in matches:
        antenne = match.expert.antenne
        address = antenne.booking_url or antenne.institution.booking_url
        if match.state == TAKING_CARE and address:
            yield Link(f"Prendre rendez-vous avec {antenne.institution.name}", address)


def _acts(solicitation: Solicitation, matches: list[Match]) -> Iterator[ActButton]:
    """« On ne m’a pas appelé » while somebody should call, « Retirer ma demande » while it runs."""
    link = token(solicitation, Purpose.FOLLOW)
    if solicitation.state == PROCESSED and _waits(matches):
        yield ActButton("On ne m’a pas appelé", reverse("matching:say_not_called", args=[link]), style="secondary")
    if solicitation.state in SOLICITATION.by_name["withdraw"].sources:
        yield ActButton.of(
            SOLICITATION.by_name["withdraw"],
            reverse("matching:withdraw_request", args=[link]),
            style="tertiary",
            confirm=_withdraw_sentence(matches),
        )


def _withdraw_sentence(matches: list[Match]) -> str:
    in_charge = [match for match in matches if match.state == TAKING_CARE]
    if in_charge:
        names = listed(merged(match.expert.antenne.institution for match in in_charge))
        return f"Votre demande s’arrête tout de suite, et un courriel prévient {names}. Ceci ne peut pas être annulé."
    return "Votre demande s’arrête tout de suite\u00a0: plus personne ne vous appellera. Ceci ne peut pas être annulé."
