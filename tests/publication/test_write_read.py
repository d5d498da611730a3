"""The door: written once, whole, the same bytes; read without trust."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.publication.factories import Firm, entry, facts, logit, published, published_facts, siren, table, tables
from vigie.kernel.errors import HashMismatch, PublicationError, UnknownSchema
from vigie.publication import read, schema
from vigie.publication.read import Publication, open_publication
from vigie.publication.write import write, write_facts

ROOT = Path(__file__).resolve().parents[2]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def edit(folder: Path, **changes: object) -> None:
    """Writes another manifest, as somebody who may write in the folder could."""
    path = folder / "manifest.json"
    content = json.loads(path.read_text()) | changes
    path.chmod(0o644)
    path.write_text(json.dumps(content))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    folder = published(tmp_path)

    found = open_publication(folder)

    assert found.manifest.publication_id == "2026-06.1"
    assert found.manifest.perimeter.rules[0].left_out == 1200
    assert found.manifest.all_checks_passed
    assert found.rows_count("entries") == 3
    assert [one for part in found.column_batches("entries", ["siren"]) for one in part["siren"]] == [
        siren(n) for n in (1, 2, 3)
    ]


def test_dossier_holds_the_rows_of_the_firm_and_no_other(tmp_path: Path) -> None:
    found = open_publication(published(tmp_path))

    dossier = found.dossier(siren(2), ["entries", "dossier_debts", "contributions", "lookalikes"])

    assert [row["display_name"] for row in dossier["entries"]] == ["Boulangerie Petit"]
    assert len(dossier["dossier_debts"]) == 24
    assert dossier["dossier_debts"][-1]["employee_debt_eur"] == Decimal("4300.00")
    assert dossier["entries"][0]["source_age_months"] == {"debit": 1, "effectif_ent": 2}
    assert dossier.absent == ("lookalikes",)


def test_a_firm_asked_again_is_not_read_again_and_whoever_changes_its_rows_changes_his_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "FIRMS_KEPT", 1)
    found, asked = open_publication(published(tmp_path)), ["dossier_debts"]
    usual, groups = pq.ParquetFile.read_row_groups, list[list[int]]()

    def counted(self: pq.ParquetFile, numbers: list[int], *args: Any, **named: Any) -> Any:
        groups.append(numbers)
        return usual(self, numbers, *args, **named)

    monkeypatch.setattr(pq.ParquetFile, "read_row_groups", counted)
    first = found.dossier(siren(2), asked)["dossier_debts"]
    before = [dict(row) for row in first]
    first[0]["employee_debt_eur"] = None
    first.pop()

    assert found.dossier(siren(2), asked)["dossier_debts"] == before
    assert len(groups) == 1
    assert found.dossier(siren(1), asked)["dossier_debts"] != before
    assert found.dossier(siren(2), asked)["dossier_debts"] == before
    assert len(groups) >= 2  # only the last firms are kept


@pytest.mark.parametrize("asked", [siren(77), "../../etc", "", "1", siren(1)[:8] + "x"])
def test_unknown_or_strange_siren_has_no_row(tmp_path: Path, asked: str) -> None:
    dossier = open_publication(published(tmp_path)).dossier(asked)

    assert not any(dossier.rows.values())


def test_contributions_add_up_to_the_score(tmp_path: Path) -> None:
    firm = Firm(1, correction=-0.4)
    dossier = open_publication(published(tmp_path, firms=[firm])).dossier(firm.siren)

    row = dossier["entries"][0]
    summed = sum(c["contribution_log_odds"] for c in dossier["contributions"] if c["kind"] != "feature")

    assert row["base_log_odds"] + summed == pytest.approx(logit(row["score"]), abs=1e-6)


def test_same_tables_give_the_same_bytes_but_for_the_moment(tmp_path: Path) -> None:
    first = files(published(tmp_path / "a"))
    second = files(published(tmp_path / "b", created_at=datetime(2027, 1, 1, tzinfo=UTC)))

    manifests = [json.loads(found.pop("manifest.json")) for found in (first, second)]

    assert first == second
    assert manifests[0].pop("created_at") != manifests[1].pop("created_at")
    assert manifests[0] == manifests[1]


def groups_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writes so few rows by group that a small table has many."""
    small = {name: replace(one, rows_per_group=rows) for name, one in schema.BY_NAME.items()}
    monkeypatch.setattr("vigie.publication.write.BY_NAME", small)


def test_cutting_of_the_source_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups_of(7, monkeypatch)
    given = tables([Firm(n) for n in range(1, 40)])
    paths = {}
    for name, rows in given.items():
        paths[name] = tmp_path / f"{name}.parquet"
        pq.write_table(rows, paths[name], row_group_size=5)

    whole = write(tmp_path / "a", "2026-06.1", given, facts())
    cut = write(tmp_path / "b", "2026-06.1", paths, facts())

    assert files(whole) == files(cut)


def test_firm_is_found_across_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups_of(5, monkeypatch)
    firms = [Firm(n) for n in range(1, 30)]
    found = open_publication(published(tmp_path, firms=firms))

    for firm in firms:
        dossier = found.dossier(firm.siren, ["dossier_debts", "contributions", "entries"])
        assert [len(dossier[t]) for t in ("dossier_debts", "contributions", "entries")] == [24, 8, 1]


def test_publication_is_never_written_over(tmp_path: Path) -> None:
    folder = published(tmp_path)
    before = files(folder)

    with pytest.raises(PublicationError, match="already published"):
        published(tmp_path, firms=[Firm(9)])

    assert files(folder) == before
    assert list((tmp_path / ".writing").iterdir()) == []


@pytest.mark.parametrize("name", ["2026-6.1", "2026-06", "2026-06.0", "../2026-06.1", "2026-06.1/x", "2026-13.1"])
def test_strange_identifier_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PublicationError):
        write(tmp_path, name, tables([Firm(1)]), facts())


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        ("entries", [entry(Firm(2)), entry(Firm(1))], "not sorted"),
        ("entries", [entry(Firm(1)), entry(Firm(1))], "twice"),
        ("entries", [entry(Firm(1), level="red")], "not among"),
        ("entries", [entry(Firm(1), score=1.2)], "outside"),
        ("entries", [entry(Firm(1), score=float("nan"))], "finite"),
        ("entries", [entry(Firm(1), siren="12345678")], "9 digits"),
        ("entries", [entry(Firm(1), first_alert=None)], "missing"),
    ],
)
def test_table_that_breaks_the_schema_is_refused(tmp_path: Path, name: str, rows: list[dict], said: str) -> None:
    loose = pa.schema([field.with_nullable(True) for field in schema.BY_NAME[name].arrow()])
    given = tables([Firm(1)]) | {name: pa.Table.from_pylist(rows, schema=loose)}

    with pytest.raises(PublicationError, match=said):
        write(tmp_path, "2026-06.1", given, facts())

    assert not (tmp_path / "2026-06.1").exists()


def test_missing_column_and_missing_table_are_named(tmp_path: Path) -> None:
    given = tables([Firm(1)])

    with pytest.raises(PublicationError, match="main_family"):
        write(tmp_path, "2026-06.1", given | {"entries": given["entries"].drop_columns(["main_family"])}, facts())
    with pytest.raises(PublicationError, match="contributions"):
        write(tmp_path, "2026-06.1", {"entries": given["entries"]}, facts())
    with pytest.raises(PublicationError, match="rumours"):
        write(tmp_path, "2026-06.1", given | {"rumours": given["entries"]}, facts())


def test_facts_folder_holds_dossiers_only(tmp_path: Path) -> None:
    folder = published_facts(tmp_path, "2026-06-18", [Firm(1)])

    assert folder == tmp_path / "facts" / "2026-06-18"
    assert open_publication(folder).manifest.kind == "facts"
    with pytest.raises(PublicationError, match="entries"):
        write_facts(tmp_path, "2026-06-19", {"entries": table("entries", [])}, facts())


# --- hostile folders (S-15)


def test_changed_byte_is_seen(tmp_path: Path) -> None:
    folder = published(tmp_path)
    path = folder / "entries.parquet"
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(HashMismatch, match="entries"):
        open_publication(folder)


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "model.pkl", "more.parquet"])
def test_extra_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = published(tmp_path)
    (folder / name).write_bytes(b"\x80\x04.")

    with pytest.raises(PublicationError, match="does not name"):
        open_publication(folder)


def test_missing_file_folder_inside_and_symbolic_links_are_refused(tmp_path: Path) -> None:
    folder = published(tmp_path)
    copies = [shutil.copytree(folder, tmp_path / name / "2026-06.1") for name in "abcd"]

    (copies[0] / "CARD.md").unlink()
    (copies[1] / "more").mkdir()
    (copies[2] / "CARD.md").unlink()
    (copies[2] / "CARD.md").symlink_to(folder / "CARD.md")
    shutil.rmtree(copies[3])
    copies[3].symlink_to(folder)

    for copy in copies:
        with pytest.raises(PublicationError):
            open_publication(copy)


@pytest.mark.parametrize("path", ["../entries.parquet", "/etc/passwd", "a/b.parquet", "model.pkl", "x.parquet\0", ""])
def test_manifest_that_names_a_strange_path_is_refused(tmp_path: Path, path: str) -> None:
    folder = published(tmp_path)
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    edit(folder, files=[*listed, {"path": path, "sha256": "0" * 64, "rows": 0}])

    with pytest.raises(PublicationError, match="no file of a publication"):
        open_publication(folder)


@pytest.mark.parametrize("version", ["2.0", "0.9", "", None, 1, "x"])
def test_unknown_schema_is_refused(tmp_path: Path, version: object) -> None:
    folder = published(tmp_path)
    edit(folder, schema_version=version)

    with pytest.raises(UnknownSchema):
        open_publication(folder)


def test_later_minor_version_is_read(tmp_path: Path) -> None:
    folder = published(tmp_path)
    edit(folder, schema_version="1.7", something_new=[1, 2])

    assert isinstance(open_publication(folder), Publication)


def test_tables_of_a_later_minor_version_are_left_unread(tmp_path: Path) -> None:
    folder = published(tmp_path)
    folder.chmod(0o755)
    (folder / "novelty.parquet").write_bytes(b"new")
    file = {"path": "novelty.parquet", "sha256": hashlib.sha256(b"new").hexdigest(), "rows": 1}
    files = [*json.loads((folder / "manifest.json").read_text())["files"], file]

    edit(folder, files=files)
    with pytest.raises(UnknownSchema):
        open_publication(folder)
    edit(folder, files=files, schema_version="1.9")

    assert "novelty" not in open_publication(folder).tables


def rewrite(folder: Path, name: str, change: Callable[[pa.Table], pa.Table], version: str) -> None:
    """One file as another minor version would have written it, with a manifest that says so."""
    path = folder / f"{name}.parquet"
    path.chmod(0o644)
    pq.write_table(change(pq.read_table(path)), path)
    told = json.loads((folder / "manifest.json").read_text())["files"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    listed = [one | {"sha256": digest} if one["path"] == path.name else one for one in told]
    edit(folder, files=listed, schema_version=version)


def test_columns_that_an_earlier_minor_version_lacks_are_read_as_unknown(tmp_path: Path) -> None:
    folder = published(tmp_path)
    rewrite(folder, "entries", lambda found: found.drop_columns(["probable_need"]), "1.1")

    found = open_publication(folder)

    assert found.dossier(Firm(1).siren, ["entries"])["entries"][0]["probable_need"] is None
    assert next(found.column_batches("entries", ["siren", "probable_need"]))["probable_need"] == [None] * 3
    rewrite(folder, "entries", lambda found: found.drop_columns(["level"]), "1.1")
    with pytest.raises(UnknownSchema):
        open_publication(folder)


def test_columns_of_a_later_minor_version_are_left_unread(tmp_path: Path) -> None:
    folder = published(tmp_path)
    rewrite(folder, "entries", lambda found: found.append_column("novelty", pa.nulls(3, pa.int32())), "1.9")

    assert "novelty" not in open_publication(folder).dossier(Firm(1).siren, ["entries"])["entries"][0]


@pytest.mark.parametrize(
    "changes",
    [
        {"publication_id": "2026-06.2"},
        {"publication_id": 3},
        {"kind": "other"},
        {"batch": "juin"},
        {"batch": "2026-05"},
        {"replaces": "../../x"},
        {"files": None},
        {"files": [3]},
        {"checks": [{"name": "x", "passed": "yes"}]},
        {"created_at": "2026-07-02T06:00:00"},
        {"perimeter": []},
    ],
)
def test_manifest_of_another_shape_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    folder = published(tmp_path)
    edit(folder, **changes)

    with pytest.raises(PublicationError):
        open_publication(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "[" * 100_000, '{"schema_version": NaN}', "\ud800"])
def test_manifest_that_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    folder = published(tmp_path)
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_text(text, errors="surrogatepass")

    with pytest.raises(PublicationError):
        open_publication(folder)


def test_columns_of_another_type_are_refused_even_with_the_right_hash(tmp_path: Path) -> None:
    import hashlib

    folder = published(tmp_path)
    path = folder / "entries.parquet"
    path.chmod(0o644)
    pq.write_table(pa.table({"siren": ["x"]}), path)
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    for line in listed:
        if line["path"] == "entries.parquet":
            line["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    edit(folder, files=listed)

    with pytest.raises(UnknownSchema, match="columns differ"):
        open_publication(folder)


def test_mutated_folders_are_refused_without_another_exception(tmp_path: Path) -> None:
    folder = published(tmp_path)
    source = random.Random(11)
    names = sorted(path.name for path in folder.iterdir())
    for trial in range(60):
        copy = shutil.copytree(folder, tmp_path / str(trial) / "2026-06.1")
        path = copy / source.choice(names)
        path.chmod(0o644)
        content = bytearray(path.read_bytes())
        if trial % 2:
            del content[source.randrange(len(content)) :]
        else:
            content[source.randrange(len(content))] = source.randrange(256)
        if bytes(content) == (folder / path.name).read_bytes():
            continue
        path.write_bytes(content)
        try:  # a change of white space, or of a figure in the manifest, can leave it readable
            assert path.name == "manifest.json" or not open_publication(copy)
        except PublicationError:
            continue


# --- killed at any moment

WRITER = """
import os, sys
from pathlib import Path
from typing import Any
from tests.publication.factories import published, Firm
import vigie.publication.write as w
step, count = int(sys.argv[2]), 0
def counted(function):
    def run(*a, **k):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), 9)
        return function(*a, **k)
    return run
for name in ("fsync", "rename", "open"):
    setattr(w.os, name, counted(getattr(w.os, name)))
w.pq.ParquetWriter.write_table = counted(w.pq.ParquetWriter.write_table)
w.Path.chmod = counted(w.Path.chmod)
published(Path(sys.argv[1]))
print(count)
"""


def test_killed_at_every_step_it_leaves_nothing_or_the_whole(tmp_path: Path) -> None:
    undisturbed = files(published(tmp_path / "whole"))
    outcomes = []
    for step in range(1, 60, 6):
        root = tmp_path / str(step)
        code = subprocess.run(
            [sys.executable, "-c", WRITER, str(root), str(step)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."}, capture_output=True,
        ).returncode  # fmt: skip
        visible = [path.name for path in root.glob("[!.]*")]
        outcomes.append((code, visible))
        if visible:
            assert files(root / "2026-06.1") == undisturbed
        else:
            assert files(published(root)) == undisturbed
            assert list((root / ".writing").iterdir()) == []
        if code == 0:
            break

    assert outcomes[0] == (-signal.SIGKILL, [])
    assert outcomes[-1] == (0, ["2026-06.1"])


def test_firms_are_found_by_what_a_row_says(tmp_path: Path) -> None:
    found = open_publication(published(tmp_path))
    assert found.sirens_where("entries", "level", "moderate") == {siren(2)}
    assert found.sirens_where("contributions", "kind", "nothing") == set()


def test_features_that_raise_the_risk_are_read_for_the_firms_asked_for_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = open_publication(published(tmp_path))
    whole = [one for columns in found.raising({siren(1), siren(9)}) for one in columns["code"]]
    monkeypatch.setattr(read, "ROWS_PER_GROUP", 2)  # a firm's rows stand in several batches
    cut = [one for columns in found.raising({siren(1), siren(9)}) for one in columns["code"]]
    assert cut == whole != []
    wanted = found.dossier(siren(1), ["contributions"])["contributions"]
    assert whole == [row["code"] for row in wanted if row["kind"] == "feature" and row["contribution_log_odds"] > 0]
    assert next(found.raising(set()))["code"] == []
