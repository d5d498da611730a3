"""The quick addresses of rows are those of ``reverse``."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse, set_script_prefix
from django.urls.converters import IntConverter
from hypothesis import given
from hypothesis import strategies as st

from vigie.ui.hrefs import href, siren_href


def names_of_rows() -> list[tuple[str, int]]:
    """The names of the addresses made of numbers alone, with how many."""
    found = []
    for namespace, (_prefix, resolver) in get_resolver().namespace_dict.items():
        for one in resolver.url_patterns:
            if isinstance(one, URLPattern) and one.name:
                converters = one.pattern.converters.values()
                if converters and all(type(each) is IntConverter for each in converters):
                    found.append((f"{namespace}:{one.name}", len(converters)))
    return found


def test_every_address_of_a_row_is_that_of_reverse() -> None:
    rows = names_of_rows()

    assert len(rows) > 20
    assert max(count for _name, count in rows) > 1
    for name, count in rows:
        for numbers in ((0, 7, 12), (7_910_000_007, 2**40, 1), (3, 3, 3)):
            assert href(name, *numbers[:count]) == reverse(name, args=numbers[:count])


@given(st.integers(min_value=0))
def test_whatever_the_number(number: int) -> None:
    assert href("matching:need", number) == reverse("matching:need", args=[number])


def test_an_address_without_number_and_one_that_does_not_exist() -> None:
    assert href("matching:queue") == reverse("matching:queue")
    with pytest.raises(NoReverseMatch):
        href("matching:queue", 3)


def test_the_service_may_be_served_under_a_folder() -> None:
    try:
        set_script_prefix("/vigie/")
        assert href("matching:need", 3) == reverse("matching:need", args=[3]) == "/vigie" + "/besoins/3/"
    finally:
        set_script_prefix("/")
    assert href("matching:need", 3) == reverse("matching:need", args=[3])


@pytest.mark.parametrize("siren", ["291111111", "005880596", "791000007"])
@pytest.mark.parametrize("name", ["sheets:company", "watchlists:opinion"])
def test_address_of_a_firm_is_that_of_reverse(name: str, siren: str) -> None:
    assert siren_href(name, siren) == reverse(name, args=[siren])
