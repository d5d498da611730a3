"""The main navigation: what each person finds at the top of every page. Entries follow the rights table."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

from vigie.rights.person import Person, PersonKind
from vigie.rights.reach import may
from vigie.rights.table import Role
from vigie.ui.components import NavItem

# (label, URL name, action of the service as a whole that opens it)
Entry = tuple[str, str, str]
# What the team opens all day, then menus.
TEAM_ENTRIES: tuple[Entry, ...] = (
    ("Sollicitations", "matching:queue", "simulator.use"),
    ("Suivi", "matching:following", "following.view"),
)
TEAM_MENUS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Besoins",
        (
            ("Tous les besoins", "matching:desk", "simulator.use"),
            ("Visites à valider", "matching:visits_to_validate", "following.view"),
            ("Manques signalés", "matching:holes_to_answer", "following.view"),
            ("Qui serait notifié\u00a0?", "matching:simulator", "simulator.use"),
        ),
    ),
    (
        "Annuaire",
        (
            ("Institutions et antennes", "directory:home", "directory.view"),
            ("Couverture", "directory:coverage", "directory.view"),
            ("Personnes", "accounts:people", "account.invite"),
            ("Changements demandés", "agents:moves", "move.list"),
            ("Classeur des utilisateurs", "agents:users", "users.import"),
        ),
    ),
    (
        "Service",
        (
            ("Sujets proposés", "matching:offers", "offer.edit"),
            ("Absences", "accounts:absences", "absence.plan"),
            ("Courriels", "journal:messages", "message.view"),
            ("Travaux", "journal:jobs", "job.view"),
            ("Réglages", "tuning:settings", "setting.edit"),
            ("Chiffres", "matching:figures", "figures.view"),
            ("Intégrations", "watchlists:runs", "run.view"),
            ("Avis des agents", "watchlists:opinion_counts", "opinion.count"),
            ("Questions reçues", "support:inbox", "help.name"),
            ("Avis sur le service", "support:opinions", "opinion.read"),
            ("Usages", "statistics:usage", "usage.open"),
            ("Réponses des pages", "statistics:pages", "pages.measure"),
        ),
    ),
)
NETWORK_ENTRIES = (
    ("Mon territoire", "matching:territory", "network.view"),
    ("Déposer un besoin", "matching:visit", "visit.file"),
    ("Besoins déposés", "matching:filed", "visit.file"),
    ("Absences", "accounts:absences", "absence.plan"),
)
STEWARD_ENTRIES: tuple[Entry, ...] = (("Habilitations", "agents:partner", "agent.request"),)
STEWARD_MENUS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Agents",
        (
            ("Profils", "agents:profiles", "profile.view"),
            ("Établissements fermés", "followup:closed", "closed.allow"),
            ("Responsables d’agents", "agents:charges", "charge.edit"),
            ("Fonctions", "agents:duties", "duty.edit"),
            ("Simulateur de droits", "sheets:simulator", "sight.simulate"),
            ("Regarder à la place d’un agent", "agents:looks", "look.list"),
        ),
    ),
    (
        "Références",
        (
            ("Zones et réseaux", "agents:references_home", "reference.edit"),
            ("Mots des accompagnements", "followup:words_home", "word.edit"),
            ("Règles de confidentialité", "agents:edit_confidentiality", "consent.edit"),
        ),
    ),
)
LIST_ENTRIES: tuple[Entry, ...] = (
    ("Intégrations", "watchlists:runs", "run.view"),
    ("Réglages", "tuning:settings", "setting.edit"),
)
FIGURES_ENTRIES: tuple[Entry, ...] = (
    ("Usages", "statistics:usage", "usage.open"),
    ("Réponses des pages", "statistics:pages", "pages.measure"),
    ("Avis sur le service", "support:opinions", "opinion.read"),
)
AGENT_ENTRIES = (
    ("Liste de détection", "watchlists:list", "list.view"),
    ("Recherche", "watchlists:search", "list.view"),
    ("Accompagnements", "followup:list", "file.list"),
)
AGENT_MENUS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Contacts",
        (
            ("Campagnes", "campaigns:list", "campaign.list"),
            ("Visites", "campaigns:visits", "visit.list"),
            ("Déposer un besoin", "matching:visit", "visit.file"),
            ("Besoins déposés", "matching:filed", "visit.file"),
        ),
    ),
    (
        "Listes et bilans",
        (
            ("Faits nouveaux", "watchlists:news", "list.view"),
            ("Calendrier des listes", "watchlists:calendar", "list.view"),
            ("Redressements", "watchlists:corrections", "correction.view"),
            ("Mes avis", "watchlists:opinions", "list.view"),
            ("Bilan d’un département", "statistics:report", "report.read"),
            ("Mes exports", "exports:mine", "list.view"),
        ),
    ),
)
# An agent of detection finds them in his menu « Contacts »; an adviser, first of all.
FILED = frozenset({"matching:visit", "matching:filed"})
AUDIT_ENTRIES = (
    ("Audit", "audit:register", "audit.read"),
    ("Rejouer une journée", "audit:replay", "audit.read"),
    ("Anomalies", "audit:anomalies", "audit.read"),
    ("Chaîne", "audit:chain", "audit.read"),
)


def nav_for(person: Person) -> tuple[NavItem, ...]:
    """The entries of a person; the visitor and the company head have the public ones."""
    return _nav(person.kind, person.roles)


@cache
def _nav(kind: PersonKind, roles: frozenset[Role]) -> tuple[NavItem, ...]:
    """They depend on nothing else of the person: no action of theirs is asked of an object."""
    person = Person(kind, roles=roles)
    if kind is not PersonKind.USER:
        return (NavItem("Accueil", reverse("portal:home")), NavItem("Statistiques", reverse("statistics:public")))
    entries: list[NavItem] = []
    agent = may(person, "list.view")
    if person.is_team:
        entries = _entries(TEAM_ENTRIES, person)
        entries += [NavItem(label, items=tuple(_entries(held, person))) for label, held in TEAM_MENUS]
    elif person.roles & {Role.EXPERT, Role.MANAGER}:
        entries.append(NavItem("Mes besoins", reverse("matching:desk")))
    if not person.is_team:
        entries += _entries(NETWORK_ENTRIES, person, but=FILED if agent else frozenset())
    entries += _entries(AGENT_ENTRIES, person)
    entries += _menus(AGENT_MENUS, person, but=frozenset() if agent else FILED)
    entries += _entries(STEWARD_ENTRIES, person)
    entries += _menus(STEWARD_MENUS, person)
    entries += _entries(AUDIT_ENTRIES, person)
    if not person.is_team:
        entries += _entries(LIST_ENTRIES, person)
        entries += _entries(FIGURES_ENTRIES, person)
    entries.append(NavItem("Mon compte", reverse("accounts:me")))
    return tuple(entries)


def _entries(table: tuple[Entry, ...], person: Person, *, but: frozenset[str] = frozenset()) -> list[NavItem]:
    return [NavItem(label, reverse(name)) for label, name, action in table if may(person, action) and name not in but]


def _menus(
    menus: tuple[tuple[str, tuple[Entry, ...]], ...], person: Person, *, but: frozenset[str] = frozenset()
) -> list[NavItem]:
    """A menu of one entry is that entry."""
    found: list[NavItem] = []
    for label, table in menus:
        items = _entries(table, person, but=but)
        found += items if len(items) < 2 else [NavItem(label, items=tuple(items))]
    return found
