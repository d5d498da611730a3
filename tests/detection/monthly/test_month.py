"""A month from raw files to the publication, and all that may go wrong with a delivery."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.detection.monthly.conftest import FIRST, SECOND, Batch
from vigie.detection import cli
from vigie.publication.read import open_publication

Copy = Callable[[Batch], Batch]


@pytest.fixture
def batch(september: Batch, copy_of: Copy) -> Batch:
    return copy_of(september)


def steps(batch: Batch, month=SECOND) -> dict[str, str]:
    return {step["name"]: step["state"] for step in batch.record(month)["steps"]}


def files(folder) -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    manifest = json.loads(found["manifest.json"])
    manifest.pop("created_at")
    found["manifest.json"] = json.dumps(manifest, sort_keys=True).encode()
    return found


def test_publication_is_whole_and_says_where_it_comes_from(september: Batch) -> None:
    """Flaw 16: no version of the code was kept, and the freshness of each source was typed by hand."""
    made = open_publication(september.publications / "2026-09.1")

    assert made.manifest.batch == FIRST
    assert made.manifest.perimeter.kept == made.rows_count("entries") > 200
    assert {one.name for one in made.manifest.sources if one.stale} == set()
    assert all(check.passed for check in made.manifest.checks)
    assert made.manifest.code_version == september.record(FIRST)["code_version"] != ""
    assert set(made.manifest.data_cutoffs) >= {"debit", "cotisation", "effectif_ent"}
    assert made.tables >= {"entries", "contributions", "dossier_debts", "dossier_workforce", "left_out", "drift"}
    assert september.record(FIRST)["state"] == "done"


def test_every_score_is_the_sum_of_its_bars(september: Batch) -> None:
    folder = september.publications / "2026-09.1"
    entries = pq.read_table(folder / "entries.parquet").to_pandas().set_index("siren")
    bars = pq.read_table(folder / "contributions.parquet").to_pandas()

    families = bars[bars.kind == "family"].groupby("siren").contribution_log_odds.sum()
    features = bars[bars.kind == "feature"].groupby("siren").contribution_log_odds.sum()
    logit = np.log(entries.score / (1 - entries.score))

    assert np.abs(entries.base_log_odds + families - logit).max() < 1e-6
    assert np.abs(features - families[features.index]).max() < 1e-9
    assert set(entries[entries.level != "none"].index) <= set(features.index)


def test_alerts_have_told_reasons_with_their_date(september: Batch) -> None:
    folder = september.publications / "2026-09.1"
    entries = pq.read_table(folder / "entries.parquet").to_pandas()
    bars = pq.read_table(folder / "contributions.parquet").to_pandas()
    told = bars[bars.sentence_fr.notna() & (bars.contribution_log_odds > 0)]

    assert set(entries[entries.level != "none"].siren) <= set(told.siren)
    assert told.fact_on.notna().all()


def test_none_is_already_in_proceedings_and_the_others_are_told_why(september: Batch) -> None:
    folder = september.publications / "2026-09.1"
    left = pq.read_table(folder / "left_out.parquet").to_pandas()
    entries = pq.read_table(folder / "entries.parquet").to_pandas()

    assert set(left.siren).isdisjoint(entries.siren)
    assert {"workforce", "in_proceedings", "activity"} <= set(left.rule)
    assert left.observed.str.len().min() > 10


def test_same_month_again_does_nothing(batch: Batch) -> None:
    assert batch.run(FIRST) == 0

    assert set(steps(batch, FIRST).values()) == {"kept"}
    assert [path.name for path in batch.publications.glob("2026-09.*")] == ["2026-09.1"]


def test_next_month_reuses_the_model_and_says_what_changed(batch: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    before = pq.read_table(batch.publications / "2026-09.1" / "entries.parquet").to_pandas()
    scored = before.siren[0]
    partner = f"siren;score;month;provider\n{scored};0.3;2026-09;DGFiP\n"
    batch.file(SECOND, "score_partenaire.csv").write_text(partner)
    assert batch.run(SECOND) == 0

    assert steps(batch)["train"] == "kept"
    (beside,) = pq.read_table(batch.publications / "2026-10.1" / "partner_scores.parquet").to_pylist()
    assert (beside["siren"], beside["provider"], beside["score"]) == (scored, "DGFiP", 0.3)
    panel = next(step for step in batch.record(SECOND)["steps"] if step["name"] == "panel")
    assert panel["facts"]["months_built"] == 1
    bars = pq.read_table(batch.publications / "2026-10.1" / "contributions.parquet").to_pandas()
    entries = pq.read_table(batch.publications / "2026-10.1" / "entries.parquet").to_pandas()
    assert bars[bars.kind == "family"].change_log_odds.notna().mean() > 0.9
    alerted = set(before[before.level != "none"].siren)
    assert not (entries[entries.siren.isin(alerted)].first_alert).any()
    assert entries[(entries.level != "none") & ~entries.siren.isin(alerted)].first_alert.all()

    drift = batch.record(SECOND)["drift"]
    assert drift["measured"]
    assert drift["model_id"] == "2026-09-ebm-a"
    assert drift["volumes"][0][:2] == ["risque fort", int((before.level == "strong").sum())]
    assert drift["meaning_fr"] in (batch.publications / "2026-10.1" / "CARD.md").read_text()
    capsys.readouterr()
    assert cli.main(["status", "--lake", str(batch.lake.root), "--publications", str(batch.publications)]) == 0
    told = capsys.readouterr().out
    assert drift["meaning_fr"] in told
    assert "facultative" in told


def test_truncated_missing_and_doubled_files_stop_nothing_but_themselves(batch: Batch) -> None:
    debits = batch.file(SECOND, "sigfaible_debits.csv")
    whole = gzip.compress(debits.read_bytes(), mtime=0)
    debits.unlink()
    batch.file(SECOND, "sigfaible_debits.csv.gz").write_bytes(whole[: len(whole) // 2])
    batch.file(SECOND, "consommation_ap.csv").unlink()
    contributions = batch.file(SECOND, "sigfaible_cotisdues.csv")
    batch.file(SECOND, "sigfaible_cotisdues.csv.gz").write_bytes(gzip.compress(contributions.read_bytes(), mtime=0))

    assert batch.run(SECOND) == 0

    sources = batch.record(SECOND)["sources"]
    assert {code for code, one in sources.items() if one["state"] == "stale"} == {"debit", "apconso", "cotisation"}
    told = "\n".join(batch.told(SECOND))
    assert "sigfaible_debits.csv.gz" in told
    assert "consommation_ap.csv était attendu" in told
    assert "livrée en double" in told
    manifest = open_publication(batch.publications / "2026-10.1").manifest
    assert set(manifest.stale_sources) == {"debit", "apconso", "cotisation"}


def test_shrunken_file_keeps_the_former_and_a_named_person_may_take_it(batch: Batch) -> None:
    workforce = batch.file(SECOND, "sigfaible_effectif_siren.csv")
    lines = workforce.read_bytes().splitlines(keepends=True)
    workforce.write_bytes(b"".join(lines[: len(lines) // 2]))

    assert batch.run(SECOND) == 0
    assert batch.record(SECOND)["sources"]["effectif_ent"]["state"] == "stale"
    assert any("coupé" in text for text in batch.told(SECOND))

    batch.run(SECOND, "--accept", "effectif_ent:Jeanne Martin")
    assert batch.record(SECOND)["sources"]["effectif_ent"]["state"] == "delivered"


def test_last_months_file_under_this_months_name_is_refused(batch: Batch) -> None:
    shutil.copy(batch.file(FIRST, "sigfaible_delais.csv"), batch.file(SECOND, "sigfaible_delais.csv"))

    assert batch.run(SECOND) == 0

    assert batch.record(SECOND)["sources"]["delai"]["state"] == "stale"
    assert any("Déjà reçu" in text or "déjà reçu" in text for text in batch.told(SECOND))


def test_late_file_redoes_only_what_reads_it(batch: Batch) -> None:
    """P-11: the other sources are not read again."""
    late = batch.file(SECOND, "consommation_ap.csv")
    kept = late.read_bytes()
    late.unlink()
    assert batch.run(SECOND) == 0
    late.write_bytes(kept)

    assert batch.run(SECOND) == 0

    done = {name for name, state in steps(batch).items() if state == "done"}
    assert done == {"intake:apconso", "panel", "score", "publish"}
    assert sorted(path.name for path in batch.publications.glob("2026-10.*")) == ["2026-10.1", "2026-10.2"]
    assert open_publication(batch.publications / "2026-10.2").manifest.replaces == "2026-10.1"


def test_without_an_essential_source_nothing_is_published(batch: Batch, september: Batch) -> None:
    """Flaw 19: the reference printed a failed step and said that all went well; here the exit code is 1."""
    shutil.rmtree(batch.lake.root / "typed" / "procol")
    for month in (FIRST, SECOND):
        batch.file(month, "sigfaible_pcoll.csv").unlink()

    assert batch.run(SECOND) == 1

    assert batch.record(SECOND)["state"] == "blocked"
    assert any("sigfaible_pcoll.csv" in text for text in batch.told(SECOND, "blocking"))
    assert files(batch.publications / "2026-09.1") == files(september.publications / "2026-09.1")


def test_unknown_file_is_told_and_left(batch: Batch) -> None:
    batch.file(SECOND, "notes.docx").write_bytes(b"...")

    assert batch.run(SECOND) == 0

    assert any("notes.docx" in text for text in batch.told(SECOND, "note"))


def test_a_source_that_comes_before_the_list_refreshes_the_facts_only(batch: Batch, september: Batch) -> None:
    for path in (batch.incoming / str(SECOND)).iterdir():
        if path.name not in ("sigfaible_pcoll.csv", "sigfaible_debits.csv", "sigfaible_cotisdues.csv"):
            path.unlink()

    assert batch.run(SECOND, "--facts-only") == 0
    assert not [text for text in batch.told(SECOND, "note") if "aucun fait nouveau" in text]
    assert batch.run(SECOND, "--facts-only") == 0
    assert [text for text in batch.told(SECOND, "note") if "les fichiers sont ceux des faits du" in text]
    assert batch.record(SECOND)["facts"] is None

    (folder,) = (batch.publications / "facts").iterdir()
    fresher = open_publication(folder)
    assert fresher.tables == {"dossier_debts", "dossier_proceedings"}
    assert (
        fresher.manifest.data_cutoffs["debit"]
        > open_publication(september.publications / "2026-09.1").manifest.data_cutoffs["debit"]
    )
    assert batch.told(SECOND) == []
    assert not list(batch.publications.glob("2026-10.*"))


def test_two_runs_at_once_are_refused(batch: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    with batch.lake.held():
        assert batch.run(SECOND) == 1

    assert "une autre intégration travaille" in capsys.readouterr().err


def test_same_inputs_give_the_same_bytes(raw, september: Batch, tmp_path) -> None:
    """R-08, but for `created_at`; another place, another day."""
    other = Batch(tmp_path)
    shutil.copytree(raw, other.incoming)
    other.lake.root.mkdir()
    shutil.copy(september.lake.root / "parameters.toml", other.lake.root)

    assert other.run(FIRST) == 0

    assert files(other.publications / "2026-09.1") == files(september.publications / "2026-09.1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("month = 3", "paramètre inconnu « month »"),
        ("months = 'ten'", "months : un nombre entier est attendu"),
        ("months = 3", "months va de 24 à 240"),
        ("policy = 'guess'", "policy : fbeta ou"),
        ("months = [", "ce n’est pas du TOML"),
    ],
)
def test_wrong_parameters_are_named(batch: Batch, capsys, text: str, message: str) -> None:
    (batch.lake.root / "parameters.toml").write_text(text)

    assert batch.run(SECOND) == 1

    assert message in capsys.readouterr().err


def test_a_model_trained_on_demand_is_kept_by_the_next_run_of_the_month(batch: Batch) -> None:
    """The next run took up the model of the month before again and published a list that nobody had asked for."""
    assert batch.run(SECOND, "--retrain") == 0
    assert batch.run(SECOND) == 0

    assert sorted(path.name for path in batch.publications.glob("2026-10.*")) == ["2026-10.1"]
    assert open_publication(batch.publications / "2026-10.1").manifest.model_id == "2026-10-ebm-a"
