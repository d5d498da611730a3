"""The company head follows his request: he adds a precision, says that nobody called, or withdraws.

The person is the holder of the request's signed link.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from vigie.journal.actions import perform, record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.text import clean_text
from vigie.matching.actions.statuses import refresh_need_status
from vigie.matching.models import Match, Need, Precision, Solicitation
from vigie.matching.states import EXPIRED, IN_PROGRESS, OPEN, PROCESSED
from vigie.rights.person import Person
from vigie.rights.reach import require

LONGEST = 3000
# The same words within this time are the same click.
SAME_CLICK = timedelta(minutes=10)


@transaction.atomic
def add_precision(solicitation: Solicitation, body: str, *, by: Person, at: datetime) -> Precision:
    """Adds words to the request; the experts who have yet to answer or are in charge are told."""
    text = clean_text(body)
    if not text:
        raise InvalidInput("precision_empty", "Écrivez votre précision avant de l’envoyer.", field="body")
    if len(text) > LONGEST:
        raise InvalidInput(
            "precision_too_long", f"Votre texte est trop long\u00a0: {LONGEST} caractères au plus.", field="body"
        )
    return _add(solicitation, Precision.Kind.PRECISION, text, by=by, at=at)


@transaction.atomic
def say_not_called(solicitation: Solicitation, *, by: Person, at: datetime) -> Precision:
    """« On ne m’a pas appelé »: the experts and the team see it."""
    return _add(solicitation, Precision.Kind.NOT_CALLED, "", by=by, at=at)


@transaction.atomic
def withdraw(solicitation: Solicitation, *, by: Person, at: datetime) -> Solicitation:
    """The company takes its request back: matches still open are withdrawn, experts in charge are told."""
    row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
    needs = list(Need.objects.select_for_update().filter(diagnosis__solicitation=row).order_by("pk"))  # as experts do
    changes = {"cancel_reason": Solicitation.CancelReason.WITHDRAWN}
    done = perform(row, "withdraw", by=by, at=at, changes=changes)
    for match in Match.objects.filter(need__diagnosis__solicitation=row, state__in=(*OPEN, EXPIRED)):
        perform(match, "withdraw", by=by, at=at)
    for need in needs:
        refresh_need_status(need, at=at)
    return done


def _add(solicitation: Solicitation, kind: str, text: str, *, by: Person, at: datetime) -> Precision:
    row = Solicitation.objects.select_for_update().get(pk=solicitation.pk)
    require(by, "solicitation.follow", row)
    if row.state not in (IN_PROGRESS, PROCESSED):
        raise Refused("not_running", "Cette demande n’est plus en cours\u00a0: vous pouvez en faire une nouvelle.")
    earlier = row.precisions.filter(kind=kind, body=text, at__gte=at - SAME_CLICK).first()
    if earlier is not None:
        return earlier
    precision = Precision.objects.create(solicitation=row, kind=kind, body=text, at=at)
    record("solicitation.precision_added", row, by=by, at=at, payload={"precision": precision.pk, "kind": kind})
    return precision
