"""What the URSSAF files have in common: who delivers them, on what ground, and their code lists."""

from __future__ import annotations

from typing import TypedDict


class Origin(TypedDict):
    """Who produces a source, on what ground, and who may see it."""

    producer: str
    legal_basis: str
    confidentiality: str


URSSAF = Origin(
    producer="Urssaf Caisse nationale",
    legal_basis="convention de partage de données ; secret professionnel des organismes de sécurité sociale",
    confidentiality="urssaf",
)

ACCOUNT_STATES = {"1": "actif", "2": "suspendu", "3": "radié"}

PROCEEDINGS_CODES = {
    "0": "aucune procédure",
    "1": "procédure collective en cours",
    "2": "plan de redressement en cours",
    "9": "procédure sans dette Urssaf",
}

OPERATIONS = {
    "1": "mise en recouvrement",
    "2": "paiement",
    "3": "admission en non-valeur",
    "4": "remise de majoration de retard",
    "5": "abandon de solde débiteur",
    "11": "annulation de mise en recouvrement",
    "12": "annulation de paiement",
    "13": "annulation d’admission en non-valeur",
    "14": "annulation de remise de majoration",
    "15": "annulation d’abandon de solde",
}

DEBT_REASONS = {
    "0": "inconnu",
    "1": "retard de versement",
    "2": "absence ou insuffisance de versement",
    "3": "taxation provisionnelle",
    "4": "majorations complémentaires",
    "5": "contrôle, redressement",
    "6": "fourniture tardive des déclarations",
    "7": "bases déclarées supérieures à la taxation provisionnelle",
    "8": "retard de versement et fourniture tardive",
    "9": "absence ou insuffisance de versement et fourniture tardive",
    "10": "rappel sur contrôle et fourniture tardive",
    "11": "régularisation d’une taxation provisionnelle",
    "12": "régularisation annuelle",
    "13": "rejet du titre de paiement par la banque",
    "14": "modification d’affectation d’un crédit",
    "15": "annulation d’un crédit",
    "16": "régularisation du taux accidents du travail",
    "17": "régularisation du versement transport",
    "18": "non-paiement dématérialisé",
    "19": "rapprochement du tableau récapitulatif et des bordereaux",
    "20": "modification des revenus déclarés",
    "21": "contrat d’exonération non fourni",
    "22": "contrôle du travail dissimulé",
    "23": "conditions d’exonération non remplies",
    "24": "absence de versement",
    "25": "insuffisance de versement",
    "26": "absence de versement et fourniture tardive",
    "27": "insuffisance de versement et fourniture tardive",
}
