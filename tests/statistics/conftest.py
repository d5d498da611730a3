"""A small service over three months and two régions, drawn once by test: enough for some cells to be published."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.directory.factories import ExpertFactory, SubjectFactory, ThemeFactory
from tests.matching.conftest import write_territory
from tests.matching.factories import ContactFactory, LandingSubjectFactory
from vigie.companies.models import Company, Establishment
from vigie.matching.models import Diagnosis, Match, Need, Solicitation
from vigie.matching.states import need_status

START = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)  # already January in Paris, and some rows of December below
COMMUNES = ("69123", "69123", "59350", "69999", "12345")  # one that merged, one that nobody knows
CAMPAIGNS = ({}, {}, {"mtm_campaign": "entreprendre"}, {"pk_campaign": "googleads"}, {"mtm_campaign": "lettre"})
STATES = ("quo", "taking_care", "done", "done", "done", "done_no_help", "done_not_reachable", "not_for_me")


@pytest.fixture(scope="module")
def drawn(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The service, in one transaction for the whole module, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        write_territory()
        _Drawn(random.Random(11)).requests(100)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def service(drawn: None, db: None) -> None:
    """The service as it was drawn, whatever other tests did to it."""


class _Drawn:
    """Rows drawn at random, written in bulk."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.subjects = [SubjectFactory(theme=ThemeFactory(slug=slug)) for slug in ("rh", "rh-bis", "financer")]
        self.landing = LandingSubjectFactory(subject=self.subjects[0])
        self.experts = [ExpertFactory() for _ in range(3)]
        self.contact = ContactFactory()
        self.places = [self._place(rank) for rank in range(40)]

    def _place(self, rank: int) -> Establishment:
        siren = f"{900_000_000 + rank}"
        company = Company.objects.create(siren=siren, name=f"Entreprise {rank}", source="manual", seen_at=START)
        return Establishment.objects.create(
            siret=f"{siren}00011",
            company=company,
            workforce_code=self.draw.choice(["", "NN", "01", "03", "12", "21", "53"]),
            naf_code=self.draw.choice(["", "1071C", "4120A", "6201Z", "9602A"]),
            source="manual",
            seen_at=START,
        )

    def requests(self, count: int) -> None:
        for rank in range(count):
            sent = START + timedelta(hours=self.draw.randrange(-20, 85 * 24))
            state = self.draw.choice(["processed", "processed", "processed", "in_progress", "canceled"])
            request = Solicitation.objects.create(
                form_token=f"jeton-{rank}", landing_subject=self.landing, created_at=sent, completed_at=sent,
                state=state, commune_code=self.draw.choice(COMMUNES), provenance=self.draw.choice(CAMPAIGNS),
                transmitted_at=sent if state == "processed" else None, description="x",
                canceled_at=sent if state == "canceled" else None,
                cancel_reason="withdrawn" if state == "canceled" else "",
            )  # fmt: skip
            if self.draw.random() < 0.85:
                self.analysis(request, sent)
        self.visit()

    def analysis(self, request: Solicitation, sent: datetime) -> None:
        done = sent + timedelta(hours=self.draw.randrange(1, 60))
        analysis = Diagnosis.objects.create(
            solicitation=request, commune_code=request.commune_code, contact=self.contact, created_at=sent,
            completed_at=done if request.state == "processed" else None,
            establishment=self.draw.choice([*self.places, None]),
        )  # fmt: skip
        for subject in self.draw.sample(self.subjects, self.draw.choice([1, 1, 2])):
            self.need(analysis, subject, done, sent)

    def need(self, analysis: Diagnosis, subject: object, sent: datetime, created: datetime) -> None:
        states = [self.draw.choice(STATES) for _ in self.experts[: self.draw.choice([1, 2, 3])]]
        complete = analysis.completed_at is not None
        need = Need.objects.create(
            diagnosis=analysis, subject=subject, content="x", created_at=created,
            sent_at=sent if complete else None, status=need_status(set(states), complete=complete),
        )  # fmt: skip
        for expert, state in zip(self.experts, states, strict=False) if complete else ():
            begun = sent + timedelta(hours=self.draw.choice([0, 1, 70, 71, 72, 119, 120, 200]), minutes=59)
            taken = begun if state not in ("quo", "not_for_me") else None
            closed = begun + timedelta(days=self.draw.randrange(1, 40)) if state not in ("quo", "taking_care") else None
            helped = {"help_name": "Aide", "help_provider": "Région", "help_level": "regional"}
            Match.objects.create(
                need=need, expert=expert, subject=need.subject, state=state, sent_at=sent, taken_care_of_at=taken,
                closed_at=closed, refusal_reason="territory" if state == "not_for_me" else "",
                **(helped if state == "done" else {}),
            )  # fmt: skip

    def visit(self) -> None:
        """An analysis without request: its company counts, its need does not."""
        analysis = Diagnosis.objects.create(
            commune_code="69123", contact=self.contact, created_at=START, completed_at=START,
            establishment=self.places[0], consent_at=START, submitted_at=START,
        )  # fmt: skip
        self.need(analysis, self.subjects[0], START, START)
