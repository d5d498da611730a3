"""Campaigns of contact: firms of a list shared out among agents, each taken by one of them at a time.

No message leaves to a firm from here. A firm of a campaign is seen by who may read its detection (``Firm.REACHES``):
being in a campaign tells no more than the list does.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from vigie.campaigns.rules import DELAYS, OUTCOMES, RELEASES
from vigie.campaigns.states import CAMPAIGN, CLOSED, DONE, POSTPONED, TAKEN, TARGET
from vigie.followup.models import CRP, Analysis
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach, grants
from vigie.watchlists.models import Firm, Publication


def _zone(person: Person) -> Q:
    """Campaigns with a firm in one of the person's départements."""
    if person.nationwide:
        return Q()
    here = CampaignPlace.objects.filter(departement__in=sorted(person.departements))
    return Q(pk__in=here.values("campaign"))


def _managed(person: Person) -> Q:
    """Those of the territory, for the CRP network; for the others, those they created there."""
    return _zone(person) if CRP in person.networks else _zone(person) & Q(created_by_id=person.user_id or 0)


class CampaignQuerySet(ReachQuerySet):
    REACHES = {Reach.TERRITORY: _zone, Reach.TERRITORY_CRP: _managed}


class Campaign(models.Model):
    """Firms to contact between two dates. publication: the list they were chosen in; empty: all by hand."""

    LIFECYCLE = CAMPAIGN

    name = models.CharField("nom", max_length=120)
    objective = models.TextField("objectif", blank=True)
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    publication = models.ForeignKey(Publication, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=10, choices=CAMPAIGN.choices, default=CAMPAIGN.initial)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )  # who opened it
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True)  # a form sent twice opens one campaign

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_dates"),
            models.CheckConstraint(
                condition=Q(state=CLOSED, closed_at__isnull=False) | (~Q(state=CLOSED) & Q(closed_at__isnull=True)),
                name="campaign_closed_iff_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state != CLOSED


class CampaignPlace(models.Model):
    """A département where a campaign has firms."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="places")
    departement = models.CharField("département", max_length=3)

    class Meta:
        ordering = ("departement",)
        constraints = [models.UniqueConstraint(fields=["campaign", "departement"], name="campaign_place_once")]
        indexes = [models.Index(fields=["departement", "campaign"], name="campaign_place")]

    def __str__(self) -> str:
        return self.departement


class CampaignMember(models.Model):
    """An agent among whom the firms are shared out. It opens nothing to him."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("added_at", "pk")
        constraints = [models.UniqueConstraint(fields=["campaign", "user"], name="campaign_member_once")]

    def __str__(self) -> str:
        return str(self.user)


def _campaigns(condition: Q) -> Q:
    return Q(campaign__in=Campaign.objects.filter(condition).values("pk")) if condition else Q()


def _in_zone(person: Person) -> Q:
    """Firms of the campaigns of the territory."""
    return _campaigns(_zone(person))


def _open(person: Person) -> Q:
    """Those of them whose detection the person reads."""
    firms = Firm.objects.allowed(person, "dossier.score").filter(pk=OuterRef("firm_id"))
    return _in_zone(person) & Q(Exists(firms))


class TargetQuerySet(ReachQuerySet):
    REACHES = {
        Reach.UNLOCKED: _open,
        Reach.OWN: lambda person: _open(person) & Q(taken_by_id=person.user_id or 0),
        Reach.TERRITORY_CRP: lambda person: _open(person) & _campaigns(_managed(person)),
    }

    def seen_once_open(self, person: Person) -> TargetQuerySet:
        """What « target.view » gives of firms whose detection the person is known to read: not asked again."""
        return self.filter(_in_zone(person)) if grants("target.view", person.roles) else self.none()


class Target(models.Model):
    """A firm in a campaign. departement: of an establishment in the zone; family: of what raises its risk most.

    assignee: to whom it is proposed. taken_by: who contacts it, kept once it is done. outcome: of the last contact.
    """

    LIFECYCLE = TARGET

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="targets")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")  # history
    departement = models.CharField("département", max_length=3)
    family = models.CharField(max_length=40, blank=True)  # for sharing out only, shown to nobody
    state = models.CharField("état", max_length=10, choices=TARGET.choices, default=TARGET.initial)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # proof
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # proof
    taken_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        "résultat", max_length=12, choices=[(one.code, one.label) for one in OUTCOMES], blank=True
    )
    call_back_on = models.DateField("à rappeler le", null=True, blank=True)
    released_for = models.CharField("rendue parce que", max_length=16, choices=RELEASES, blank=True)
    postponed_for = models.CharField(
        "reportée", max_length=10, choices=[(code, words) for code, words, _days in DELAYS], blank=True
    )
    postponed_until = models.DateField("reportée jusqu’au", null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("campaign", "pk")
        indexes = [
            models.Index(fields=["campaign", "state"], name="target_state"),
            models.Index(fields=["taken_by", "state"], name="target_taken_by"),
            models.Index(fields=["assignee", "state"], name="target_assignee"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "firm"], name="target_once"),
            # No firm is called by two agents at a time, whatever the campaigns.
            models.UniqueConstraint(
                fields=["firm"],
                condition=Q(state=TAKEN),
                name="target_one_taker",
                violation_error_message="Un autre agent contacte déjà cette entreprise.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[TAKEN, DONE], taken_by__isnull=False, taken_at__isnull=False)
                | (~Q(state__in=[TAKEN, DONE]) & Q(taken_by__isnull=True, taken_at__isnull=True)),
                name="target_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(state=DONE, done_at__isnull=False) & ~Q(outcome=""))
                | (~Q(state=DONE) & Q(done_at__isnull=True)),
                name="target_done_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state=POSTPONED) | ~Q(postponed_for=""), name="target_postponed_says_how_long"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} ({self.campaign})"


class Contact(models.Model):
    """A call, a visit, a letter to a firm in a campaign, and what it gave. Nothing of what was said."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="contacts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who called
    contacted_on = models.DateField("date du contact")
    channel = models.CharField("canal", max_length=10, choices=Analysis.Channel.choices)
    outcome = models.CharField("résultat", max_length=12, choices=[(one.code, one.label) for one in OUTCOMES])
    call_back_on = models.DateField("à rappeler le", null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-contacted_on", "-pk")

    def __str__(self) -> str:
        return f"{self.contacted_on} {self.outcome}"


# Django finds here the models of the application; visits have a file of their own.
from vigie.campaigns.models_visits import Visit as Visit  # noqa: E402
from vigie.campaigns.models_visits import VisitQuerySet as VisitQuerySet  # noqa: E402
from vigie.campaigns.models_visits import VisitReport as VisitReport  # noqa: E402
