"""What invented company heads write, and what experts answer: sentences put together for each subject. Pure data."""

from __future__ import annotations

from random import Random

OPENINGS = (
    "Bonjour, je dirige {firm}, {at_town}.",
    "Bonjour. {firm}, {at_town}\u00a0: nous existons depuis {years} ans.",
    "Bonjour, je dirige {firm} ({town}).",
    "Bonjour, nous sommes une petite équipe {at_town}\u00a0: {firm}.",
    "{firm}, {at_town}, travaille surtout pour des clients du canton.",
)
UNNAMED = ("Bonjour, je travaille à mon compte {at_town}.", "Bonjour. Nous sommes une petite entreprise {at_town}.")

SITUATIONS: dict[str, tuple[str, ...]] = {
    "recruter": (
        "Je cherche une personne en CDI à temps plein pour le début du mois prochain. L’annonce est affichée en "
        "vitrine depuis six semaines et personne ne s’est présenté.",
        "Deux départs à la retraite arrivent la même année et je n’ai jamais recruté par moi-même. Je voudrais savoir "
        "où publier l’offre et quelles aides existent à l’embauche.",
        "Notre carnet de commandes est plein jusqu’à l’été, mais il nous manque une personne à l’atelier, débutant "
        "accepté, que nous formerons sur place.",
    ),
    "former": (
        "Trois salariés doivent apprendre à conduire la nouvelle machine avant la fin du trimestre. Je ne sais pas qui "
        "peut prendre en charge le coût de la formation.",
        "Mon équipe d’accueil souhaite apprendre l’anglais pour la saison. Le devis reçu dépasse notre budget.",
    ),
    "handicap-entreprise": (
        "Un salarié revient bientôt après un long arrêt et son poste devra être aménagé. Je voudrais être accompagné "
        "pour choisir le matériel et connaître les financements.",
        "Nous approchons de vingt salariés et je veux comprendre ce que la loi attend de nous pour l’emploi de "
        "personnes handicapées.",
    ),
    "organisation-du-travail": (
        "L’équipe a doublé en un an et chacun fait un peu de tout. Je voudrais remettre à plat qui fait quoi et "
        "préparer des entretiens utiles.",
    ),
    "conseil-retraite": (
        "Je compte partir dans trois ans, après une carrière mêlant salariat et indépendance. J’aimerais faire le "
        "point sur mes droits avec quelqu’un qui connaît les deux régimes.",
    ),
    "declaration-organisme-formation": (
        "Je donne déjà des cours à des artisans du voisinage et l’on me demande désormais un numéro de déclaration. "
        "Par où commencer, et dans quel délai l’obtient-on\u00a0?",
    ),
    "preparer-le-depart-ou-la-reconversion-de-salaries": (
        "Une ligne de production va s’arrêter et deux personnes devront changer de métier. Je voudrais les y préparer "
        "plutôt que de m’en séparer.",
    ),
    "financer-projet": (
        "Nous devons remplacer notre machine principale. Le devis est de quarante-deux mille euros\u00a0; la banque "
        "suivrait pour une partie seulement.",
        "Je souhaite ouvrir un second point de vente dans le bourg voisin. Il me manque environ huit mille euros pour "
        "boucler le plan de financement.",
    ),
    "projet-innovation": (
        "Nous avons mis au point un emballage lavable que deux clients veulent tester. Je cherche comment financer le "
        "prototype et les essais.",
    ),
    "projet-immobilier": (
        "Notre local est devenu trop étroit. Nous cherchons quatre cents mètres carrés avec un accès pour les camions, "
        "à moins de quinze minutes d’ici.",
    ),
    "reduction-impots": (
        "Nous nous sommes installés dans une commune de montagne et l’on me parle d’exonérations. Je voudrais savoir "
        "auxquelles l’entreprise a vraiment droit.",
    ),
    "agrement-esus": (
        "Notre structure emploie des personnes éloignées de l’emploi et souhaite demander l’agrément d’utilité "
        "sociale. Le dossier nous paraît compliqué.",
    ),
    "tresorerie": (
        "Un gros client paie avec quatre mois de retard et je n’arriverai pas à régler les prochaines échéances. Je "
        "voudrais un étalement avant que la situation ne se dégrade.",
        "Après deux mois de travaux dans la rue, le chiffre d’affaires a baissé d’un tiers. J’ai besoin d’aide pour "
        "passer les trois mois qui viennent.",
    ),
    "diagnostic": (
        "Les résultats baissent depuis deux exercices sans que je comprenne vraiment pourquoi. J’aimerais qu’un regard "
        "extérieur m’aide à voir clair dans mes comptes.",
    ),
    "activite-partielle": (
        "Notre principal donneur d’ordres arrête ses chaînes trois semaines. Je voudrais éviter des licenciements et "
        "savoir comment demander l’activité partielle.",
    ),
    "litige": (
        "Un fournisseur refuse de reprendre une livraison défectueuse et menace de bloquer la suivante. Je préférerais "
        "une solution amiable à un procès.",
    ),
    "droit-du-travail": (
        "Un salarié me demande de passer à temps partiel et je ne connais ni les délais ni les règles de réponse.",
        "Je dois mettre en place les élections du personnel pour la première fois et je veux le faire correctement.",
    ),
    "formalites-entreprise-statut": (
        "Je voudrais passer de l’entreprise individuelle à une société pour accueillir mon associée. Quelles sont les "
        "étapes, et combien de temps faut-il prévoir\u00a0?",
    ),
    "clients": (
        "Nous dépendons de deux clients qui font les trois quarts de nos ventes. Je cherche de l’aide pour en trouver "
        "d’autres dans le département.",
    ),
    "international": (
        "Une boutique allemande voudrait vendre nos produits. Nous n’avons jamais exporté et les questions de douane "
        "et de paiement m’inquiètent.",
    ),
    "nouvelle-offre-produit-service": (
        "Nous voulons lancer une gamme à notre nom et protéger la marque avant le salon de printemps.",
    ),
    "strategie": (
        "Après douze ans je me demande s’il faut grandir, m’associer ou me spécialiser. Je voudrais en parler avec "
        "quelqu’un qui connaît le métier.",
    ),
    "vendre-sur-internet": (
        "Mes clients de passage me demandent de leur envoyer des colis. Je n’ai ni boutique en ligne ni idée du coût "
        "des livraisons.",
    ),
    "visibilite-sur-internet": (
        "Notre fiche sur les cartes en ligne donne de mauvais horaires et nous n’avons pas de site. Je ne sais pas à "
        "qui me fier pour en faire un.",
    ),
    "proteger-vos-donnees": (
        "Nous avons reçu de fausses factures très bien imitées. Je voudrais vérifier nos protections et former "
        "l’équipe aux bons réflexes.",
    ),
    "demarche-ecologie": (
        "Nos clients nous interrogent sur notre empreinte et nous voulons commencer par des actions simples, mais "
        "sérieuses.",
    ),
    "energie": (
        "La facture d’électricité de l’atelier a presque doublé. Je voudrais savoir quels travaux seraient les plus "
        "utiles et ce qui peut être aidé.",
    ),
    "eau": (
        "Le lavage de nos cuves consomme beaucoup d’eau et l’été dernier des restrictions nous ont arrêtés. Nous "
        "voulons investir dans le recyclage.",
    ),
    "dechets": (
        "Nous jetons chaque semaine deux bennes de chutes de bois qui pourraient servir. Je cherche une filière "
        "proche et les obligations à respecter.",
    ),
    "transport-mobilite": (
        "Quatre de nos utilitaires sont à remplacer. Je voudrais comparer les solutions électriques et connaître les "
        "aides à l’achat.",
    ),
    "bilan-rse": (
        "Un donneur d’ordres nous demande un bilan de nos émissions pour le prochain appel d’offres. Nous n’en avons "
        "jamais fait.",
    ),
    "obligations-sante-securite": (
        "Je viens d’embaucher mes deux premiers salariés et je dois rédiger le document d’évaluation des risques.",
    ),
    "former-risques-professionnels": (
        "Deux accidents de manutention en six mois\u00a0: je veux former l’équipe et revoir l’organisation du dépôt.",
    ),
    "qualite-de-vie-au-travail": (
        "Les départs se multiplient et l’ambiance s’en ressent. Je voudrais améliorer les conditions de travail, en "
        "particulier les horaires décalés.",
    ),
    "vendre-entreprise": (
        "Je souhaite transmettre mon affaire dans les deux ans. Aucun de mes enfants ne la reprendra\u00a0; deux "
        "salariés pourraient être intéressés.",
    ),
    "reprendre-entreprise": (
        "Je voudrais reprendre un commerce de village avec mon conjoint. Nous avons un apport et cherchons à être "
        "accompagnés avant de nous engager.",
    ),
    "autre-besoin-non-reference": (
        "La commune va refaire la place devant la boutique et je ne sais à qui demander si une aide existe pendant "
        "les travaux, ni comment prévenir mes clients.",
    ),
}  # fmt: skip

CLOSINGS = (
    "Je suis joignable le matin avant dix heures.",
    "Le plus simple est de m’appeler entre treize et quinze heures.",
    "Merci d’avance pour votre appel.",
    "Un rendez-vous sur place serait idéal.",
    "Je peux envoyer mes derniers bilans si c’est utile.",
    "Nous sommes fermés le lundi, mais je réponds au téléphone.",
    "C’est assez urgent pour nous.",
)

TOO_SHORT = (
    "Besoin d’aide, rappelez-moi vite.",
    "Je veux des informations sur les aides.",
    "Bonjour, c’est pour un devis.",
)

PRECISIONS = (
    "Je précise que le poste peut être à temps partiel si besoin.",
    "Depuis mon message, la banque a donné un accord de principe pour la moitié de la somme.",
    "Vous pouvez aussi joindre mon associée, elle suit le dossier avec moi.",
)

THREAD = (
    "J’ai eu la dirigeante au téléphone\u00a0: elle préfère un rendez-vous sur place. Qui vient avec moi\u00a0?",
    "Nous pouvons prendre en charge le diagnostic de départ\u00a0; il faudra un autre partenaire pour le financement.",
    "L’entreprise attend un devis avant de décider. Je rappelle dans dix jours.",
    "Attention, l’échéance tombe à la fin du mois. Merci de répondre rapidement.",
    "Pour information, nous l’avions déjà accompagnée il y a deux ans.",
    "De notre côté le dossier est complet, nous attendons la commission.",
)

REFUSALS = {
    "territory": "Cette commune dépend de l’antenne voisine.",
    "competence": "Nous ne traitons pas ce type de demande.",
    "criteria": "L’effectif est en dessous de notre seuil.",
    "duplicate": "Entreprise déjà suivie par un collègue pour la même chose.",
    "vague": "",
    "other": "Pas de disponibilité ce mois-ci.",
}

# (name of the help, level)
HELPS: dict[str, tuple[tuple[str, str], ...]] = {
    "recruter": (("Présélection de candidats", "local"), ("Aide à l’embauche d’un apprenti", "national")),
    "former": (("Prise en charge d’une formation", "regional"),),
    "financer-projet": (("Prêt d’honneur", "local"), ("Subvention à l’investissement", "regional")),
    "tresorerie": (("Étalement des échéances", "national"), ("Médiation avec la banque", "local")),
    "energie": (("Visite énergie gratuite", "regional"),),
    "demarche-ecologie": (("Diagnostic environnement", "regional"),),
    "eau": (("Subvention pour économiser l’eau", "regional"),),
    "international": (("Parcours premier export", "regional"),),
    "litige": (("Médiation gratuite", "national"),),
    "proteger-vos-donnees": (("Diagnostic de sécurité informatique", "regional"),),
}
OTHER_HELPS = (
    ("Rendez-vous de diagnostic", "local"),
    ("Accompagnement individuel", "regional"),
    ("Atelier collectif", "local"),
)


def at_town(town: str) -> str:
    """Gives « à Mende », « au Mans », « aux Monts-Verts »: an article that is contracted is part of a name."""
    for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
        if town.startswith(article):
            return contracted + town.removeprefix(article)
    return f"à {town}"


def request_text(subject: str, firm: str, town: str, years: int, random: Random) -> str:
    """The words of a company head; firm: its name, or nothing for a firm that keeps it back."""
    opening = random.choice(OPENINGS if firm else UNNAMED).format(
        firm=firm, town=town, at_town=at_town(town), years=max(2, years)
    )  # fmt: skip
    closing = random.sample(CLOSINGS, random.choice((1, 1, 2)))
    return " ".join((opening, random.choice(SITUATIONS[subject]), *closing))


def help_given(subject: str, random: Random) -> tuple[str, str]:
    """(name, level) of a help for this subject."""
    return random.choice(HELPS.get(subject, OTHER_HELPS))
