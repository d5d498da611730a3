"""Facts with their date and source, drawn without a template: a sheet has fifty. ``format_html`` escapes each value."""

from __future__ import annotations

from collections.abc import Sequence

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString

from vigie.ui.components import Fact
from vigie.ui.drawing.markup import format_html, format_html_join
from vigie.ui.formats import day, phone, phone_href


def facts(items: Sequence[Fact]) -> SafeString:
    """The list; a missing value is said."""
    lines = ((fact.label, _value(fact), _origin(fact)) for fact in items)
    drawn = format_html_join("", '<div class="vg-fact"><dt>{}</dt><dd>{}{}</dd></div>', lines)
    return format_html('<dl class="fr-raw-list vg-facts">{}</dl>', drawn)


def _value(fact: Fact) -> str:
    text, href = (phone(fact.phone), phone_href(fact.phone)) if fact.phone else (fact.value, fact.href)
    if not text:
        return format_html('<span class="vg-missing">{}</span>', fact.missing)
    if href:
        return format_html('<a class="fr-link" href="{}">{}</a>', href, text)
    return linebreaksbr(text, autoescape=True) if "\n" in text else text


def _origin(fact: Fact) -> str:
    said = " · ".join(filter(None, (f"au {day(fact.as_of)}" if fact.as_of else "", fact.source)))
    return format_html(' <span class="vg-origin">{}</span>', said) if said else ""
