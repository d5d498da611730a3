"""The components, one tag each: ``{% load vigie %}``.

A tag prepares what its template needs and decides nothing; values come from ``vigie.ui.components``. Formats are
filters of the same names as in ``vigie.ui.formats``; a missing value is said (« inconnu »).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template import Context
from django.utils.safestring import SafeString

from vigie.kernel.lifecycle import State
from vigie.ui import formats, pictograms
from vigie.ui.components import (
    ActButton,
    Chart,
    Fact,
    Hinted,
    Link,
    Mention,
    NavItem,
    Step,
    Tab,
    Table,
    ThreadMessage,
    Verdict,
)
from vigie.ui.drawing import addresses, buttons, charts, fields, filters, lines, tables, words
from vigie.ui.drawing import facts as listed_facts
from vigie.ui.drawing import menu as main_menu

register = template.Library()
MISSING = "inconnu"


# --- formats --------------------------------------------------------------------------------------------------------
def _said(show: Callable[..., str]) -> Callable[..., str]:
    """The format, as a filter that says what is missing."""

    @wraps(show)  # the template engine counts the arguments of the format itself
    def shown(value: Any, *options: Any) -> str:
        return MISSING if value is None or value == "" else show(value, *options)

    return shown


for _name in (
    "number",
    "euros",
    "percent",
    "day",
    "day_short",
    "hour",
    "day_and_hour",
    "exact",
    "month",
    "siren",
    "siret",
    "phone",
):
    register.filter(_name, _said(getattr(formats, _name)))


@register.filter
def counted(count: int, words: str) -> str:
    """``{{ 12|counted:"besoin,besoins" }}`` gives 12 besoins."""
    return formats.counted(count, *words.split(","))


@register.filter
def plural(count: int, words: str) -> str:
    """``{{ 12|plural:"besoin,besoins" }}`` gives besoins."""
    return formats.plural(count, *words.split(","))


# --- words and small things -----------------------------------------------------------------------------------------
# Those that a page draws a hundred times are written here: a template of their own costs ten times as much.
@register.simple_tag
def state_badge(state: State, small: bool = False) -> SafeString:
    """A state: its word, its colour and its icon, the same everywhere."""
    return words.badge(state.badge, state.label, small=small)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of ``vigie.css``; read aloud only when it has a label."""
    return words.icon(name, label)


@register.inclusion_tag("ui/pictogram.html")
def pictogram(name: str) -> dict[str, Any]:
    """A drawing of the design system (``folder/name``), or that of a theme (its slug)."""
    return {"layers": pictograms.layers(name if "/" in name else pictograms.of_theme(name))}


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime, now: datetime | None = None) -> SafeString:
    """A moment: relative in the text, exact on hover. Without ``now`` the page's own moment serves."""
    return words.moment(at, now or context.get("now"))


@register.simple_tag
def reasons(against: Sequence[str], in_favour: Sequence[str], remarks: Sequence[str]) -> SafeString:
    """Why: what speaks against, what speaks for, what is good to know."""
    return words.reasons(against, in_favour, remarks)


@register.inclusion_tag("ui/phone_link.html")
def phone_link(number: str, big: bool = False) -> dict[str, Any]:
    """A number to press; the text alone when there is nothing to dial."""
    return {"text": formats.phone(number), "href": formats.phone_href(number), "big": big}


@register.inclusion_tag("ui/copy.html")
def copy(text: str, label: str = "Copier") -> dict[str, Any]:
    """A text and, with script, the button that copies it."""
    return {"text": text, "label": label}


@register.inclusion_tag("ui/progress.html")
def progress(value: int, maximum: int, label: str) -> dict[str, Any]:
    """A bar with its label and its figures."""
    return {"value": value, "maximum": maximum, "label": label}


@register.inclusion_tag("ui/confirmation.html")
def confirmation(text: str) -> dict[str, Any]:
    """One line: what has just been done."""
    return {"text": text}


# --- blocks ---------------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/breadcrumb.html")
def breadcrumb(links: Sequence[Link], current: str) -> dict[str, Any]:
    """The way back, from the home page to the page shown."""
    return {"links": links, "current": current}


@register.inclusion_tag("ui/tile.html")
def tile(
    title: str, href: str, description: str = "", pictogram: str = "", detail: str = "", level: int = 3
) -> dict[str, Any]:
    """A tile that is a link as a whole."""
    return {
        "title": title,
        "href": href,
        "description": description,
        "pictogram": pictogram,
        "detail": detail,
        "level": level,
    }


@register.inclusion_tag("ui/stepper.html")
def stepper(titles: Sequence[str], current: int, level: int = 2) -> dict[str, Any]:
    """Where one is in a form; current counts from 1."""
    return {
        "total": len(titles),
        "current": current,
        "title": titles[current - 1],
        "next_title": titles[current] if current < len(titles) else "",
        "level": level,
    }


@register.inclusion_tag("ui/alert.html")
def alert(kind: str, text: str, title: str = "", level: int = 3) -> dict[str, Any]:
    """A message: kind is info, success, warning or error. Without title it is a small one."""
    return {"kind": kind, "text": text, "title": title, "level": level}


@register.inclusion_tag("ui/callout.html")
def callout(text: str, title: str = "", href: str = "", label: str = "", level: int = 3) -> dict[str, Any]:
    """A text put forward, with a link if there is one."""
    return {"text": text, "title": title, "href": href, "label": label, "level": level}


@register.inclusion_tag("ui/notice.html")
def notice(title: str, text: str = "", kind: str = "info", href: str = "", label: str = "") -> dict[str, Any]:
    """A band over the page: kind is info, warning or alert."""
    return {"title": title, "text": text, "kind": kind, "href": href, "label": label}


@register.inclusion_tag("ui/empty_state.html")
def empty_state(
    title: str, text: str = "", href: str = "", label: str = "", pictogram: str = "", level: int = 2
) -> dict[str, Any]:
    """Why there is nothing here, and what to do."""
    return {"title": title, "text": text, "href": href, "label": label, "pictogram": pictogram, "level": level}


@register.simple_tag
def facts(items: Sequence[Fact]) -> SafeString:
    """Facts with their date and source; a missing one is said."""
    return listed_facts.facts(items)


@register.simple_tag
def initials(name: str) -> SafeString:
    """The initials of somebody whose name follows."""
    return words.initials(name)


@register.simple_tag
def hinted(lines: Sequence[Hinted]) -> SafeString:
    """Texts one under the other, each with its hint."""
    return words.hinted(lines)


@register.simple_tag
def menu(items: Sequence[NavItem]) -> SafeString:
    """The entries of the main menu."""
    return main_menu.menu(tuple(items))


@register.simple_tag
def verdict(line: Verdict, button: str = "") -> SafeString:
    """Somebody kept or not for something, and why; button: what can be done about it, already drawn."""
    return words.verdict(line, button)


@register.simple_tag(takes_context=True)
def timeline(context: Context, steps: Sequence[Step]) -> SafeString:
    """A story, the oldest first; what has not happened yet is dimmed."""
    return lines.timeline(steps, context.get("now"))


@register.simple_tag(takes_context=True)
def mentions(context: Context, items: Sequence[Mention], style: str = "vg-panel") -> SafeString:
    """Other objects, one a line, with their states."""
    return lines.mentions(items, style, context.get("now"))


@register.inclusion_tag("ui/thread.html", takes_context=True)
def thread(context: Context, messages: Sequence[ThreadMessage], empty: str = "Aucun message.") -> dict[str, Any]:
    """A discussion, the oldest first, with what Vigie noted in between."""
    return {"messages": messages, "empty": empty, "now": context.get("now")}


@register.inclusion_tag("ui/chart.html", takes_context=True)
def chart(context: Context, chart: Chart, level: int = 3) -> dict[str, Any]:
    """A chart beside its table; the table alone, open, when dsfr-chart is not installed."""
    shell = context.get("shell")
    return {
        "chart": chart,
        "available": bool(shell and shell.charts),
        "level": level,
        "attributes": charts.attributes(chart),
        "table": charts.table(chart),
    }


# --- lists ----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: Context, table: Table) -> dict[str, Any]:
    """A table; on a telephone each row becomes a card."""
    return {
        "table": table,
        "head": tables.head(table, _request(context)),
        "body": tables.body(table, context.get("now")),
    }


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: Context, page: Page, name: str = "page", place: str = "") -> dict[str, Any]:
    """The pages of a list; the rest of the address is kept. Nothing when there is one page only.

    place: the id of the list, when much stands above it: another page of it opens there.
    """
    return {"page": page, "links": tables.page_links(page, name, _request(context), place)}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Tab], label: str) -> dict[str, Any]:
    """Tabs that are links, with their counts."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/filter_bar.html", takes_context=True)
def filter_bar(
    context: Context, form: BaseForm, count: str = "", open: bool = False, reset: str = ""
) -> dict[str, Any]:  # fmt: skip
    """The filters of a list, kept in the address; each one in use can be taken off. count: « 12 besoins ».

    reset: the address without filters, when it is not that of the page (it may open a kept view).
    """
    request = _request(context)
    return {
        "fields": filters.bar(form),
        "count": count,
        "open": open or bool(form.errors),
        "left_out": fields.filters_left_out(form),
        "chips": fields.active_filters(form, request, reset),
        "reset": reset or addresses.path(request),
        "kept": addresses.kept(request, form),
    }


# --- forms ----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/forms/field.html")
def field(bound: BoundField, mention: bool = True) -> dict[str, Any]:
    """A field with its label, hint, counter and errors, whatever its widget; mention: writes « (facultatif) »."""
    return fields.drawing(bound, mention)


@register.inclusion_tag("ui/forms/fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """All the fields that are shown, in order, but for the trap."""
    hidden = {bound.name for bound in fields.traps(form)}
    return {"fields": [bound for bound in form.visible_fields() if bound.name not in hidden]}


@register.inclusion_tag("ui/forms/errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What must be mended, on top of the form, each line leading to its field."""
    return fields.summary(form)


@register.inclusion_tag("ui/forms/hidden.html")
def form_hidden(form: BaseForm) -> dict[str, Any]:
    """The hidden fields and the trap of a form drawn field by field."""
    return {"hidden": form.hidden_fields(), "traps": fields.traps(form)}


@register.inclusion_tag("ui/search.html")
def search(
    action: str,
    label: str,
    name: str = "q",
    value: str = "",
    source: str = "",
    placeholder: str = "",
    id: str = "recherche",
) -> dict[str, Any]:
    """A search bar; with a source, and script, lines are offered as one types."""
    return {
        "action": action,
        "label": label,
        "name": name,
        "value": value,
        "source": source,
        "placeholder": placeholder,
        "id": id,
    }


@register.simple_tag(takes_context=True)
def act(context: Context, button: ActButton) -> str:
    """A button that changes something: a form of its own, sent by POST."""
    return buttons.act(button, context.get("csrf_token") or "")


@register.simple_tag(takes_context=True)
def acts(context: Context, offered: Sequence[ActButton]) -> str:
    """The buttons offered on an object, in order."""
    return buttons.acts(offered, context.get("csrf_token") or "")


def _request(context: Context) -> HttpRequest | None:
    return context.get("request")
