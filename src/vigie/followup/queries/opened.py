"""The files that run: what a territory or a network opens of them, what other floors say of a firm that has one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef, Q

from vigie.followup.models import Followup
from vigie.followup.models_texts import Comment, Summary
from vigie.followup.states import ACTIVE, accompanied


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


def files_in_words(sirens: Collection[str]) -> dict[str, str]:
    """siren → « Accompagnement en cours », or under surveillance, of those of these firms that have a file. 1 query."""
    rows = Followup.objects.active().filter(siren__in=list(sirens)).order_by().values_list("siren", "state").distinct()
    held = defaultdict(set)
    for siren, state in rows:
        held[siren].add(state)
    return {siren: accompanied(*(code for code in ACTIVE if code in states)) for siren, states in held.items()}
