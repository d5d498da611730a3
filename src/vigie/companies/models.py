"""Companies (SIREN) and establishments (SIRET) as the registers give them, and the people who ask for them.

The same tables hold the national directory (filled by the importer) and the firms added by hand or by the connector:
``source`` and ``seen_at`` say where each row comes from.

Non-diffusible firms: a sole trader, and some others, may ask that their name and address be kept back (code de
commerce, R. 123-232 and A. 123-96); the register then delivers them with the status P, formerly N. They are companies
like the others, and choose themselves by their SIRET; but what is kept back is neither stored, nor shown, nor
searchable: ``name`` is « Entreprise non diffusible », and the database refuses anything else. Their commune is public
and stays, for routing.

Columns derived for the search (``name_key``, ``search_text``, ``search_rank``) are written by ``registry`` with the
row; the index that reads them follows in the same transaction (``search_index``).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left

from vigie.companies.rules import HIDDEN_NAME, WORD_MAX, WORST_RANK


class Source(models.TextChoices):
    """Where a row comes from; shown with its date."""

    SIRENE = "sirene", "Sirene (fichier stock)"
    SEARCH_API = "search_api", "Recherche d’entreprises"
    MANUAL = "manual", "Saisie"


class Company(models.Model):
    """A legal unit."""

    siren = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, blank=True, db_index=True)  # the name, to compare with what is typed
    usual_name = models.CharField(max_length=200, blank=True)
    acronym = models.CharField(max_length=40, blank=True)
    legal_form_code = models.CharField(max_length=4, blank=True)
    naf_code = models.CharField(max_length=6, blank=True)  # upper case, no dot
    naf_version = models.CharField(max_length=10, blank=True)
    workforce_code = models.CharField(max_length=2, blank=True)
    workforce_year = models.PositiveSmallIntegerField(null=True)
    created_on = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    diffusible = models.BooleanField(default=True)
    source = models.CharField(max_length=12, choices=Source.choices)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(siren__regex=r"\A[0-9]{9}\Z"), name="company_siren_shape"),
            models.CheckConstraint(condition=~Q(name=""), name="company_named"),
            models.CheckConstraint(
                condition=Q(diffusible=True) | Q(name=HIDDEN_NAME, name_key="", usual_name="", acronym=""),
                name="company_hidden_has_no_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Establishment(models.Model):
    """A place of work. ``search_text``: folded names, signs and commune, that the search reads; empty: not found."""

    siret = models.CharField(max_length=14, primary_key=True)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="establishments")
    sign = models.CharField(max_length=200, blank=True)  # enseigne or usual name
    is_head_office = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    closed_on = models.DateField(null=True)
    commune_code = models.CharField(max_length=5, blank=True, db_index=True)  # as delivered; resolved by territory
    commune_name = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    address = models.CharField(max_length=200, blank=True)
    abroad = models.BooleanField(default=False)
    naf_code = models.CharField(max_length=6, blank=True)
    naf_version = models.CharField(max_length=10, blank=True)
    workforce_code = models.CharField(max_length=2, blank=True)
    workforce_year = models.PositiveSmallIntegerField(null=True)
    headcount = models.PositiveIntegerField(null=True)  # exact figure when a register gives it
    created_on = models.DateField(null=True)
    diffusible = models.BooleanField(default=True)
    search_text = models.TextField(blank=True)
    search_rank = models.PositiveSmallIntegerField(default=WORST_RANK)
    source = models.CharField(max_length=12, choices=Source.choices)
    seen_at = models.DateTimeField()
    # What only the company-search connector gives, for the chamber and skills-operator rules.
    activity_natures: Any = models.JSONField(default=list)
    craft_codes: Any = models.JSONField(default=list)
    agreements: Any = models.JSONField(default=list)  # IDCC, four digits
    facts_at = models.DateTimeField(null=True)  # when the three columns above were fetched; null = never

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(siret__regex=r"\A[0-9]{14}\Z"), name="establishment_siret_shape"),
            models.CheckConstraint(condition=Q(company_id=Left("siret", 9)), name="establishment_of_its_company"),
            models.CheckConstraint(
                condition=Q(diffusible=True) | Q(sign="", address="", postal_code="", search_text=""),
                name="establishment_hidden_has_no_address",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(is_active=False), name="establishment_closed_is_inactive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.siret} {self.sign}"


class SearchWord(models.Model):
    """A word of some search text: what a mistyped word is compared with. A word no longer used does no harm."""

    word = models.CharField(max_length=WORD_MAX, primary_key=True)

    def __str__(self) -> str:
        return self.word


class Contact(models.Model):
    """The person of a company who asked for something."""

    company = models.ForeignKey(
        Company, null=True, on_delete=models.PROTECT, related_name="contacts"
    )  # needs refer to it
    full_name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=25, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["email"], name="contact_email")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""),
                name="contact_reachable",
                violation_error_message="Une adresse électronique ou un téléphone est nécessaire.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name


class ImportRun(models.Model):
    """How far the import of a stock file went, so that it can start again where it stopped."""

    kind = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    report: Any = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "fingerprint"], name="import_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d}"
