"""The statements of routing, written by hand: the only hot path of the service (bar W-01).

The same text runs on SQLite and PostgreSQL. Building it anew with the ORM for each need costs several times what the
database takes to answer. Values are always bound, never written in the text; lists are as many marks.

Each function gives plain rows. CROSS JOIN tells SQLite in which order to go; PostgreSQL reads it as any join.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from vigie.kernel.zones import Place


class CompetenceRow(NamedTuple):
    """A competence, its expert, antenne and institution; competence and subject are null for an expert without it."""

    competence_id: int | None
    subject_id: int | None
    description: str | None
    expert_id: int
    expert_name: str
    expert_deleted: bool
    antenne_id: int
    antenne_name: str
    national: bool
    institution_id: int
    institution_name: str
    institution_deleted: bool
    kind: str
    accepted_natures: str
    accepts_craft_code: bool
    accepts_unknown_nature: bool


class HeldRow(NamedTuple):
    """Something held by an expert or an antenne: a zone (its type, its code) or a member of the team.

    A member has his account in ``first``, and in ``second`` the last day of an absence that covers the day, if any.
    """

    what: str
    key: int
    first: str
    second: str


_COLUMNS = """
       c.id, i.subject_id, i.description, e.id, e.full_name, e.deleted_at IS NOT NULL,
       a.id, a.name, a.level = 'national', n.id, n.name, n.deleted_at IS NOT NULL, n.kind,
       n.accepted_natures, n.accepts_craft_code, n.accepts_unknown_nature
"""

# The count is no EXISTS on purpose, and names the antenne: PostgreSQL would read the whole table of zones to hash it,
# or count for every expert of the subject instead of those whose antenne covers the place.
_COVERING = """
WITH place (zone_type, code) AS (VALUES {places})
SELECT {columns}
  FROM directory_institutionsubject i
 CROSS JOIN directory_expertsubject c
 CROSS JOIN directory_expert e
 CROSS JOIN accounts_antenne a
 CROSS JOIN accounts_institution n
 WHERE i.subject_id = %s AND c.institution_subject_id = i.id AND e.id = c.expert_id AND a.id = e.antenne_id
   AND n.id = a.institution_id AND e.deleted_at IS NULL AND n.deleted_at IS NULL
   AND (e.id IN (SELECT z.expert_id FROM place JOIN directory_expertzone z USING (zone_type, code))
        OR ((a.level = 'national'
             OR a.id IN (SELECT z.antenne_id FROM place JOIN accounts_antennezone z USING (zone_type, code)))
            AND (SELECT COUNT(*) FROM directory_expertzone z WHERE z.expert_id = e.id AND a.id = e.antenne_id) = 0))
 ORDER BY e.id, c.id
"""

_OF_EXPERTS = """
SELECT {columns}
  FROM directory_expert e
  JOIN accounts_antenne a ON a.id = e.antenne_id
  JOIN accounts_institution n ON n.id = a.institution_id
  LEFT JOIN directory_expertsubject c ON c.expert_id = e.id
       AND c.institution_subject_id IN (SELECT o.id FROM directory_institutionsubject o WHERE o.subject_id = %s)
  LEFT JOIN directory_institutionsubject i ON i.id = c.institution_subject_id
 WHERE e.id IN ({experts})
 ORDER BY e.id, c.id
"""

_HELD = """
SELECT 'expert', expert_id, zone_type, code FROM directory_expertzone WHERE expert_id IN ({experts})
 UNION ALL
SELECT 'antenne', antenne_id, zone_type, code FROM accounts_antennezone WHERE antenne_id IN ({antennes})
 UNION ALL
SELECT 'member', m.expert_id, CAST(m.user_id AS VARCHAR(20)), COALESCE(CAST(b.ends_on AS VARCHAR(10)), '')
  FROM directory_expertmember m
  JOIN accounts_user u ON u.id = m.user_id
  LEFT JOIN accounts_absence b ON b.user_id = u.id AND b.starts_on <= %s AND b.ends_on >= %s
 WHERE m.expert_id IN ({experts}) AND u.is_active AND u.deleted_at IS NULL
"""

_FILTERS = """
SELECT f.id, f.expert_id, f.antenne_id, f.institution_id, l.subject_id, f."group",
       f.min_years, f.max_years, f.min_workforce, f.max_workforce, f.accepted_naf, f.excluded_naf,
       f.accepted_legal_forms, f.excluded_legal_forms, f.excluded_communes
  FROM directory_matchfilter f
  LEFT JOIN directory_matchfilter_subjects l ON l.matchfilter_id = f.id
 WHERE f.expert_id IN ({experts}) OR f.antenne_id IN ({antennes}) OR f.institution_id IN ({institutions})
 ORDER BY f.id
"""

_CONDITIONS = """
SELECT g.id, g.expert_id, g.antenne_id, g.institution_id, q.subject_id, q.key, c.value,
       COALESCE(NULLIF(q.short_label, ''), q.label)
  FROM directory_answergrouping g
  JOIN directory_answercondition c ON c.grouping_id = g.id
  JOIN directory_subjectquestion q ON q.id = c.question_id
 WHERE g.expert_id IN ({experts}) OR g.antenne_id IN ({antennes}) OR g.institution_id IN ({institutions})
 ORDER BY g.id, c.id
"""

_PLACE = """
SELECT m.code, m.name, m.parent_code, m.epci_code, m.employment_area_code, m.departement_code, m.region_code,
       z.zone_type, z.name
  FROM territory_commune m
  LEFT JOIN territory_zone z ON (z.zone_type = 'epci' AND z.code = m.epci_code)
         OR (z.zone_type = 'employment_area' AND z.code = m.employment_area_code)
         OR (z.zone_type = 'departement' AND z.code = m.departement_code)
         OR (z.zone_type = 'region' AND z.code = m.region_code)
 WHERE m.code = %s
"""

_OPERATORS = """
SELECT n.id, n.opco_region_codes, g.idcc
  FROM accounts_institution n
  LEFT JOIN directory_collectiveagreement g ON g.opco_id = n.id AND g.idcc IN ({agreements})
 WHERE n.kind = 'opco' AND n.deleted_at IS NULL
"""


# Own zones replace the antenne's, as in routing; the zones of the département are few and read once.
_NEAR = """
WITH near (zone_type, code) AS (
    SELECT zone_type, code FROM territory_zone
     WHERE (zone_type IN ('epci', 'employment_area') AND departement_code = %s)
        OR (zone_type = 'departement' AND region_code = %s)
     UNION ALL
    SELECT 'commune', code FROM territory_commune WHERE departement_code = %s
)
SELECT DISTINCT e.id
  FROM directory_institutionsubject i
  JOIN directory_expertsubject c ON c.institution_subject_id = i.id
  JOIN directory_expert e ON e.id = c.expert_id AND e.deleted_at IS NULL
  JOIN accounts_antenne a ON a.id = e.antenne_id
  JOIN accounts_institution n ON n.id = a.institution_id AND n.deleted_at IS NULL
 WHERE i.subject_id = %s
   AND (e.id IN (SELECT z.expert_id FROM directory_expertzone z
                   JOIN near ON near.zone_type = z.zone_type AND near.code = z.code)
        OR (e.antenne_id IN (SELECT z.antenne_id FROM accounts_antennezone z
                               JOIN near ON near.zone_type = z.zone_type AND near.code = z.code)
            AND NOT EXISTS (SELECT 1 FROM directory_expertzone z WHERE z.expert_id = e.id)))
 ORDER BY e.id
"""


class PlaceRow(NamedTuple):
    """A commune with the codes of its zones, and one of these zones by its name (null when none is named)."""

    code: str
    name: str
    parent: str
    epci: str
    employment_area: str
    departement: str
    region: str
    zone_type: str | None
    zone_name: str | None


def covering_rows(subject_id: int, place: Place) -> list[CompetenceRow]:
    """The competences for a subject whose expert covers the place: matching.md 4.1 (1) to (4) and 4.2."""
    zones = place.zones()
    sql = _COVERING.format(places=", ".join(["(%s, %s)"] * len(zones)), columns=_COLUMNS)
    bound = [value for kind, code in zones for value in (kind.value, code)]
    return [CompetenceRow(*row) for row in _rows(sql, [*bound, subject_id])]


def rows_of_experts(subject_id: int, experts: Collection[int]) -> list[CompetenceRow]:
    """The competences of these experts for the subject; one row without competence for those who have none."""
    sql = _OF_EXPERTS.format(columns=_COLUMNS, experts=_marks(experts))
    return [CompetenceRow(*row) for row in _rows(sql, [subject_id, *experts])]


def experts_near(subject_id: int, place: Place) -> list[int]:
    """The live experts of the subject who hold a zone of the same département, or another one of the région."""
    bound = [place.departement, place.region, place.departement, subject_id]
    return [pk for (pk,) in _rows(_NEAR, bound)]


def held_rows(experts: Collection[int], antennes: Collection[int], on: date) -> list[HeldRow]:
    """Zones of the experts and of the antennes, people of the experts with their absence of that day."""
    sql = _HELD.format(experts=_marks(experts), antennes=_marks(antennes))
    day = connection.ops.adapt_datefield_value(on)
    return [HeldRow(*row) for row in _rows(sql, [*experts, *antennes, day, day, *experts])]


def filter_rows(
    experts: Collection[int], antennes: Collection[int], institutions: Collection[int]
) -> list[tuple[Any, ...]]:
    """(filter, expert, antenne, institution, subject it is limited to or null, group, criteria…), one per subject."""
    sql = _FILTERS.format(experts=_marks(experts), antennes=_marks(antennes), institutions=_marks(institutions))
    return _rows(sql, [*experts, *antennes, *institutions])


def condition_rows(
    experts: Collection[int], antennes: Collection[int], institutions: Collection[int]
) -> list[tuple[Any, ...]]:
    """(grouping, expert, antenne, institution, subject, key, value, question) of their groupings, on any subject."""
    sql = _CONDITIONS.format(experts=_marks(experts), antennes=_marks(antennes), institutions=_marks(institutions))
    return _rows(sql, [*experts, *antennes, *institutions])


def place_rows(code: str) -> list[PlaceRow]:
    """The commune of this code, if it is a current one: one row per zone that has a name."""
    return [PlaceRow(*row) for row in _rows(_PLACE, [code])]


def operator_rows(agreements: Sequence[str]) -> list[tuple[int, Any, str | None]]:
    """(operator, its régions, one of the agreements that designates it or null)."""
    known = [*agreements] or [""]
    return _rows(_OPERATORS.format(agreements=_marks(known)), known)


def codes(stored: str | list[str]) -> tuple[str, ...]:
    """A list of codes kept as JSON: text from one database, already read by the other."""
    return tuple(json.loads(stored) if isinstance(stored, str) else stored)


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values)) if values else "NULL"


def _rows(sql: str, bound: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return cursor.fetchall()
