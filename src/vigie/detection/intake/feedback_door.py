"""The feedback of the service as the file that its source describes: one line per opinion and reason, one per outcome.

The folders of the door are verified first; the file is then read, checked and reported like any delivery. Wishes for
correction are not in it: the batch reads the corrections themselves, in `corrections/`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vigie.detection.sources.feedback import SOURCE
from vigie.publication.feedback import Feedback, folders, read_feedback

SEPARATOR = "|"  # between the things that were done for one firm


def lay_out(door: Path, target: Path) -> int:
    """Writes every folder of the door as one file of the source; gives its lines, 0 and no file when nothing was said.

    PublicationError, HashMismatch or UnknownSchema when a folder is not whole: nothing is written.
    """
    lines = [line for folder in folders(door) for line in _lines(read_feedback(folder))]
    if not lines:
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.raw for column in SOURCE.columns], lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return len(lines)


def _lines(said: Feedback) -> Iterator[dict[str, Any]]:
    labels = {row["code"]: row["label_fr"] for row in said.rows["reasons"]}
    for row in said.rows["opinions"]:
        for reason in row["reasons"] or [None]:
            yield {
                "publication_id": said.publication_id, "siren": row["siren"], "kind": "opinion",
                "value": "useful" if row["useful"] else "useless", "reason": _flat(reason),
                "reason_label": _flat(labels.get(reason)), "author": row["author"], "segment": _flat(row["segment"]),
                "recorded_on": row["given_on"],
            }  # fmt: skip
    for row in said.rows["outcomes"]:
        yield {
            "publication_id": said.publication_id, "siren": row["siren"], "kind": "outcome", "value": row["outcome"],
            "proposed": SEPARATOR.join(_flat(one).replace(SEPARATOR, " ") for one in row["proposed"] or []),
            "recorded_on": row["decided_on"],
        }  # fmt: skip


def _flat(text: str | None) -> str:
    """On one line, for a file that has one per row."""
    return " ".join((text or "").split())
