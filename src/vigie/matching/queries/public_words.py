"""What the home page always says: how it works, and the questions that come back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question and its answer."""

    asked: str
    answer: str


@dataclass(frozen=True)
class HowStep:
    """One of the three steps."""

    number: int
    title: str
    text: str


ThreeSteps = tuple[HowStep, HowStep, HowStep]

PAUSED = (
    "Le service est en pause\u00a0: aucune nouvelle demande n’est prise pour le moment. Revenez dans quelques jours."
)

STEPS: ThreeSteps = (
    HowStep(1, "Vous décrivez votre besoin", "Cinq minutes, avec vos mots. Aucun compte à créer."),
    HowStep(
        2, "Nous trouvons qui peut agir", "Votre demande part aux conseillers publics compétents dans votre commune."
    ),
    HowStep(3, "Un conseiller vous rappelle", "Il connaît les aides et les démarches près de chez vous."),
)

QUESTIONS = (
    Question(
        "Est-ce payant\u00a0?",
        "Non. Le service est public et gratuit, et les conseillers qui vous rappellent le sont aussi.",
    ),
    Question(
        "Qui va m’appeler\u00a0?",
        "Un conseiller d’un organisme public ou chargé d’une mission de service public, choisi selon votre sujet, "
        "votre commune et votre activité. Vous savez à qui votre demande a été transmise.",
    ),
    Question(
        "Mon entreprise est toute petite\u00a0: est-ce pour moi\u00a0?",
        "Oui, quelle que soit sa taille ou sa forme\u00a0: artisan, commerçant, profession libérale, association.",
    ),
    Question(
        "Je ne sais pas à quel sujet rattacher mon besoin.",
        "Choisissez «\u00a0Je ne trouve pas mon besoin\u00a0» et expliquez-vous simplement\u00a0: "
        "une personne de l’équipe vous lit.",
    ),
    Question(
        "Que faites-vous de mes données\u00a0?",
        "Elles servent à vous mettre en relation, et ne sont lues que par les conseillers concernés et l’équipe du "
        "service. Vous pouvez retirer votre demande à tout moment depuis votre page de suivi.",
    ),
)
