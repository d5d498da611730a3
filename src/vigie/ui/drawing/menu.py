"""The main menu, drawn once for the same entries: every page of a team bears thirty links."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString

from vigie.ui.components import NavItem
from vigie.ui.drawing.markup import format_html, format_html_join
from vigie.ui.formats import number

_HERE = {True: format_html(' aria-current="{}"', "page"), False: format_html("{}", "")}
_WITHIN = {True: format_html(' aria-current="{}"', "true"), False: format_html("{}", "")}


@lru_cache(maxsize=500)  # the menus of each set of roles, each with the entry that is current
def menu(items: tuple[NavItem, ...]) -> SafeString:
    """The entries, as the items of a list; those of a menu under its button."""
    return format_html_join(
        "\n",
        '<li class="fr-nav__item">{}</li>',
        ((_menu(item, rank) if item.items else _link(item),) for rank, item in enumerate(items, 1)),
    )


def _menu(item: NavItem, rank: int) -> SafeString:
    entries = format_html_join("\n", "<li>{}</li>", ((_link(entry),) for entry in item.items))
    return format_html(
        '<button type="button" class="fr-nav__btn" aria-expanded="false" aria-controls="sous-menu-{}"{}>{}</button>\n'
        '<div class="fr-collapse fr-menu" id="sous-menu-{}"><ul class="fr-menu__list">\n{}\n</ul></div>',
        rank,
        _WITHIN[item.current],
        item.label,
        rank,
        entries,
    )


def _link(item: NavItem) -> SafeString:
    count = "" if item.count is None else format_html(' <span class="vg-count">{}</span>', number(item.count))
    return format_html(
        '<a class="fr-nav__link" href="{}"{}>{}{}</a>', item.href, _HERE[item.current], item.label, count
    )
