"""What lists obey, without a database: the checks on reception, when a list may open, what a reader may read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from vigie.kernel.period import Month

APPROVALS_NEEDED = 2
VOLUME_CHANGE = 0.30  # between two lists, on firms and on alerts
SHIFT = 0.10  # share of the alerts that changes région, or section
PROCEEDINGS_SHIFT = 0.05  # change of the share of alerts on firms in a proceeding
EXPLANATION_GAP = 1e-6  # base + families + corrections = log-odds of the score
FEW = 50  # below so many alerts, shares say nothing
STABLE_FOR = timedelta(minutes=10)
DELIVERY_DUE_DAY = 20  # of the month after: what has come by then is computed
# Proceedings, debts, short-time work: alone, they refresh the sheets between two lists. The names are those of the
# source tables (`refreshes_facts`); a test holds them together.
REFRESHING_FILES = {
    "cotisation": r"sigfaible_cotisdues\.csv",
    "debit": r"sigfaible_debits\.csv",
    "delai": r"sigfaible_delais\.csv",
    "procol": r"sigfaible_pcoll\.csv",
    "apdemande": r"demande_ap\.csv",
    "apconso": r"consommation_ap\.csv",
}
_REFRESHING = re.compile(rf"(?:{'|'.join(REFRESHING_FILES.values())})(?:\.(?:gz|zip))?", re.IGNORECASE)
_NOT_DATA = re.compile(r"\.(?:part|filepart|tmp|crdownload|md5|sha256|json|md|ok|done)$", re.IGNORECASE)
SHOWN_REASONS = 3

LEVELS = {"strong": "Risque fort", "moderate": "Risque modéré", "none": "Pas d’alerte"}


@dataclass(frozen=True)
class ListFacts:
    """A list in figures. ``by_region`` and ``by_section`` count the alerts."""

    firms: int
    alerts: int
    in_proceeding: int = 0
    by_region: Mapping[str, int] = field(default_factory=dict)
    by_section: Mapping[str, int] = field(default_factory=dict)
    duplicates: int = 0
    unexplained: int = 0
    explanation_gap: float = 0.0
    sentinels: int = 0
    sentinels_unread: int = 0
    first_alerts_mended: int = 0  # that the batch and the published lists told differently


@dataclass(frozen=True)
class Outcome:
    """A check and what it saw, in French."""

    name: str
    label: str
    passed: bool
    saw: str
    limit: str = ""
    advisory: bool = False

    @property
    def green(self) -> bool:
        """Whether it lets the list open by itself: an advisory check only warns."""
        return self.passed or self.advisory


@dataclass(frozen=True)
class Told:
    """A check that the batch made itself."""

    name: str
    passed: bool
    saw: str = ""
    limit: str = ""
    advisory: bool = False


def checks(found: ListFacts, former: ListFacts | None, told: Iterable[Told], planned: bool) -> list[Outcome]:
    """Every check of a list. former: the last open one; told: those that the batch made itself."""
    kept = [
        Outcome("not_empty", "La liste contient des entreprises", found.firms > 0, f"{found.firms}"),
        Outcome("duplicates", "Aucune entreprise en double", found.duplicates == 0, f"{found.duplicates}", "0"),
        Outcome("unexplained", "Chaque alerte est expliquée", found.unexplained == 0, f"{found.unexplained}", "0"),
        Outcome(
            "explanation_sum", "Les contributions font le score",
            found.explanation_gap <= EXPLANATION_GAP, f"{found.explanation_gap:.1e}", f"{EXPLANATION_GAP:.0e}",
        ),
        Outcome(
            "sentinels", "Les fiches témoins se lisent", found.sentinels_unread == 0,
            f"{found.sentinels_unread} illisible(s) sur {found.sentinels}", "0",
        ),
        Outcome(
            "first_alerts", "Premières alertes telles que les listes publiées les disent",
            found.first_alerts_mended == 0, f"{found.first_alerts_mended} rectifiée(s)", "0", advisory=True,
        ),
        Outcome("planned", "La date d’ouverture est annoncée", planned, "oui" if planned else "non"),
    ]  # fmt: skip
    kept += [
        Outcome(
            f"batch:{one.name}", f"Contrôle du calcul\u00a0: {one.name}", one.passed, one.saw, one.limit, one.advisory
        )
        for one in told
    ]
    return kept + (_against(found, former) if former is not None else [])


def _against(found: ListFacts, former: ListFacts) -> list[Outcome]:
    limit = f"± {VOLUME_CHANGE:.0%}"
    firms, alerts = change(found.firms, former.firms), change(found.alerts, former.alerts)
    kept = [
        Outcome("volume", "Nombre d’entreprises", abs(firms) <= VOLUME_CHANGE, f"{firms:+.0%}", limit),
        Outcome("alerts", "Nombre d’alertes", abs(alerts) <= VOLUME_CHANGE, f"{alerts:+.0%}", limit),
    ]
    if min(found.alerts, former.alerts) < FEW:
        return kept
    regions, sections = shift(found.by_region, former.by_region), shift(found.by_section, former.by_section)
    proceedings = found.in_proceeding / found.alerts - former.in_proceeding / former.alerts
    return [
        *kept,
        Outcome("regions", "Répartition par région", regions <= SHIFT, f"{regions:.0%}", f"{SHIFT:.0%}"),
        Outcome("sections", "Répartition par section", sections <= SHIFT, f"{sections:.0%}", f"{SHIFT:.0%}"),
        Outcome(
            "proceedings", "Part des procédures collectives",
            abs(proceedings) <= PROCEEDINGS_SHIFT, f"{proceedings:+.1%}", f"± {PROCEEDINGS_SHIFT:.0%}",
        ),
    ]  # fmt: skip


def change(now: int, before: int) -> float:
    """The relative change; a list that comes from nothing has changed wholly."""
    return (now - before) / before if before else float(now > 0)


def shift(now: Mapping[str, int], before: Mapping[str, int]) -> float:
    """The share that changes of place between two distributions: half the sum of the differences of shares."""
    total_now, total_before = sum(now.values()) or 1, sum(before.values()) or 1
    keys = now.keys() | before.keys()
    return sum(abs(now.get(k, 0) / total_now - before.get(k, 0) / total_before) for k in keys) / 2


def opens(*, all_green: bool, approvals: int, planned_on: date | None, today: date) -> bool:
    """Whether a checked list opens today: at its planned date by itself when all is green, else once two people agree.

    Two people may also open a list that has no planned date; none opens before its date.
    """
    if planned_on is not None and today < planned_on:
        return False
    return (all_green and planned_on is not None) or approvals >= APPROVALS_NEEDED


def days_late(planned_on: date, received_on: date | None, today: date) -> int:
    """Days between the planned day and the real one, or today while nothing has come; 0 when it is not late."""
    return max(0, ((received_on or today) - planned_on).days)


def next_planned(planned_on: date) -> date:
    """The planned day of the next list, when no one has announced it: the same day a month later."""
    later = Month.of(planned_on).plus(1).first_day
    last = (Month.of(later).plus(1).first_day - timedelta(days=1)).day
    return later.replace(day=min(planned_on.day, last))


class Start(StrEnum):
    """What the service starts for a delivery: the whole month, or the facts of the sheets alone."""

    NOTHING = ""
    FACTS = "facts"
    MONTH = "month"


def only_refreshes(names: Iterable[str]) -> bool:
    """Whether these files are all of sources that refresh facts; notes and files still being sent do not count."""
    data = [name for name in names if not _NOT_DATA.search(name)]
    return bool(data) and all(_REFRESHING.fullmatch(name) for name in data)


def starts(
    *,
    only_facts: bool,
    unchanged_for: timedelta,
    started: Start,
    interrupted_for: timedelta | None,
    today: date,
    month: Month,
) -> Start:
    """What starts for a delivery that is stable, or whose day has passed. started: what these very files have started.

    Files that only refresh facts start the facts alone, until the day of the whole month. Nothing starts twice for the
    same files, unless its run was interrupted (a machine that stopped) some time ago.
    """
    due = today >= month.plus(1).first_day.replace(day=DELIVERY_DUE_DAY)
    wanted = Start.FACTS if only_facts and not due else Start.MONTH
    if started in (wanted, Start.MONTH):
        again = interrupted_for is not None and interrupted_for >= STABLE_FOR
        return started if again else Start.NOTHING
    return wanted if due or unchanged_for >= STABLE_FOR else Start.NOTHING
