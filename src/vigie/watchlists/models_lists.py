"""What agents keep of the lists and say of them: views, columns, opinions. Imported by ``models``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.accounts.models_agents import Network
from vigie.agents.models_kept_views import NAME_AT_MOST, KeptViews
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.watchlists.models import Publication


class ListSettings(KeptViews):
    """How an agent reads lists: his views (none first: the whole list); columns: codes, empty: usual."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_settings")
    columns: Any = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.user)


def _of_the_networks(person: Person) -> Q:
    """Shared with an active network that the person is of, by somebody who is still there and still of it."""
    theirs = Q(author__agent__segment__network=F("network"))
    codefi = Q(network__code=Network.CODEFI, author__agent__segment__in_codefi=True)
    here = Q(network__code__in=sorted(person.networks), network__is_active=True, author__is_active=True)
    return here & (theirs | codefi)


class SharedViewQuerySet(ReachQuerySet):
    REACHES = {
        Reach.OWN: lambda person: Q(author_id=person.user_id),
        Reach.NETWORK: _of_the_networks,
    }


class SharedView(models.Model):
    """A named view that its author lets a network use. What it keeps is read in his settings: nothing is copied."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shared_views")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")  # who reads it
    name = models.CharField("vue", max_length=NAME_AT_MOST)
    shared_at = models.DateTimeField()

    objects = SharedViewQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["author", "network", "name"], name="shared_view_once"),
        ]

    def __str__(self) -> str:
        return self.name


class OpinionReason(models.Model):
    """Why a detection was useless, as agents may say it; the team words them. An archived one is no longer offered."""

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("raison", max_length=120)
    position = models.PositiveSmallIntegerField("rang", default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.label


class OpinionQuerySet(ReachQuerySet):
    REACHES = {Reach.OWN: lambda person: Q(user_id=person.user_id)}


class Opinion(models.Model):
    """What an agent thinks of a detection. sent_at: when it left for the batch, empty again when it changes."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="opinions")
    siren = models.CharField(max_length=9)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opinions")
    segment = models.CharField(max_length=30, blank=True)
    useful = models.BooleanField("détection utile")
    reasons = models.ManyToManyField(OpinionReason, blank=True)
    comment = models.TextField("précision", blank=True)
    given_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        ordering = ("-given_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["publication", "siren", "user"], name="opinion_once"),
        ]
        indexes = [models.Index(fields=["publication", "sent_at"], name="opinion_to_send")]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.siren} {self.useful}"
