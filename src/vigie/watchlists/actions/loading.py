"""Writing the entries of a list, in chunks that nobody sees yet, and measuring what was written.

The identifier of an entry is that of its list and its rank in the file: a chunk written twice is the same chunk.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Count, F

from vigie.bulk import Columns, insert, prepared
from vigie.companies.models import Company, Source
from vigie.companies.rules import HIDDEN_NAME
from vigie.journal.crash import crash_point
from vigie.publication.read import Publication as Folder
from vigie.watchlists.actions.bulk import in_turns, learn, settle
from vigie.watchlists.models import Entry, FirmPlace, Publication
from vigie.watchlists.queries.reasons import top_reasons
from vigie.watchlists.rules import ListFacts

SENTINELS = 20
# Column of an entry → column of the file. Texts that a file may leave out are empty here, and cut to their column.
_SAME = ("siren", "level", "score", "main_family", "commune_name", "departement", "region", "naf", "workforce_count",
         "workforce_change_ratio", "first_alert", "aggravation", "in_bonis", "plan_running", "payment_plan_running",
         "recent_company", "accounts_public")  # fmt: skip
_FROM = {name: name for name in _SAME} | {"rank": "rank_national", "name": "display_name", "section": "naf_section",
                                            "alerts_before": "alerts_24_months_count"}  # fmt: skip
_FIELDS = {field.name: field for field in Entry._meta.concrete_fields}
_READ = [*_FROM.values(), "corrections", "missing_families", "departements"]


def load_entries(publication: Publication, found: Folder) -> None:
    """Writes the entries that are not written yet."""
    # Written in JSON at once: texts weigh nothing on the collector of objects, which would stop a transaction to see.
    reasons = {siren: prepared(Entry, "reasons", kept) for siren, kept in top_reasons(found).items()}
    start = 0
    with in_turns() as turns:
        for columns in found.column_batches("entries", _READ):
            end = start + len(columns["siren"])
            while publication.entries_loaded < end:
                done = publication.entries_loaded - start
                chunk = {name: values[done : done + turns.rows] for name, values in columns.items()}
                # Prepared before the transaction: on SQLite, whoever waits to write passes meanwhile.
                entries = _entries(publication, publication.first_entry_id + start + done, chunk, reasons)
                firms, places = _firms(chunk), _places(chunk)
                with turns.turn():
                    _write_chunk(publication, start + done, entries, firms, places)
                settle()
                crash_point("receive.after_chunk")
            start = end
    learn(Entry, FirmPlace)


@transaction.atomic
def _write_chunk(publication: Publication, start: int, entries: Columns, firms: Columns, places: Columns) -> None:
    """One chunk and the count of what is loaded, together; a second reception of the same list waits, then skips it.

    Firms and places that are known stay as they are: the register says more of them than a list.
    """
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    publication.entries_loaded = row.entries_loaded
    if row.entries_loaded != start:
        return
    insert(Entry, entries)
    insert(Company, firms, same=_said_of_all(publication), unless_known=True)
    insert(FirmPlace, places, unless_known=True)
    row.entries_loaded = publication.entries_loaded = start + len(entries["id"])
    row.save(update_fields=["entries_loaded"])


def _entries(publication: Publication, first: int, columns: Columns, reasons: dict[str, Any]) -> Columns:
    """The columns of the table, in values of the database. No object a row: half of the time went there."""
    sirens, none = columns["siren"], prepared(Entry, "reasons", [])
    values = {name: columns[source] for name, source in _FROM.items()}
    for name in ("name", "commune_name", "departement", "region", "naf", "section", "main_family"):
        most = _FIELDS[name].max_length
        values[name] = [(text or "")[:most] for text in values[name]]
    return values | {
        "id": list(range(first, first + len(sirens))),
        "publication": [publication.pk] * len(sirens),
        "corrected": [bool(codes) for codes in columns["corrections"]],
        "missing_families": _stored_json("missing_families", columns["missing_families"]),
        "reasons": [reasons.get(siren, none) for siren in sirens],
    }


def _places(columns: Columns) -> Columns:
    held = zip(columns["siren"], columns["departements"], strict=True)
    pairs = [(siren, where) for siren, departements in held for where in departements]
    return {"siren": [siren for siren, _ in pairs], "departement": [where for _, where in pairs]}


def _firms(columns: Columns) -> Columns:
    """The companies of the chunk, for those that no register has brought: what the list says of them, and no more."""
    names = [(name or "")[:200] for name in columns["display_name"]]
    return {
        "siren": columns["siren"],
        "name": [name or HIDDEN_NAME for name in names],
        "naf_code": [(code or "").replace(".", "")[:6] for code in columns["naf"]],
        "diffusible": [bool(name) for name in names],
    }


def _said_of_all(publication: Publication) -> dict[str, Any]:
    """What is said of every firm that only a list has brought."""
    unknown = ("name_key", "usual_name", "acronym", "legal_form_code", "naf_version", "workforce_code")
    return dict.fromkeys(unknown, "") | {
        "is_active": True,
        "source": Source.SIRENE.value,
        "seen_at": prepared(Company, "seen_at", publication.received_at),
    }


def _stored_json(name: str, values: list[Any]) -> list[Any]:
    """Most firms have the same families missing: each value is written in JSON once."""
    known: dict[str, Any] = {}
    stored = []
    for value in values:
        key = repr(value)
        if key not in known:
            known[key] = prepared(Entry, name, value)
        stored.append(known[key])
    return stored


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
        unexplained=len(sirens - found.sirens_where("contributions", "kind", "family")),
        explanation_gap=gap,
        sentinels=tried,
        sentinels_unread=unread,
    )


def _counts(alerts: Any, column: str) -> dict[str, int]:
    rows = alerts.order_by().values_list(column).annotate(count=Count("pk"))
    return {code or "": count for code, count in rows}


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
