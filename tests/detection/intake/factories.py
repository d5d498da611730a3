"""Small files in the official formats, to be spoilt one way at a time."""

from __future__ import annotations

from pathlib import Path

from vigie.detection.intake.reading import read_file
from vigie.detection.intake.report import FileReport
from vigie.detection.sources.registry import source

SIREN = "290000058"
SIRET = "29000005800013"
DEBIT_HEADER = (
    "Urssaf_gestion;Dep;num_cpte;Siren;Siret;Dt_immat;Etat_cpte;Cd_pro_col;Periode;Num_Ecn;Num_Hist_Ecn;"
    "Dt_trt_ecn;Mt_PO;Mt_PP;Cd_op_ecn;Motif_ecn;Recours_en_cours"
)


def debit_line(**changes: str) -> str:
    """One good line of debts, with what is said changed."""
    cells = {
        "Urssaf_gestion": "427",
        "Dep": "67",
        "num_cpte": "427000000000000001",
        "Siren": SIREN,
        "Siret": SIRET,
        "Dt_immat": "20150708",
        "Etat_cpte": "1",
        "Cd_pro_col": "0",
        "Periode": "202531",
        "Num_Ecn": "101",
        "Num_Hist_Ecn": "1",
        "Dt_trt_ecn": "1250918",
        "Mt_PO": "12345",
        "Mt_PP": "67890",
        "Cd_op_ecn": "1",
        "Motif_ecn": "2",
        "Recours_en_cours": "0",
    }
    return ";".join({**cells, **changes}.values())


def debit_file(*lines: str) -> bytes:
    """A file of debts with its header."""
    return ("\n".join((DEBIT_HEADER, *lines)) + "\n").encode()


def read_bytes(code: str, data: bytes, folder: Path, name: str = "delivery.csv") -> FileReport:
    """The report of these bytes read as this source; rows under folder/rows."""
    path = folder / name
    path.write_bytes(data)
    report = read_file(source(code), path, folder / "rows")
    assert report.read == report.valid + report.filtered + report.rejected
    assert (folder / "rows").exists() is not report.is_fatal
    return report
