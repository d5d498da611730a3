"""The landing `accueil` as the public reads it: themes, subjects, standard answers (data of ``load_landing``).

The title of a subject is what a head would say of his own firm; its explanation says what helps an adviser to call back
with something useful in hand.
"""

from __future__ import annotations

from dataclasses import dataclass

LANDING = ("accueil", "Un conseiller public vous rappelle")


@dataclass(frozen=True)
class PublicSubject:
    """A subject of the directory, in the public's words. location: a project, not yet a firm."""

    slug: str
    title: str
    description: str
    explanation: str
    prefill: str = ""
    asks_head: bool = False
    location: bool = False


@dataclass(frozen=True)
class PublicTheme:
    """A theme in the public's words; examples: helps that were obtained."""

    slug: str
    title: str
    description: str
    examples: tuple[str, ...]
    subjects: tuple[PublicSubject, ...]


@dataclass(frozen=True)
class StandardAnswer:
    """A mail of the team to a request that is not transmitted."""

    code: str
    title: str
    mail_subject: str
    body: str
    lets_complete: bool = False


THEMES = (
    PublicTheme(
        "recrutement-formation",
        "Recruter, former",
        "Trouver la bonne personne, financer une formation, préparer un départ.",
        (
            "Une présélection de candidats par un conseiller de l’emploi",
            "Le coût d’une formation pris en charge",
            "Une aide à l’embauche d’un apprenti",
        ),
        (
            PublicSubject(
                "recruter",
                "Je veux recruter",
                "Trouver des candidats, connaître les aides à l’embauche.",
                "Dites le poste, le type de contrat, la date souhaitée, et ce que vous avez déjà essayé.",
            ),
            PublicSubject(
                "former",
                "Je veux former mes salariés",
                "Choisir une formation, la faire financer.",
                "Dites combien de personnes, quelle formation, et pour quelle date.",
                asks_head=True,
            ),
            PublicSubject(
                "handicap-entreprise",
                "Je veux recruter ou garder une personne handicapée",
                "Adapter un poste, recruter, remplir son obligation d’emploi.",
                "Dites s’il s’agit d’une embauche ou d’un salarié déjà présent. Ne donnez pas d’information médicale.",
            ),
            PublicSubject(
                "organisation-du-travail",
                "Je veux mieux organiser le travail",
                "Répartir les tâches, fidéliser, préparer les compétences de demain.",
                "Dites ce qui coince aujourd’hui et combien de personnes sont concernées.",
            ),
            PublicSubject(
                "conseil-retraite",
                "Je prépare une retraite, la mienne ou celle d’un salarié",
                "Connaître ses droits, anticiper un départ.",
                "Dites qui part, vers quelle date, et ce que vous voulez savoir.",
            ),
            PublicSubject(
                "declaration-organisme-formation",
                "Je crée un organisme de formation",
                "Déclarer son activité, connaître les obligations.",
                "Dites quelles formations vous comptez proposer et où vous en êtes.",
            ),
            PublicSubject(
                "preparer-le-depart-ou-la-reconversion-de-salaries",
                "Des salariés vont partir ou changer de métier",
                "Accompagner une reconversion, une mobilité, un départ.",
                "Dites combien de salariés sont concernés, pourquoi, et dans quel délai.",
            ),
        ),
    ),
    PublicTheme(
        "financement-projets",
        "Financer un projet",
        "Investir, innover, trouver un local, connaître les aides.",
        (
            "Un prêt sans garantie pour compléter celui de la banque",
            "Une subvention régionale pour une machine",
            "Un local trouvé dans une zone d’activité",
        ),
        (
            PublicSubject(
                "financer-projet",
                "Je cherche à financer un investissement",
                "Prêts, garanties, subventions.",
                "Dites ce que vous voulez acheter ou faire, le montant, ce que la banque a répondu, et la date prévue.",
                prefill="Mon projet\u00a0: \nSon coût\u00a0: \nCe qui est déjà financé\u00a0: ",
                asks_head=True,
            ),
            PublicSubject(
                "projet-innovation",
                "J’ai un projet innovant",
                "Financer la recherche, un prototype, un premier client.",
                "Dites ce que votre projet a de nouveau, où il en est, et ce qui vous manque.",
            ),
            PublicSubject(
                "projet-immobilier",
                "Je cherche un local ou un terrain",
                "S’installer, s’agrandir, déménager.",
                "Dites la surface, la commune souhaitée, l’activité prévue et votre budget.",
            ),
            PublicSubject(
                "reduction-impots",
                "Je veux savoir si j’ai droit à une réduction d’impôt",
                "Crédits d’impôt, exonérations, zones aidées.",
                "Dites votre activité, votre commune et ce dont vous avez entendu parler.",
            ),
            PublicSubject(
                "agrement-esus",
                "Je demande l’agrément d’utilité sociale",
                "Conditions, dossier, délais.",
                "Dites le statut de votre structure et son objet.",
            ),
        ),
    ),
    PublicTheme(
        "entreprise-en-difficulte",
        "Mon entreprise va mal",
        "Dettes, trésorerie, baisse d’activité, conflit. Plus tôt vous appelez, plus il y a de solutions.",
        (
            "Des cotisations étalées sur dix-huit mois",
            "Un accord trouvé avec la banque grâce à un médiateur",
            "Des salariés gardés grâce à l’activité partielle",
        ),
        (
            PublicSubject(
                "tresorerie",
                "Mon entreprise a des dettes ou manque de trésorerie",
                "Étaler des dettes, parler à sa banque, passer un cap.",
                "Dites ce que vous devez, à qui, depuis quand, et combien de temps vous pouvez tenir. "
                "Tout reste confidentiel.",
            ),
            PublicSubject(
                "diagnostic",
                "Je veux faire le point sur ma situation",
                "Un regard extérieur, gratuit et confidentiel.",
                "Dites ce qui vous inquiète et depuis quand\u00a0: chiffre d’affaires, marges, charges, moral.",
            ),
            PublicSubject(
                "activite-partielle",
                "Je dois réduire le temps de travail de mes salariés",
                "Activité partielle\u00a0: conditions et démarches.",
                "Dites combien de salariés, pourquoi, et pour combien de temps.",
            ),
            PublicSubject(
                "litige",
                "J’ai un conflit avec un client, un fournisseur ou une administration",
                "Trouver un accord sans passer par le juge.",
                "Dites avec qui, sur quoi, et ce qui a déjà été tenté.",
            ),
        ),
    ),
    PublicTheme(
        "droit-du-travail",
        "Droit du travail, formalités",
        "Un contrat, une rupture, un changement de statut.",
        ("Une rupture de contrat sécurisée", "Un changement de statut préparé sans frais inutiles"),
        (
            PublicSubject(
                "droit-du-travail",
                "J’ai une question de droit du travail",
                "Contrats, durée du travail, congés, rupture.",
                "Posez votre question et dites votre convention collective si vous la connaissez.",
                asks_head=True,
            ),
            PublicSubject(
                "formalites-entreprise-statut",
                "Je dois faire une formalité ou changer de statut",
                "Modifier, déclarer, choisir un statut.",
                "Dites votre statut actuel et ce que vous voulez changer.",
            ),
        ),
    ),
    PublicTheme(
        "developpement-commercial",
        "Développer mon activité",
        "Clients, export, nouvelle offre, stratégie.",
        ("Un plan d’action commercial en trois rendez-vous", "Un premier contrat à l’export préparé"),
        (
            PublicSubject(
                "clients",
                "Je cherche des clients",
                "Prospecter, répondre à un marché public, fidéliser.",
                "Dites ce que vous vendez, à qui, et ce que vous avez déjà essayé.",
            ),
            PublicSubject(
                "international",
                "Je veux vendre à l’étranger",
                "Choisir un pays, préparer l’export.",
                "Dites quels produits, quels pays, et si vous exportez déjà.",
            ),
            PublicSubject(
                "nouvelle-offre-produit-service",
                "Je veux créer un nouveau produit ou service",
                "Tester, protéger, lancer.",
                "Dites votre idée en deux phrases et à quelle étape vous en êtes.",
            ),
            PublicSubject(
                "strategie",
                "Je veux prendre du recul et être accompagné",
                "Se fixer un cap, se faire conseiller.",
                "Dites où vous voulez être dans deux ans et ce qui vous en empêche.",
            ),
        ),
    ),
    PublicTheme(
        "internet-web",
        "Numérique, internet",
        "Se faire connaître, vendre en ligne, se protéger.",
        ("Un diagnostic numérique gratuit", "Une boutique en ligne ouverte en deux mois"),
        (
            PublicSubject(
                "vendre-sur-internet",
                "Je veux vendre sur internet",
                "Choisir une solution, être payé, livrer.",
                "Dites ce que vous vendez, si vous avez déjà un site, et vos ventes par mois.",
            ),
            PublicSubject(
                "visibilite-sur-internet",
                "Je veux être visible sur internet",
                "Fiche, site, réseaux sociaux, avis.",
                "Dites où l’on vous trouve aujourd’hui et qui vous voulez toucher.",
            ),
            PublicSubject(
                "proteger-vos-donnees",
                "Je veux protéger mes données et mes outils",
                "Sauvegardes, mots de passe, piratage.",
                "Dites combien de postes vous avez et ce que vous craignez. Si vous êtes attaqué, dites-le d’abord.",
            ),
        ),
    ),
    PublicTheme(
        "environnement-transition-ecologique",
        "Écologie, énergie",
        "Réduire ses factures, ses déchets, son empreinte.",
        ("Une facture d’électricité réduite d’un cinquième", "Une visite énergie gratuite", "Un tri financé"),
        (
            PublicSubject(
                "demarche-ecologie",
                "Je veux engager une démarche écologique",
                "Par où commencer, quelles aides.",
                "Dites votre activité et ce qui vous pousse à agir\u00a0: clients, coûts, conviction.",
            ),
            PublicSubject(
                "energie",
                "Je veux réduire ma consommation d’énergie",
                "Isolation, machines, contrats, solaire.",
                "Dites ce qui consomme le plus, le montant de vos factures, et si vous êtes propriétaire des murs.",
            ),
            PublicSubject(
                "eau",
                "Je veux économiser ou mieux traiter l’eau",
                "Consommation, rejets, sécheresse.",
                "Dites à quoi sert l’eau chez vous et le volume de vos factures.",
            ),
            PublicSubject(
                "dechets",
                "Je veux réduire ou valoriser mes déchets",
                "Tri, réemploi, nouvelles obligations.",
                "Dites quels déchets, en quelle quantité, et ce que vous en faites.",
            ),
            PublicSubject(
                "transport-mobilite",
                "Je veux changer de véhicules ou de façon de livrer",
                "Véhicules propres, trajets des salariés, livraisons.",
                "Dites combien de véhicules, quels trajets, et ce que vous imaginez.",
            ),
            PublicSubject(
                "bilan-rse",
                "Je veux faire un bilan social et environnemental",
                "Mesurer, progresser, le faire savoir.",
                "Dites pour qui vous le faites\u00a0: clients, salariés, banque.",
            ),
        ),
    ),
    PublicTheme(
        "sante-securite-travail",
        "Santé et sécurité au travail",
        "Obligations, prévention, conditions de travail.",
        ("Un équipement de prévention cofinancé", "Un document d’évaluation des risques fait en une matinée"),
        (
            PublicSubject(
                "obligations-sante-securite",
                "Je veux connaître mes obligations",
                "Document unique, affichages, suivi médical.",
                "Dites votre activité, le nombre de salariés et votre question.",
            ),
            PublicSubject(
                "former-risques-professionnels",
                "Je veux prévenir les accidents",
                "Risques du métier, formations, aides à l’équipement.",
                "Dites quels risques vous voyez et s’il y a eu des accidents.",
            ),
            PublicSubject(
                "qualite-de-vie-au-travail",
                "Je veux améliorer les conditions de travail",
                "Pénibilité, absences, bien-être.",
                "Dites ce que vous observez et ce que disent vos salariés.",
            ),
        ),
    ),
    PublicTheme(
        "cession-reprise",
        "Vendre ou reprendre une entreprise",
        "Trouver un repreneur, évaluer, se faire accompagner.",
        ("Un repreneur trouvé dans le canton", "Une évaluation faite avec un conseiller"),
        (
            PublicSubject(
                "vendre-entreprise",
                "Je veux vendre ou transmettre mon entreprise",
                "Préparer, évaluer, trouver un repreneur.",
                "Dites dans quel délai, si un repreneur est connu, et si vous êtes propriétaire des murs.",
                asks_head=True,
            ),
            PublicSubject(
                "reprendre-entreprise",
                "Je veux reprendre une entreprise",
                "Chercher, évaluer, financer une reprise.",
                "Dites quel métier, dans quelle zone, votre apport et votre expérience.",
                location=True,
            ),
        ),
    ),
)

OTHER_SUBJECT = PublicSubject(
    "autre-besoin-non-reference",
    "Je ne trouve pas mon besoin",
    "Expliquez-nous\u00a0: une personne de l’équipe vous lit et cherche qui peut vous aider.",
    "Dites simplement ce qui vous préoccupe.",
)

STANDARD_ANSWERS = (
    StandardAnswer(
        "mauvaise-qualite",
        "Demande trop vague",
        "Votre demande\u00a0: il nous manque quelques précisions",
        "Nous avons bien lu votre demande. Pour vous mettre en relation avec la bonne personne, il nous manque "
        "quelques éléments\u00a0: ce que vous voulez faire, ce que vous avez déjà essayé, et dans quel délai.\n\n"
        "Complétez votre demande en deux minutes\u00a0: rien de ce que vous avez écrit n’est perdu.",
        lets_complete=True,
    ),
    StandardAnswer(
        "hors-perimetre",
        "Hors du périmètre du service",
        "Votre demande\u00a0: ce n’est pas nous qui pouvons vous aider",
        "Votre demande ne relève d’aucun des organismes publics que nous mettons en relation avec les entreprises. "
        "Nous préférons vous le dire tout de suite plutôt que de vous laisser attendre un appel.",
    ),
    StandardAnswer(
        "deja-en-cours",
        "Demande déjà en cours",
        "Votre demande est déjà entre les mains d’un conseiller",
        "Vous nous avez déjà écrit à ce sujet\u00a0: votre première demande suit son cours. Vous pouvez y ajouter une "
        "précision depuis la page de suivi dont vous avez reçu le lien.",
    ),
    StandardAnswer(
        "particulier",
        "Demande d’un particulier",
        "Votre demande\u00a0: ce service est réservé aux entreprises",
        "Ce service s’adresse aux entreprises. Pour une démarche personnelle, les espaces France services vous "
        "reçoivent près de chez vous, sans rendez-vous.",
    ),
    StandardAnswer(
        "creation",
        "Projet de création",
        "Votre projet de création d’entreprise",
        "Votre entreprise n’est pas encore immatriculée. Les chambres consulaires et les réseaux d’accompagnement à la "
        "création de votre département vous aideront à démarrer\u00a0; revenez nous voir ensuite, nous serons là.",
    ),
    StandardAnswer(
        "aucun-partenaire",
        "Aucun partenaire ne peut répondre",
        "Votre demande\u00a0: nous n’avons trouvé personne pour y répondre",
        "Nous avons cherché parmi les organismes qui interviennent dans votre commune\u00a0: aucun ne peut répondre à "
        "ce besoin aujourd’hui. Nous en sommes désolés. Votre demande nous sert à compléter le réseau.",
    ),
)
