"""What a local animator does for the needs of his zones: reminds those who have not answered, tells of a hole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.directory.models import Subject
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import clean_text
from vigie.matching.actions.visit_draft import page_expired
from vigie.matching.models import HoleReport, Match, Need, Reminder
from vigie.matching.queries.network_reminders import reminded_lately
from vigie.matching.states import HOLE, QUO
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 2000
Zone = tuple[str, str]  # kind, code


@transaction.atomic
def remind(need: Need, *, form_token: str, by: Person, at: datetime) -> Reminder:
    """« Relancer les experts »: writes to those who have not answered. Once in three days, whoever asks.

    The same form sent twice gives the first reminder.
    """
    require(by, "need.remind", need)
    Need.objects.select_for_update().only("pk").get(pk=need.pk)
    earlier = Reminder.objects.filter(form_token=form_token).first() if form_token else None
    if earlier is not None:
        if earlier.need_id != need.pk or earlier.by_id != by.user_id:
            raise page_expired()
        return earlier
    if refusal := reminded_lately(need, at):
        raise Refused("reminded_lately", refusal)
    silent = list(
        Match.objects.filter(
            need=need, state=QUO, expert__deleted_at__isnull=True, expert__antenne__institution__deleted_at__isnull=True
        ).order_by("pk")
    )
    if not silent:
        raise Refused("nobody_silent", "Tous les experts ont répondu\u00a0: il n’y a personne à relancer.")
    reminder = Reminder.objects.create(
        need=need, kind=Reminder.Kind.BY_HAND, at=at, by_id=by.user_id, form_token=form_token, experts=len(silent)
    )
    for match in silent:
        record("match.reminded_by_hand", match, by=by, at=at, payload={"reminder": reminder.pk})
    return reminder


def report_hole(
    subject: Subject,
    zone: Zone,
    body: str,
    *,
    zones: Collection[Zone],
    need: Need | None = None,
    form_token: str,
    by: Person,
    at: datetime,
) -> HoleReport:
    """« Signaler un manque »: nobody answers for this subject in this zone. zones: those that the person may name.

    The same form sent twice gives the first report; the same hole, still open, is not reported twice by a person.
    """
    require(by, "hole.report")
    assert by.user_id is not None  # only accounts may report
    if zone not in zones:
        raise InvalidInput("zone_not_yours", "Choisissez une zone de la liste.", field="zone")
    earlier = HoleReport.objects.filter(form_token=form_token, author_id=by.user_id).first()
    if earlier is not None:
        return earlier
    same = HoleReport.objects.filter(
        subject=subject, zone_type=zone[0], code=zone[1], author_id=by.user_id, state=HOLE.initial
    )
    if same.exists():
        raise Refused("hole_known", "Vous avez déjà signalé ce manque\u00a0: l’équipe ne l’a pas encore traité.")
    try:
        with transaction.atomic():
            report = HoleReport.objects.create(
                subject=subject, zone_type=zone[0], code=zone[1], need=need, author_id=by.user_id,
                body=clean_text(body)[:LONGEST], at=at, form_token=form_token,
            )  # fmt: skip
            record("hole.reported", report, by=by, at=at)
    except IntegrityError as error:  # the same form, sent twice at the same moment
        found = HoleReport.objects.filter(form_token=form_token, author_id=by.user_id).first()
        if found is None:
            raise page_expired() from error
        return found
    return report


def answer_hole(report: HoleReport, transition: str, answer: str, *, by: Person, at: datetime) -> HoleReport:
    """« Comblé » or « Sans suite », with what the team says to the author; pressed twice by the same words, once."""
    said = clean_text(answer)[:LONGEST]
    with transaction.atomic():
        row = HoleReport.objects.select_for_update().get(pk=report.pk)
        require(by, "hole.answer", row)
        step = HOLE.by_name.get(transition)
        if step is not None and row.state == step.target and row.answer == said:
            return row
        done: HoleReport = perform(row, transition, by=by, at=at, changes={"answer": said})
    return done
