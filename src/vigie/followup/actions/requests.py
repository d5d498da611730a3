"""« Demande d’aide »: the firm asks, an expert who is also an agent of its territory takes the need, a file holds it.

Nothing is opened that the rights table would not let him open by himself: he may open a file there, he has accepted
the rules of confidentiality, and the unlock is in the audit as when he presses the button (decision 0031).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.agents.models import Follow
from vigie.agents.queries.consent import has_consented
from vigie.directory.models import ExpertMember
from vigie.followup.actions.files import AlreadyActive, Fields, move_file, open_file
from vigie.followup.actions.members import add_member, locked
from vigie.followup.actions.snapshots import tell
from vigie.followup.models import Followup, HelpRequest, Member, Referral, Workplace
from vigie.followup.states import UNDER_SURVEILLANCE
from vigie.kernel.errors import Refused
from vigie.matching.models import Match, Need
from vigie.rights.person import Person
from vigie.rights.reach import may


@transaction.atomic
def take_up(match: Match, *, by: Person, at: datetime) -> Followup | None:
    """Opens or joins the file of the establishment, its référent being who takes the need; None when it is not for him.

    Never refuses: an expert takes a need whatever becomes of the file.
    """
    if by.level is None or by.read_only:
        return None
    need = Need.objects.select_related("subject", "diagnosis").get(pk=match.need_id)
    place = _place(need)
    if place is None or not _entitled(match, place, by, at):
        return None
    known = HelpRequest.objects.filter(need=need).select_related("followup").first()
    row = known.followup if known is not None else _file_of(place, need, by=by, at=at)
    if row is None or not row.is_active or row.deleted_at is not None:
        return None  # the file that held it is over: opening another is somebody's decision
    if not row.members.present().filter(user_id=by.user_id).exists():
        expert = User.objects.get(pk=by.user_id)
        add_member(row, expert, Member.Role.REFERENT, by=by, at=at, told=known is not None)  # else the request says it
    if known is None:
        _attach(row, need, by=by, at=at)
    return row


def _place(need: Need) -> Workplace | None:
    """Where a file may be opened on this need; None for one that tells no difficulty, or that came from a file."""
    if not need.subject.tells_difficulty or need.diagnosis.establishment_id is None:
        return None
    if Referral.objects.filter(visit=need.diagnosis_id).exists():
        return None
    return Workplace.objects.filter(pk=need.diagnosis.establishment_id, is_active=True).first()


def _entitled(match: Match, place: Workplace, by: Person, at: datetime) -> bool:
    """He takes it for himself, may open a file there, and has accepted the rules of confidentiality."""
    himself = ExpertMember.objects.filter(expert_id=match.expert_id, user_id=by.user_id or 0).exists()
    return himself and may(by, "file.open", place) and has_consented(by, at)


def _file_of(place: Workplace, need: Need, *, by: Person, at: datetime) -> Followup | None:
    """The running file of the establishment; else a new one, its motive « un de ses partenaires m’a contacté »."""
    running = Followup.objects.active().filter(workplace=place).first()
    if running is not None:
        return running
    try:
        return open_file(
            place, Fields(), motive=Follow.Motive.SOURCE_INTERNE, form_token=f"demande-{need.pk}-{by.user_id}",
            source=Followup.Source.REQUEST, by=by, at=at,
        )  # fmt: skip
    except AlreadyActive as quicker:
        return quicker.followup
    except Refused:
        return None


def _attach(followup: Followup, need: Need, *, by: Person, at: datetime) -> None:
    row = locked(followup)
    HelpRequest.objects.create(followup=row, need=need, taken_by_id=by.user_id or 0, at=at)
    row.modified_at = at
    row.save(update_fields=["modified_at"])
    tell("file.requested", row, by=by, at=at, changes={"subject": need.subject.slug})
    if row.state == UNDER_SURVEILLANCE and may(by, "file.manage_state", row):
        move_file(row, "resume", by=by, at=at)
