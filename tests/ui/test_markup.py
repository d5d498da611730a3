"""The quick ``format_html`` gives what Django's gives, whatever the values."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import html
from django.utils.functional import lazystr
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from vigie.ui.drawing import markup


class Bold:
    def __html__(self) -> str:
        return "<b>&</b>"


class Word(str):
    """A text of a kind of its own."""

    __slots__ = ()


VALUES = st.one_of(
    st.text(),
    st.text().map(mark_safe),
    st.text().map(lazystr),
    st.text().map(Word),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from([None, True, Bold(), mark_safe('<i>"</i>'), "\"><script>alert('x')</script> & {{ 7 }} {0}"]),
)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_values_are_escaped_as_django_does(values: Sequence[object]) -> None:
    template = "<td {{}}" + '="{}"' * len(values) + ">"
    drawn = markup.format_html(template, *values)

    assert type(drawn) is SafeString
    assert drawn == html.format_html(template, *values)


@given(VALUES, st.lists(st.tuples(VALUES, VALUES), max_size=4))
def test_lines_are_joined_as_django_does(separator: object, lines: Sequence[tuple[object, object]]) -> None:
    drawn = markup.format_html_join(separator, "<p {}>{}</p>", lines)  # type: ignore[arg-type]

    assert type(drawn) is SafeString
    assert drawn == html.format_html_join(separator, "<p {}>{}</p>", lines)  # type: ignore[arg-type]


def test_only_what_is_already_html_is_left_as_it_is() -> None:
    assert markup.format_html("{}{}", mark_safe("<b>"), "<b>") == "<b>&lt;b&gt;"
