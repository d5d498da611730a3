"""The buttons that ask for a file, as a page shows them (template ``exports/offer.html``)."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.exports.formats import BY_CODE, FOR_SHEETS


@dataclass(frozen=True)
class Offer:
    """One button for each format, sent to ``action`` by POST. hidden: what the file is of, as (name, value)."""

    action: str
    formats: tuple[str, ...]
    hidden: tuple[tuple[str, str], ...] = ()

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        return tuple((code, BY_CODE[code].offered) for code in self.formats)


def of_sheets() -> tuple[tuple[str, str, str], ...]:
    """(format, label, style) of the buttons of a form that asks for a table; the first is the usual one."""
    return tuple(
        (code, BY_CODE[code].offered, "tertiary" if rank else "secondary") for rank, code in enumerate(FOR_SHEETS)
    )
