"""What would change if two words that files offer became one. Counted before it is done, and again when it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from vigie.followup.models import FirmAction, Followup, Term


@dataclass(frozen=True)
class Merging:
    """What a merging will do: files that change, those of them that carry both words, actions noted."""

    files: int
    both: int
    acts: int
    versions: tuple[int, int]

    @property
    def mark(self) -> str:
        """What the confirmation carries: other figures have another mark."""
        return "-".join(map(str, (self.files, self.both, self.acts, *self.versions)))


def merging(source: Term, target: Term) -> Merging:
    """Counts, without changing anything. 3 queries."""
    found = carrying(source)
    both = found.filter(Q(size=target) | Q(pk__in=_bearing(target)))
    acts = FirmAction.objects.filter(term=source).count()
    return Merging(found.count(), both.count(), acts, (source.version, target.version))


def _bearing(word: Term) -> QuerySet[Any]:
    return Followup.terms.through.objects.filter(term_id=word.pk).values("followup_id")


def carrying(word: Term) -> QuerySet[Followup]:
    """Deleted files too: they may be taken back."""
    acted = FirmAction.objects.filter(term=word).values("followup_id")
    return Followup.objects.filter(Q(size=word) | Q(pk__in=_bearing(word)) | Q(pk__in=acted)).order_by("pk")
