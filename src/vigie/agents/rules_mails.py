"""What Vigie writes to an agent, kind by kind, and when: the one table of « Mes courriels ». Pure.

Decision 0043 says which mails are not in it (accounts, exports asked for, duties of a role), and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

NOW, DAILY, NEVER = "now", "daily", "never"
RHYTHMS = {NOW: "Tout de suite", DAILY: "Chaque matin", NEVER: "Jamais"}


class MailKind(StrEnum):
    """What may be told. The kinds of firms are those of ``watchlists.rules_news``, which says who may read them."""

    MENTION = "mention"
    MEMBER = "member"
    HANDED_OVER = "handed_over"
    MEETING = "meeting"
    COMMENT = "comment"
    SUMMARY = "summary"
    STATE = "state"
    ACTION = "action"
    JOINED = "joined"
    REQUESTED = "requested"
    QUIET = "quiet"
    ORPHAN = "orphan"
    LIST = "list"
    FACTS = "facts"
    PROCEEDING = "proceeding"
    ALERT = "alert"
    AGGRAVATION = "aggravation"
    PLAN_STARTED = "plan_started"
    PLAN_BROKEN = "plan_broken"
    DEBT = "debt"


class Group(StrEnum):
    """The parts of the page, in order."""

    ME = "Ce qui s’adresse à moi"
    FILES = "Mes accompagnements"
    LISTS = "Les listes"
    FIRMS = "Les entreprises que je suis"


@dataclass(frozen=True)
class Row:
    """One line of the page. default: for who has chosen nothing."""

    label: str
    group: Group
    default: str = DAILY


K, ME, FILES, LISTS, FIRMS = MailKind, Group.ME, Group.FILES, Group.LISTS, Group.FIRMS
MAILS: dict[str, Row] = {
    K.MENTION: Row("Je suis cité dans un commentaire", ME, NOW),
    K.MEMBER: Row("Je suis ajouté à un accompagnement, retiré, ou mon rôle change", ME, NOW),
    K.HANDED_OVER: Row("Des accompagnements me sont confiés, ou les miens à un autre", ME, NOW),
    K.MEETING: Row("Une réunion du CODEFI où je suis convoqué", ME, NOW),
    K.COMMENT: Row("Un commentaire est écrit", FILES),
    K.SUMMARY: Row("Une synthèse change", FILES),
    K.ACTION: Row("Un échange ou une action est noté", FILES),
    K.STATE: Row("L’état change, ou l’accompagnement est supprimé", FILES, NOW),
    K.JOINED: Row("Un collègue rejoint de lui-même", FILES, NOW),
    K.REQUESTED: Row("L’entreprise demande de l’aide", FILES, NOW),
    K.QUIET: Row("Rien ne s’est passé depuis longtemps", FILES, NOW),
    K.ORPHAN: Row("Il n’y a plus de référent en exercice", FILES, NOW),
    K.LIST: Row("Une nouvelle liste est ouverte", LISTS),
    K.FACTS: Row("D’autres faits arrivent sur les entreprises que je suis", LISTS),
    K.PROCEEDING: Row("Nouvelle procédure collective", FIRMS, NOW),
    K.ALERT: Row("Nouvelle alerte", FIRMS),
    K.AGGRAVATION: Row("Alerte passée de modérée à forte", FIRMS),
    K.PLAN_STARTED: Row("Délai de paiement Urssaf accordé", FIRMS),
    K.PLAN_BROKEN: Row("Délai de paiement Urssaf interrompu avant son terme", FIRMS),
    K.DEBT: Row("Dette sociale au-dessus d’un seuil", FIRMS),
}


@dataclass(frozen=True)
class Choice:
    """What somebody chose: kind → rhythm. past: what held before, each with the moment when it ended, oldest first.

    The rhythm of the moment of a fact decides: who changes his mind in between is told of it once all the same.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    past: Sequence[tuple[datetime, Mapping[str, str]]] = ()

    def of(self, kind: str) -> str:
        """His rhythm today."""
        return self.kinds.get(kind, MAILS[kind].default)

    def at(self, kind: str, moment: datetime) -> str:
        """His rhythm when it happened; « never » when he wants nothing of it any more."""
        if self.of(kind) == NEVER:
            return NEVER
        held = next((kinds for ended, kinds in self.past if moment < ended), self.kinds)
        return held.get(kind, MAILS[kind].default)

    def wants(self, rhythm: str, kind: str, moment: datetime) -> bool:
        return self.at(kind, moment) == rhythm
