"""How a département makes its working list from a published one (L-04): the rules, the quota, the reasons. Pure.

Each rule is a row of ``RULES``: adding a row adds it to the page, to the result and to the file. Firms that every rule
keeps are ranked: prevention first, that is those whose published accounts weigh most, then moderate risks, then strong
ones. The first ``quota`` are kept. When fewer than ``complete_to`` remain, firms that a single ``replaceable`` rule
dropped come back, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

QUOTA, QUOTA_AT_MOST = 200, 200
KEPT, OVER_QUOTA, COMPLETED = "kept", "quota", "completed"
REASONS = {
    KEPT: "Gardée par toutes les règles",
    OVER_QUOTA: "Au-delà du nombre d’entreprises voulu",
    COMPLETED: "Reprise pour compléter la liste",
}
FINANCE = "finance"  # the family of published accounts


@dataclass(frozen=True)
class Candidate:
    """A firm in alert of the département. created_on None: unknown, ``recent`` then says what the list says."""

    siren: str
    level: str
    rank: int
    first_alert: bool = False
    in_bonis: bool = True
    payment_plan: bool = False
    recent: bool = False
    created_on: date | None = None
    workforce: int | None = None
    followed: bool = False
    weak_accounts: bool = False  # its published accounts are what raises its risk most


@dataclass(frozen=True)
class Rule:
    """keeps(firm, parameter, day of the list). unit: of the parameter, when it has one; default: its usual value.

    dropped_fr: why a firm is dropped. replaceable: a firm that it alone drops may come back to complete the list.
    """

    code: str
    label_fr: str
    dropped_fr: str
    keeps: Callable[[Candidate, int, date], bool]
    unit: str = ""
    default: int = 0
    usual: bool = True
    replaceable: bool = False


def _old_enough(firm: Candidate, years: int, day: date) -> bool:
    """Born that many years before the list, or unknown to be young."""
    if firm.created_on is None:
        return not firm.recent
    return (day.year - years, day.month, day.day) >= (firm.created_on.year, firm.created_on.month, firm.created_on.day)


RULES: tuple[Rule, ...] = (
    Rule("in_bonis", "In bonis", "Procédure collective en cours", lambda firm, _n, _day: firm.in_bonis),
    Rule(
        "no_plan", "Sans délai de paiement Urssaf", "Délai de paiement Urssaf en cours",
        lambda firm, _n, _day: not firm.payment_plan,
    ),
    Rule(
        "not_followed", "Sans accompagnement en cours", "Déjà accompagnée",
        lambda firm, _n, _day: not firm.followed,
    ),
    Rule(
        "first_alert", "Première alerte", "Déjà en alerte dans une liste antérieure",
        lambda firm, _n, _day: firm.first_alert, replaceable=True,
    ),
    Rule(
        "age", "Créée depuis au moins", "Trop récente", _old_enough, unit="ans", default=3, replaceable=True,
    ),
    Rule(
        "workforce", "Effectif d’au moins", "Effectif trop petit, ou inconnu",
        lambda firm, least, _day: firm.workforce is not None and firm.workforce >= least,
        unit="salariés", default=10, usual=False, replaceable=True,
    ),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}


@dataclass(frozen=True)
class Settings:
    """The rules in use with their parameter, how many firms at most, how many at least if firms can come back."""

    rules: Mapping[str, int]
    quota: int = QUOTA
    complete_to: int = 0


@dataclass(frozen=True)
class Verdict:
    """What becomes of a firm. dropped_by: the rules that drop it, in their order; place: among those in the running."""

    siren: str
    kept: bool
    reason: str
    dropped_by: tuple[str, ...] = ()
    place: int | None = None


def usual() -> Settings:
    """What the page proposes."""
    return Settings({rule.code: rule.default for rule in RULES if rule.usual})


def rework(firms: Iterable[Candidate], settings: Settings, day: date) -> list[Verdict]:
    """A verdict for every firm: kept ones by place, then those over the quota, then those dropped by a rule."""
    wanted = [(BY_CODE[code], settings.rules[code]) for code in BY_CODE if code in settings.rules]
    judged = [
        (firm, tuple(rule.code for rule, parameter in wanted if not rule.keeps(firm, parameter, day)))
        for firm in sorted(firms, key=_priority)
    ]
    running = [(firm, dropped) for firm, dropped in judged if not dropped]
    missing = min(settings.complete_to, settings.quota) - len(running)
    back = [
        (firm, dropped) for firm, dropped in judged if len(dropped) == 1 and BY_CODE[dropped[0]].replaceable
    ][: max(0, missing)]  # fmt: skip
    verdicts = []
    for place, (firm, dropped) in enumerate([*running, *back], start=1):
        kept = place <= settings.quota
        reason = OVER_QUOTA if not kept else COMPLETED if dropped else KEPT
        verdicts.append(Verdict(firm.siren, kept, reason, dropped, place))
    told = {verdict.siren for verdict in verdicts}
    verdicts += [Verdict(firm.siren, False, dropped[0], dropped) for firm, dropped in judged if firm.siren not in told]
    return verdicts


def _priority(firm: Candidate) -> tuple[bool, bool, int, str]:
    """Degraded published accounts, then moderate alerts, then strong ones; by score in each."""
    return not firm.weak_accounts, firm.level != "moderate", firm.rank, firm.siren


def reason_fr(reason: str, dropped_by: Iterable[str]) -> str:
    """« Délai de paiement Urssaf en cours ; trop récente »."""
    words = [BY_CODE[code].dropped_fr for code in dropped_by if code in BY_CODE]
    said = [REASONS[reason], *words] if reason in REASONS else words or [reason]
    return "\u00a0; ".join([said[0], *(one[0].lower() + one[1:] for one in said[1:])])
