"""Numbers, names and marks of rights."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import date

import pytest

from vigie.exports.rules import file_name, new_code, rights_mark
from vigie.rights.person import Person, PersonKind
from vigie.rights.table import Role

DAY = date(2026, 3, 18)
AGENT = Person(PersonKind.USER, "Ada", frozenset({Role.LEVEL_A, Role.EXPERT}), 3, departements=frozenset({"35", "22"}))


def test_numbers_are_public_short_and_cannot_be_misread() -> None:
    codes = {new_code(secrets.choice) for _ in range(500)}

    assert len(codes) == 500
    assert all(re.fullmatch(r"EXP-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", code) for code in codes)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Liste de détection de juin 2026", "liste-de-detection-de-juin-2026-2026-03-18.csv"),
        ("L’Œuvre & fils", "l-oeuvre-fils-2026-03-18.csv"),
        ('../../etc/"passwd\r\n', "etc-passwd-2026-03-18.csv"),
        ("株式会社", "export-2026-03-18.csv"),
        ("a" * 300, f"{'a' * 80}-2026-03-18.csv"),
    ],
)
def test_file_names_are_plain(title: str, name: str) -> None:
    assert file_name(title, DAY, "csv") == name


def test_mark_of_rights_follows_roles_and_territory_and_nothing_else() -> None:
    same = replace(AGENT, name="Ada L.", email="ada@antenne.example", zone_label="Bretagne")

    assert rights_mark(same) == rights_mark(AGENT)
    for other in (
        replace(AGENT, roles=frozenset({Role.LEVEL_B})),
        replace(AGENT, departements=frozenset({"35"})),
        replace(AGENT, nationwide=True),
        replace(AGENT, segment="urssaf"),
    ):
        assert rights_mark(other) != rights_mark(AGENT)
