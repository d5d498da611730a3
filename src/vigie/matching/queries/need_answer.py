"""« Mon intervention »: what a person may answer to a match, as the lifecycle offers it, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.forms import BaseForm
from django.urls import reverse

from vigie.kernel.lifecycle import State, Transition
from vigie.matching.models import Match, Need
from vigie.matching.queries.positions import company_name, since, version
from vigie.matching.states import (
    COVERED,
    DONE,
    DONE_NO_HELP,
    DONE_NOT_REACHABLE,
    MATCH,
    NOT_FOR_ME,
    OPEN,
    TAKING_CARE,
    UNANSWERED,
    WITHDRAWN,
)
from vigie.ui.components import ActButton

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Membership(TypedDict):
    """is_mine: the person is of the expert team of the match."""

    is_mine: bool


class Reached(Membership):
    """What a person may do to a match, asked of the rights with the match itself."""

    may_answer: bool
    may_reopen: bool
    may_reassign: bool
    may_explain: bool


# What is told with a button: (match, transition) → the form, empty or as it came back; None when nothing is.
FormFor = Callable[[Match, str], BaseForm | None]
if TYPE_CHECKING:
    OwnMatch = WithAnnotations[Match, Membership]
    ReachedMatch = WithAnnotations[Match, Reached]

CLOSING = ("close_helped", "close_no_help", "close_unreachable")
BACKWARD = ("undo", "undo_close", "reopen")
STYLES = {"take_charge": "primary"} | dict.fromkeys(BACKWARD, "tertiary")
CONFIRMATIONS = {
    "close_helped": "{company} verra sur sa page l’aide proposée{mail}.",
    "close_no_help": "{company} lira qu’aucune aide publique ne répond à son besoin{mail}.",
    "close_unreachable": "{company} lira qu’elle n’a pas pu être jointe, et qui rappeler{mail}.",
}
MAILED = ", et recevra un courriel dans une minute"
THANKS = {
    NOT_FOR_ME: "Merci de votre réponse. Elle aide l’équipe à mieux orienter les prochaines demandes.",
    DONE: "Merci\u00a0! L’aide proposée figure sur la page de l’entreprise.",
    DONE_NO_HELP: "Merci d’avoir appelé. L’entreprise sait qu’aucune aide n’est disponible.",
    DONE_NOT_REACHABLE: "Merci d’avoir essayé. L’entreprise sait que vous l’avez appelée.",
    COVERED: "Un collègue de votre institution s’en occupe. Vous n’avez rien à faire.",
    WITHDRAWN: "L’entreprise a retiré sa demande. Vous n’avez plus rien à faire.",
}
NOTED = {
    "take_charge": "C’est noté\u00a0: vous appelez l’entreprise.",
    "decline": "C’est noté\u00a0: ce besoin n’est pas pour vous.",
    "close_helped": "L’aide proposée est enregistrée.",
    "close_no_help": "La clôture sans aide disponible est enregistrée.",
    "close_unreachable": "C’est noté\u00a0: l’entreprise n’a pas pu être jointe.",
    "undo": "Votre réponse est annulée\u00a0: le besoin attend de nouveau.",
    "undo_close": "La clôture est annulée\u00a0: vous êtes de nouveau en charge.",
    "reopen": "Le besoin est remis en attente de réponse.",
}


@dataclass(frozen=True)
class Block:
    """A step of the intervention: what to do, the number to press, the buttons."""

    title: str
    text: str = ""
    phone: str = ""
    buttons: tuple[ActButton, ...] = ()


@dataclass(frozen=True)
class Intervention:
    """The answer of one match. ``on_behalf``: of which team, when the person is not one of it."""

    pk: int
    title: str
    on_behalf: str
    state: State
    at: datetime
    chosen: str
    blocks: tuple[Block, ...]
    undo: tuple[ActButton, ...]
    opened: bool
    hand_over: str  # address of the page where it is handed to a colleague


def offered(match: ReachedMatch) -> tuple[Transition, ...]:
    """The buttons of the table in this state that the person may press, one per state they lead to.

    « Annuler » and « Remettre en attente » are two rows when they ask two rights; pressed by one person they are one.
    """
    found: dict[str, Transition] = {}
    for transition in MATCH.offered(match.state):
        if transition.button and _may(match, transition):
            found.setdefault(transition.target, transition)
    return tuple(found.values())


def _may(match: ReachedMatch, transition: Transition) -> bool:
    return {"match.answer": match.may_answer, "match.reopen": match.may_reopen}.get(transition.right, False)


def intervention(need: Need, match: ReachedMatch, *, form_for: FormFor, chosen: str = "") -> Intervention:
    """The block of a match that the person may answer. No query."""
    buttons = {one.name: _button(need, match, one, form_for(match, one.name), chosen) for one in offered(match)}
    on_behalf = "" if match.is_mine else match.expert.full_name
    hand_over = reverse("matching:hand_over", args=[need.pk, match.pk])
    return Intervention(
        pk=match.pk,
        title=f"Au nom de {on_behalf}" if on_behalf else "Mon intervention",
        on_behalf=on_behalf,
        state=MATCH.by_code[match.state],
        at=since(match),
        chosen=buttons[chosen].label if chosen in buttons and match.is_mine else "",
        blocks=_blocks(need, match, buttons),
        undo=_present(buttons, BACKWARD),
        opened=not on_behalf or any(button.open for button in buttons.values()),
        hand_over=hand_over if match.may_reassign and match.state in OPEN else "",
    )


def noted(match: OwnMatch, transition: str) -> str:
    """What has just been done, and whom it tells."""
    if not match.is_mine:
        return f"C’est enregistré au nom de {match.expert.full_name}. L’entreprise ne reçoit pas de courriel."
    mailed = transition in ("take_charge", *CLOSING) and match.need.diagnosis.contact.email
    told = " L’entreprise recevra un courriel dans une minute\u00a0; d’ici là, vous pouvez annuler sans qu’il parte."
    return NOTED[transition] + (told if mailed else "")


def _present(buttons: Mapping[str, ActButton], names: Iterable[str]) -> tuple[ActButton, ...]:
    return tuple(buttons[name] for name in names if name in buttons)


def _blocks(need: Need, match: ReachedMatch, buttons: Mapping[str, ActButton]) -> tuple[Block, ...]:
    company = company_name(need)
    if match.state in UNANSWERED:
        forward = tuple(button for name, button in buttons.items() if name not in BACKWARD)
        text = "«\u00a0J’appelle\u00a0» annonce votre appel à l’entreprise. Vous pourrez revenir en arrière."
        return (Block(f"Pouvez-vous aider {company}\u00a0?", text if match.is_mine else "", buttons=forward),)
    if match.state == TAKING_CARE:
        contact = need.diagnosis.contact
        call = contact.full_name if contact.phone else f"{contact.full_name}, par courriel\u00a0: {contact.email}"
        return (
            Block("1. J’appelle l’entreprise", call, contact.phone),
            Block("2. Je clôture mon intervention", "Dites ce qui en est sorti.", buttons=_present(buttons, CLOSING)),
        )
    return (Block(MATCH.label(match.state), THANKS[match.state] if match.is_mine else ""),)


def _button(need: Need, match: ReachedMatch, step: Transition, form: BaseForm | None, chosen: str) -> ActButton:
    mail = MAILED if match.is_mine and need.diagnosis.contact.email else ""
    button = ActButton.of(
        step,
        reverse("matching:answer", args=[need.pk, match.pk]),
        style=STYLES.get(step.name, "secondary"),
        confirm=CONFIRMATIONS.get(step.name, "").format(company=company_name(need), mail=mail),
        form=form,
        token=version(match),
        opened=chosen == step.name and match.is_mine,
    )
    if form is not None:  # several matches of a page may ask for the same thing
        form.auto_id = f"m{match.pk}_{step.name}_%s"
    return button
