"""Questions put to the team, their answers and the opinions of the demo, lived through the real actions.

Two wait when the demo opens: one of yesterday, one that is late. Nothing is done where the people are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.demo import past
from vigie.demo.followup_stories import KARIM, ODILE, RENAUD
from vigie.demo.people import TEAM
from vigie.kernel.period import PARIS
from vigie.rights.person import VISITOR
from vigie.support.actions import Named, Question, answer, ask, give_opinion, name_responder
from vigie.support.models import ServiceOpinion

FORM = "demo help"
FIRST, SECOND = TEAM[0].email, TEAM[1].email  # who answers everything, and who answers about detection
HOUR = 10  # of Paris, when people ask


@dataclass(frozen=True)
class Asked:
    """ago: days before today; asker: an account, or empty for a visitor; hours until the answer, 0: it still waits."""

    ago: int
    asker: str
    topic: str
    page: str
    body: str
    hours: int = 0
    answer: str = ""


QUESTIONS = (
    Asked(
        23,
        "",
        "request",
        "/ma-demande/…/",
        "Je n’ai pas gardé le courriel de ma demande. Comment la retrouver\u00a0?",
        5,
        "Nous venons de vous renvoyer le lien. Il reste valable tant que votre demande est suivie.",
    ),
    Asked(
        16,
        RENAUD,
        "detection",
        "/detection/",
        "Une entreprise de mon territoire a disparu de la liste. Est-ce normal\u00a0?",
        26,
        "Oui\u00a0: une procédure vient d’être ouverte, elle n’est donc plus calculée. Sa fiche le dit, et vous la "
        "retrouvez par la recherche.",
    ),
    Asked(
        12,
        ODILE,
        "account",
        "/mon-compte/",
        "Je remplace une collègue de la Lozère pendant deux mois. Puis-je voir ce département\u00a0?",
        51,
        "Le responsable de votre administration peut demander cette habilitation, avec sa date de fin.",
    ),
    Asked(
        9,
        "",
        "site",
        "/",
        "La page de recherche ne répond pas sur mon téléphone.",
        3,
        "C’était une coupure de quelques minutes. Merci de nous l’avoir dit.",
    ),
    Asked(
        6,
        KARIM,
        "detection",
        "/detection/entreprises/…/",
        "Le dernier mois des cotisations est plus bas que les autres. Faut-il s’en méfier\u00a0?",
    ),
    Asked(1, "", "other", "/themes/", "Mon association peut-elle demander de l’aide\u00a0?"),
)
# (days before today, score, remark, page, whose account)
OPINIONS = (
    (20, 5, "Rappelé le lendemain, par la bonne personne.", "/ma-demande/…/", ""),
    (18, 4, "", "/", ""),
    (14, 4, "Les raisons sont claires. Il manque le nom du dirigeant.", "/detection/entreprises/…/", RENAUD),
    (11, 2, "Trop d’entreprises dans la liste du mois.", "/detection/", ODILE),
    (8, 5, "", "/accompagnements/", KARIM),
    (3, 3, "Je ne savais pas quel thème choisir.", "/", ""),
    (1, 4, "Simple.", "/demande/…/", ""),
)


def write(end: datetime) -> int:
    """Lives them; gives how many questions were asked. end: now, nothing happens after it. Can be run again."""
    wanted = {FIRST, SECOND, *(one.asker for one in QUESTIONS if one.asker)}
    people = {user.email: user for user in User.objects.filter(email__in=wanted)}
    if set(people) != wanted or ServiceOpinion.objects.filter(form_token=f"{FORM} 0").exists():
        return 0
    begun = _morning(end, max(one.ago for one in QUESTIONS))
    with transaction.atomic(), past.worker(begun, end) as worker:
        team = person_for(people[FIRST], begun)
        name_responder(Named(FIRST), by=team, at=begun)
        name_responder(Named(SECOND, "detection"), by=team, at=begun)
        for rank, one in enumerate(QUESTIONS):
            if worker.reach(_morning(end, one.ago)):
                _live(one, rank, people, worker)
        for rank, (ago, score, text, page, whose) in enumerate(OPINIONS):
            at = _morning(end, ago)
            by = person_for(people[whose], at) if whose else VISITOR
            give_opinion(score, text, page=page, form_token=f"{FORM} {rank}", by=by, at=at)
    return len(QUESTIONS)


def _live(one: Asked, rank: int, people: dict[str, User], worker: past.Worker) -> None:
    user = people.get(one.asker)
    by = person_for(user, worker.now) if user is not None else VISITOR
    name, email = (user.full_name, user.email) if user is not None else ("Lou Carrière", f"lou{rank}@atelier.example")
    asked = Question(one.topic, one.body, name, email, one.page)
    row = ask(asked, form_token=f"{FORM} question {rank}", by=by, at=worker.now)
    if one.answer and worker.reach(worker.now + timedelta(hours=one.hours)):
        who = row.responder or people[FIRST]
        answer(row, one.answer, by=person_for(who, worker.now), at=worker.now)


def _morning(end: datetime, days: int) -> datetime:
    return (end - timedelta(days=days)).astimezone(PARIS).replace(hour=HOUR, minute=20, second=0, microsecond=0)
