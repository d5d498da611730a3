"""Files as they were at a date: statistics never change when a file does."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from vigie.followup.models import Followup, Snapshot


def pictures(at: datetime, files: QuerySet[Followup] | None = None) -> QuerySet[Snapshot]:
    """The last picture of each file before that moment, deleted ones too. 1 query."""
    last = Snapshot.objects.filter(followup=OuterRef("pk"), at__lt=at).order_by("-at", "-pk").values("pk")[:1]
    known = (Followup.objects.all() if files is None else files).order_by().annotate(picture=Subquery(last))
    return Snapshot.objects.filter(pk__in=known.filter(picture__isnull=False).values("picture"))


def as_of(at: datetime) -> list[Snapshot]:
    """The last picture of each file at that moment, deleted ones left out. 1 query."""
    last = Snapshot.objects.filter(followup=OuterRef("pk"), at__lte=at).order_by("-at", "-pk").values("pk")[:1]
    known = Followup.objects.annotate(picture=Subquery(last)).filter(picture__isnull=False)
    found = Snapshot.objects.filter(pk__in=known.values("picture")).order_by("followup_id")
    return [snapshot for snapshot in found if not snapshot.data["deleted"]]
