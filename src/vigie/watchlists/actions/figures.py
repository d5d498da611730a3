"""Writing what a list shows of its firms in alert, in chunks that nobody sees yet.

A publication made before the table existed has none: its lines are shown, their figures unknown.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vigie.bulk import Columns, insert, prepared
from vigie.publication.read import Publication as Folder
from vigie.watchlists.actions.bulk import in_turns, learn, settle
from vigie.watchlists.models import Entry, EntryFigures, Publication

TABLE = "entry_figures"
_AMOUNTS = ("revenue_eur", "ebit_eur", "ebitda_eur", "debt_eur")
_SAME = ("is_closed", "closed_on", "revenue_change_ratio", "used_fte")
# Text → the longest that the database holds; null is empty.
_TEXTS = {"legal_form": 4, "group_head_siren": 9, "proceedings_state": 12}
_LONGEST_HEAD = 200
_READ = ["siren", "debts_eur", "group_head", *_TEXTS, *_AMOUNTS, *_SAME]
_NO_DEBT: list[int] = []


def load_figures(publication: Publication, found: Folder) -> None:
    """Writes the figures of the entries in alert. Can be run again: those that are written stay as they are."""
    if TABLE not in found.tables:
        return
    alerts = Entry.objects.filter(publication=publication).alerts().order_by()
    keys = dict(alerts.values_list("siren", "pk").iterator())
    with in_turns() as turns:
        for columns in found.column_batches(TABLE, _READ):
            rows = _rows(columns, keys)
            done = 0
            while done < len(rows["entry"]):
                chunk = {name: values[done : done + turns.rows] for name, values in rows.items()}
                with turns.turn(), transaction.atomic():
                    insert(EntryFigures, chunk, unless_known=True)
                settle()
                done += len(chunk["entry"])
    learn(EntryFigures)


def _rows(columns: dict[str, list[Any]], keys: dict[str, int]) -> Columns:
    """The columns of the table, in values of the database, for the firms that are in alert."""
    kept = [n for n, siren in enumerate(columns["siren"]) if siren in keys]
    of = {name: [values[n] for n in kept] for name, values in columns.items()}
    none = prepared(EntryFigures, "debts_eur", _NO_DEBT)
    whole = {name: [None if value is None else round(value) for value in of[name]] for name in _AMOUNTS}
    debts = [
        prepared(EntryFigures, "debts_eur", [None if month is None else round(month) for month in one]) if one else none
        for one in of["debts_eur"]
    ]
    return {
        "entry": [keys[siren] for siren in of["siren"]],
        "group_head": [text[:_LONGEST_HEAD] if text else None for text in of["group_head"]],
        **{name: [(text or "")[:longest] for text in of[name]] for name, longest in _TEXTS.items()},
        "closed_on": [prepared(EntryFigures, "closed_on", day) for day in of["closed_on"]],
        "debts_eur": debts,
        **whole,
        **{name: of[name] for name in _SAME if name != "closed_on"},
    }
