"""An expert who meets another need of the same company, or one beyond his role, passes it on to those who answer it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from vigie.directory.models import Subject
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.matching.actions.visit_draft import checked_text, mine, page_expired, propose
from vigie.matching.actions.visit_sending import send_ready
from vigie.matching.models import Diagnosis, Need
from vigie.matching.queries.need_origin import waits_for_team
from vigie.matching.rules.visits import PASSING_CONSENT, refuse_without_consent
from vigie.rights.person import Person
from vigie.rights.reach import require


def pass_on(
    need: Need, subject: Subject, content: str, *, consent: bool, form_token: str, by: Person, at: datetime
) -> Need:
    """The other need, linked to the one during which it was met; sent at once to those whom the rules choose.

    It waits for the team (``sent_at`` is empty) when nobody answers, or when the author's institution wants so. The
    same form sent twice gives the same need.
    """
    require(by, "need.pass_on", need)
    refuse_without_consent(consent)
    text = checked_text(content)
    if need.sent_at is None:
        raise Refused("need_not_sent", "Ce besoin n’est pas encore devant ses experts.")
    if subject.archived_at is not None:
        raise InvalidInput("subject_archived", "Ce sujet n’est plus proposé. Choisissez-en un autre.", field="sujet")
    if (earlier := mine(form_token, by)) is not None:
        return earlier.needs.get()
    try:
        with transaction.atomic():
            _refuse_known(need, subject)
            return _write(need, subject, text, form_token, by, at)
    except IntegrityError as error:  # the same form, sent twice at the same moment
        if (same := mine(form_token, by)) is None:
            raise page_expired() from error
        return same.needs.get()


def _refuse_known(need: Need, subject: Subject) -> None:
    """Raises InvalidInput when the subject is that of the need, or of one that was already passed on from it."""
    Need.objects.select_for_update().only("pk").get(pk=need.pk)  # two colleagues who pass it on wait for each other
    same_visit = Need.objects.filter(diagnosis=need.diagnosis_id, subject=subject)
    passed = Need.objects.filter(diagnosis__passed_from=need, subject=subject)
    if (same_visit | passed).exists():
        raise InvalidInput(
            "subject_taken",
            "L’entreprise a déjà un besoin sur ce sujet\u00a0: écrivez dans sa discussion, ou choisissez un autre "
            "sujet.",
            field="sujet",
        )


def _write(need: Need, subject: Subject, text: str, form_token: str, by: Person, at: datetime) -> Need:
    before = need.diagnosis
    request = before.solicitation
    visit = Diagnosis.objects.create(
        establishment=before.establishment,
        company_name=before.company_name or (request.company_name if request else ""),
        commune_code=before.commune_code,
        contact=before.contact,
        adviser_id=by.user_id,
        form_token=form_token,
        consent_at=at,
        passed_from=need,
        submitted_at=at,
        created_at=at,
    )
    record("visit.begun", visit, by=by, at=at, payload={"consent": PASSING_CONSENT, "passed_from": need.pk})
    other = Need.objects.create(diagnosis=visit, subject=subject, content=text, created_at=at)
    propose(other, at=at)
    record("visit.filed", visit, by=by, at=at, payload={"needs": [other.pk]})
    if not waits_for_team(visit):
        send_ready(visit, by=by, at=at)
    return Need.objects.select_related("subject").get(pk=other.pk)
