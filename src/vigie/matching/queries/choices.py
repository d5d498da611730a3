"""What the filters of the team's lists offer, and the names of communes: asked by several pages."""

from __future__ import annotations

from django.db.models import QuerySet

from vigie.directory.models import Subject
from vigie.kernel.zones import ZoneType
from vigie.matching.models import Tag
from vigie.rights.statements import composed_once
from vigie.territory.models import Commune, Zone


@composed_once
def regions() -> QuerySet[Zone, tuple[str, str]]:
    """(code, name), by name. 1 query."""
    return Zone.objects.filter(zone_type=ZoneType.REGION).order_by("name").values_list("code", "name")


@composed_once
def living_subjects() -> QuerySet[Subject]:
    """Those that a form may ask for, with their themes. 1 query."""
    return Subject.objects.filter(archived_at__isnull=True).select_related("theme")


@composed_once
def all_tags() -> QuerySet[Tag, tuple[int, str]]:
    """(pk, label), those no longer offered too. 1 query."""
    return Tag.objects.values_list("pk", "label")


@composed_once
def commune_names(codes: tuple[str, ...]) -> QuerySet[Commune, tuple[str, str, str]]:
    """(code, name, département). 1 query."""
    return Commune.objects.filter(code__in=codes).values_list("code", "name", "departement_code")
