"""The facts that raise a firm's risk most, and what a reader may see of them.

Stored with the entry when the list is received (unmasked); masked for each reader before any template sees them.
"""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import Any

from vigie.publication.read import Publication as Folder
from vigie.ui.formats import percent
from vigie.watchlists.queries.words import month_words
from vigie.watchlists.rules_sight import Sight

KEPT = 5
_HELD = 4 * KEPT  # of a firm, before the weakest are let go
_RAISING = ("siren", "code", "contribution_log_odds", "sentence_fr", "confidentiality")
Reason = tuple[bool, float, str, str, str]  # not told in words, minus its weight, code, sentence, class
MASKED = "Motif confidentiel"
MASKED_SCORE = "Score confidentiel\u00a0: il existe, sa valeur n’est montrée à personne ici"
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
    best: dict[str, list[Reason]] = defaultdict(list)
    for columns in found.raising(alerted):
        for siren, code, weight, text, confidentiality in zip(*(columns[name] for name in _RAISING), strict=True):
            kept = best[siren]
            kept.append((not text, -weight, code, text or "", confidentiality))
            if len(kept) > _HELD:
                _cut(kept)
    return {siren: _stored(kept) for siren, kept in best.items()}


def _cut(reasons: list[Reason]) -> None:
    """Keeps the strongest, those told in words first; the order of the file decides between equals."""
    reasons.sort(key=itemgetter(0, 1))
    del reasons[KEPT:]


def _stored(reasons: list[Reason]) -> list[dict[str, Any]]:
    _cut(reasons)
    kept = [one for one in reasons if not one[0]] or reasons
    return [{"code": code, "text": text, "class": confidentiality} for _, _, code, text, confidentiality in kept]


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
