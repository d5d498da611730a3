"""The facts that raise a firm's risk most, and what a reader may see of them.

Stored with the entry when the list is received (unmasked); masked for each reader before any template sees them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from vigie.publication.read import Publication as Folder
from vigie.ui.formats import percent
from vigie.watchlists.queries.words import month_words
from vigie.watchlists.rules_sight import Sight

KEPT = 5
MASKED = "Motif confidentiel"
MASKED_SCORE = "Score confidentiel : il existe, sa valeur n’est montrée à personne ici"
NOT_YOURS = "Votre habilitation n’ouvre pas ce motif"


def partner_lines(rows: list[dict[str, Any]], sight: Sight) -> tuple[str, ...]:
    """Each partner's own score with its date, beside ours; a class that is not the reader's is said without value."""
    kept: list[str] = []
    for row in rows:
        if sight.reads(row["confidentiality"]):
            text = f"{row['provider']}, {month_words(row['month'])} : {percent(row['score'])}"
        else:
            text = NOT_YOURS if sight.could_read(row["confidentiality"]) else MASKED_SCORE
        if text not in kept:
            kept.append(text)
    return tuple(kept)


def top_reasons(found: Folder) -> dict[str, list[dict[str, Any]]]:
    """siren → the KEPT features that raise the risk most, for the firms in alert; those told in words, if any."""
    alerted = {siren for siren, level in found.column_pairs("entries", "siren", "level") if level != "none"}
    best: dict[str, list[tuple[bool, float, dict[str, Any]]]] = defaultdict(list)
    for row in found.raising(alerted):
        kept = best[row["siren"]]
        kept.append((bool(row["sentence_fr"]), row["contribution_log_odds"], _stored(row)))
        kept.sort(key=lambda one: (not one[0], -one[1]))
        del kept[KEPT:]
    return {siren: [stored for told, _weight, stored in kept if told or not kept[0][0]] for siren, kept in best.items()}


def _stored(row: dict[str, Any]) -> dict[str, Any]:
    return {"code": row["code"], "text": row["sentence_fr"] or "", "class": row["confidentiality"]}


def shown(reasons: list[dict[str, Any]], labels: dict[str, Any], sight: Sight, most: int) -> tuple[str, ...]:
    """The sentences that this reader may read, the strongest first; what is kept from him is said once, as such."""
    kept: list[str] = []
    for reason in reasons:
        if not sight.reads(reason["class"]):
            text = NOT_YOURS if sight.could_read(reason["class"]) else MASKED
        else:
            text = reason["text"] or labels.get(reason["code"], {}).get("label", reason["code"])
        if text not in kept:
            kept.append(text)
    return tuple(kept[:most])
