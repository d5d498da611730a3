"""Smallest valid companies and establishments, as a register tells of them, ready to be found by the search.

EstablishmentFactory(company__name="BOULANGERIE DU PORT")        # an open head office in Lyon, with its company
EstablishmentFactory(closed=True), EstablishmentFactory(foreign=True), EstablishmentFactory(hidden=True)
EstablishmentFactory(company=company, is_head_office=False)      # another establishment of the same company
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from vigie.companies import rules
from vigie.companies.models import Company, Contact, Establishment, SearchWord, Source
from vigie.kernel.siren import INVENTED_PREFIX, with_key

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def siren(rank: int) -> str:
    """An invented SIREN."""
    return with_key(f"{INVENTED_PREFIX}{rank:06d}")


def siret(rank: int, place: int = 1) -> str:
    """An invented SIRET: establishment ``place`` of company ``rank``."""
    return with_key(f"{siren(rank)}{place:04d}")


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    class Params:
        hidden = factory.Trait(name=rules.HIDDEN_NAME, diffusible=False)
        ceased = factory.Trait(is_active=False)

    siren = factory.Sequence(lambda n: siren(800_000 + n))
    name = factory.Sequence(lambda n: f"ENTREPRISE INVENTEE {n}")
    name_key = factory.LazyAttribute(lambda row: rules.name_key(row.name) if row.diffusible else "")
    diffusible = True
    legal_form_code = "5499"
    naf_code = "1071C"
    naf_version = "NAFRev2"
    workforce_code = "02"
    workforce_year = 2024
    created_on = date(2015, 4, 1)
    source = Source.SIRENE
    seen_at = AT


class EstablishmentFactory(DjangoModelFactory):
    class Meta:
        model = Establishment
        skip_postgeneration_save = True

    class Params:
        place = 1
        hidden = factory.Trait(
            company=factory.SubFactory(CompanyFactory, hidden=True), diffusible=False, address="", postal_code=""
        )
        closed = factory.Trait(is_active=False, closed_on=date(2025, 6, 30))
        foreign = factory.Trait(abroad=True, commune_code="", commune_name="", postal_code="")

    company = factory.SubFactory(CompanyFactory)
    siret = factory.LazyAttributeSequence(
        lambda row, n: with_key(f"{row.company.siren}{1 if row.is_head_office else n % 9000 + 2:04d}")
    )
    is_head_office = True
    commune_code = "69123"
    commune_name = "LYON"
    postal_code = "69003"
    address = "12 RUE DES LILAS"
    naf_code = "1071C"
    naf_version = "NAFRev2"
    workforce_code = "02"
    workforce_year = 2024
    created_on = date(2015, 4, 1)
    diffusible = True
    source = Source.SIRENE
    seen_at = AT
    is_active = True
    sign = ""
    abroad = False

    @factory.lazy_attribute
    def search_text(self) -> str:
        if not self.diffusible or self.abroad or self.source == Source.MANUAL:
            return ""
        return rules.search_text(
            (self.company.name, self.company.usual_name, self.company.acronym, self.sign),
            commune_name=self.commune_name,
            postal_code=self.postal_code,
            commune_code=self.commune_code,
        )

    @factory.lazy_attribute
    def search_rank(self) -> int:
        return rules.search_rank(
            is_active=self.is_active, is_head_office=self.is_head_office, workforce_code=self.workforce_code
        )

    @factory.post_generation
    def vocabulary(self, create: bool, extracted: Any, **told: Any) -> None:
        """The search knows the words, as after every writing by the registry."""
        words = [word for word in self.search_text.split() if word.isalpha()]
        SearchWord.objects.bulk_create([SearchWord(word) for word in words], ignore_conflicts=True)


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    company = factory.SubFactory(CompanyFactory)
    full_name = "Camille Fontaine"
    email = factory.Sequence(lambda n: f"camille.fontaine{n}@entreprise.example")
    phone = "01 23 45 67 89"
    created_at = AT
