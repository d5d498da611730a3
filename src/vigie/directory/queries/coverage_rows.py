"""The rows that coverage is worked out from, read whole: a dozen thousand experts, a few tenths of a second.

They are read anew as soon as the database marks a change of one of their tables, and compared with those of the time
before: the page can never be late on the address book, whoever wrote it, in whatever process. The same text runs on
SQLite and PostgreSQL.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from vigie.directory.coverage import CommuneRow

# The tables that the rows come from: a change of one of them must be seen.
BOOK = frozenset({
    "accounts_absence", "accounts_antenne", "accounts_antennezone", "accounts_institution", "accounts_user",
    "directory_answergrouping", "directory_expert", "directory_expertmember", "directory_expertsubject",
    "directory_expertzone", "directory_institutionsubject", "directory_matchfilter", "directory_subject",
})  # fmt: skip
GROUND = frozenset({"territory_commune"})

_COMPETENCES = "SELECT expert_id, institution_subject_id FROM directory_expertsubject ORDER BY id"
# Deleted experts and institutions, archived subjects and those that a person reads (« autre ») answer for nothing.
_EXPERTS = """
SELECT e.id, a.id, a.level, n.id
  FROM directory_expert e
  JOIN accounts_antenne a ON a.id = e.antenne_id
  JOIN accounts_institution n ON n.id = a.institution_id
 WHERE e.deleted_at IS NULL AND n.deleted_at IS NULL
 ORDER BY e.id
"""
_EXPERT_ZONES = "SELECT expert_id, zone_type, code FROM directory_expertzone ORDER BY id"
_ANTENNE_ZONES = "SELECT antenne_id, zone_type, code FROM accounts_antennezone ORDER BY id"
_PEOPLE = """
SELECT m.expert_id, COUNT(DISTINCT u.id), COUNT(DISTINCT b.user_id)
  FROM directory_expertmember m
  JOIN accounts_user u ON u.id = m.user_id
  LEFT JOIN accounts_absence b ON b.user_id = u.id AND b.starts_on <= %s AND b.ends_on >= %s
 WHERE u.is_active AND u.deleted_at IS NULL
 GROUP BY m.expert_id
 ORDER BY m.expert_id
"""
_FILTERED = """
SELECT expert_id, antenne_id, institution_id FROM directory_matchfilter
 UNION
SELECT expert_id, antenne_id, institution_id FROM directory_answergrouping
 ORDER BY 1, 2, 3
"""
_OFFERED = """
SELECT s.id, i.id, n.id, n.region_code
  FROM directory_subject s
  LEFT JOIN directory_institutionsubject i ON i.subject_id = s.id
  LEFT JOIN accounts_institution n ON n.id = i.institution_id AND n.deleted_at IS NULL
 WHERE s.archived_at IS NULL AND NOT s.is_catch_all
 ORDER BY s.id, i.id
"""
_GROUND = """
SELECT code, epci_code, employment_area_code, departement_code, region_code, COALESCE(population, 0)
  FROM territory_commune WHERE kind = 'commune' ORDER BY departement_code, code
"""


class BookRows(NamedTuple):
    """Everything of the address book that says who covers what, on a day."""

    competences: list[tuple[int, int]]  # expert, competence of his institution
    experts: list[tuple[int, int, str, int]]  # expert, antenne, its level, institution
    expert_zones: list[tuple[int, str, str]]
    antenne_zones: list[tuple[int, str, str]]
    people: list[tuple[int, int, int]]  # expert, users, of whom absent
    filtered: list[tuple[int | None, int | None, int | None]]  # who sets conditions: expert, antenne, institution
    # subject, competence of an institution, the institution (null when it is deleted), its région
    offered: list[tuple[int, int | None, int | None, str | None]]


def book_rows(on: date) -> BookRows:
    """The whole address book. 7 queries."""
    day = connection.ops.adapt_datefield_value(on)
    return BookRows(
        _rows(_COMPETENCES),
        _rows(_EXPERTS),
        _rows(_EXPERT_ZONES),
        _rows(_ANTENNE_ZONES),
        _rows(_PEOPLE, [day, day]),
        _rows(_FILTERED),
        _rows(_OFFERED),
    )


def ground_rows() -> list[CommuneRow]:
    """The whole communes of the country, by département. 1 query."""
    return [CommuneRow(*row) for row in _rows(_GROUND)]


def _rows(sql: str, bound: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return cursor.fetchall()
