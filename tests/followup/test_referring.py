"""« Orienter vers un conseiller »: the need leaves as after a visit, without anything of the detection (S-60)."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person, sign_in
from tests.directory.factories import SubjectFactory
from tests.followup.factories import MOMENT, colleague, opened_file, token
from vigie.followup.actions.referring import Told, refer
from vigie.followup.models import Analysis, FirmContact, Followup, Referral
from vigie.followup.queries.referrals import needs_followed
from vigie.kernel.errors import InvalidInput
from vigie.matching.actions.visit_draft import Met
from vigie.matching.models import Need

pytestmark = pytest.mark.django_db


def told(file: Followup, content: str = "Nous cherchons un financement.", *, consent: bool = True) -> Told:
    met = Met("Camille Fournil", MOMENT.date(), "01 39 98 12 34", establishment=file.workplace)
    return Told(met, SubjectFactory(), content, consent)


def test_a_need_is_filed_once_and_its_progress_is_read_on_the_file() -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)
    by, asked = person(ada, MOMENT), told(made)

    for _ in range(2):
        refer(made, asked, form_token=token(7), by=by, at=MOMENT)

    assert (Referral.objects.count(), Need.objects.count()) == (1, 1)
    assert needs_followed(made)[0].subject == asked.subject.label


@pytest.mark.parametrize(("content", "consent"), [("Elle est dans la liste de détection", True), ("Un besoin", False)])
def test_nothing_is_filed_without_consent_nor_with_a_word_of_the_detection(content: str, consent: bool) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)

    with pytest.raises(InvalidInput):
        refer(made, told(made, content, consent=consent), form_token=token(7), by=person(ada, MOMENT), at=MOMENT)

    assert not Need.objects.exists()


def test_the_form_proposes_what_the_file_knows_and_nothing_of_another_reader(client: Client) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)
    for rank, (author, on) in enumerate(((ada, 8), (ada, 12), (colleague("Bob Autre"), 20))):
        Analysis.objects.create(
            followup=made, author=author, talked_on=date(2026, 7, on), channel="phone", verdict="refuted",
            form_token=token(40 + rank), recorded_at=MOMENT,
        )  # fmt: skip
    known = FirmContact(
        followup=made, first_name="Camille", last_name="Fournil", mobile="06 39 98 12 34", form_token=token(50),
        created_by=ada, created_at=MOMENT,
    )  # fmt: skip
    known.save()
    page = reverse("followup:refer", args=[made.pk])

    initial = sign_in(client, ada).get(page).context["form"].initial

    assert (initial["talked_on"], initial["full_name"]) == (date(2026, 7, 12), "Camille Fournil")
    assert initial["phone"] == "06 39 98 12 34"
    FirmContact.objects.create(followup=made, last_name="Deux", form_token=token(51), created_by=ada, created_at=MOMENT)
    assert "full_name" not in client.get(page).context["form"].initial  # which of the two is not for us to say
