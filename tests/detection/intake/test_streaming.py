"""Reading streams: what is in memory at once does not depend on how long the file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.detection.intake import reading
from vigie.detection.sources.registry import source

MONTHS = [f"eff20{year}{quarter}{month}" for year in (21, 22, 23) for quarter in range(1, 5) for month in range(1, 4)]


def test_a_wide_file_is_unfolded_one_block_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-02: six blocks of a wide file became millions of rows at once, and the peak grew with the country."""
    lines = [f"x;{29000005800000 + rank};n;0000Z;01;{';'.join(['12'] * len(MONTHS))}" for rank in range(60_000)]
    path = tmp_path / "sigfaible_effectif_siret.csv"
    path.write_text("\n".join([f"compte;siret;rais_soc;ape_ins;dep;{';'.join(MONTHS)}", *lines]) + "\n")
    joined = reading._joined
    sizes: list[int] = []
    monkeypatch.setattr(reading, "_joined", lambda group: sizes.append(len(group)) or joined(group))

    report = reading.read_file(source("effectif"), path, tmp_path / "out")

    assert report.rows == len(lines) * len(MONTHS)
    assert len(sizes) > 1, "the file of this test has more than one block"
    assert set(sizes) == {1}
