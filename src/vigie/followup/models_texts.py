"""What agents write in a file, walled by network: summaries, comments; and the people of the firm."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models_agents import Network
from vigie.rights.person import Person
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


class WalledQuerySet(ReachQuerySet):
    """Texts of a network: only its members ever receive them."""

    REACHES = {Reach.OWN: lambda person: Q(author_id=person.user_id, network__code__in=sorted(person.networks))}

    def readable(self, person: Person) -> WalledQuerySet:
        return self.filter(network__code__in=sorted(person.networks), network__is_active=True)


class Summary(models.Model):
    """The text of one network on one file. ``locked_by``: who edits it now, for two hours at most."""

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="summaries")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")  # who reads it
    text = models.TextField("synthèse", blank=True)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(null=True, blank=True)

    objects = WalledQuerySet.as_manager()

    class Meta:
        ordering = ("network__position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["followup", "network"], name="summary_once"),
            models.CheckConstraint(
                condition=Q(locked_by__isnull=True, locked_at__isnull=True)
                | Q(locked_by__isnull=False, locked_at__isnull=False),
                name="summary_lock_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Synthèse {self.network}"


class SummaryVersion(models.Model):
    """A summary as it was saved."""

    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    restored_from = models.PositiveIntegerField(null=True, blank=True)  # the former version that was taken back
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=["summary", "version"], name="summary_version_once")]

    def __str__(self) -> str:
        return f"{self.summary} v{self.version}"


class SummaryDraft(models.Model):
    """What is being typed in the editor of a summary, for its author only: erased when he saves or gives up.

    version: the text that he was changing. Given back for as long as a lock lasts, then erased by a job.
    """

    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["summary", "author"], name="summary_draft_once")]

    def __str__(self) -> str:
        return f"Brouillon de {self.author}"


class Comment(models.Model):
    """A comment of a network. Deleted: its words are erased, its place stays."""

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="comments")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("commentaire", blank=True)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    form_token = models.CharField(max_length=64, unique=True)

    objects = WalledQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["followup", "network", "-at"], name="comment_thread")]
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=False, text="") | (Q(deleted_at__isnull=True) & ~Q(text="")),
                name="comment_deleted_is_empty",
            )
        ]

    def __str__(self) -> str:
        return f"Commentaire {self.pk}"


class FirmContact(models.Model):
    """Somebody of the firm: personal data, archived rather than deleted, erased three years after the last file."""

    class Function(models.TextChoices):
        HEAD = "head", "Dirigeant"
        FINANCE = "finance", "DAF"
        STAFF = "staff", "DRH"
        OTHER = "other", "Autre"

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80)
    function = models.CharField("fonction", max_length=10, choices=Function.choices, default=Function.HEAD)
    phone = models.CharField("téléphone", max_length=25, blank=True)
    mobile = models.CharField("téléphone mobile", max_length=25, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    notes = models.TextField("notes", blank=True)
    form_token = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("archived_at", "last_name", "pk")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
