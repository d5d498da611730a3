"""What the three steps of the form show, and the page that says a request has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from vigie.companies.models import Establishment
from vigie.matching.links import Purpose, fill_url, token
from vigie.matching.models import LandingSubject, Solicitation
from vigie.matching.queries.answering import institutions_for, usual_wait
from vigie.matching.queries.choosing import CompanyChoice, choice_of
from vigie.matching.states import CANCELED, STEP_COMPANY, STEP_CONTACT, STEP_DESCRIPTION
from vigie.territory.queries import resolve_commune
from vigie.ui.components import Link
from vigie.ui.formats import phone, siret

CONTACT, COMPANY, DESCRIPTION = 1, 2, 3
TITLES = ("Vos coordonnées", "Votre entreprise", "Votre demande")
TITLES_OF_PROJECT = ("Vos coordonnées", "Votre projet", "Votre demande")


@dataclass(frozen=True)
class StepPage:
    """A step of the form. resume_url: empty while there is nothing to resume. back: the step before, if any."""

    subject_title: str
    theme: Link
    titles: tuple[str, ...]
    current: int
    why: str
    institutions: tuple[str, ...] = ()
    explanation: str = ""
    recap: tuple[tuple[str, str, str], ...] = ()  # heading, text, address at which it is changed
    back: str = ""
    resume_url: str = ""
    here: str = ""
    is_project: bool = False
    prefill: str = ""

    @property
    def title(self) -> str:
        return self.titles[self.current - 1]


@dataclass(frozen=True)
class SentPage:
    """« Votre demande est envoyée »: who may call, how soon, what to prepare."""

    subject_title: str
    email: str
    phone: str
    institutions: tuple[str, ...]
    usual: str  # the usual wait, empty when there are too few answers to say
    follow_href: str


def contact_page(subject: LandingSubject) -> StepPage:
    """First step. One query."""
    return StepPage(
        **_frame(subject, CONTACT),
        why="Pour qu’un conseiller puisse vous rappeler. Vos coordonnées ne servent à rien d’autre.",
        institutions=tuple(institutions_for(subject.subject_id)),
    )


def contact_again_page(solicitation: Solicitation) -> StepPage:
    """First step, seen again before sending."""
    return StepPage(
        **_frame(solicitation.landing_subject, CONTACT),
        why="Pour qu’un conseiller puisse vous rappeler. Vos coordonnées ne servent à rien d’autre.",
        resume_url=fill_url(solicitation),
    )


def company_page(solicitation: Solicitation) -> StepPage:
    """Second step."""
    subject = solicitation.landing_subject
    project = subject.fields_mode == LandingSubject.Fields.LOCATION
    why = (
        "Les conseillers interviennent chacun sur un territoire\u00a0: dites-nous où se situe votre projet."
        if project
        else "Les aides dépendent de l’activité, de la taille et de la commune\u00a0: nous trouvons ces éléments "
        "pour vous dans le répertoire public des entreprises."
    )
    return StepPage(
        **_frame(subject, COMPANY),
        why=why,
        back=_step("matching:contact", solicitation),
        resume_url=fill_url(solicitation),
        here=_step("matching:company", solicitation),
        is_project=project,
    )


def description_page(solicitation: Solicitation) -> StepPage:
    """Third step: what to say, and what was said so far, to read again before sending. 3 queries."""
    subject = solicitation.landing_subject
    return StepPage(
        **_frame(subject, DESCRIPTION),
        why="Plus votre texte est précis, plus l’appel est utile. Quelques phrases suffisent.",
        institutions=tuple(institutions_for(subject.subject_id)),
        explanation=subject.explanation,
        recap=(
            (
                "Vous",
                "\n".join(filter(None, (solicitation.full_name, phone(solicitation.phone), solicitation.email))),
                _step("matching:contact", solicitation),
            ),
            (
                "Votre projet" if subject.fields_mode == LandingSubject.Fields.LOCATION else "Votre entreprise",
                "\n".join(company_lines(solicitation)),
                _step("matching:company", solicitation),
            ),
        ),
        back=_step("matching:company", solicitation),
        resume_url=fill_url(solicitation),
        prefill=subject.prefill,
    )


def sent_page(solicitation: Solicitation, at: datetime) -> SentPage:
    """Said once the request has left. 2 queries."""
    return SentPage(
        subject_title=solicitation.landing_subject.title,
        email=solicitation.email,
        phone=phone(solicitation.phone),
        institutions=tuple(institutions_for(solicitation.landing_subject.subject_id)),
        usual=usual_wait(at),
        follow_href=reverse("matching:follow", args=[token(solicitation, Purpose.FOLLOW)]),
    )


def place_given(solicitation: Solicitation) -> dict[str, str]:
    """What was typed in the second step, to show it again. At most one query."""
    commune = resolve_commune(solicitation.commune_code) if solicitation.commune_code else None
    return {
        "name": solicitation.company_name,
        "siret": solicitation.siret,
        "commune": f"{commune.name} ({commune.departement_code})" if commune else "",
    }


def step_url(solicitation: Solicitation) -> str:
    """The address of the step that waits, for a request that can still be filled."""
    names = {
        STEP_CONTACT: "matching:contact",
        STEP_COMPANY: "matching:company",
        STEP_DESCRIPTION: "matching:description",
        CANCELED: "matching:description",
    }
    return _step(names.get(solicitation.state, "matching:resume"), solicitation)


def chosen_company(solicitation: Solicitation) -> CompanyChoice | None:
    """The establishment chosen so far, when the tables hold it. One query."""
    if not solicitation.siret or not solicitation.company_checked:
        return None
    found = Establishment.objects.select_related("company").filter(siret=solicitation.siret).first()
    return choice_of(found) if found else None


def company_lines(solicitation: Solicitation) -> list[str]:
    """The company as given: its name, its number, its commune. At most one query."""
    commune = resolve_commune(solicitation.commune_code) if solicitation.commune_code else None
    place = f"{commune.name} ({commune.departement_code})" if commune else ""
    number = f"SIRET {siret(solicitation.siret)}" if solicitation.siret else ""
    return [line for line in (solicitation.company_name, number, place) if line]


def _frame(subject: LandingSubject, current: int) -> dict[str, Any]:
    project = subject.fields_mode == LandingSubject.Fields.LOCATION
    return {
        "subject_title": subject.title,
        "theme": Link(subject.theme.title, reverse("matching:theme", args=[subject.theme.slug])),
        "titles": TITLES_OF_PROJECT if project else TITLES,
        "current": current,
    }


def _step(name: str, solicitation: Solicitation) -> str:
    return reverse(name, args=[token(solicitation, Purpose.FILL)])
