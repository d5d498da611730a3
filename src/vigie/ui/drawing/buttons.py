"""The buttons that change something. A list has one on each line: the plain ones are drawn without a template."""

from __future__ import annotations

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from vigie.ui.components import ActButton
from vigie.ui.drawing.markup import format_html, format_html_join

_OPEN = {True: format_html(" {}", "open"), False: format_html("{}", "")}


def acts(offered: Sequence[ActButton], csrf_token: str) -> str:
    """The buttons offered on an object, in order; nothing when there is none."""
    if not offered:
        return ""
    drawn = format_html_join("", "{}", ((act(button, csrf_token),) for button in offered))
    return format_html('<div class="vg-acts">{}</div>', drawn)


def act(button: ActButton, csrf_token: str) -> SafeString:
    """One button: a form sent by POST; one that tells or asks something first opens on it."""
    hidden, label = _hidden(button, csrf_token), _label(button)
    if button.form is None and button.opens:
        return format_html(
            '<details class="vg-act"{}><summary class="fr-btn fr-btn--{}">{}</summary><form method="post" action="{}" '
            'class="vg-act__form" novalidate>{}<p>{}</p><button type="submit" class="fr-btn">{}</button></form>'
            "</details>",
            _OPEN[button.open],
            button.style,
            label,
            button.action,
            hidden,
            button.confirm,
            label,
        )
    if button.opens:
        return render_to_string("ui/act.html", {"button": button, "hidden": hidden, "label": label})
    return format_html(
        '<form method="post" action="{}" class="vg-act">{}<button type="submit" class="fr-btn fr-btn--{}">{}</button>'
        "</form>",
        button.action,
        hidden,
        button.style,
        label,
    )


def _label(button: ActButton) -> SafeString:
    about = format_html('<span class="fr-sr-only"> {}</span>', button.about) if button.about else ""
    return format_html("{}{}", button.label, about)


def _hidden(button: ActButton, csrf_token: str) -> SafeString:
    told = (("csrfmiddlewaretoken", csrf_token), ("transition", button.name), ("form_token", button.token))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', (one for one in told if one[1]))
