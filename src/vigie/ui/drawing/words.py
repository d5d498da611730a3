"""The smallest components, drawn without a template: a page has a hundred. ``format_html`` escapes each value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.utils.safestring import SafeString

from vigie.kernel.period import PARIS
from vigie.ui.components import Hinted, Verdict
from vigie.ui.drawing.markup import format_html, format_html_join
from vigie.ui.formats import day_and_hour, exact, relative


@lru_cache(maxsize=2000)
def badge(kind: str, label: str, *, small: bool = False) -> SafeString:
    """A state in its colour."""
    if small:
        return format_html('<span class="fr-badge fr-badge--{} fr-badge--sm vg-state">{}</span>', kind, label)
    return format_html('<span class="fr-badge fr-badge--{} vg-state">{}</span>', kind, label)


def icon(name: str, label: str = "") -> SafeString:
    """An icon, silent without a label."""
    drawn = format_html('<span class="{} fr-icon--sm" aria-hidden="true"></span>', name)
    return drawn + format_html('<span class="fr-sr-only">{}</span>', label) if label else drawn


def initials(name: str) -> SafeString:
    """« AL » for « Ada Liste (CRP) », silent: the name stands beside it; nothing for who has no name."""
    words = name.partition("(")[0].replace("-", " ").split()
    letters = "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]) if word[0].isalpha())
    if not letters:
        return format_html("")
    return format_html('<span class="vg-initials" aria-hidden="true">{}</span>', letters)


def moment(at: datetime, now: datetime | None) -> SafeString:
    """A moment, relative to another when there is one; its exact day and hour on hover."""
    local = at.astimezone(PARIS)
    text = relative(local, now) if now else day_and_hour(local)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact(local), text)


def hinted(lines: Sequence[Hinted]) -> SafeString:
    """Texts one under the other, each with its hint."""
    return format_html_join("", "{}{}", ((text, _hint(hint)) for text, hint in lines))


def _hint(text: str) -> str:
    return format_html('<span class="vg-hint">{}</span>', text) if text else ""


def verdict(line: Verdict, button: str) -> SafeString:
    """Somebody kept or not, and why."""
    badges = format_html_join("", " {}", ((badge(kind, label, small=True),) for kind, label in line.marks))
    return format_html(
        '<li class="vg-panel"><p class="fr-mb-1v"><strong>{}</strong>{}<span class="vg-hint">{}</span></p>{}{}</li>',
        line.expert,
        badges,
        line.place,
        reasons(line.against, line.in_favour, line.remarks),
        button,
    )


def reasons(against: Sequence[str], in_favour: Sequence[str], remarks: Sequence[str]) -> SafeString:
    """Why something was decided, each reason with its side in a word that is read aloud."""
    sides = (("against", "Contre", against), ("for", "Pour", in_favour), ("remark", "À savoir", remarks))
    lines = ((kind, side, reason) for kind, side, said in sides for reason in said)
    drawn = format_html_join("", '<li class="vg-reasons__{}"><span class="fr-sr-only">{}\u00a0: </span>{}</li>', lines)
    return format_html('<ul class="vg-reasons">{}</ul>', drawn)
