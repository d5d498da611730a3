"""A small invented France, two months of deliveries, and a lake in which the batch has run: made once, then copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vigie.detection import cli
from vigie.detection.invent.options import Options
from vigie.detection.invent.writing import invent
from vigie.detection.lake import Lake
from vigie.detection.run_record import records
from vigie.kernel.period import Month

FIRST, SECOND = Month(2026, 9), Month(2026, 10)
PARAMETERS = """
months = 36
training_rows = 4000
training_bags = 2
training_rounds = 60
training_pairs = 2
"""


@dataclass
class Batch:
    """The three folders of a batch, and how to run it."""

    root: Path

    @property
    def incoming(self) -> Path:
        return self.root / "incoming"

    @property
    def lake(self) -> Lake:
        return Lake(self.root / "lake")

    @property
    def publications(self) -> Path:
        return self.root / "publications"

    def arguments(self, month: Month, *more: str) -> list[str]:
        places = ["--incoming", str(self.incoming), "--lake", str(self.lake.root)]
        return ["run", *places, "--publications", str(self.publications), "--month", str(month), "--quiet", *more]

    def run(self, month: Month, *more: str) -> int:
        return cli.main(self.arguments(month, *more))

    def record(self, month: Month) -> dict[str, Any]:
        return records(self.lake, month)[-1]

    def told(self, month: Month, severity: str = "warning") -> list[str]:
        return [message["text"] for message in self.record(month)["messages"] if message["severity"] == severity]

    def file(self, month: Month, name: str) -> Path:
        return self.incoming / str(month) / name


@pytest.fixture(scope="session", autouse=True)
def one_version() -> Iterator[None]:
    """Every run says the same version of the code, whatever is committed meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIGIE_CODE_VERSION", "tests")
        yield


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two successive deliveries of the same world."""
    folder = tmp_path_factory.mktemp("raw")
    invent(Options(firms=400, months=60, seed=7, last_month=SECOND, batches=2), folder)
    return folder


@pytest.fixture(scope="session")
def september(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The first month, published. Never changed: tests take a copy."""
    batch = Batch(tmp_path_factory.mktemp("september"))
    shutil.copytree(raw, batch.incoming)
    batch.lake.root.mkdir()
    (batch.lake.root / "parameters.toml").write_text(PARAMETERS)
    assert batch.run(FIRST) == 0
    return batch


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Batch], Batch]:
    """A batch of one's own, as it stands."""

    def copy(batch: Batch) -> Batch:
        shutil.copytree(batch.root, tmp_path / "batch", copy_function=shutil.copy2)
        return Batch(tmp_path / "batch")

    return copy
