"""Writing the entries of a list, in chunks that nobody sees yet, and measuring what was written.

The identifier of an entry is that of its list and its rank in the file: a chunk written twice is the same chunk.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F

from vigie.journal.crash import crash_point
from vigie.publication.read import Publication as Folder
from vigie.watchlists.models import Entry, EntryPlace, Publication
from vigie.watchlists.queries.reasons import top_reasons
from vigie.watchlists.rules import ListFacts

CHUNK = 1000  # rows of a transaction: on SQLite nobody else writes meanwhile
SENTINELS = 20
_COLUMNS = [
    "siren", "level", "score", "rank_national", "display_name", "commune_name", "departement", "region", "naf",
    "naf_section", "workforce_count", "workforce_change_ratio", "main_family", "first_alert", "aggravation", "in_bonis",
    "plan_running", "payment_plan_running", "recent_company", "corrections", "accounts_public", "missing_families",
    "departements",
]  # fmt: skip


def load_entries(publication: Publication, found: Folder) -> None:
    """Writes the entries that are not written yet."""
    reasons = top_reasons(found)
    for start, rows in _chunks(found):
        if start + len(rows) <= publication.entries_loaded:
            continue
        _write_chunk(publication, start, rows, reasons)
        crash_point("receive.after_chunk")


def _chunks(found: Folder) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    start = 0
    for rows in found.batches("entries", _COLUMNS, rows=CHUNK):
        yield start, rows
        start += len(rows)


@transaction.atomic
def _write_chunk(publication: Publication, start: int, rows: list[dict[str, Any]], reasons: dict[str, Any]) -> None:
    """One chunk and the count of what is loaded, together; a second reception of the same list waits, then skips it."""
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    publication.entries_loaded = row.entries_loaded
    if row.entries_loaded != start:
        return
    first = publication.first_entry_id + start
    entries = [_entry(publication, first + n, row_, reasons) for n, row_ in enumerate(rows)]
    _insert(entries)
    _insert(
        [
            EntryPlace(entry_id=first + n, departement=departement)
            for n, row_ in enumerate(rows)
            for departement in row_["departements"]
        ]
    )
    row.entries_loaded = publication.entries_loaded = start + len(rows)
    row.save(update_fields=["entries_loaded"])


def _entry(publication: Publication, pk: int, row: dict[str, Any], reasons: dict[str, Any]) -> Entry:
    return Entry(
        id=pk,
        publication_id=publication.pk,
        siren=row["siren"],
        level=row["level"],
        score=row["score"],
        rank=row["rank_national"],
        name=(row["display_name"] or "")[:200],
        commune_name=(row["commune_name"] or "")[:100],
        departement=row["departement"] or "",
        region=row["region"] or "",
        naf=(row["naf"] or "")[:6],
        section=row["naf_section"] or "",
        workforce_count=row["workforce_count"],
        workforce_change_ratio=row["workforce_change_ratio"],
        main_family=row["main_family"] or "",
        first_alert=row["first_alert"],
        aggravation=row["aggravation"],
        in_bonis=row["in_bonis"],
        plan_running=row["plan_running"],
        payment_plan_running=row["payment_plan_running"],
        recent_company=row["recent_company"],
        corrected=bool(row["corrections"]),
        accounts_public=row["accounts_public"],
        missing_families=row["missing_families"],
        reasons=reasons.get(row["siren"], []),
    )


def _insert(rows: list[Any]) -> None:
    """Inserts the rows with one prepared statement: half the time of ``bulk_create`` for rows that ask nothing back."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not (field.primary_key and rows[0].pk is None)]
    quote = connection.ops.quote_name
    names, places = ", ".join(quote(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        table = quote(meta.db_table)
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608  names of ours


# --- measuring --------------------------------------------------------------------------------------------------------
def measure(publication: Publication, found: Folder) -> ListFacts:
    """The list in figures: what was loaded, and what its files say. 4 queries and some sheets read."""
    entries = Entry.objects.filter(publication=publication)
    alerts = entries.alerts()
    sirens = set(alerts.order_by().values_list("siren", flat=True))
    gap, unread, tried = _sentinels(publication, found)
    return ListFacts(
        firms=entries.count(),
        alerts=len(sirens),
        in_proceeding=alerts.filter(in_bonis=False).count(),
        by_region=_counts(alerts, "region"),
        by_section=_counts(alerts, "section"),
        duplicates=entries.count() - entries.order_by().values("siren").distinct().count(),
        unexplained=len(sirens - _explained(found)),
        explanation_gap=gap,
        sentinels=tried,
        sentinels_unread=unread,
    )


def _counts(alerts: Any, column: str) -> dict[str, int]:
    rows = alerts.order_by().values_list(column).annotate(count=Count("pk"))
    return {code or "": count for code, count in rows}


def _explained(found: Folder) -> set[str]:
    """The firms with the contribution of a family."""
    kept: set[str] = set()
    for siren, kind in found.column_pairs("contributions", "siren", "kind"):
        if kind == "family":
            kept.add(siren)
    return kept


def _sentinels(publication: Publication, found: Folder) -> tuple[float, int, int]:
    """Sheets read as agents will: widest gap of the explanations, sheets unreadable, sheets tried."""
    widest, unread = 0.0, 0
    chosen = list(Entry.objects.filter(publication=publication).order_by(F("rank"), "pk")[:SENTINELS])
    for entry in chosen:
        dossier = found.dossier(entry.siren, ["entries", "contributions"])
        if len(dossier["entries"]) != 1 or dossier["entries"][0]["level"] != entry.level:
            unread += 1
            continue
        widest = max(widest, explanation_gap(dossier["entries"][0], dossier["contributions"]))
    return widest, unread, len(chosen)


def explanation_gap(entry: dict[str, Any], contributions: list[dict[str, Any]]) -> float:
    """The difference between base + families + corrections and the log-odds of the score."""
    sums: dict[str, float] = defaultdict(float)
    for row in contributions:
        sums[row["kind"]] += row["contribution_log_odds"]
    score = min(max(entry["score"], 1e-12), 1 - 1e-12)
    return abs(entry["base_log_odds"] + sums["family"] + sums["correction"] - math.log(score / (1 - score)))
