"""The doctrine of visibility (follow-up.md 1.4): what an agent may read of a firm, and why. Pure.

V: the firm has an establishment, open or closed, in the agent's territory. A: it is or was in alert in a published
list. F: the agent follows it, or takes part in a file on it. Unlocked = (V and A) or F. Then each category asks for the
role that opens it. ``Firm.REACHES`` says the same to the database; a test compares both on random pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

STRICT, TRACED = "strict", "traced"
DOCTRINES = (STRICT, TRACED)


class Category(StrEnum):
    """A nature of data, and the action of the rights table that opens it."""

    SCORE = "dossier.score"
    URSSAF = "dossier.debts"
    DGEFP = "dossier.short_time_work"
    BDF = "dossier.confidential_accounts"
    PGE = "dossier.state_loan"


CATEGORY_LABELS = {
    Category.SCORE: "niveau d’alerte et raisons",
    Category.URSSAF: "cotisations et dettes Urssaf",
    Category.DGEFP: "activité partielle",
    Category.BDF: "données de la Banque de France",
    Category.PGE: "prêt garanti par l’État",
}
# Confidentiality class of a fact in a publication → what opens it. Tax and supplier data are opened by nothing.
CLASSES = {"urssaf": Category.URSSAF, "dgefp": Category.DGEFP, "bdf": Category.BDF}
PUBLIC, INTERNAL = "public", "internal"  # open to all; to every agent with a level, whatever the firm


# Table of a publication → what opens it; the others are public.
TABLES = {
    "dossier_debts": Category.URSSAF,
    "dossier_payment_plans": Category.URSSAF,
    "dossier_short_time_work": Category.DGEFP,
}


class Why(StrEnum):
    """Why a category is open or not."""

    ALERT = "alert"  # in the territory, and is or was in alert
    FOLLOW = "follow"
    TRACED = "traced"  # the doctrine opens, and writes it down
    LOCKED = "locked"  # the role is held: following the firm would open
    NO_RIGHT = "no_right"  # the habilitation does not open this nature of data


@dataclass(frozen=True)
class Ground:
    """The three facts of the doctrine about one person and one firm."""

    visible: bool = False
    alerted: bool = False
    followed: bool = False


@dataclass(frozen=True)
class Sight:
    """What a person reads of a firm. held: the categories that his roles open; by: why the firm is unlocked."""

    ground: Ground = Ground()
    held: frozenset[Category] = field(default_factory=frozenset)
    by: Why = Why.LOCKED

    @property
    def unlocked(self) -> bool:
        return self.by is not Why.LOCKED

    def opens(self, category: Category) -> bool:
        return self.unlocked and category in self.held

    def why(self, category: Category) -> Why:
        """Why this category is open, or what is missing."""
        return self.by if category in self.held else Why.NO_RIGHT

    def reads(self, confidentiality: str) -> bool:
        """Whether a fact of this class of a publication is read."""
        if confidentiality == PUBLIC:
            return True
        if confidentiality == INTERNAL:
            return bool(self.held)
        category = CLASSES.get(confidentiality)
        return category is not None and self.opens(category)

    def could_read(self, confidentiality: str) -> bool:
        """Whether another habilitation would read this class: what nobody reads is said differently."""
        return confidentiality in (PUBLIC, INTERNAL) or confidentiality in CLASSES


def sight(ground: Ground, held: frozenset[Category], doctrine: str = STRICT) -> Sight:
    """The one decision (R-03). held: what the person's roles open, from the rights table; empty opens nothing."""
    if not held:
        return Sight(ground, held)
    if ground.followed:
        return Sight(ground, held, Why.FOLLOW)
    if ground.visible and ground.alerted:
        return Sight(ground, held, Why.ALERT)
    if doctrine == TRACED:
        return Sight(ground, held, Why.TRACED)
    return Sight(ground, held)
