"""The tables agree with themselves and with the typed schema that the panel reads."""

from __future__ import annotations

import re

import pytest

from vigie.detection.intake.reading import typed_schema
from vigie.detection.sources.registry import SOURCES, source
from vigie.detection.sources.table import RESERVED_NAMES, Source, Type

EACH = pytest.mark.parametrize("one", SOURCES, ids=[one.code for one in SOURCES])


def test_codes_are_unique_and_unknown_ones_are_named() -> None:
    codes = [one.code for one in SOURCES]

    assert len(set(codes)) == len(codes)
    with pytest.raises(KeyError, match="debit"):
        source("debits")


@EACH
def test_names_are_unique_and_snake_case(one: Source) -> None:
    names = one.typed_names

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert names[-2:] == RESERVED_NAMES


@EACH
def test_key_sort_subject_and_period_are_typed_columns(one: Source) -> None:
    assert set(one.key) | set(one.sort) | {one.subject} <= set(one.typed_names)
    assert not one.period or one.period in one.typed_names


@EACH
def test_amounts_carry_their_unit(one: Source) -> None:
    amounts = [column.name for column in one.columns if column.type in (Type.EUR, Type.CENTS, Type.KEUR)]

    assert all(name.endswith("_eur") for name in amounts)


@EACH
def test_raw_names_and_aliases_are_unique_in_any_case(one: Source) -> None:
    names = [name.casefold() for column in one.columns for name in (column.raw, *column.aliases)]

    assert len(set(names)) == len(names)


@EACH
def test_file_name_patterns_compile(one: Source) -> None:
    assert all(re.compile(pattern) for pattern in (*one.file_names, *one.file_names_2023))


@EACH
def test_the_schema_has_every_typed_column(one: Source) -> None:
    assert tuple(typed_schema(one).names) == one.typed_names
