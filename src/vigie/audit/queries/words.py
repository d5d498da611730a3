"""The words of the audit: what each code says to who reads it."""

from __future__ import annotations

from vigie.audit.rules import DENIALS, NIGHT_EXPORTS, OUT_OF_ZONE, UNLOCKS_OTHER
from vigie.kernel.lifecycle import State
from vigie.rights.table import ROLE_LABELS, Role

ACTIONS = {
    "login": "Connexion", "login_failed": "Connexion échouée", "logout": "Déconnexion",
    "consent": "Engagement de confidentialité", "view_company": "Fiche d’entreprise",
    "view_establishment": "Fiche d’établissement", "view_block": "Bloc confidentiel", "search": "Recherche",
    "list_view": "Page de liste", "export": "Export demandé", "export_made": "Export produit",
    "export_failed": "Export échoué", "export_taken": "Export repris",
    "directory.export": "Export de l’annuaire", "unlock": "Déverrouillage",
    "relock": "Fin de déverrouillage", "view_target": "Entreprise d’une campagne", "view_visit": "Visite",
    "rework_made": "Liste retraitée faite", "rework_corrected": "Liste retraitée corrigée",
    "view_simulation": "Simulation d’un redressement", "view_meeting": "Réunion du CODEFI",
    "report_error": "Erreur signalée sur une fiche",
    "impersonate_ask": "Demande à regarder à la place d’un agent", "impersonate_sign": "Seconde signature d’un regard",
    "impersonate_refuse": "Regard refusé", "impersonate_view": "Page vue à la place d’un agent",
    "impersonate_start": "Début de navigation au nom d’un agent",
    "impersonate_stop": "Fin de navigation au nom d’un agent", "denied": "Refus", "audit_read": "Lecture de l’audit",
    "audit_purged": "Effacement des traces anciennes", "view_report": "Bilan d’un département",
    "view_semester": "Bilan d’une administration", "view_news": "Faits nouveaux d’entreprises suivies",
    "simulate_sight": "Simulation de droits", "admin_request": "Habilitation demandée par une administration",
    "admin_review": "Revue par une administration", "admin_users": "Agent changé par le classeur",
    "view_file": "Dossier d’accompagnement", "view_followups": "Accompagnements d’une entreprise",
    "open_file": "Accompagnement ouvert", "import_cards": "Cartes d’un ancien tableau reprises",
    "admin_reference": "Donnée de référence changée",
    "admin_closed": "Accompagnement permis sur un établissement fermé",
    "admin_setting": "Réglage changé", "admin_account": "Compte archivé ou rouvert",
    "admin_role": "Habilitation accordée, changée ou retirée",
    "admin_charge": "Responsable d’agents désigné ou retiré",
    "admin_duty": "Fonction donnée ou retirée", "admin_confidentiality": "Règles de confidentialité publiées",
    "admin_users_sync": "Classeur des utilisateurs appliqué",
}  # fmt: skip
BLOCKS = {
    "detection": "Risque et raisons", "score": "Risque et raisons", "debts": "Cotisations et dettes Urssaf",
    "urssaf": "Cotisations et dettes Urssaf", "short_time_work": "Activité partielle", "dgefp": "Activité partielle",
    "bdf": "Banque de France", "pge": "Prêt garanti par l’État", "history": "Historique des alertes",
    "lookalikes": "Entreprises semblables", "talk": "Préparer l’échange",
}  # fmt: skip
FILE = "followup.Followup"  # whose blocks are texts of networks, and contacts
# Of the networks, those whose name is not their code in capitals.
NETWORKS = {"dgfip": "DGFiP", "urssaf": "Urssaf"}
FILE_BLOCKS = {"contacts": "Contacts de l’entreprise"}
OPENED_BY = {
    "zone": "entreprise de son territoire, en alerte", "alert": "entreprise en alerte",
    "follow": "suivie, ou accompagnée",
    "file": "dossier partagé", "followup": "dossier partagé", "traced": "accès tracé hors territoire",
    "national": "territoire national",
}  # fmt: skip
PURPOSES = {
    "detection": "lue dans une liste", "source_interne": "signalée par l’entreprise ou un partenaire",
    "source_externe": "connue localement ou par la presse", "autre": "autre motif",
}  # fmt: skip
# Of a page refused: the part of the service that its address belongs to.
PARTS = {
    "sheets": "Fiches d’entreprises", "watchlists": "Listes et recherche", "followup": "Accompagnements",
    "campaigns": "Campagnes et visites", "exports": "Exports", "statistics": "Chiffres", "agents": "Habilitations",
    "audit": "Audit", "accounts": "Comptes", "tuning": "Réglages", "demo": "Démonstration",
    "matching": "Besoins", "directory": "Annuaire",
    "companies": "Recherche d’entreprises", "journal": "Courriels et travaux",
    "support": "Aide et avis", "portal": "Pages du site",
}  # fmt: skip
PAGES = {"register": "registre", "replay": "journée rejouée", "anomalies": "anomalies"}  # of the audit itself
ACCOUNT = "accounts.User"
STATUSES = {403: "interdit", 404: "introuvable pour lui"}  # what a refused page answered
NUMBERED = {  # what a bare number would not say
    "campaigns.Campaign": "campagne", "watchlists.ReworkedList": "liste retraitée",
    ACCOUNT: "compte", "accounts.Habilitation": "habilitation", "accounts.FederatedIdentity": "identité",
}  # fmt: skip
# Of a page that lists firms: which one its number or its code names.
LISTS = {
    "followup.Followup": {
        "mes": "ses accompagnements", "departement": "accompagnements du territoire",
        "administration": "accompagnements de l’administration", "codefi": "ordre du jour du CODEFI",
    },
    "campaigns.Visit": {"mes": "ses visites", "territoire": "visites du territoire"},
    "campaigns.Campaign": {"mine": "ses campagnes"},
}  # fmt: skip
ROLE_ACTS = {
    "grant": "accordée", "suspend": "suspendue", "revoke": "révoquée", "expire": "expirée", "reschedule": "autre fin",
}  # fmt: skip
SIGN_IN = {
    "proconnect": "par ProConnect", "code": "code du courriel", "second_factor": "second facteur",
    "identity": "rattachement d’une identité",
}  # fmt: skip
RESULTS = {
    "allowed": State("allowed", "permis", "success"),
    "denied": State("denied", "refusé", "error"),
}
KINDS = {
    "volume": "Volume inhabituel", "out_of_zone": f"Hors territoire ({OUT_OF_ZONE} et plus)",
    "unlocks_other": f"Motif «\u00a0autre\u00a0» ({UNLOCKS_OTHER} et plus)",
    "night_exports": f"Export de nuit ({NIGHT_EXPORTS} et plus)", "denials": f"Refus ({DENIALS} et plus)",
}  # fmt: skip


def action_label(code: str) -> str:
    """The words of an action; families of codes (followup_…, admin_…) are said by their family."""
    families = {"followup_": "Dossier de suivi", "admin_": "Administration", "publish_": "Publication d’une liste"}
    if code in ACTIONS:
        return ACTIONS[code]
    for start, label in families.items():
        if code.startswith(start):
            return f"{label} ({code.removeprefix(start)})"
    return code


def block_label(code: str, object_type: str) -> str:
    """The words of a block: of a sheet, or of a file of accompagnement, whose texts belong to networks."""
    if object_type == FILE:
        return FILE_BLOCKS.get(code) or f"Textes du réseau {NETWORKS.get(code, code.upper())}"
    return BLOCKS.get(code, code)


def roles_label(codes: str) -> str:
    """The words of the roles that a row recorded."""
    known = set(Role)
    return ", ".join(ROLE_LABELS[Role(code)] if code in known else code for code in codes.split())
