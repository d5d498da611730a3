"""What the components show, as values: pages build them, tags render them.

Each is a frozen dataclass with no decision and no markup. The tag of the same name is in ``templatetags/vigie.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from vigie.kernel.lifecycle import State, Transition
from vigie.ui.formats import Number

if TYPE_CHECKING:
    from django.forms import BaseForm


Hinted = tuple[str, str]  # a text and what is said under it in small; either may be empty


@dataclass(frozen=True)
class Link:
    """A text and where it leads."""

    label: str
    href: str


@dataclass(frozen=True)
class NavItem:
    """An entry of the main navigation. count: shown beside the label when it is not None.

    items: the entries of a menu, which has no address of its own; it is current when one of them is.
    """

    label: str
    href: str = ""
    count: int | None = None
    current: bool = False
    items: tuple[NavItem, ...] = ()


def mark_current(items: Sequence[NavItem], path: str) -> tuple[NavItem, ...]:
    """The same items; the one whose address is the longest beginning of the path becomes the current one.

    Items already marked by the page are left as they are.
    """
    if any(item.current for item in items):
        return tuple(items)
    entries = [entry for item in items for entry in (item.items or (item,))]
    under = [entry for entry in entries if path == entry.href or (entry.href != "/" and path.startswith(entry.href))]
    here = max(under, key=lambda entry: len(entry.href), default=None)
    return tuple(_marked(item, here) for item in items)


def _marked(item: NavItem, here: NavItem | None) -> NavItem:
    if item is here:
        return replace(item, current=True)
    if not any(entry is here for entry in item.items):
        return item
    inside = tuple(replace(entry, current=True) if entry is here else entry for entry in item.items)
    return replace(item, current=True, items=inside)


@dataclass(frozen=True)
class Tab:
    """A tab that is a link: the server shows one list at a time."""

    label: str
    href: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table.

    sort: name of its sorting key in the address, empty when it cannot be sorted.
    numeric: figures, aligned on the right. header: its cells name the row.
    hidden: the label is for screen readers only.
    """

    label: str
    sort: str = ""
    numeric: bool = False
    header: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Spark:
    """A trend beside a figure: one value a month, None where it is unknown. label: what the drawing says, in words."""

    values: tuple[float | None, ...]
    label: str


@dataclass(frozen=True)
class Cell:
    """A cell: the first that is set of state, at and phone, else the text; hint is a second, smaller line.

    locked: the text says that the reader may not see it, and bears a padlock. spark: drawn under the text.
    who: the text names somebody, and bears his initials.
    """

    text: str = ""
    href: str = ""
    hint: str = ""
    state: State | None = None
    at: datetime | None = None
    phone: str = ""
    spark: Spark | None = None
    locked: bool = False
    who: bool = False


@dataclass(frozen=True)
class Table:
    """A table that can be read aloud. sort: the key in use, « -key » when descending.

    rows: one tuple of cells per row, as many cells as columns; a text stands for a cell.
    empty: the sentence shown when there is no row.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    sort: str = ""
    empty: str = "Aucune ligne."
    caption_hidden: bool = False
    keys: bool = False  # j and k move from row to row
    marks: tuple[str, ...] = ()  # of each row, for a table whose rows are looked at again while it is read


@dataclass(frozen=True)
class Fact:
    """A fact and its origin.

    An empty value is said: « inconnu », or ``missing`` (« non déposé », « verrouillé : … »).
    """

    label: str
    value: str = ""
    as_of: date | None = None
    source: str = ""
    href: str = ""
    phone: str = ""
    missing: str = "inconnu"


class Verdict(Protocol):
    """Somebody and what was decided of him. marks: (kind of badge, word); place: where he works."""

    @property
    def expert(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def marks(self) -> list[tuple[str, str]]: ...
    @property
    def against(self) -> tuple[str, ...]: ...
    @property
    def in_favour(self) -> tuple[str, ...]: ...
    @property
    def remarks(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Step:
    """A moment of a story. at is None for what has not happened; then ``text`` says when it should."""

    title: str
    at: datetime | None = None
    text: str = ""
    current: bool = False
    whole_day: bool = False  # only the day is known, not the hour


@dataclass(frozen=True)
class Mention:
    """Another object, told in one line. text: why it is listed."""

    href: str
    label: str
    state: State
    at: datetime
    text: str = ""


@dataclass(frozen=True)
class ThreadMessage:
    """A message of a discussion; system: a line written by Vigie (« M. Petit prend en charge »)."""

    author: str
    at: datetime
    text: str
    organisation: str = ""
    mine: bool = False
    system: bool = False
    act: ActButton | None = None  # what its author may do to it


@dataclass(frozen=True)
class Series:
    """A named row of figures of a chart; None: unknown or withheld.

    absent: what is read there, one per figure, when the chart's own word would not be true of each.
    """

    name: str
    values: tuple[Number | None, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart, the sentence that says what it shows, and the figures its table gives.

    kind: bar, line, pie, or map of the départements, whose codes are then told. labels: one per figure; axis: what they
    are (« Mois », « Région »). whole: the figure of the country, beside a map. missing: what is
    read in the place of a figure that is not given.
    """

    kind: str
    title: str
    sentence: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    axis: str = "Catégorie"
    unit: str = ""
    source: str = ""
    as_of: date | None = None
    codes: tuple[str, ...] = ()
    whole: Number | None = None
    missing: str = "non connu"


@dataclass(frozen=True)
class ActButton:
    """A button that changes something: a form sent to ``action`` by POST.

    name: sent as ``transition``. confirm: the sentence that says what will happen to whom. form: what must be told
    with the act (a reason, a note). With either of them the button opens, and a second one sends.
    token: makes a double press count once. about: read aloud after the label, when several buttons of a page bear it.
    """

    label: str
    action: str
    name: str = ""
    style: str = "primary"
    confirm: str = ""
    form: BaseForm | None = None
    token: str = ""
    opened: bool = False  # the page was asked with this button in view
    about: str = ""

    def __post_init__(self) -> None:
        if self.form is not None:  # several buttons of a page may ask for a field of the same name
            self.form.auto_id = f"{self.name or 'act'}_%s"

    @classmethod
    def of(
        cls,
        transition: Transition,
        action: str,
        *,
        style: str = "primary",
        confirm: str = "",
        form: BaseForm | None = None,
        token: str = "",
        opened: bool = False,
    ) -> ActButton:
        """The button of a row of a lifecycle table."""
        label = transition.button or transition.name
        return cls(label, action, transition.name, style, confirm, form, token, opened)

    @property
    def opens(self) -> bool:
        """True when something is read or told before the act."""
        return bool(self.confirm) or self.form is not None

    @property
    def open(self) -> bool:
        """True when it is asked to be, or when what was told came back with errors."""
        return self.opened or (self.form is not None and self.form.is_bound and not self.form.is_valid())
