"""Earlier requests of the same company or address: what the guards of automatic transmission count."""

from __future__ import annotations

from django.db.models import Q

from vigie.matching.models import Solicitation
from vigie.matching.rules.guards import DUPLICATE_WITHIN
from vigie.matching.states import CANCELED, IN_PROGRESS, PROCESSED


def similar_count(request: Solicitation, subject_id: int) -> int:
    """Requests on the subject by the same company or address, completed before this one within three weeks.

    Abandoned ones do not count. A requalified request counts for the subject that its need has now.
    """
    if request.completed_at is None:
        return 0
    earlier = Q(completed_at__lt=request.completed_at) | Q(completed_at=request.completed_at, pk__lt=request.pk)
    about = Q(diagnosis__needs__subject=subject_id) | Q(diagnosis__isnull=True, landing_subject__subject=subject_id)
    found = Solicitation.objects.filter(
        earlier,
        about,
        _same_company(request) | Q(email=request.email),
        state__in=[IN_PROGRESS, PROCESSED],
        completed_at__gte=request.completed_at - DUPLICATE_WITHIN,
    )
    return found.values("pk").distinct().count()


def abandoned_count(request: Solicitation) -> int:
    """Requests of the same company (SIREN) that were abandoned; 0 when the company is unknown."""
    return Solicitation.objects.filter(_same_company(request), state=CANCELED).exclude(pk=request.pk).count()


def _same_company(request: Solicitation) -> Q:
    """Every establishment of the company: a range, which the index of SIRETs serves."""
    siren = request.siret[:9]
    if len(siren) < 9:
        return Q(pk__in=[])
    return Q(siret__gte=f"{siren}00000", siret__lte=f"{siren}99999")
