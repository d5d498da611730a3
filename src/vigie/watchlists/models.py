"""Lists received, the firms in them, who approved, fresher facts, and runs of the batch.

The entries of a list come in chunks that nobody sees: every reader goes through ``EntryQuerySet.allowed``, which keeps
the entries of open lists. The series of a firm stay in the publication's files.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Left

from vigie.agents.models import Follow
from vigie.companies.models import Company, Establishment
from vigie.kernel.clock import now
from vigie.kernel.period import Month
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.tuning.queries import live
from vigie.watchlists.rules_sight import TRACED
from vigie.watchlists.states import CHECKED, OPEN, PUBLICATION, RECEIVED, REPLACED, WITHDRAWN

ENTRIES_AT_MOST = 10_000_000  # of one list: the identifiers of its entries follow those of the list


class PublicationQuerySet(ReachQuerySet):
    REACHES = {}

    def current(self) -> PublicationQuerySet:
        """The open lists, the latest first."""
        return self.filter(state=OPEN).order_by("-batch", "-number")


class Publication(models.Model):
    """A list: a folder of the batch, received. ``told``: what pages need of its manifest."""

    LIFECYCLE = PUBLICATION

    code = models.CharField("liste", max_length=12, unique=True)  # 2026-06.1
    batch = models.DateField("mois")
    number = models.PositiveSmallIntegerField("numéro dans le mois")
    replaces = models.CharField("remplace", max_length=12, blank=True)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of manifest.json, which holds all the others
    state = models.CharField("état", max_length=10, choices=PUBLICATION.choices, default=RECEIVED)
    planned_on = models.DateField("ouverture prévue", null=True)
    received_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField("raison du retrait", max_length=500, blank=True)
    entries_expected = models.PositiveIntegerField()
    entries_loaded = models.PositiveIntegerField(default=0)
    all_green = models.BooleanField(null=True)
    checks: Any = models.JSONField(default=list)
    counts: Any = models.JSONField(default=dict)  # level → firms; région → {level: firms}
    told: Any = models.JSONField(default=dict)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ("-batch", "-number")
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="publication_number_in_month"),
            models.CheckConstraint(
                condition=Q(state=RECEIVED) | Q(checked_at__isnull=False, all_green__isnull=False),
                name="publication_checked_before_anything",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OPEN, REPLACED]) | Q(opened_at__isnull=False), name="publication_open_has_date"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[REPLACED, WITHDRAWN], ended_at__isnull=False)
                | (~Q(state__in=[REPLACED, WITHDRAWN]) & Q(ended_at__isnull=True)),
                name="publication_ended_iff_final",
            ),
            models.CheckConstraint(
                condition=~Q(state=WITHDRAWN) | ~Q(withdrawn_reason=""),
                name="publication_withdrawn_says_why",
                violation_error_message="Une liste retirée dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RECEIVED, WITHDRAWN]) | Q(entries_loaded=F("entries_expected")),
                name="publication_whole_before_checked",
            ),
            # One list of a month is read at a time.
            models.UniqueConstraint(fields=["batch"], condition=Q(state=OPEN), name="publication_one_open_per_month"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def month(self) -> Month:
        return Month.of(self.batch)

    @property
    def first_entry_id(self) -> int:
        return self.pk * ENTRIES_AT_MOST

    @property
    def is_checked(self) -> bool:
        return self.state == CHECKED


class FirmPlace(models.Model):
    """A département where a firm has an establishment, open or closed, as some list or register said."""

    siren = models.CharField(max_length=9)
    departement = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["siren", "departement"], name="firm_place_once")]
        indexes = [models.Index(fields=["departement", "siren"], name="firm_place")]

    def __str__(self) -> str:
        return f"{self.siren} {self.departement}"


def by_head_office() -> bool:
    """Whether a line of a list is of the territory of its head office alone."""
    return bool(live("head_office_only", now()))


def _visible(person: Person) -> Q:
    """V, of the lines of lists: an establishment in one of the person's départements, as some list said.

    The head office alone where the team chose so (R-05): of lists only, a sheet and its blocks keep V as it is.
    """
    if person.nationwide:
        return Q()
    if by_head_office():
        return Q(departement__in=sorted(person.departements))
    places = FirmPlace.objects.filter(departement__in=sorted(person.departements))
    return Q(siren__in=places.values("siren"))


def _alerted() -> Q:
    """A: in alert in a list that was published, and not withdrawn since."""
    published = Publication.objects.filter(state__in=[OPEN, REPLACED]).values("pk")
    return Q(siren__in=Entry.objects.alerts().filter(publication__in=published).values("siren"))


def established_in(departements: Collection[str]) -> Q:
    """Of a firm: an establishment there, open or closed, as a list or the register says; the latter knows them all."""
    held = Establishment.objects.filter(company_id=OuterRef("pk"))
    held = held.alias(code=Left("commune_code", 2), overseas=Left("commune_code", 3))  # "34", "2A"; "974"
    places = FirmPlace.objects.filter(departement__in=sorted(departements))
    return Q(siren__in=places.values("siren")) | Q(
        Exists(held.filter(Q(code__in=sorted(departements)) | Q(overseas__in=sorted(departements))))
    )


def _firm_visible(person: Person) -> Q:
    """V, of any firm; those that no list ever held are known by the register alone."""
    return Q() if person.nationwide else established_in(person.departements)


def _followed(person: Person) -> Q:
    """F: the person follows the firm, or takes part in a file on it."""
    if person.user_id is None:
        return Q(pk__in=[])
    return Q(siren__in=Follow.objects.running(now()).filter(user_id=person.user_id).values("siren"))


def _unlocked(person: Person) -> Q:
    """(V and A) or F; with the traced doctrine, everything (the audit says it)."""
    if settings.VIGIE.visibility_doctrine == TRACED:
        return Q()
    return (_firm_visible(person) & _alerted()) | _followed(person)


class FirmQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: _firm_visible, Reach.FOLLOWED: _followed, Reach.UNLOCKED: _unlocked}

    def grounds(self, person: Person) -> FirmQuerySet:
        """Each firm with ``visible``, ``alerted``, ``followed``: the three facts of the doctrine."""
        marks = {"visible": _firm_visible(person), "alerted": _alerted(), "followed": _followed(person)}
        return self.annotate(
            **{
                name: ExpressionWrapper(condition, output_field=models.BooleanField()) if condition else Value(True)
                for name, condition in marks.items()
            }
        )


class Firm(Company):
    """A company, as the agents of detection see it: what they may read of it depends on the doctrine."""

    objects = FirmQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        proxy = True


def _territory(person: Person) -> Q:
    """The lines of open lists, of firms with an establishment in the person's départements."""
    return Q(publication__state=OPEN) & _visible(person)


class EntryQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: _territory}

    def alerts(self) -> EntryQuerySet:
        return self.exclude(level="none")


# Beside the level, the rank and the SIREN: what narrows a list, and what puts it in order.
NARROWS_OR_SORTS = (
    "name", "commune_name", "departement", "region", "section", "naf", "workforce_count", "workforce_change_ratio",
    "alerts_before", "first_alert", "aggravation", "in_bonis", "plan_running", "payment_plan_running", "recent_company",
)  # fmt: skip


class Entry(models.Model):
    """A firm in a list. ``rank``: its place by score. ``reasons``: the facts that raise its risk most, unmasked."""

    id = models.BigIntegerField(primary_key=True)
    # Its index would repeat the beginning of « entry_once_per_list ».
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="entries", db_index=False)
    siren = models.CharField(max_length=9)
    level = models.CharField(max_length=8, choices=[("strong", "fort"), ("moderate", "modéré"), ("none", "aucun")])
    score = models.FloatField()
    rank = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    commune_name = models.CharField(max_length=100, blank=True)
    departement = models.CharField(max_length=3, blank=True)
    region = models.CharField(max_length=3, blank=True)
    naf = models.CharField(max_length=6, blank=True)
    section = models.CharField(max_length=1, blank=True)
    workforce_count = models.PositiveIntegerField(null=True)
    workforce_change_ratio = models.FloatField(null=True)
    main_family = models.CharField(max_length=40, blank=True)
    first_alert = models.BooleanField(default=False)
    aggravation = models.BooleanField(default=False)
    alerts_before = models.PositiveSmallIntegerField(default=0)  # lists of the 24 months before with an alert
    in_bonis = models.BooleanField(default=True)
    plan_running = models.BooleanField(default=False)
    payment_plan_running = models.BooleanField(default=False)
    recent_company = models.BooleanField(default=False)
    corrected = models.BooleanField(default=False)
    accounts_public = models.BooleanField(null=True)
    reasons: Any = models.JSONField(default=list)
    missing_families: Any = models.JSONField(default=list)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "siren"], name="entry_once_per_list"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="entry_score_is_a_probability"),
        ]
        indexes = [
            # With every column that narrows or sorts a list: it is counted and ordered from the index alone. The
            # identifier leads to the figures, which are read only by the sorts and the filters that ask for them.
            models.Index(
                fields=["publication", "-level", "rank", "siren", *NARROWS_OR_SORTS, "id"],
                name="entry_alerts",
                condition=~Q(level="none"),
            ),
            # With the level: a search by name is counted from the index alone.
            models.Index(
                fields=["publication", "name", "siren", "level"], name="entry_names", condition=~Q(level="none")
            ),
            models.Index(fields=["siren"], name="entry_siren"),
            models.Index(fields=["siren", "publication"], name="entry_ever_alerted", condition=~Q(level="none")),
        ]

    def __str__(self) -> str:
        return f"{self.siren} {self.level}"

    @property
    def known_figures(self) -> EntryFigures:
        """Its figures; all unknown for a firm of a publication that had none yet."""
        return getattr(self, "figures", None) or _unknown_figures()


@cache
def _unknown_figures() -> EntryFigures:
    """Made once: a list that is exported asks for it in ten cells of each row."""
    return EntryFigures()


class Approval(models.Model):
    """Somebody agrees that a list whose checks are not all green be opened."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="approvals")  # proof
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who answers for it
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "user"],
                name="approval_by_two_persons",
                violation_error_message="Vous avez déjà approuvé cette liste.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.publication} {self.user}"


class FactsFolder(models.Model):
    """Fresher facts, received between two lists: sheets read the newest, the list does not move."""

    code = models.CharField(max_length=14, unique=True)  # 2026-06-18
    fingerprint = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    received_at = models.DateTimeField()
    told: Any = models.JSONField(default=dict)
    changed: Any = models.JSONField(default=dict)  # SIREN followed by somebody → tables whose facts are new

    class Meta:
        ordering = ("-written_at",)

    def __str__(self) -> str:
        return self.code


class Notice(models.Model):
    """Something that operators must know: shown on the team's page and mailed, once. No fact of a firm."""

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()
    title = models.CharField(max_length=200)
    lines: Any = models.JSONField(default=list)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """The incoming folder of a month, as it was last seen, and the run of the batch that it started."""

    month = models.CharField(max_length=7, unique=True)
    picture = models.CharField(max_length=64)  # names, sizes and moments of the files, hashed
    seen_at = models.DateTimeField()  # since when it has not changed
    started_at = models.DateTimeField(null=True)
    started_picture = models.CharField(max_length=64, blank=True)
    started_facts_only = models.BooleanField(default=False)  # that run refreshes the facts, it makes no list
    process_id = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ("-month",)

    def __str__(self) -> str:
        return self.month


# Django finds here the models of the application; others have files of their own.
from vigie.watchlists.models_corrections import Correction as Correction  # noqa: E402
from vigie.watchlists.models_figures import EntryFigures as EntryFigures  # noqa: E402
from vigie.watchlists.models_lists import ListSettings as ListSettings  # noqa: E402
from vigie.watchlists.models_lists import Opinion as Opinion  # noqa: E402
from vigie.watchlists.models_lists import OpinionReason as OpinionReason  # noqa: E402
from vigie.watchlists.models_lists import SharedView as SharedView  # noqa: E402
from vigie.watchlists.models_news import FirmNews as FirmNews  # noqa: E402
from vigie.watchlists.models_news import NewsBatch as NewsBatch  # noqa: E402
from vigie.watchlists.models_rework import ReworkCorrection as ReworkCorrection  # noqa: E402
from vigie.watchlists.models_rework import ReworkedEntry as ReworkedEntry  # noqa: E402
from vigie.watchlists.models_rework import ReworkedList as ReworkedList  # noqa: E402
