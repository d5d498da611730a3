"""Holes of the directory: met and told on the ground, answered by the team."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.directory.models import Subject
from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import clean_text
from vigie.matching.actions.visit_draft import page_expired
from vigie.matching.models import HoleReport, Need
from vigie.matching.states import HOLE
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 2000
Zone = tuple[str, str]  # kind, code


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
