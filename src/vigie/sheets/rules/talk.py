"""What helps to prepare a talk with the head of a firm: questions and words by theme. Nothing names a list. Pure."""

from __future__ import annotations

from collections.abc import Iterable

GENERAL = "general"
# family of reasons → how it is called in the talk, questions to ask, words that find the subjects of the directory
THEMES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    GENERAL: (
        "L’activité",
        (
            "Comment se passe l’année, par rapport à la précédente\u00a0?",
            "Qu’est-ce qui vous préoccupe le plus en ce moment\u00a0?",
            "Qui vous conseille aujourd’hui (expert-comptable, banque, avocat)\u00a0?",
        ),
        ("strateg", "difficult"),
    ),
    "urssaf_debt": (
        "Les échéances sociales et fiscales",
        (
            "Comment passent vos échéances sociales et fiscales de ce trimestre\u00a0?",
            "Avez-vous demandé un délai de paiement, et à qui\u00a0?",
            "De combien de temps auriez-vous besoin pour retrouver un rythme normal\u00a0?",
        ),
        ("dette", "urssaf", "paiement", "tresorerie"),
    ),
    "short_time_work": (
        "L’activité partielle",
        (
            "Avez-vous dû réduire le temps de travail\u00a0? Dans quels ateliers ou services\u00a0?",
            "Quand pensez-vous revenir à un temps normal\u00a0?",
        ),
        ("activite partielle", "former un", "organiser le travail"),
    ),
    "finance": (
        "La situation financière",
        (
            "Disposez-vous d’un prévisionnel de trésorerie à trois mois\u00a0?",
            "Vos marges ont-elles changé\u00a0? À cause des prix de vente, ou des achats\u00a0?",
            "Vos banques vous suivent-elles\u00a0?",
        ),
        ("financ", "tresorerie", "credit", "investi"),
    ),
    "workforce": (
        "Les équipes",
        (
            "Des départs sont-ils prévus\u00a0? Sont-ils voulus\u00a0?",
            "Avez-vous du mal à recruter ou à garder vos salariés\u00a0?",
        ),
        ("recrut", "salari", "competence"),
    ),
    "supplier_delays": (
        "Les fournisseurs et les clients",
        (
            "Vos clients vous paient-ils dans les délais\u00a0?",
            "Un fournisseur vous demande-t-il d’être payé comptant\u00a0?",
        ),
        ("impaye", "fournisseur", "client", "mediat"),
    ),
    "proceedings": (
        "Le plan en cours",
        (
            "Les échéances de votre plan sont-elles tenues\u00a0?",
            "Le mandataire a-t-il été prévenu d’une difficulté\u00a0?",
        ),
        ("difficult", "cession", "reprise"),
    ),
}
MAY_SAY = (
    "Qui vous êtes, pour quel service vous appelez, et que vous êtes tenu à la confidentialité.",
    "Que votre service va au-devant des entreprises de son territoire pour leur présenter les aides publiques.",
    "Ce que l’entreprise vous a dit elle-même, et ce qui est public\u00a0: registre, comptes déposés, "
    "annonces légales.",
    "Qu’elle est libre d’accepter ou de refuser l’échange.",
)
MAY_NOT_SAY = (
    "Ce que votre service sait, ou pense, de l’entreprise avant qu’elle n’en parle.",
    "Un montant ou un retard tenu d’une administration, si l’entreprise n’en a pas parlé la première.",
    "Ce qu’un autre agent, ou une autre administration, a écrit à son sujet.",
    "Quoi que ce soit à un tiers\u00a0: client, fournisseur, banque, élu.",
)


def themes_for(families: Iterable[str]) -> tuple[str, ...]:
    """The themes to speak of, the general one first, then those of the reasons, the strongest first, each once."""
    kept = [GENERAL]
    kept += [family for family in families if family in THEMES and family not in kept]
    return tuple(dict.fromkeys(kept))
