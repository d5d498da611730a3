"""Texts typed by people, in a small Markdown, as safe HTML: parsed without HTML, then kept to an allow-list."""

from __future__ import annotations

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": False, "linkify": False}).disable(["image", "html_block"])
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code", "pre", "h3", "h4", "h5", "h6"}


def to_html(text: str) -> str:
    """The text as HTML: paragraphs, lists, emphasis, links that say nothing of where they come from."""
    drawn = _PARSER.render(text)
    for level in (2, 1):  # the titles of the page are above those of a text
        drawn = drawn.replace(f"<h{level}>", "<h3>").replace(f"</h{level}>", "</h3>")
    kept = nh3.clean(
        drawn, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )  # fmt: skip
    return mark_safe(kept)  # noqa: S308  nh3 has just cleaned it  # nosec
