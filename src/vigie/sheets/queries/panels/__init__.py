"""The panels of the sheet, in their order: what each shows, which right opens it, which files feed it."""

from __future__ import annotations

from vigie.sheets.queries.block import Panel
from vigie.sheets.queries.panels import accounts, alert, identity, monthly, story, visits
from vigie.watchlists.rules_sight import Category

PANELS = (
    Panel("detection", "Détection", alert.detection, Category.SCORE, ("entries", "contributions"), always=True),
    Panel("history", "Historique des alertes", alert.history, Category.SCORE, ("entries",)),
    Panel("workforce", "Effectif", monthly.workforce, None, ("dossier_workforce",), establishment=True),
    Panel(
        "short_time_work", "Activité partielle", monthly.short_time, Category.DGEFP, ("dossier_short_time_work",),
        establishment=True,
    ),
    Panel(
        "debts", "Urssaf", monthly.urssaf, Category.URSSAF, ("dossier_debts", "dossier_payment_plans"),
        establishment=True,
    ),
    Panel("accounts", "Comptes et ratios financiers", accounts.ratios, None, ("dossier_accounts",)),
    Panel("proceedings", "Procédures collectives", story.proceedings, None, (), always=True),
    Panel("establishments", "Établissements", identity.establishments, None, (), always=True),
    Panel("group", "Groupe", story.group, None, ("dossier_groups",)),
    Panel("lookalikes", "Entreprises semblables déjà accompagnées", alert.lookalikes, Category.SCORE, ("lookalikes",)),
    Panel("story", "Chronologie", story.timeline, None, (), always=True),
    Panel("followers", "Qui suit cette entreprise", story.followers, None, (), always=True),
    Panel("visits", "Visites", visits.planned, None, (), always=True),
    Panel("contacts", "Derniers contacts", visits.contacts, None, (), always=True),
    Panel("links", "Autres services", identity.links, None, (), establishment=True, always=True),
)  # fmt: skip
