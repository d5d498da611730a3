"""One correction: who asks for it, why, for which firms, what it does, from when to when, who approved it.

A correction is a value. Its effect and its scope are read once, when it is made, and refused in French when they say
nothing. It expires by itself: a rule must not outlive the crisis that it answered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vigie.detection.corrections.checks import (
    CorrectionRefused,
    a_month,
    a_text,
    a_whole,
    an_object,
    one_of,
    quoted,
)
from vigie.detection.corrections.conditions import Condition, read_condition
from vigie.detection.corrections.effects import KINDS, FamilyScale, Floor, Offset, ShapeEdit, read_effect
from vigie.kernel.period import Month
from vigie.kernel.text import fold

STATUSES = ("draft", "proposed", "approved", "expired", "withdrawn")
DEFAULT_MONTHS = 6
LONGEST_MONTHS = 24
CODE = re.compile(r"^[a-z][a-z0-9_]{2,59}$", re.ASCII)
REQUIRED = (
    "code", "version", "author", "reason_fr", "wording_fr", "decision_reference", "scope", "kind", "parameters",
    "valid_from", "status", "proposed_by",
)  # fmt: skip
KEYS = (*REQUIRED, "valid_until", "approved_by", "replaces", "note_fr")


@dataclass(frozen=True)
class Correction:
    """A correction as it was written.

    reason_fr: why, for who decides. wording_fr: what the agent reads beside the firm.
    scope, parameters: as in the file; `condition` and `effect` are what they mean.
    valid_from, valid_until: first and last month of lists it touches.
    replaces: the version of the same code that this one ends.
    """

    code: str
    version: int
    author: str
    reason_fr: str
    wording_fr: str
    decision_reference: str
    scope: Mapping[str, Any]
    kind: str
    parameters: Mapping[str, Any]
    valid_from: Month
    valid_until: Month
    status: str
    proposed_by: str
    approved_by: str | None = None
    replaces: int | None = None
    note_fr: str = ""

    @cached_property
    def condition(self) -> Condition:
        """Which firms it is for."""
        return read_condition(self.scope, "scope")

    @cached_property
    def effect(self) -> ShapeEdit | FamilyScale | Offset | Floor:
        """What it does to their log-odds."""
        return read_effect(self.kind, self.parameters, "parameters")

    @property
    def name(self) -> str:
        """How a version is called: code.v2."""
        return f"{self.code}.v{self.version}"

    def columns(self) -> frozenset[str]:
        """Columns of the panel that it reads."""
        return self.condition.columns() | self.effect.columns()

    def covers(self, month: Month) -> bool:
        """Whether the month is within its validity."""
        return self.valid_from <= month <= self.valid_until

    def require(self, known: Collection[str]) -> None:
        """Refuses a correction that reads facts nobody delivers, with their names."""
        if unknown := sorted(self.columns() - set(known)):
            raise CorrectionRefused(
                f"{self.name} : {quoted(unknown)} n’est pas une donnée disponible. "
                "Vérifiez le nom dans le dictionnaire des données, ou attendez que la source soit livrée."
            )

    def to_json(self) -> dict[str, Any]:
        """The stored form, readable."""
        found: dict[str, Any] = {name: getattr(self, name) for name in KEYS}
        found.update(valid_from=str(self.valid_from), valid_until=str(self.valid_until))
        found.update(scope=dict(self.scope), parameters=dict(self.parameters))
        return {name: value for name, value in found.items() if value not in (None, "")}


def read_correction(raw: Any) -> Correction:
    """The correction that a JSON object says; refused with every reason that can be told at once."""
    given = an_object(raw, "Redressement", KEYS, REQUIRED)
    kind = one_of(given["kind"], "kind", KINDS)
    first = a_month(given["valid_from"], "valid_from")
    last = a_month(given["valid_until"], "valid_until") if "valid_until" in given else first.plus(DEFAULT_MONTHS - 1)
    approved_by = given.get("approved_by")
    replaces = given.get("replaces")
    found = Correction(
        code=a_text(given["code"], "code", 60),
        version=a_whole(given["version"], "version", 1, 999),
        author=a_text(given["author"], "author", 120),
        reason_fr=a_text(given["reason_fr"], "reason_fr", 2000, 10),
        wording_fr=a_text(given["wording_fr"], "wording_fr", 300, 10),
        decision_reference=a_text(given["decision_reference"], "decision_reference", 200),
        scope=given["scope"],
        kind=kind,
        parameters=given["parameters"],
        valid_from=first,
        valid_until=last,
        status=one_of(given["status"], "status", STATUSES),
        proposed_by=a_text(given["proposed_by"], "proposed_by", 120),
        approved_by=None if approved_by is None else a_text(approved_by, "approved_by", 120),
        replaces=None if replaces is None else a_whole(replaces, "replaces", 1, 998),
        note_fr=a_text(given.get("note_fr", ""), "note_fr", 2000, 0),
    )
    _check(found)
    return found


def _check(correction: Correction) -> None:
    if not CODE.match(correction.code):
        raise CorrectionRefused(
            f"code : {quoted([correction.code])} n’est pas un code : minuscules sans accent, chiffres et _, "
            "3 à 60 caractères, une lettre d’abord."
        )
    if correction.valid_until < correction.valid_from:
        raise CorrectionRefused("valid_until : la fin est avant le début.")
    if correction.valid_until > correction.valid_from.plus(LONGEST_MONTHS - 1):
        raise CorrectionRefused(
            f"valid_until : un redressement vaut {LONGEST_MONTHS} mois au plus ; proposez une version de plus."
        )
    if correction.replaces is not None and correction.replaces >= correction.version:
        raise CorrectionRefused("replaces : une version remplace une version plus ancienne qu’elle.")
    _check_approval(correction)
    correction.condition  # noqa: B018  # read now, so that a correction that exists can be applied
    correction.effect  # noqa: B018


def _check_approval(correction: Correction) -> None:
    approved = correction.approved_by
    if correction.status == "approved" and not approved:
        raise CorrectionRefused("approved_by : ce redressement se dit approuvé, mais personne ne l’a approuvé.")
    if approved and fold(approved) in {fold(correction.proposed_by), fold(correction.author)}:
        raise CorrectionRefused("approved_by : une autre personne que l’auteur doit approuver.")
    if approved and correction.status in ("draft", "proposed"):
        raise CorrectionRefused("approved_by : un brouillon ou une proposition n’est pas encore approuvé.")
