"""What agents say of detections: given until the next list, then sent to the batch without any name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.publication.feedback import pseudonym, write_feedback
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.ui.formats import counted
from vigie.watchlists.models import Entry, Opinion, OpinionReason, Publication

LONGEST_COMMENT = 1000


@transaction.atomic
def give_opinion(
    entry: Entry, *, useful: bool, reasons: list[str], comment: str = "", by: Person, at: datetime
) -> Opinion:
    """The person's opinion on a firm in alert of the last list; a second one replaces the first.

    reasons: codes, one at least when the detection was useless: InvalidInput names the field.
    """
    require(by, "opinion.give", entry)
    latest = Publication.objects.current().values_list("pk", flat=True).first()
    if entry.publication_id != latest or entry.level == "none":
        raise Refused("opinion_closed", "Un avis se donne sur une entreprise en alerte de la dernière liste.")
    chosen = [] if useful else list(OpinionReason.objects.filter(code__in=reasons, archived_at=None))
    if not useful and not chosen:
        raise InvalidInput("reason_missing", "Dites pourquoi cette détection était inutile.", field="raisons")
    said: dict[str, Any] = {
        "useful": useful, "comment": comment.strip()[:LONGEST_COMMENT], "segment": by.segment, "given_at": at,
        "sent_at": None,
    }  # fmt: skip
    opinion, _new = Opinion.objects.update_or_create(
        publication_id=entry.publication_id, siren=entry.siren, user_id=by.user_id or 0, defaults=said
    )
    opinion.reasons.set(chosen)
    record("opinion.given", opinion, by=by, at=at, payload={"useful": useful, "reasons": [r.code for r in chosen]})
    return opinion


def send_opinions(*, at: datetime) -> str:
    """Writes ``feedback/<list>/`` for each list on which something new was said (job of each night)."""
    waiting = Publication.objects.filter(opinions__sent_at=None, opinions__isnull=False).distinct().order_by("code")
    told = [f"{publication.code} ({counted(_send(publication, at), 'avis', 'avis')})" for publication in waiting]
    return f"Transmis : {', '.join(told)}" if told else "Aucun avis nouveau"


@transaction.atomic
def _send(publication: Publication, at: datetime) -> int:
    """All the opinions on a list; an opinion changed meanwhile stays to be sent."""
    rows = list(Opinion.objects.filter(publication=publication).prefetch_related("reasons").order_by("siren", "pk"))
    labels = OpinionReason.objects.order_by("position", "code")
    told = {
        "opinions": [_row(one) for one in rows],
        "reasons": [{"code": reason.code, "label_fr": reason.label} for reason in labels],
    }
    write_feedback(Path(settings.VIGIE.var), publication.code, told, at=at)
    for one in rows:
        Opinion.objects.filter(pk=one.pk, given_at=one.given_at, sent_at=None).update(sent_at=at)
    record("opinion.sent", publication, by=SYSTEM, at=at, payload={"opinions": len(rows)})
    return len(rows)


def _row(opinion: Opinion) -> dict[str, Any]:
    """No name, no address, no text: an author is a key that tells two people apart."""
    return {
        "siren": opinion.siren,
        "author": pseudonym(settings.SECRET_KEY.encode(), f"account:{opinion.user_id}"),
        "useful": opinion.useful,
        "reasons": sorted(reason.code for reason in opinion.reasons.all()),
        "given_on": paris_day(opinion.given_at),
        "segment": opinion.segment or None,
    }


@transaction.atomic
def add_reason(label: str, *, by: Person, at: datetime) -> OpinionReason:
    """One more reason, the last of the list; the same label twice is once."""
    require(by, "opinion.count")
    known = OpinionReason.objects.filter(label=label, archived_at=None).first()
    if known is not None:
        return known
    last = OpinionReason.objects.aggregate(last=Max("position"), key=Max("pk"))
    reason = OpinionReason.objects.create(
        code=f"raison-{(last['key'] or 0) + 1}", label=label, position=(last["last"] or 0) + 1
    )
    record("opinion.reason_added", reason, by=by, at=at)
    return reason


@transaction.atomic
def archive_reason(reason: OpinionReason, *, by: Person, at: datetime) -> None:
    """The reason is no longer offered; opinions that gave it keep it."""
    require(by, "opinion.count")
    if OpinionReason.objects.filter(pk=reason.pk, archived_at=None).update(archived_at=at):
        record("opinion.reason_archived", reason, by=by, at=at)
