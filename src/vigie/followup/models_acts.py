"""What was done for the firm: the analysis that a talk gave, the actions it justified, the needs filed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.matching.models import Diagnosis


class Analysis(models.Model):
    """A talk with the firm and what it taught. No action towards the firm is recorded without one."""

    class Channel(models.TextChoices):
        PHONE = "phone", "Téléphone"
        VISIT = "visit", "Visite dans l’entreprise"
        MEETING = "meeting", "Rendez-vous dans nos locaux"
        VIDEO = "video", "Visioconférence"
        MAIL = "mail", "Courrier ou courriel"

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", "Difficulté confirmée"
        REFUTED = "refuted", "Difficulté infirmée"

    class Nature(models.TextChoices):
        ACTIVITY = "activity", "Baisse d’activité"
        TREASURY = "treasury", "Trésorerie et financement"
        DEBT = "debt", "Dettes fiscales ou sociales"
        SOCIAL = "social", "Emploi et compétences"
        SUPPLY = "supply", "Approvisionnement et production"
        GOVERNANCE = "governance", "Transmission ou gouvernance"
        LITIGATION = "litigation", "Contentieux"
        OTHER = "other", "Autre"

    class Intervention(models.TextChoices):
        PREVENTION = "prevention", "Prévention"
        REMEDIATION = "remediation", "Remédiation"
        CURATION = "curation", "Curation"

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="analyses")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who talked
    talked_on = models.DateField("date de l’échange")
    channel = models.CharField("canal", max_length=10, choices=Channel.choices)
    verdict = models.CharField("difficulté", max_length=10, choices=Verdict.choices)
    nature = models.CharField("nature", max_length=12, choices=Nature.choices, blank=True)
    intervention = models.CharField("type d’intervention", max_length=12, choices=Intervention.choices, blank=True)
    form_token = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-talked_on", "-pk")
        indexes = [models.Index(fields=["followup", "talked_on"], name="analysis_talks")]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="refuted", nature="", intervention="")
                | (Q(verdict="confirmed") & ~Q(nature="") & ~Q(intervention="")),
                name="analysis_confirmed_says_what",
                violation_error_message="Une difficulté confirmée a une nature et un type d’intervention.",
            )
        ]

    def __str__(self) -> str:
        return f"Analyse {self.pk}"


class FirmAction(models.Model):
    """An action really done for the firm, after an analysis."""

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="firm_actions")
    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="firm_actions")  # what justifies it
    term = models.ForeignKey("followup.Term", on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField("date")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    form_token = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-done_on", "-pk")

    def __str__(self) -> str:
        return f"{self.term}"


class CampaignContact(models.Model):
    """What a contact of a campaign gave, written on the file. source: the contact, written once; campaign: its name.

    It stays what it was when it was noted: the file tells it to all who read it, whoever reads the campaign.
    """

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="campaign_contacts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who called
    contacted_on = models.DateField("date du contact")
    channel = models.CharField("canal", max_length=10, choices=Analysis.Channel.choices)
    said = models.CharField("résultat", max_length=80)
    campaign = models.CharField("campagne", max_length=120)
    source = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("-contacted_on", "-pk")
        constraints = [models.UniqueConstraint(fields=["followup", "source"], name="campaign_contact_once")]

    def __str__(self) -> str:
        return f"{self.contacted_on} {self.said}"


class Referral(models.Model):
    """A need filed with the matching service from a file. Only this side knows it: matching keeps no trace of it."""

    followup = models.ForeignKey("followup.Followup", on_delete=models.CASCADE, related_name="referrals")
    visit = models.OneToOneField(Diagnosis, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"Orientation {self.pk}"
