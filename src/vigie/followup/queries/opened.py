"""The files that a territory or a network opens: what an administrator is told before he changes one."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q

from vigie.followup.models import Followup
from vigie.followup.models_texts import Comment, Summary


def living_files(departements: frozenset[str]) -> dict[str, int]:
    """Département → its files that were not deleted. 1 query."""
    rows = Followup.objects.filter(deleted_at__isnull=True, departement__in=sorted(departements)).order_by()
    return dict(rows.values_list("departement").annotate(files=Count("pk")))


def files_with_texts(networks: frozenset[str]) -> int:
    """How many files hold a summary or a comment of one of these networks. 1 query."""
    here = {"followup": OuterRef("pk"), "network__code__in": sorted(networks)}
    summaries = Summary.objects.filter(**here).exclude(text="")
    comments = Comment.objects.filter(**here, deleted_at__isnull=True)
    written = Q(Exists(summaries)) | Q(Exists(comments))
    return Followup.objects.filter(written, deleted_at__isnull=True).count()
