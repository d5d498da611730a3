"""The accompagnements of the world, as they were lived: who opened each, where, and what was done day after day.

Nothing here touches the database: ``followups`` lives them through the actions that agents really do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

RENAUD, ODILE = "renaud.keller@dreets.example", "odile.marchetti@ddfip.example"
KARIM, BEATRICE = "karim.sellier@urssaf.example", "beatrice.noel@banque.example"
LUC, NADIA = "luc.barthe@prefecture.example", "nadia.thevenin@dge.example"


@dataclass(frozen=True)
class Act:
    """What somebody did, so many days after the opening. name: a method of ``followups.Tale``."""

    after: int
    by: str
    name: str
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One file. began: days before the end of the world; alert: the firm is one of those that the list names."""

    departement: str
    began: int
    by: str
    criticality: str = "none"
    words: tuple[str, ...] = ()  # labels of its terms
    size: str = ""
    acts: tuple[Act, ...] = ()
    alert: bool = True


def _act(after: int, by: str, name: str, **told: Any) -> Act:
    return Act(after, by, name, told)


def _join(after: int, by: str, *who: str, role: str = "participant") -> tuple[Act, ...]:
    return tuple(_act(after, by, "add", who=one, role=role) for one in who)


def _talk(after: int, by: str, nature: str = "", intervention: str = "", channel: str = "phone") -> Act:
    return _act(after, by, "talk", nature=nature, intervention=intervention, channel=channel)


def _say(after: int, by: str, network: str, text: str) -> Act:
    return _act(after, by, "say", network=network, text=text)


def _sum_up(after: int, by: str, network: str, context: str, difficulties: str, actions: str) -> Act:
    text = f"**Contexte\u00a0:** {context}\n\n**Difficultés\u00a0:** {difficulties}\n\n**Actions\u00a0:** {actions}\n"
    return _act(after, by, "sum_up", network=network, text=text)


def _next(after: int, by: str, step: str, days: int | None) -> Act:
    """days: from the end of the world; below zero it is late."""
    return _act(after, by, "plan", step=step, days=days)


STORIES = (
    Story(
        "34", 96, RENAUD, "high", ("Dette sociale", "Problèmes de financement", "Urssaf", "DGFiP"),
        "PME",
        (
            *_join(0, RENAUD, ODILE, KARIM, BEATRICE),
            _act(1, RENAUD, "meet"),
            _talk(4, RENAUD, "debt", "remediation", "visit"),
            _sum_up(
                5, RENAUD, "codefi",
                "entreprise familiale, reprise il y a quatre ans. Un client qui faisait le tiers des ventes est parti "
                "au printemps.",
                "trésorerie tendue, échéances sociales en retard depuis l’été, découvert au plafond.",
                "plan d’apurement à construire avec l’Urssaf et la DGFiP\u00a0; point mensuel.",
            ),
            _sum_up(
                5, RENAUD, "crp",
                "visite du site, équipe engagée, encadrement solide.",
                "le dirigeant porte seul la gestion\u00a0; pas de prévisionnel de trésorerie.",
                "prévisionnel à treize semaines demandé à l’expert-comptable.",
            ),
            _say(9, KARIM, "codefi", "Un délai est possible si les cotisations courantes sont payées à l’échéance."),
            _act(12, KARIM, "acted", term="Échanges avec les créanciers"),
            _sum_up(
                14, ODILE, "dgfip", "dossier suivi en commission des chefs de services financiers.",
                "impôts courants payés, un échelonnement ancien terminé.", "avis favorable à un plan commun.",
            ),
            _say(15, ODILE, "dgfip", "À présenter à la prochaine séance avec l’échéancier de l’Urssaf."),
            _say(31, RENAUD, "codefi", "Prévisionnel reçu\u00a0: creux en janvier, équilibre en mai."),
            _say(60, BEATRICE, "codefi", "La banque maintient ses lignes jusqu’en mars, à revoir avec les comptes."),
            _act(61, RENAUD, "acted", term="Médiation avec les partenaires"),
            _talk(89, RENAUD, "treasury", "remediation", "video"),
            _next(90, RENAUD, "Réunir l’Urssaf, la DGFiP et la banque autour du plan", 6),
        ),
    ),
    Story(
        "34", 150, RENAUD, "moderate", ("Baisse d’activité", "Conseil régional"), "PME",
        (
            *_join(0, RENAUD, ODILE),
            _talk(6, RENAUD, "activity", "prevention", "meeting"),
            _act(20, RENAUD, "acted", term="Mise en relation avec des acteurs du territoire"),
            _sum_up(
                21, RENAUD, "codefi", "carnet de commandes en baisse depuis le printemps.",
                "dépendance à deux clients.", "diversification engagée avec l’appui de la Région.",
            ),
            _act(100, RENAUD, "move", step="complete"),
            _act(138, ODILE, "duplicate"),
            _next(139, ODILE, "Rappeler le dirigeant après la clôture des comptes", 12),
        ),
    ),
    Story(
        "34", 72, ODILE, "none", ("Dette fiscale",), "TPE",
        (
            *_join(0, ODILE, KARIM),
            _talk(3, ODILE, "debt", "prevention"),
            _say(4, ODILE, "codefi", "Année correcte, reports soldés\u00a0: à revoir avant l’hiver."),
            _act(10, ODILE, "move", step="start_surveillance"),
            _next(11, ODILE, "Vérifier les échéances de fin d’année", 25),
        ),
    ),
    Story(
        "34", 12, ODILE, "moderate", ("Dette fiscale", "Dette sociale"), "TPE",
        (
            *_join(0, ODILE, RENAUD, KARIM),
            _next(1, ODILE, "Prendre contact avec le dirigeant", 0),
            _say(2, KARIM, "codefi", "Connue de nos services\u00a0: je peux appeler en premier si cela aide."),
        ),
    ),
    Story(
        "30", 64, KARIM, "high", ("Dette sociale", "Difficultés d’emploi, RH et GPEC", "Urssaf"), "PME",
        (
            *_join(0, KARIM, RENAUD),
            _act(1, RENAUD, "meet"),
            _talk(7, KARIM, "social", "remediation", "meeting"),
            _act(15, KARIM, "acted", term="Appui à une politique d’emploi"),
            _sum_up(
                16, KARIM, "codefi", "petite équipe, savoir-faire rare.",
                "deux départs non remplacés, commandes livrées en retard.",
                "formation interne en cours de montage avec l’opérateur de compétences.",
            ),
            _say(30, RENAUD, "crp", "Le repreneur pressenti demande à visiter\u00a0: à cadrer avant toute annonce."),
            _next(31, KARIM, "Obtenir l’échéancier signé", -9),
        ),
    ),
    Story(
        "30", 190, KARIM, "none", ("Contentieux",), "TPE",
        (_talk(9, KARIM), _act(40, KARIM, "move", step="complete")),
    ),
    Story(
        "30", 20, RENAUD, "moderate", ("Choc exogène",), "TPE",
        (*_join(0, RENAUD, BEATRICE), _next(1, RENAUD, "Convenir d’une visite avec la Banque de France", 3)),
    ),
    Story(
        "66", 43, BEATRICE, "moderate", ("Problèmes de financement", "Banque de France"), "PME",
        (
            *_join(0, BEATRICE, RENAUD),
            _talk(5, BEATRICE, "treasury", "remediation", "meeting"),
            _say(6, BEATRICE, "codefi", "Cotation revue le mois prochain\u00a0; comptes provisoires attendus."),
            _act(8, BEATRICE, "acted", term="Médiation avec les partenaires"),
            _next(9, BEATRICE, "Relire les comptes provisoires", 2),
        ),
    ),
    Story(
        "11", 86, RENAUD, "moderate", ("Faiblesses stratégiques",), "PME",
        (
            _talk(10, RENAUD, "governance", "prevention", "visit"),
            _next(11, RENAUD, "Attendre le choix du repreneur", None),
        ),
    ),
    Story(
        "48", 70, RENAUD, "moderate", ("Difficultés de recrutement", "Préfecture"), "TPE",
        (
            *_join(0, RENAUD, LUC),
            _act(1, RENAUD, "meet"),
            _talk(3, RENAUD, "social", "prevention", "visit"),
            _act(
                4, RENAUD, "refer", subject="recruter",
                text="Nous cherchons deux personnes pour compléter l’équipe. Les annonces restent sans réponse depuis "
                "l’été et nous refusons des commandes.",
            ),
            _act(6, RENAUD, "answered", how="helped"),
            _say(20, LUC, "codefi", "Le maire cherche un logement pour les personnes recrutées."),
            _act(33, RENAUD, "acted", term="Mise en relation avec des acteurs du territoire"),
            _next(34, RENAUD, "Faire le point sur les embauches", 10),
        ),
        alert=False,
    ),
    Story(
        "48", 26, RENAUD, "none", ("Problèmes de financement",), "TPE",
        (
            *_join(0, RENAUD, LUC),
            _talk(2, RENAUD, "treasury", "prevention"),
            _act(
                3, RENAUD, "refer", subject="tresorerie",
                text="L’activité ralentit plus tôt que prévu et nous avons des factures à payer avant mars. Nous "
                "voudrions savoir quelles aides existent.",
            ),
            _act(4, RENAUD, "answered", how="taken"),
            _next(5, RENAUD, "Savoir ce que le conseiller a proposé", 4),
        ),
        alert=False,
    ),
    Story(
        "31", 110, RENAUD, "high", ("Baisse d’activité", "Alerte MRE"), "ETI",
        (
            *_join(0, RENAUD, NADIA, role="referent"),
            _talk(6, NADIA, "activity", "curation", "video"),
            _act(14, NADIA, "acted", term="Recherche et suivi de repreneur"),
            _sum_up(
                15, NADIA, "crp", "trois sites, dont deux dans la région.",
                "perte d’un client important, besoin de financement relais.",
                "recherche d’un investisseur, réunion tous les quinze jours.",
            ),
            _say(70, NADIA, "crp", "Deux marques d’intérêt reçues\u00a0; rien à dire hors du réseau."),
            _next(71, NADIA, "Comité avec les actionnaires", -3),
        ),
    ),
    Story(
        "31", 55, RENAUD, "none", ("Choc conjoncturel",), "PME",
        (_talk(4, RENAUD), _act(30, RENAUD, "move", step="complete")),
    ),
    Story(
        "81", 34, RENAUD, "none", ("Mutations technologiques",), "PME",
        (_act(1, RENAUD, "delete", reason="Ouvert par erreur\u00a0: l’entreprise est suivie à son siège."),),
    ),
    Story(
        "69", 48, NADIA, "high", ("Mutations économiques", "Alerte MRE"), "GE",
        (
            _talk(3, NADIA, "activity", "prevention", "video"),
            _sum_up(
                4, NADIA, "codefi", "site principal de l’entreprise.", "coût de l’énergie, contrats à renégocier.",
                "étude des aides possibles avec la Région.",
            ),
            _next(5, NADIA, "Réunion avec la Région", 8),
        ),
    ),
)  # fmt: skip
