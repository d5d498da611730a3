"""What is done for the firm. A detection decides nothing: an action needs the analysis of a talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from vigie.followup.actions.members import locked, refuse_completed
from vigie.followup.actions.snapshots import tell
from vigie.followup.models import Analysis, FirmAction, Followup, Term
from vigie.followup.rules import refuse_talk_of_tomorrow
from vigie.kernel.errors import InvalidInput, Refused
from vigie.rights.person import Person
from vigie.rights.reach import require


@dataclass(frozen=True)
class Talk:
    """A talk with the firm and what it taught."""

    talked_on: date
    channel: str
    verdict: str
    nature: str = ""
    intervention: str = ""


@transaction.atomic
def analyse(followup: Followup, talk: Talk, *, form_token: str, by: Person, at: datetime) -> Analysis:
    """Records the analysis of a talk; a refuted difficulty has neither nature nor intervention."""
    row = locked(followup)
    require(by, "file.edit", row)
    refuse_completed(row)
    same = Analysis.objects.filter(form_token=form_token, author_id=by.user_id).first()
    if same is not None:
        return same
    refuse_talk_of_tomorrow(talk.talked_on, at)
    confirmed = talk.verdict == Analysis.Verdict.CONFIRMED
    if confirmed and not talk.nature:
        raise InvalidInput("nature_missing", "Indiquez la nature de la difficulté.", field="nature")
    if confirmed and not talk.intervention:
        raise InvalidInput("intervention_missing", "Indiquez le type d’intervention.", field="intervention")
    analysis = Analysis.objects.create(
        followup=row, author_id=by.user_id or 0, talked_on=talk.talked_on, channel=talk.channel, verdict=talk.verdict,
        nature=talk.nature if confirmed else "", intervention=talk.intervention if confirmed else "",
        form_token=form_token, recorded_at=at,
    )  # fmt: skip
    row.modified_at = at
    row.save(update_fields=["modified_at"])
    tell("file.analysed", row, by=by, at=at, changes={"analysis": analysis.pk, "verdict": analysis.verdict})
    return analysis


@transaction.atomic
def act_for_firm(
    followup: Followup, analysis: Analysis | None, term: Term, done_on: date, *, form_token: str, by: Person,
    at: datetime,
) -> FirmAction:  # fmt: skip
    """Notes an action really done. Refused without an analysis of this file that confirms a difficulty."""
    row = locked(followup)
    require(by, "file.edit", row)
    refuse_completed(row)
    same = FirmAction.objects.filter(form_token=form_token, author_id=by.user_id).first()
    if same is not None:
        return same
    if analysis is None or analysis.followup_id != row.pk:
        raise Refused(
            "analysis_missing",
            "Une action s’appuie sur un échange avec l’entreprise. Notez d’abord cet échange.",
        )
    if done_on < analysis.talked_on:
        raise InvalidInput(
            "action_before_talk", "Cette action est antérieure à l’échange qui la justifie.", field="done_on"
        )
    refuse_talk_of_tomorrow(done_on, at)
    if term.kind != Term.Kind.ACTION or term.archived_at is not None:
        raise InvalidInput("action_unknown", "Choisissez une action de la liste.", field="term")
    done = FirmAction.objects.create(
        followup=row, analysis=analysis, term=term, done_on=done_on, author_id=by.user_id or 0, form_token=form_token,
        recorded_at=at,
    )  # fmt: skip
    row.terms.add(term)
    row.modified_at = at
    row.save(update_fields=["modified_at"])
    tell("file.acted", row, by=by, at=at, changes={"action": term.code})
    return done
