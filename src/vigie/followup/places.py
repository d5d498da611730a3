"""Where agents hold files: the communes of their territory, of today or merged since."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from vigie.rights.person import Person
from vigie.territory.models import Commune, CommuneMovement


def in_departements(person: Person, commune_code: str = "commune_code") -> Q:
    """Rows of a commune of the person's départements. commune_code: the column of the row, or the way to it."""
    if person.nationwide:
        return Q()
    communes = Commune.objects.filter(departement_code__in=sorted(person.departements)).values("code")
    merged: Any = CommuneMovement.objects.filter(new_code__in=communes).values("old_code")
    return Q(**{f"{commune_code}__in": communes}) | Q(**{f"{commune_code}__in": merged})
