"""What agents said goes back to the batch: whole, verified, without a name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.publication.factories import siren
from vigie.kernel.errors import HashMismatch, PublicationError
from vigie.publication.feedback import pseudonym, read_feedback, write_feedback

AT = datetime(2026, 7, 20, tzinfo=UTC)
OPINION = {
    "siren": siren(1), "author": pseudonym(b"secret", "ada@dreets.example"), "useful": False,
    "reasons": ["deja_connue"], "given_on": date(2026, 7, 10),
}  # fmt: skip


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION]}, at=AT)

    found = read_feedback(folder)

    assert found.rows["opinions"] == [OPINION]
    assert found.rows["outcomes"] == found.rows["corrections"] == []


def test_written_again_it_takes_the_place_of_the_former(tmp_path: Path) -> None:
    write_feedback(tmp_path, "2026-06.1", {"opinions": [OPINION]}, at=AT)
    folder = write_feedback(tmp_path, "2026-06.1", {}, at=AT)

    assert read_feedback(folder).rows["opinions"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["feedback"]


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
