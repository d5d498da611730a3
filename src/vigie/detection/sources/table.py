"""What a source is: one declarative table per delivered file, which the whole house executes.

The reader, the checks, the reference page, the data dictionary and the sample fixture are made from these values alone;
a source file (``debit.py``…) holds one ``SOURCE`` and no code. Raw names are the official ones; typed names are English
with their unit. Nothing here reads a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Type(Enum):
    """How a raw cell is written, and what it becomes."""

    SIREN = "nine digits"
    SIRET = "fourteen digits"
    TEXT = "text"
    DATE_ISO = "date AAAA-MM-JJ"
    DATE_FR = "date JJ/MM/AAAA"
    DATE_ANY = "date AAAA-MM-JJ, AAAAMMJJ or JJ/MM/AAAA"
    URSSAF_DATE = "date (A)AAMMJJ"
    SAS_DATE = "date JJMMMAAAA"
    URSSAF_PERIOD = "period AAAAXY or AAXY"
    MONTH = "month"
    EUR = "euros"
    CENTS = "cents"
    KEUR = "thousands of euros"
    INT = "integer"
    COUNT = "integer, not negative"
    FLOAT = "number"
    BOOL = "yes or no"
    CODE = "code"


@dataclass(frozen=True)
class Column:
    """One raw column and the typed one made of it (URSSAF_PERIOD makes two: ``…_start`` and ``…_end``, excluded).

    required: the header must have it, or the whole file is refused.
    nullable: an empty cell is null; otherwise the line is rejected.
    on_bad:   an unreadable cell rejects the line ("reject"), becomes null and is counted as a warning ("null"), or
              refuses the whole file ("fatal").
    codes:    known codes and their meaning; ``closed``: any other code is unreadable, else it is kept and counted.
    clean:    SQL on ``{raw}`` applied before reading (spaces of a SIREN, expansion of an abbreviation).
    yearly:   the raw name is followed by a year, one column each (WideYears).
    low, high: bounds, included (numbers, or ISO dates).
    """

    raw: str
    name: str
    type: Type
    meaning: str
    required: bool = True
    nullable: bool = True
    on_bad: str = "reject"
    aliases: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    pattern: str = ""
    clean: str = ""
    low: float | str | None = None
    high: float | str | None = None
    examples: tuple[str, ...] = ()
    kept: bool = True
    personal: bool = False
    yearly: bool = False

    @property
    def typed_names(self) -> tuple[str, ...]:
        """The typed columns it fills."""
        return (f"{self.name}_start", f"{self.name}_end") if self.type is Type.URSSAF_PERIOD else (self.name,)


@dataclass(frozen=True)
class Derived:
    """A typed column computed from typed ones (or, with ``raw:`` names, from raw cells); SQL of the intake engine."""

    name: str
    sql: str
    meaning: str
    sql_type: str = "VARCHAR"
    nullable: bool = True


@dataclass(frozen=True)
class Rule:
    """A condition on the typed line: when ``sql`` is true the line is rejected, or filtered, for this reason."""

    code: str
    sql: str
    message_fr: str


@dataclass(frozen=True)
class WideMonths:
    """A file with one column per month: each filled cell becomes a row (siren or siret, month, value)."""

    pattern: str
    value: str
    meaning: str


@dataclass(frozen=True)
class WideYears:
    """A file with one column per variable and year (``name 2017``): each year becomes a row."""

    year: str
    meaning: str


@dataclass(frozen=True)
class AccountLookup:
    """Deliveries of 2023: no SIRET, found from the account at the date of this typed column."""

    account: str
    at: str


@dataclass(frozen=True)
class Check:
    """What a delivery must satisfy beside its lines; ``limit`` is a share, a factor or a count according to code."""

    code: str
    limit: float
    blocking: bool = True


def rows_at_least(share: float) -> Check:
    """At least this share of the rows of the last delivery."""
    return Check("rows_at_least", share)


def rows_at_most(factor: float) -> Check:
    """At most this many times the rows of the last delivery (a file that holds everything twice)."""
    return Check("rows_at_most", factor)


def repeats_at_most(share: float) -> Check:
    """At most this share of the rows repeats the key of another, where repeats are counted."""
    return Check("repeats_at_most", share)


def keys_kept(share: float) -> Check:
    """At least this share of the identifiers of the last delivery are found again."""
    return Check("keys_kept", share)


def amounts_within(factor: float) -> Check:
    """The mean of each amount stays within this factor of the last delivery's (cents taken for euros: 100)."""
    return Check("amounts_within", factor)


def rejected_at_most(share: float) -> Check:
    """At most this share of the lines is rejected."""
    return Check("rejected_at_most", share)


def nulls_within(points: float) -> Check:
    """The share of nulls of each column stays within this distance of the last delivery's (a shifted column)."""
    return Check("nulls_within", points)


def months_behind_at_most(months: float) -> Check:
    """The last period of the file is at most this many months before the batch, and not after it."""
    return Check("months_behind_at_most", months)


COMPLETE_CHECKS = (
    rows_at_least(0.98),
    rows_at_most(1.5),
    repeats_at_most(0.30),
    keys_kept(0.80),
    amounts_within(20.0),
    rejected_at_most(0.05),
    nulls_within(0.30),
)
INCREMENTAL_CHECKS = (repeats_at_most(0.30), amounts_within(20.0), rejected_at_most(0.05), nulls_within(0.30))

RESERVED_NAMES = ("file", "line")


@dataclass(frozen=True)
class Source:
    """One kind of delivered file.

    file_names, file_names_2023: regular expressions on the whole name, any case, without ``.gz``.
    header:   "names" (first line), "none" (by position) or "optional" (a first line equal to the first raw name).
    strict_quotes: a quote that does not close or stands inside a bare field rejects the line.
    subject:  the identifier column that "keys kept" compares.
    period:   the typed column that dates the file's content.
    optional: not awaited; its absence is not told.
    essential: no list is made when it was never delivered, or is too old.
    refreshes_facts: alone, it refreshes the sheets between two lists.
    several_files: a delivery may be made of several files (a territory each).
    all_lines_or_none: one bad line refuses the file (a filter that is half right is wrong).
    """

    code: str
    label_fr: str
    producer: str
    legal_basis: str
    confidentiality: str
    frequency: str
    delay_months: int
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    file_names: tuple[str, ...]
    file_names_2023: tuple[str, ...] = ()
    separator: str = ";"
    encoding: str = "utf-8"
    header: str = "names"
    strict_quotes: bool = True
    complete: bool = True
    sort: tuple[str, ...] = ()
    subject: str = "siret"
    period: str = ""
    derived: tuple[Derived, ...] = ()
    filters: tuple[Rule, ...] = ()
    rejects: tuple[Rule, ...] = ()
    checks: tuple[Check, ...] = COMPLETE_CHECKS
    wide: WideMonths | WideYears | None = None
    accounts: AccountLookup | None = None
    workbook: bool = False
    optional: bool = False
    essential: bool = False
    refreshes_facts: bool = False
    all_lines_or_none: bool = False
    several_files: bool = False
    notes: tuple[str, ...] = ()

    @property
    def typed_names(self) -> tuple[str, ...]:
        """The columns of the typed rows, in order; ``file`` and ``line`` come last."""
        names = [name for column in self.columns if column.kept for name in column.typed_names]
        names += [derived.name for derived in self.derived if not derived.name.startswith("_")]
        if isinstance(self.wide, WideMonths):
            names += ["month", self.wide.value]
        if isinstance(self.wide, WideYears):
            names.insert(0, self.wide.year)
        return (*names, *RESERVED_NAMES)

    def check(self, code: str) -> Check | None:
        """The check of this code, if the source asks for it."""
        return next((check for check in self.checks if check.code == code), None)
