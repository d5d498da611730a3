"""Smallest valid objects of the service, and the traits that place them in their life.

    SolicitationFactory()                       # begun: step « contact »
    SolicitationFactory(in_progress=True)       # sent; also scheduled, processed, canceled
    NeedFactory()                               # analysed, nothing sent; sent=True: experts have it
    MatchFactory()                              # waits for its expert; also taken_in_charge, declined, closed
    NeedFactory(with_request=True)              # analysed from a request

Every moment is AT unless given. States are set here directly, for tests only: the product goes through ``perform``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from tests.accounts.factories import UserFactory
from tests.directory.factories import ExpertFactory, SubjectFactory, SubjectQuestionFactory, ThemeFactory
from vigie.companies.models import Contact
from vigie.matching.models import (
    Candidate,
    Diagnosis,
    HoleReport,
    Landing,
    LandingSubject,
    LandingTheme,
    Match,
    Need,
    NeedTag,
    Note,
    Precision,
    RefusalTemplate,
    Reminder,
    Solicitation,
    SolicitationAnswer,
    SolicitationTag,
    SpamAddress,
    Tag,
    ThreadMessage,
)

AT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
LONG_ENOUGH = (
    "Nous sommes une boulangerie de quatre personnes et nous voulons recruter un apprenti pour la rentrée. "
    "Nous cherchons des conseils sur les aides et sur le contrat."
)


class LandingFactory(DjangoModelFactory):
    class Meta:
        model = Landing
        django_get_or_create = ("slug",)

    slug = "accueil"
    title = "Accueil"


class LandingThemeFactory(DjangoModelFactory):
    class Meta:
        model = LandingTheme

    landing = factory.SubFactory(LandingFactory)
    theme = factory.SubFactory(ThemeFactory)
    slug = factory.Sequence(lambda n: f"theme-{n}")
    title = factory.Sequence(lambda n: f"Thème public {n}")


class LandingSubjectFactory(DjangoModelFactory):
    class Meta:
        model = LandingSubject

    class Params:
        validated = factory.Trait(mode=LandingSubject.Mode.VALIDATED)
        location = factory.Trait(fields_mode=LandingSubject.Fields.LOCATION)

    theme = factory.SubFactory(LandingThemeFactory)
    subject = factory.SubFactory(SubjectFactory)
    slug = factory.Sequence(lambda n: f"sujet-{n}")
    title = factory.Sequence(lambda n: f"Question posée au public {n}")


class RefusalTemplateFactory(DjangoModelFactory):
    class Meta:
        model = RefusalTemplate

    code = factory.Sequence(lambda n: f"refus-{n}")
    title = factory.Sequence(lambda n: f"Refus {n}")
    mail_subject = "Votre demande"
    body = "Votre demande ne relève pas de nos partenaires."


class SpamAddressFactory(DjangoModelFactory):
    class Meta:
        model = SpamAddress

    email_hash = factory.Sequence(lambda n: f"{n:064x}")
    created_at = AT


class SolicitationFactory(DjangoModelFactory):
    class Meta:
        model = Solicitation

    class Params:
        in_progress = factory.Trait(
            state="in_progress", completed_at=AT, description=LONG_ENOUGH, siret="", commune_code="69123"
        )
        scheduled = factory.Trait(in_progress=True, mode="automatic", transmit_at=AT + timedelta(minutes=10))
        processed = factory.Trait(
            state="processed",
            completed_at=AT,
            description=LONG_ENOUGH,
            commune_code="69123",
            mode="automatic",
            transmitted_at=AT,
        )
        canceled = factory.Trait(
            state="canceled",
            completed_at=AT,
            description=LONG_ENOUGH,
            commune_code="69123",
            canceled_at=AT,
            cancel_reason="withdrawn",
        )

    form_token = factory.Sequence(lambda n: f"jeton-{n}")
    landing_subject = factory.SubFactory(LandingSubjectFactory)
    full_name = "Camille Fournil"
    email = factory.Sequence(lambda n: f"camille{n}@fournil.example")
    phone = "01 23 45 67 89"
    created_at = AT


class SolicitationAnswerFactory(DjangoModelFactory):
    class Meta:
        model = SolicitationAnswer

    solicitation = factory.SubFactory(SolicitationFactory)
    question = factory.SubFactory(SubjectQuestionFactory)
    value = "true"


class PrecisionFactory(DjangoModelFactory):
    class Meta:
        model = Precision

    solicitation = factory.SubFactory(SolicitationFactory, in_progress=True)
    body = "Je suis joignable l’après-midi."
    at = AT


class ContactFactory(DjangoModelFactory):
    """Whom to call, without a company: the smallest valid contact."""

    class Meta:
        model = Contact

    full_name = "Camille Fournil"
    email = factory.Sequence(lambda n: f"camille{n}@fournil.example")
    created_at = AT


class DiagnosisFactory(DjangoModelFactory):
    class Meta:
        model = Diagnosis

    class Params:
        completed = factory.Trait(completed_at=AT)
        with_request = factory.Trait(
            solicitation=factory.SubFactory(SolicitationFactory, in_progress=True),
        )
        with_sent_request = factory.Trait(
            solicitation=factory.SubFactory(SolicitationFactory, processed=True),
        )

    commune_code = "69123"
    contact = factory.SubFactory(ContactFactory)
    content = LONG_ENOUGH
    created_at = AT


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = Need

    class Params:
        with_request = factory.Trait(
            diagnosis=factory.SubFactory(DiagnosisFactory, with_request=True),
        )
        sent = factory.Trait(
            diagnosis=factory.SubFactory(DiagnosisFactory, completed=True, with_sent_request=True),
            sent_at=AT,
            status="quo",
        )

    diagnosis = factory.SubFactory(DiagnosisFactory)
    subject = factory.SubFactory(SubjectFactory)
    content = LONG_ENOUGH
    created_at = AT


class CandidateFactory(DjangoModelFactory):
    class Meta:
        model = Candidate

    need = factory.SubFactory(NeedFactory)
    expert = factory.SubFactory(ExpertFactory)
    kept = True
    ticked = True


class MatchFactory(DjangoModelFactory):
    """Put before its expert at AT; ``need__status`` follows the traits."""

    class Meta:
        model = Match

    class Params:
        taken_in_charge = factory.Trait(
            state="taking_care",
            taken_care_of_at=AT + timedelta(hours=2),
            need=factory.SubFactory(NeedFactory, sent=True, status="taking_care"),
        )
        declined = factory.Trait(
            state="not_for_me",
            closed_at=AT + timedelta(hours=2),
            refusal_reason="territory",
            need=factory.SubFactory(NeedFactory, sent=True, status="not_for_me"),
        )
        closed = factory.Trait(
            state="done",
            taken_care_of_at=AT + timedelta(hours=2),
            closed_at=AT + timedelta(days=3),
            help_name="Aide à l’embauche d’un apprenti",
            help_provider="Région",
            help_level="regional",
            need=factory.SubFactory(NeedFactory, sent=True, status="done"),
        )

    need = factory.SubFactory(NeedFactory, sent=True)
    expert = factory.SubFactory(ExpertFactory)
    subject = factory.SelfAttribute("need.subject")
    sent_at = AT


class ThreadMessageFactory(DjangoModelFactory):
    class Meta:
        model = ThreadMessage

    need = factory.SubFactory(NeedFactory, sent=True)
    author = factory.SubFactory("tests.accounts.factories.UserFactory")
    body = "J’ai appelé l’entreprise ce matin."
    at = AT
    form_token = factory.Sequence(lambda n: f"message-{n}")


class ReminderFactory(DjangoModelFactory):
    """The reminder of the ninth day, sent by Vigie."""

    class Meta:
        model = Reminder

    need = factory.SubFactory(NeedFactory, sent=True)
    kind = Reminder.Kind.SILENT
    at = AT


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    label = factory.Sequence(lambda n: f"Étiquette {n}")


class SolicitationTagFactory(DjangoModelFactory):
    class Meta:
        model = SolicitationTag

    solicitation = factory.SubFactory(SolicitationFactory, in_progress=True)
    tag = factory.SubFactory(TagFactory)
    at = AT


class NeedTagFactory(DjangoModelFactory):
    class Meta:
        model = NeedTag

    need = factory.SubFactory(NeedFactory)
    tag = factory.SubFactory(TagFactory)
    at = AT


class NoteFactory(DjangoModelFactory):
    """A note of the team about a need."""

    class Meta:
        model = Note

    need = factory.SubFactory(NeedFactory, sent=True)
    author = factory.SubFactory(UserFactory, team=True)
    body = "Rappeler la chambre."
    at = AT
    form_token = factory.Sequence(lambda n: f"note-{n}")


class HoleReportFactory(DjangoModelFactory):
    """Nobody answers for a subject in a département."""

    class Meta:
        model = HoleReport

    subject = factory.SubFactory(SubjectFactory)
    zone_type = "departement"
    code = "35"
    author = factory.SubFactory(UserFactory)
    at = AT
    form_token = factory.Sequence(lambda n: f"manque-{n}")
