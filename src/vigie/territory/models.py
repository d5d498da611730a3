"""Communes and zones of the official geographic code, in the current year's edition.

Codes are text. Other tables keep codes, not foreign keys: a commune that merges must not erase what was said of it.
``load_cog`` is the only writer of these tables.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from vigie.kernel.errors import InvalidInput
from vigie.kernel.zones import ZONE_CODE_SHAPES, ZONE_LABELS, Place, ZoneType
from vigie.territory.rules import (
    COMMUNE_KIND_LABELS,
    MOVEMENT_KIND_LABELS,
    CommuneKind,
    MovementKind,
    ZoneStanding,
    parse_zone,
    refuse_unknown_zone,
)

# A code that changed more often than this is a circle.
MAX_HOPS = 12


def code_shape(field: str, kind: ZoneType) -> Q:
    """The database's form of the shape of a code, from the kernel's table."""
    pattern = ZONE_CODE_SHAPES[kind].pattern.replace(r"\d", "[0-9]").replace("^", r"\A").replace("$", r"\Z")
    return Q(**{f"{field}__regex": pattern})


def blank_or_shape(field: str, kind: ZoneType) -> Q:
    return Q(**{field: ""}) | code_shape(field, kind)


def zone_shape(kinds: tuple[ZoneType, ...]) -> Q:
    """True of a row whose ``code`` has the shape of its ``zone_type``, one of ``kinds``."""
    shape = Q()
    for kind in kinds:
        shape |= Q(zone_type=kind.value) & code_shape("code", kind)
    return shape


def in_zone(kind: ZoneType, code: str) -> Q:
    """True of a Commune that the zone covers; a city covers its municipal districts."""
    if kind is ZoneType.COMMUNE:
        return Q(code=code) | Q(parent_code=code)
    return Q(**{f"{kind.value}_code": code})


class CommuneQuerySet(models.QuerySet["Commune"]):
    """Communes by the zone that holds them."""

    def in_zone(self, kind: ZoneType, code: str) -> CommuneQuerySet:
        """The communes that the zone covers; a city covers its municipal districts."""
        return self.filter(in_zone(kind, code))

    def whole(self) -> CommuneQuerySet:
        """Without the municipal districts, whose people the city already counts."""
        return self.filter(kind=CommuneKind.COMMUNE)


class Commune(models.Model):
    """A commune of the current edition, or a municipal district of Paris, Lyon or Marseille."""

    code = models.CharField("code officiel", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)
    name_folded = models.CharField("nom pour la recherche", max_length=80, db_index=True)
    kind = models.CharField(
        "nature", max_length=20, choices=[(kind.value, label) for kind, label in COMMUNE_KIND_LABELS.items()]
    )
    parent_code = models.CharField("ville de l’arrondissement", max_length=5, blank=True, default="")
    departement_code = models.CharField("département", max_length=3)
    region_code = models.CharField("région", max_length=3)
    epci_code = models.CharField("intercommunalité", max_length=9, blank=True, default="")
    employment_area_code = models.CharField("bassin d’emploi", max_length=4, blank=True, default="")
    population = models.PositiveIntegerField("population", null=True, blank=True)
    vintage = models.PositiveSmallIntegerField("millésime")

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        ordering = ["code"]
        indexes = [
            models.Index(fields=["departement_code"], name="commune_departement"),
            models.Index(fields=["region_code"], name="commune_region"),
            models.Index(fields=["epci_code"], name="commune_epci"),
            models.Index(fields=["employment_area_code"], name="commune_employment_area"),
            models.Index(fields=["parent_code"], name="commune_parent", condition=~Q(parent_code="")),
        ]
        constraints = [
            models.CheckConstraint(name="commune_code_shape", condition=code_shape("code", ZoneType.COMMUNE)),
            models.CheckConstraint(name="commune_named", condition=~Q(name="") & ~Q(name_folded="")),
            models.CheckConstraint(
                name="commune_district_has_its_city",
                condition=Q(kind=CommuneKind.COMMUNE.value, parent_code="")
                | (
                    Q(kind=CommuneKind.MUNICIPAL_DISTRICT.value)
                    & code_shape("parent_code", ZoneType.COMMUNE)
                    & ~Q(parent_code=F("code"))
                ),
            ),
            models.CheckConstraint(
                name="commune_departement_shape", condition=code_shape("departement_code", ZoneType.DEPARTEMENT)
            ),
            models.CheckConstraint(name="commune_region_shape", condition=code_shape("region_code", ZoneType.REGION)),
            models.CheckConstraint(name="commune_epci_shape", condition=blank_or_shape("epci_code", ZoneType.EPCI)),
            models.CheckConstraint(
                name="commune_employment_area_shape",
                condition=blank_or_shape("employment_area_code", ZoneType.EMPLOYMENT_AREA),
            ),
            models.CheckConstraint(
                name="commune_vintage_since_1943", condition=Q(vintage__gte=1943, vintage__lte=2100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def place(self) -> Place:
        """The commune and the zones it belongs to, for the rules."""
        return Place(
            commune=self.code,
            epci=self.epci_code,
            employment_area=self.employment_area_code,
            departement=self.departement_code,
            region=self.region_code,
            parent_commune=self.parent_code,
        )


class PostalCode(models.Model):
    """A postal code of a commune; one code serves several communes, one commune has several codes."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="postal_codes")  # goes with it
    code = models.CharField("code postal", max_length=5)

    class Meta:
        verbose_name = "code postal"
        verbose_name_plural = "codes postaux"
        ordering = ["code", "commune_id"]
        indexes = [models.Index(fields=["code"], name="postalcode_code")]
        constraints = [
            models.UniqueConstraint(fields=["commune", "code"], name="postalcode_once_per_commune"),
            models.CheckConstraint(name="postalcode_shape", condition=Q(code__regex=r"\A[0-9]{5}\Z")),
        ]

    def __str__(self) -> str:
        return self.code


WIDE_ZONES = (ZoneType.EPCI, ZoneType.EMPLOYMENT_AREA, ZoneType.DEPARTEMENT, ZoneType.REGION)


class Zone(models.Model):
    """A zone wider than a commune. Its parents are those where most of its people live: an EPCI may span several."""

    zone_type = models.CharField(
        "type", max_length=20, choices=[(kind.value, ZONE_LABELS[kind]) for kind in WIDE_ZONES]
    )
    code = models.CharField("code", max_length=9)
    name = models.CharField("nom", max_length=120)
    name_folded = models.CharField("nom pour la recherche", max_length=120)
    departement_code = models.CharField("département principal", max_length=3, blank=True, default="")
    region_code = models.CharField("région principale", max_length=3, blank=True, default="")
    vintage = models.PositiveSmallIntegerField("millésime")

    class Meta:
        verbose_name = "zone"
        ordering = ["zone_type", "code"]
        indexes = [models.Index(fields=["zone_type", "name_folded"], name="zone_name")]
        constraints = [
            models.UniqueConstraint(fields=["zone_type", "code"], name="zone_once"),
            models.CheckConstraint(name="zone_code_shape", condition=zone_shape(WIDE_ZONES)),
            models.CheckConstraint(name="zone_named", condition=~Q(name="") & ~Q(name_folded="")),
            models.CheckConstraint(
                name="zone_parents_shape",
                condition=blank_or_shape("departement_code", ZoneType.DEPARTEMENT)
                & blank_or_shape("region_code", ZoneType.REGION),
            ),
            models.CheckConstraint(
                name="zone_departement_has_its_region", condition=~Q(zone_type="departement") | ~Q(region_code="")
            ),
            models.CheckConstraint(name="zone_vintage_since_1943", condition=Q(vintage__gte=1943, vintage__lte=2100)),
        ]

    def __str__(self) -> str:
        return self.name


class CommuneMovementQuerySet(models.QuerySet["CommuneMovement"]):
    """What became of old codes."""

    def successors(self, codes: set[str]) -> dict[str, str]:
        """Old code → the code at the end of its chain; one query per hop, whatever the number of codes."""
        ends = {code: code for code in codes}
        pending = set(codes)
        for _hop in range(MAX_HOPS):
            steps = dict(self.filter(old_code__in=pending).values_list("old_code", "new_code")) if pending else {}
            if not steps:
                return {code: end for code, end in ends.items() if end != code}
            ends = {code: steps.get(end, end) for code, end in ends.items()}
            pending = set(steps.values())
        return {code: end for code, end in ends.items() if end != code and end not in pending}


class CommuneMovement(models.Model):
    """A code that is no longer a commune's, and the next one. ``effective_on``: first day without it, if known."""

    old_code = models.CharField("ancien code", max_length=5)
    new_code = models.CharField("code suivant", max_length=5)
    effective_on = models.DateField("date d’effet", null=True, blank=True)
    kind = models.CharField(
        "nature", max_length=20, choices=[(kind.value, label) for kind, label in MOVEMENT_KIND_LABELS.items()]
    )

    objects = CommuneMovementQuerySet.as_manager()

    class Meta:
        verbose_name = "mouvement de commune"
        verbose_name_plural = "mouvements de communes"
        ordering = ["old_code"]
        indexes = [models.Index(fields=["new_code"], name="movement_new_code")]
        constraints = [
            models.UniqueConstraint(fields=["old_code"], name="movement_one_per_old_code"),
            models.CheckConstraint(name="movement_goes_elsewhere", condition=~Q(old_code=F("new_code"))),
            models.CheckConstraint(
                name="movement_code_shapes",
                condition=code_shape("old_code", ZoneType.COMMUNE) & code_shape("new_code", ZoneType.COMMUNE),
            ),
            models.CheckConstraint(
                name="movement_kind_known", condition=Q(kind__in=[kind.value for kind in MovementKind])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"


class FormerName(models.Model):
    """A name that people still use for a place inside a commune: that of a merged, delegated or renamed commune."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="former_names")  # goes with it
    code = models.CharField("code qui portait ce nom", max_length=5)
    name = models.CharField("nom", max_length=80)
    name_folded = models.CharField("nom pour la recherche", max_length=80, db_index=True)

    class Meta:
        verbose_name = "ancien nom"
        verbose_name_plural = "anciens noms"
        ordering = ["code", "name_folded"]
        constraints = [
            models.UniqueConstraint(fields=["code", "name_folded"], name="formername_once_per_code"),
            models.CheckConstraint(name="formername_code_shape", condition=code_shape("code", ZoneType.COMMUNE)),
            models.CheckConstraint(name="formername_named", condition=~Q(name="") & ~Q(name_folded="")),
        ]

    def __str__(self) -> str:
        return self.name


def zone_standing(kind: ZoneType, code: str) -> ZoneStanding:
    """Where the code stands in the official code. One query when it is current."""
    if kind is not ZoneType.COMMUNE:
        return ZoneStanding(known=Zone.objects.filter(zone_type=kind, code=code).exists())
    if Commune.objects.filter(code=code).exists():
        return ZoneStanding(known=True)
    successor = CommuneMovement.objects.successors({code}).get(code, "")
    names = Commune.objects.filter(code=successor).values_list("name", flat=True)
    return next((ZoneStanding(False, successor, name) for name in names), ZoneStanding(known=False))


class ZoneLine(models.Model):
    """One zone held by something: an antenne, an expert, a right. Abstract; codes are checked by ``clean``.

    A child with its own Meta writes ``class Meta(ZoneLine.Meta)`` and, if it has constraints,
    ``constraints = [*ZoneLine.Meta.constraints, …]``: otherwise the shape of its codes is not checked by the database.
    """

    zone_type = models.CharField(
        "type de zone", max_length=20, choices=[(kind.value, ZONE_LABELS[kind]) for kind in ZoneType]
    )
    code = models.CharField("code", max_length=9)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_zone_code_shape",
                condition=zone_shape(tuple(ZoneType)),
                violation_error_message="Ce code n’est pas celui d’une zone de ce type.",
            ),
        ]

    def clean(self) -> None:
        """Writes the code in its official form; ValidationError when the official code does not hold it."""
        super().clean()
        try:
            kind, self.code = parse_zone(self.zone_type, self.code)
            refuse_unknown_zone(kind, self.code, zone_standing(kind, self.code))
        except InvalidInput as refusal:
            message = ValidationError(refusal.message_fr, code=refusal.code)
            raise ValidationError({refusal.field or "code": message}) from None


class ZoneGroup(models.Model):
    """A zone with a name and départements of its own: a former région, overseas, what a partner needs.

    Habilitations name it by its code; its départements are read each time: changing them changes who sees what at once.
    """

    class Kind(models.TextChoices):
        FORMER_REGION = "former_region", "Ancienne région"
        OVERSEAS = "overseas", "Outre-mer"
        CUSTOM = "custom", "Zone particulière"

    code = models.CharField("code", max_length=40, unique=True)  # OUTRE-MER, written Z-OUTRE-MER in a territory
    label = models.CharField("nom", max_length=80)
    kind = models.CharField("nature", max_length=15, choices=Kind.choices, default=Kind.CUSTOM)
    departements: Any = models.JSONField("départements", default=list)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # one more at each change: who edits an older one is told

    class Meta:
        ordering = ("label", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"\A[A-Z0-9]+(-[A-Z0-9]+)*\Z"),
                name="zone_group_code_shape",
                violation_error_message="Un code de zone s’écrit en capitales, chiffres et tirets.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
