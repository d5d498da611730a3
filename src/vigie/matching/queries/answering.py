"""Who may answer a subject: the institutions named to the company before anybody is chosen."""

from __future__ import annotations

from vigie.accounts.models import Institution

OPCO_TOGETHER = "Votre opérateur de compétences (OPCO)"


def institutions_for(subject_id: int) -> list[str]:
    """Names of the institutions with a live expert for the subject, skills operators merged in one line. One query."""
    found = (
        Institution.objects.filter(
            deleted_at__isnull=True,
            competences__subject=subject_id,
            competences__expert_subjects__expert__deleted_at__isnull=True,
            competences__expert_subjects__isnull=False,
        )
        .order_by("name")
        .distinct()
    )
    names, has_opco = [], False
    for institution in found:
        if institution.kind == Institution.Kind.OPCO:
            has_opco = True
        else:
            names.append(institution.name)
    return [*names, OPCO_TOGETHER] if has_opco else names
