from pathlib import Path

import pytest

from vigie.kernel.errors import CheckFailed, MissingColumn
from vigie.kernel.nomenclature import rebuild
from vigie.kernel.nomenclature.labels import labels


def test_committed_file_comes_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "table.csv"
    lines = [f'{code[:2]}.{code[2:]},"{label}"' for code, label in labels("naf_rev2").items()]
    table.write_text("\n".join(["niv5,libelle_niv5", *reversed(lines)]), encoding="utf-8-sig")
    committed = (rebuild.DATA / "naf_rev2.csv").read_bytes()
    monkeypatch.setattr(rebuild, "DATA", tmp_path)

    assert rebuild.main(["naf_rev2", str(table)]) == 0

    assert (tmp_path / "naf_rev2.csv").read_bytes() == committed


def test_another_table_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("code,libelle\n1000,Entrepreneur individuel\n", encoding="utf-8")
    with pytest.raises(CheckFailed, match="1 codes, 260 expected"):
        rebuild.compact("legal_forms", short)
    with pytest.raises(MissingColumn, match="niv5"):
        rebuild.compact("naf_rev2", short)
    assert rebuild.main([]) == 2
