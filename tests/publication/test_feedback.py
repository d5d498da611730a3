"""What agents said goes back to the batch: whole, verified, without a name."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.publication.factories import siren
from vigie.kernel.errors import HashMismatch, PublicationError
from vigie.publication.feedback import ACCOMPANIED, OUTCOMES, folders, pseudonym, read_feedback, write_feedback

AT = datetime(2026, 7, 20, tzinfo=UTC)
OPINION = {
    "siren": siren(1), "author": pseudonym(b"secret", "ada@dreets.example"), "useful": False,
    "reasons": ["deja_connue"], "given_on": date(2026, 7, 10), "segment": "urssaf",
}  # fmt: skip
OUTCOME = {"siren": siren(2), "outcome": "help_given", "decided_on": date(2026, 7, 12), "proposed": ["Médiation"]}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION]}, at=AT)

    found = read_feedback(folder)

    assert found.rows["opinions"] == [OPINION]
    assert found.rows["outcomes"] == found.rows["corrections"] == []


def test_table_written_again_takes_the_place_of_the_former_and_the_others_stay(tmp_path: Path) -> None:
    """Opinions and wishes for correction are written by two parts of the service: neither erases the other."""
    write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION], "outcomes": [OUTCOME]}, at=AT)
    folder = write_feedback(tmp_path, "2026-06.1", {"opinions": []}, at=AT)

    assert read_feedback(folder).rows["opinions"] == []
    assert read_feedback(folder).rows["outcomes"] == [OUTCOME]
    assert folders(tmp_path / "feedback") == [folder]


def test_writer_killed_between_its_two_renames_loses_nothing(tmp_path: Path) -> None:
    folder = write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION]}, at=AT)
    folder.rename(folder.with_name(".former-2026-06.1"))

    write_feedback(tmp_path, "2026-06.1", {"outcomes": [OUTCOME]}, at=AT)

    assert read_feedback(folder).rows["opinions"] == [OPINION]
    assert read_feedback(folder).rows["outcomes"] == [OUTCOME]


def test_folder_of_the_first_version_is_read(tmp_path: Path) -> None:
    folder = write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION], "outcomes": [OUTCOME]}, at=AT)
    as_of_version_one(folder)

    found = read_feedback(folder).rows

    assert found["opinions"] == [OPINION | {"segment": None}]
    assert found["outcomes"] == [OUTCOME | {"proposed": None}]
    assert found["reasons"] == []


def as_of_version_one(folder: Path) -> None:
    """The same folder as 1.0 wrote it: without what 1.1 added."""
    (folder / "reasons.parquet").unlink()
    for name, added in (("opinions", "segment"), ("outcomes", "proposed")):
        path = folder / f"{name}.parquet"
        pq.write_table(pq.read_table(path).drop_columns([added]), path)
    told = json.loads((folder / "manifest.json").read_text())
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}
    (folder / "manifest.json").write_text(json.dumps(told | {"schema_version": "1.0", "files": files}))


def test_outcome_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="unknown outcomes"):
        write_feedback(tmp_path, "2026-06.1", {"outcomes": [OUTCOME | {"outcome": "ok"}]}, at=AT)

    assert OUTCOMES.keys() >= ACCOMPANIED


def test_pseudonym_tells_people_apart_and_names_nobody() -> None:
    first, again, other = (pseudonym(b"k", who) for who in ("ada", "ada", "bob"))

    assert first == again != other
    assert first != pseudonym(b"other", "ada")
    assert "ada" not in first


def test_changed_folder_is_refused(tmp_path: Path) -> None:
    folder = write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION]}, at=AT)
    (folder / "opinions.parquet").write_bytes((folder / "outcomes.parquet").read_bytes())

    with pytest.raises(HashMismatch):
        read_feedback(folder)


def test_strange_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PublicationError):
        write_feedback(tmp_path, "../2026-06.1", {}, at=AT)
    with pytest.raises(PublicationError):
        write_feedback(tmp_path, "2026-06.1", {"people": []}, at=AT)
    with pytest.raises(PublicationError):
        read_feedback(tmp_path)
