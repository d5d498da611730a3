"""Hostile deliveries (quality-bars.md 6): one folder per case, with the file and expected.json.

expected.json: {"case", "file", "source", "verdict", "counters"}. verdict is "whole_file_refused", "lines_rejected",
"accepted_with_warning", "stopped_by_checks" (read, then stopped by the comparison with previous/, the delivery of the
month before) or "any"; counters give read, rejected, valid where the case fixes them. Every file begins as a good one
of scale S, so that only what the case says is wrong. What is about spreadsheets, exports and uploads is of the service.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from vigie.detection.invent import layouts
from vigie.detection.invent.layouts import Layout
from vigie.detection.invent.options import Options
from vigie.detection.invent.streams import stream

REFUSED, REJECTED, WARNED = "whole_file_refused", "lines_rejected", "accepted_with_warning"
STOPPED, ANY = "stopped_by_checks", "any"
LINES = 200  # of the good file that a case spoils
SOURCES = {
    layouts.CONTRIBUTIONS.name: "cotisation",
    layouts.DEBITS.name: "debit",
    layouts.WORKFORCE_FIRMS.name: "effectif_ent",
    layouts.PROCEEDINGS.name: "procol",
    layouts.SIRENE_UNITS.name: "sirene_ul",
}
BOMB_BYTES = 1 << 28  # decompressed: far above what the ratio allows, quick to make


@dataclass(frozen=True)
class Case:
    """One hostile file. suffix: added to the official name. previous: the good file of the month before."""

    name: str
    layout: Layout
    content: bytes
    verdict: str
    counters: dict[str, int] = field(default_factory=dict)
    suffix: str = ""
    previous: bytes | None = None


@dataclass(frozen=True)
class Sound:
    """A good file: its header and its first lines."""

    layout: Layout
    header: bytes
    rows: tuple[bytes, ...]

    @property
    def content(self) -> bytes:
        return self.header + b"".join(self.rows)

    def with_cells(self, column: str, values: tuple[str, ...]) -> bytes:
        """The file with these values in the column, on the first lines."""
        separator = self.layout.separator.encode()
        rows = list(self.rows)
        for at, value in enumerate(values):
            cells = rows[at].rstrip(b"\n").split(separator)
            cells[self.layout.header.index(column)] = value.encode()
            rows[at] = separator.join(cells) + b"\n"
        return self.header + b"".join(rows)


def write(options: Options, folder: Path, write_good: Callable[[Options, Path], list[Path]]) -> list[Path]:
    """Writes folder/<case>/ for every case; gives the folders. write_good: what invents a sound delivery."""
    with tempfile.TemporaryDirectory(dir=_made(folder)) as work:
        small = replace(
            options, firms=min(options.firms, 300), outside=50, defects="none", truth=False, gz=False, batches=1
        )
        place = write_good(small, Path(work))[-1]
        good = {name: _sound(place / name) for name in SOURCES}
        return [_write_case(folder, case) for case in cases(good, options.seed)]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sound(file: Path) -> Sound:
    layout = next(each for each in layouts.OFFICIAL if each.name == file.name)
    header, *rows = file.read_bytes().splitlines(keepends=True)
    plain = [row for row in rows if b'"' not in row]
    return Sound(layout, header, tuple(plain[:LINES]))


def _write_case(folder: Path, case: Case) -> Path:
    place = folder / case.name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    file = place / (case.layout.name + case.suffix)
    file.write_bytes(case.content)
    if case.previous is not None:
        (place / "previous").mkdir()
        (place / "previous" / case.layout.name).write_bytes(case.previous)
    expected = {
        "case": case.name[:4].upper(),
        "file": file.name,
        "source": SOURCES[case.layout.name],
        "verdict": case.verdict,
        "counters": case.counters,
    }
    (place / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    return place


def cases(good: dict[str, Sound], seed: int) -> Iterator[Case]:
    """Every case, in the order of the specification."""
    for family in (_headers, _numbers, _wide, _compressed, _encodings, _shapes, _archives):
        yield from family(good)
    for family in (_deliveries, _identifiers, _dates, _names):
        yield from family(good)
    yield from _mutations(good, seed)


def _headers(good: dict[str, Sound]) -> Iterator[Case]:
    debit = good[layouts.DEBITS.name]
    yield Case("h-01-empty", debit.layout, b"", REFUSED)
    yield Case("h-01-header-only", debit.layout, debit.header, REFUSED)
    yield Case("h-01-column-missing", debit.layout, debit.content.replace(b"Mt_PO", b"Autre", 1), REFUSED)
    yield Case("h-01-column-twice", debit.layout, debit.content.replace(b"Mt_PP", b"Mt_PO", 1), REFUSED)


def _numbers(good: dict[str, Sound]) -> Iterator[Case]:
    debit = good[layouts.DEBITS.name]
    bad = ("", "abc", "1e400", "NaN", "-", "1 234,56", "１２", "9" * 40)
    yield Case("h-02-amounts", debit.layout, debit.with_cells("Mt_PO", bad), REJECTED, _counters(debit, len(bad)))


def _counters(sound: Sound, rejected: int) -> dict[str, int]:
    return {"read": len(sound.rows), "rejected": rejected, "valid": len(sound.rows) - rejected}


def _wide(good: dict[str, Sound]) -> Iterator[Case]:
    sound = good[layouts.WORKFORCE_FIRMS.name]
    names = sound.header.decode().rstrip("\n").split(";")
    first = len(sound.layout.header)
    some = ";".join([*names[:first], "eff", "eff20", "eff202199", *names[first + 3 :]]) + "\n"
    none = ";".join([*names[:first], *("eff" if at % 2 else "eff20" for at in range(len(names) - first))]) + "\n"
    body = b"".join(sound.rows)
    yield Case("h-03-some-months", sound.layout, some.encode() + body, WARNED, {"read": len(sound.rows)})
    yield Case("h-03-no-month", sound.layout, none.encode() + body, REFUSED)


def _compressed(good: dict[str, Sound]) -> Iterator[Case]:
    debit = good[layouts.DEBITS.name]
    packed = gzip.compress(debit.content, mtime=0)
    for name, content in (
        ("truncated", packed[: len(packed) // 2]),
        ("trailing", packed + b"trailing garbage"),
        ("twice", gzip.compress(packed, mtime=0)),
        ("not-gzip", debit.content),
    ):
        yield Case(f"h-04-{name}", debit.layout, content, REFUSED, suffix=".gz")


def _encodings(good: dict[str, Sound]) -> Iterator[Case]:
    sound = good[layouts.WORKFORCE_FIRMS.name]
    text = sound.header + sound.rows[0].replace(b";", ";CAFÉ ".encode(), 1) + b"".join(sound.rows[1:])
    yield Case("h-05-windows-1252", sound.layout, text.decode().encode("cp1252"), WARNED, {"read": len(sound.rows)})
    marked = "\ufeff" + text.decode()
    yield Case("h-05-utf-16", sound.layout, marked.encode("utf-16-le"), WARNED, {"read": len(sound.rows)})


def _shapes(good: dict[str, Sound]) -> Iterator[Case]:
    debit = good[layouts.DEBITS.name]
    yield Case("h-05-nul", debit.layout, debit.content.replace(b";2;", b";\0;"), ANY)
    yield Case("h-06-carriage-return-only", debit.layout, debit.content.replace(b"\n", b"\r"), REFUSED)
    yield Case("h-06-open-quote", debit.layout, debit.header + b'"' + b"".join(debit.rows), ANY)
    yield Case("h-06-endless-line", debit.layout, debit.header + b"7" * 100_000_000, REFUSED)
    many = b";".join(b"c%d" % at for at in range(10_000))
    yield Case("h-06-ten-thousand-columns", debit.layout, many + b"\n" + b"0;" * 9_999 + b"0\n", REFUSED)


def _archives(good: dict[str, Sound]) -> Iterator[Case]:
    debit = good[layouts.DEBITS.name]
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write(debit.header)
        for _ in range(BOMB_BYTES >> 22):
            file.write(b"0" * (1 << 22))
    yield Case("h-07-gzip-bomb", debit.layout, packed.getvalue(), REFUSED, suffix=".gz")
    inner = _zip({debit.layout.name: debit.content})
    yield Case("h-07-nested-zip", debit.layout, _zip({"inner.zip": inner}), REFUSED, suffix=".zip")
    yield Case("h-07-parent-path", debit.layout, _zip({"../../x.csv": debit.content}), REFUSED, suffix=".zip")
    yield Case("h-07-absolute-path", debit.layout, _zip({"/etc/x.csv": debit.content}), REFUSED, suffix=".zip")
    crowd = {f"{at}.csv": b"" for at in range(2_000)}
    yield Case("h-07-many-entries", debit.layout, _zip(crowd), REFUSED, suffix=".zip")
    yield Case("h-07-link", debit.layout, _zip({debit.layout.name: b"/etc/passwd"}, link=True), REFUSED, suffix=".zip")


def _zip(entries: dict[str, bytes], link: bool = False) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o120777 if link else 0o100644) << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _deliveries(good: dict[str, Sound]) -> Iterator[Case]:
    due, debit = good[layouts.CONTRIBUTIONS.name], good[layouts.DEBITS.name]
    before = debit.content
    yield Case("h-10-same-again", debit.layout, before, STOPPED, previous=before)
    fewer = debit.header + b"".join(debit.rows[: len(debit.rows) * 6 // 10])
    yield Case("h-10-forty-percent-fewer", debit.layout, fewer, STOPPED, previous=before)
    place = due.layout.header.index("cotis_due")
    amounts = [row.rstrip(b"\n").split(b";")[place].decode() for row in due.rows]
    hundred = due.with_cells("cotis_due", tuple(amount.replace(",", "") for amount in amounts))
    yield Case("h-10-cents-for-euros", due.layout, hundred, STOPPED, previous=due.content)
    shifted = due.header + b"".join(b";" + row.rstrip(b"\n").rpartition(b";")[0] + b"\n" for row in due.rows)
    yield Case(
        "h-10-column-shifted", due.layout, shifted, REJECTED, _counters(due, len(due.rows)), previous=due.content
    )


def _identifiers(good: dict[str, Sound]) -> Iterator[Case]:
    debit = good[layouts.DEBITS.name]
    siret = debit.rows[0].split(b";")[debit.layout.header.index("Siret")].decode()
    wrong_key = siret[:-1] + str((int(siret[-1]) + 1) % 10)
    yield Case("h-11-wrong-key", debit.layout, debit.with_cells("Siret", (wrong_key,)), WARNED, _counters(debit, 0))
    bad = ("1.23E+13", "2989208100001A", "2989")
    yield Case("h-11-not-a-siret", debit.layout, debit.with_cells("Siret", bad), REJECTED, _counters(debit, len(bad)))


def _dates(good: dict[str, Sound]) -> Iterator[Case]:
    debit, events = good[layouts.DEBITS.name], good[layouts.PROCEEDINGS.name]
    bad = ("1210231", "0000000", "3190101", "11A0203", "-10101")
    yield Case("h-12-urssaf", debit.layout, debit.with_cells("Dt_trt_ecn", bad), REJECTED, _counters(debit, len(bad)))
    judged = ("31FEB2024", "00JAN2024", "01JAN2219", "01JAN1850")
    spoilt = events.with_cells("Dt_effet", judged)
    yield Case("h-12-judgments", events.layout, spoilt, REJECTED, _counters(events, len(judged)))


def _names(good: dict[str, Sound]) -> Iterator[Case]:
    units = good[layouts.SIRENE_UNITS.name]
    names = (
        "<script>alert(1)</script>", "><img onerror=x>", "\u202eESREVNI", "ZE\u200bRO", "E" + "\u0301" * 10_000,
        "\U0001f9e8", "{{7*7}}", "%s", "../../x", "=1+1",
    )  # fmt: skip
    spoilt = units.with_cells("denominationUniteLegale", names)
    yield Case("h-13-names", units.layout, spoilt, WARNED, {"read": len(units.rows)})


def _mutations(good: dict[str, Sound], seed: int) -> Iterator[Case]:
    """H-15, five of them: any verdict, but no exception and read = valid + filtered + rejected."""
    debit = good[layouts.DEBITS.name]
    random = stream(seed, "mutations", 0)
    for rank in range(5):
        content = np.frombuffer(debit.content, np.uint8).copy()
        content[random.integers(0, len(content), 30)] = random.integers(0, 256, 30)
        yield Case(f"h-15-mutation-{rank}", debit.layout, content.tobytes(), ANY)
