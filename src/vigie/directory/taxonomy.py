"""The starter themes, subjects and questions: what needs are about. Pure data, loaded by ``load_taxonomy``.

Slugs are stable: competences, requests and statistics refer to them. Labels may be edited on screen afterwards; the
command then leaves them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

YES_NO = (("true", "Oui"), ("false", "Non"))


@dataclass(frozen=True)
class QuestionSeed:
    """A question asked on the form of a subject. answers: (stored value, French label)."""

    key: str
    label: str
    short_label: str
    answers: tuple[tuple[str, str], ...] = YES_NO


@dataclass(frozen=True)
class SubjectSeed:
    """A subject of the internal taxonomy. tells_difficulty: asking about it tells financial difficulties."""

    slug: str
    label: str
    questions: tuple[QuestionSeed, ...] = ()
    is_catch_all: bool = False
    tells_difficulty: bool = False


@dataclass(frozen=True)
class ThemeSeed:
    """A theme and its subjects, in the order shown."""

    slug: str
    label: str
    subjects: tuple[SubjectSeed, ...]


FUNDING = (
    QuestionSeed(
        "moins_de_10k_restant_a_financer",
        "Vous reste-t-il moins de 10\u00a0000\u00a0€ à financer\u00a0?",
        "Moins de 10\u00a0000\u00a0€ à financer",
    ),
    QuestionSeed(
        "financement_bancaire_envisage",
        "Envisagez-vous un prêt bancaire\u00a0?",
        "Prêt bancaire envisagé",
    ),
)

HIRING = (
    QuestionSeed("recrutement_premier", "Est-ce votre premier recrutement\u00a0?", "Premier recrutement"),
    QuestionSeed("recrutement_identifie", "Avez-vous déjà trouvé la personne\u00a0?", "Personne trouvée"),
    QuestionSeed(
        "recrutement_en_apprentissage", "Pensez-vous à un apprenti ou à un alternant\u00a0?", "Apprentissage envisagé"
    ),
    QuestionSeed("recrutement_poste_cadre", "Est-ce un poste de cadre\u00a0?", "Poste de cadre"),
)

THEMES = (
    ThemeSeed(
        "recrutement-formation",
        "Recrutement, formation",
        (
            SubjectSeed("recruter", "Recruter un ou plusieurs salariés", HIRING),
            SubjectSeed(
                "former",
                "Former un ou plusieurs salariés",
                (
                    QuestionSeed(
                        "formee_est_salariee_de_lentreprise",
                        "La personne à former est-elle salariée de l’entreprise\u00a0?",
                        "Personne salariée",
                    ),
                ),
            ),
            SubjectSeed(
                "handicap-entreprise",
                "Recruter ou maintenir dans l’emploi une personne handicapée",
                (
                    QuestionSeed(
                        "recrutement_handicape", "Voulez-vous recruter une personne handicapée\u00a0?", "Recrutement"
                    ),
                ),
            ),
            SubjectSeed("organisation-du-travail", "Organiser le travail, gérer les compétences"),
            SubjectSeed("conseil-retraite", "Préparer la retraite du dirigeant ou d’un salarié"),
            SubjectSeed("declaration-organisme-formation", "Déclarer un organisme de formation"),
            SubjectSeed(
                "preparer-le-depart-ou-la-reconversion-de-salaries",
                "Préparer un départ ou une reconversion de salariés",
            ),
        ),
    ),
    ThemeSeed(
        "financement-projets",
        "Financement de projets",
        (
            SubjectSeed("financer-projet", "Financer un projet d’investissement", FUNDING),
            SubjectSeed("projet-innovation", "Financer un projet d’innovation"),
            SubjectSeed("projet-immobilier", "Trouver un local ou un terrain"),
            SubjectSeed("reduction-impots", "Connaître les réductions d’impôts et de charges"),
            SubjectSeed("agrement-esus", "Obtenir l’agrément d’utilité sociale (ESUS)"),
        ),
    ),
    ThemeSeed(
        "entreprise-en-difficulte",
        "Entreprise en difficulté",
        (
            SubjectSeed(
                "tresorerie",
                "Résoudre un problème de trésorerie",
                (
                    QuestionSeed(
                        "etalement_cotisations_sociales",
                        "Voulez-vous étaler le paiement de cotisations sociales\u00a0?",
                        "Étalement de cotisations",
                    ),
                ),
                tells_difficulty=True,
            ),
            SubjectSeed(
                "diagnostic", "Faire le point sur sa situation économique et financière", tells_difficulty=True
            ),
            SubjectSeed("activite-partielle", "Mettre des salariés en activité partielle"),
            SubjectSeed("litige", "Résoudre un litige avec un client, un fournisseur ou une administration"),
        ),
    ),
    ThemeSeed(
        "droit-du-travail",
        "Droit du travail, formalités",
        (
            SubjectSeed("droit-du-travail", "Comprendre le droit du travail"),
            SubjectSeed("formalites-entreprise-statut", "Faire une formalité, changer de statut"),
        ),
    ),
    ThemeSeed(
        "developpement-commercial",
        "Développement commercial",
        (
            SubjectSeed("clients", "Trouver des clients, améliorer ses ventes"),
            SubjectSeed(
                "international",
                "Se développer à l’international",
                (
                    QuestionSeed(
                        "outside_europe", "Visez-vous un pays hors de l’Union européenne\u00a0?", "Hors Europe"
                    ),
                ),
            ),
            SubjectSeed(
                "nouvelle-offre-produit-service",
                "Créer un produit ou un service",
                (
                    QuestionSeed(
                        "protection_produit", "Voulez-vous protéger une marque ou une invention\u00a0?", "Protection"
                    ),
                ),
            ),
            SubjectSeed("strategie", "Définir sa stratégie, être accompagné"),
        ),
    ),
    ThemeSeed(
        "internet-web",
        "Numérique, internet",
        (
            SubjectSeed("vendre-sur-internet", "Vendre sur internet"),
            SubjectSeed("visibilite-sur-internet", "Être visible sur internet"),
            SubjectSeed("proteger-vos-donnees", "Protéger ses données et ses outils informatiques"),
        ),
    ),
    ThemeSeed(
        "environnement-transition-ecologique",
        "Environnement, transition écologique",
        (
            SubjectSeed("demarche-ecologie", "Engager une démarche écologique"),
            SubjectSeed("energie", "Réduire sa consommation d’énergie"),
            SubjectSeed("eau", "Préserver la ressource en eau"),
            SubjectSeed("dechets", "Réduire et valoriser ses déchets"),
            SubjectSeed("transport-mobilite", "Changer de transport, se déplacer autrement"),
            SubjectSeed("bilan-rse", "Faire un bilan de responsabilité sociale et environnementale"),
        ),
    ),
    ThemeSeed(
        "sante-securite-travail",
        "Santé et sécurité au travail",
        (
            SubjectSeed("obligations-sante-securite", "Connaître ses obligations de santé et de sécurité"),
            SubjectSeed("former-risques-professionnels", "Prévenir les risques professionnels, former ses équipes"),
            SubjectSeed(
                "qualite-de-vie-au-travail",
                "Améliorer les conditions et la qualité de vie au travail",
                (
                    QuestionSeed(
                        "ameliorer_conditions_travail",
                        "S’agit-il de réduire la pénibilité d’un poste\u00a0?",
                        "Pénibilité d’un poste",
                    ),
                ),
            ),
        ),
    ),
    ThemeSeed(
        "cession-reprise",
        "Cession, reprise",
        (
            SubjectSeed("vendre-entreprise", "Vendre ou transmettre son entreprise"),
            SubjectSeed(
                "reprendre-entreprise",
                "Reprendre une entreprise",
                (
                    QuestionSeed(
                        "entreprise_a_reprendre_trouvee",
                        "Avez-vous trouvé l’entreprise à reprendre\u00a0?",
                        "Entreprise trouvée",
                    ),
                ),
            ),
        ),
    ),
)

# Not shown among the themes: the request that fits nowhere, read by a person.
CATCH_ALL_THEME = ThemeSeed(
    "autre-besoin",
    "Autre besoin",
    (SubjectSeed("autre-besoin-non-reference", "Autre besoin non référencé", is_catch_all=True),),
)
