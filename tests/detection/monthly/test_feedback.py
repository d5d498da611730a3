"""What agents said comes back into the batch: read like a source, seen from its day on, apart from the risk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.detection.monthly.conftest import FIRST, SECOND, Batch
from vigie.detection import feedback
from vigie.detection.intake import feedback_door
from vigie.detection.intake.reading import read_file
from vigie.detection.sources.feedback import SOURCE
from vigie.kernel.errors import PublicationError
from vigie.kernel.period import Month
from vigie.publication.feedback import write_feedback
from vigie.publication.read import open_publication

AT = datetime(2026, 11, 3, tzinfo=UTC)
LIST = f"{FIRST}.1"
Row = dict[str, Any]
A, B, C = "290000017", "290000025", "290000033"


def opinion(siren: str, *, useful: bool, day: date, author: str = "a1", reasons: list[str] | None = None) -> Row:
    return {"siren": siren, "author": author, "useful": useful, "reasons": reasons or [], "given_on": day}


def outcome(siren: str, code: str, day: date, proposed: list[str] | None = None) -> Row:
    return {"siren": siren, "outcome": code, "decided_on": day, "proposed": proposed}


def read(root: Path) -> Path:
    """The typed rows of a door."""
    assert feedback_door.lay_out(root / "feedback", root / "feedback.csv") > 0
    report = read_file(SOURCE, root / "feedback.csv", root / "rows")
    assert report.rejected == 0
    return root / "rows" / "rows.parquet"


def test_opinions_count_once_by_author_and_firm_with_all_their_reasons(tmp_path: Path) -> None:
    said = [
        opinion(A, useful=True, day=date(2026, 10, 1)),
        opinion(A, useful=False, day=date(2026, 10, 2), author="b2", reasons=["season", "data"]),
        opinion(B, useful=False, day=date(2026, 10, 3), reasons=["season"]),
    ]
    labels = [{"code": "season", "label_fr": "activité saisonnière, « connue »"}]
    write_feedback(tmp_path, LIST, {"opinions": said, "reasons": labels}, at=AT)

    found = feedback.opinions(feedback.known(read(tmp_path), SECOND), LIST)

    assert (found.useful, found.useless) == (1, 2)
    assert found.reasons == (("activité saisonnière, « connue »", 2), ("data", 1))
    assert found.share_useful == pytest.approx(1 / 3)


def test_nothing_said_after_the_month_is_seen(tmp_path: Path) -> None:
    """No leak: a firm accompanied in November is not known to be in October."""
    write_feedback(
        tmp_path, LIST,
        {
            "opinions": [opinion(A, useful=True, day=date(2026, 11, 1))],
            "outcomes": [
                outcome(A, "contact_need", date(2026, 10, 31)), outcome(A, "help_given", date(2026, 11, 1)),
                outcome(B, "follow_up_opened", date(2026, 11, 2)), outcome(C, "contact_refused", date(2026, 10, 2)),
            ],
        },
        at=AT,
    )  # fmt: skip
    rows = read(tmp_path)

    in_october, in_november = (feedback.known(rows, month) for month in (SECOND, SECOND.plus(1)))

    assert feedback.opinions(in_october).useful == 0
    assert feedback.accompaniments(in_october)[["siren", "outcome"]].values.tolist() == [
        [A, "contactée, demande un appui"]
    ]
    assert feedback.accompaniments(in_november)["siren"].tolist() == [A, B]
    assert feedback.accompanied_between(in_november, [A, B, C, "x"], None, SECOND).tolist() == [
        True,
        False,
        False,
        False,
    ]
    later = feedback.accompanied_between(in_november, [A, B, C], SECOND, Month(2027, 4))
    assert later.tolist() == [False, True, False]


def test_door_that_is_not_whole_is_not_read(tmp_path: Path) -> None:
    folder = write_feedback(tmp_path, LIST, {"opinions": [opinion(A, useful=True, day=date(2026, 10, 1))]}, at=AT)
    (folder / "opinions.parquet").write_bytes(b"cut")

    with pytest.raises(PublicationError):
        feedback_door.lay_out(tmp_path / "feedback", tmp_path / "feedback.csv")
    assert not (tmp_path / "feedback.csv").exists()
    assert feedback_door.lay_out(tmp_path / "nothing", tmp_path / "feedback.csv") == 0


@pytest.fixture(scope="module")
def october(september: Batch, tmp_path_factory: pytest.TempPathFactory) -> tuple[Batch, Row]:
    """The next month, after agents spoke of the first list."""
    batch = Batch(tmp_path_factory.mktemp("october") / "batch")
    shutil.copytree(september.root, batch.root, copy_function=shutil.copy2)
    entries = pq.read_table(batch.publications / LIST / "entries.parquet").to_pandas()
    helped = entries["siren"].iloc[::4].tolist()
    told = {
        "opinions": [
            opinion(entries["siren"][0], useful=True, day=date(2026, 10, 5)),
            opinion(entries["siren"][1], useful=False, day=date(2026, 10, 6), reasons=["season"]),
            opinion(entries["siren"][2], useful=False, day=date(2026, 11, 2), reasons=["too_late"]),
        ],
        "reasons": [{"code": "season", "label_fr": "activité saisonnière"}],
        "outcomes": [outcome(siren, "help_given", date(2026, 10, 9), ["Médiation", "Coaching"]) for siren in helped],
    }
    write_feedback(batch.root, LIST, told, at=AT)
    assert batch.run(SECOND) == 0
    return batch, {"helped": set(helped)}


def test_month_tells_what_agents_said(october: tuple[Batch, Row]) -> None:
    batch, _ = october
    folder = batch.publications / f"{SECOND}.1"

    card = (folder / "CARD.md").read_text()
    assert f"Liste précédente ({LIST}) : 1 avis utiles, 1 inutiles (50,0\u00a0% utiles)" in card
    assert "raisons : activité saisonnière (1)" in card
    record = batch.record(SECOND)
    assert record["publication"]["feedback"]["reasons"] == [["activité saisonnière", 1]]
    assert record["sources"]["feedback"]["state"] == "delivered"
    assert record["sources"]["feedback"]["rejected"] == 0
    assert "feedback" in {one.name for one in open_publication(folder).manifest.sources}


def test_alerted_firms_have_their_look_alikes_beside_an_unchanged_risk(
    october: tuple[Batch, Row], september: Batch, copy_of: Callable[[Batch], Batch]
) -> None:
    batch, known = october
    folder = batch.publications / f"{SECOND}.1"
    entries = pq.read_table(folder / "entries.parquet").to_pandas().set_index("siren")
    alike = pq.read_table(folder / "lookalikes.parquet").to_pandas()

    assert set(entries.index[entries["already_followed"]]) == known["helped"] & set(entries.index)
    assert set(alike["similar_siren"]) <= known["helped"]
    assert (alike["siren"] != alike["similar_siren"]).all()
    assert set(entries.loc[alike["siren"], "level"]) <= {"strong", "moderate"}
    assert {tuple(one) for one in alike["proposed"]} == {("Médiation", "Coaching")}
    assert [len(one) for one in alike["shared_facts"]] == [len(one) for one in alike["shared_classes"]]
    assert entries["probable_need"].between(0, 1).all()

    silent = copy_of(september)
    assert silent.run(SECOND) == 0
    before = pq.read_table(silent.publications / f"{SECOND}.1" / "entries.parquet").to_pandas().set_index("siren")
    beside = ["already_followed", "probable_need", "source_age_months"]
    pd.testing.assert_frame_equal(entries.drop(columns=beside), before.drop(columns=beside))
    assert before["already_followed"].isna().all()
    assert not (silent.publications / f"{SECOND}.1" / "lookalikes.parquet").exists()


def test_broken_door_leaves_what_was_read_and_is_told(october: tuple[Batch, Row], tmp_path: Path) -> None:
    batch = Batch(tmp_path / "batch")
    shutil.copytree(october[0].root, batch.root, copy_function=shutil.copy2)
    (batch.root / "feedback" / LIST / "opinions.parquet").write_bytes(b"cut")

    assert batch.run(SECOND) == 0
    assert any("retours des agents" in text for text in batch.told(SECOND))
    assert "1 avis utiles" in (batch.publications / f"{SECOND}.2" / "CARD.md").read_text()
