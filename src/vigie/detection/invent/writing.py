"""Writes deliveries: blocks are lived one after the other, each told to every file of every delivery."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from vigie.detection.invent import defects, hostile, layouts, other_files, places, urssaf_files
from vigie.detection.invent.block import Block, live
from vigie.detection.invent.groups import NAME as GROUPS
from vigie.detection.invent.groups import GroupsFile
from vigie.detection.invent.layouts import Layout
from vigie.detection.invent.options import BLOCK, Options, month_of
from vigie.detection.invent.truth import TruthFile

Teller = Callable[[Block, int], Iterator[bytes]]
TELLERS: tuple[tuple[Layout, Teller], ...] = (
    (layouts.CONTRIBUTIONS, urssaf_files.contributions),
    (layouts.DEBITS, urssaf_files.debits),
    (layouts.WORKFORCE_FIRMS, urssaf_files.workforce_of_firms),
    (layouts.WORKFORCE_PLACES, urssaf_files.workforce_of_places),
    (layouts.PLANS, urssaf_files.payment_plans),
    (layouts.CCSF, urssaf_files.ccsf),
    (layouts.PROCEEDINGS, urssaf_files.proceedings),
    (layouts.HOURS_USED, other_files.hours_used),
    (layouts.HOURS_ASKED, other_files.hours_asked),
    (layouts.SIRENE_UNITS, other_files.legal_units),
    (layouts.SIRENE_PLACES, other_files.establishments),
    (layouts.SIRENE_HISTORY, other_files.history),
    (layouts.BALANCE_SHEETS, other_files.balance_sheets),
)
PARTNER: tuple[Layout, Teller] = (layouts.PARTNER_SCORES, other_files.partner_scores)
TRUTH = "truth"
Progress = Callable[[int, int], None]


def invent(
    options: Options, folder: Path, communes: Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """Writes folder/<month>/<official files> for each delivery; gives the delivery folders, oldest first.

    With hostile defects: one folder per case instead (see ``hostile``).

    progress: told how many blocks are done, of how many.
    """
    if options.defects == "hostile":
        return hostile.write(options, folder, invent)
    towns = places.read(communes)
    tellers = [*TELLERS, PARTNER] if options.partner_score else list(TELLERS)
    blocks = -(-options.total // BLOCK)
    deliveries = {delivery: folder / str(month_of(delivery)) for delivery in options.deliveries}
    with ExitStack() as stack:
        files = {
            (delivery, layout.name): _opened(stack, options, layout, delivery, place)
            for delivery, place in deliveries.items()
            for layout, _ in tellers
        }
        beside = _beside(options, folder, deliveries)
        for number in range(blocks):
            block = live(options, towns, number)
            for delivery in deliveries:
                for layout, teller in tellers:
                    pieces = teller(block, delivery)
                    if options.defects != "none":
                        pieces = defects.spoilt(options, layout, pieces, number, delivery)
                    for piece in pieces:
                        files[delivery, layout.name].write(piece)
            for one in beside:
                one.add(block)
            if progress:
                progress(number + 1, blocks)
        for one in beside:
            one.close()
    if options.defects != "none":
        (deliveries[options.last] / _name(options, defects.LATE)).unlink()
    return list(deliveries.values())


def _beside(options: Options, folder: Path, deliveries: dict[int, Path]) -> list[TruthFile | GroupsFile]:
    """What each delivery tells of a block whole, when it is asked for."""
    made: list[TruthFile | GroupsFile] = []
    for delivery, place in deliveries.items():
        if options.truth:
            made.append(TruthFile(folder / TRUTH / place.name / "truth.parquet", options, delivery))
        if options.groups:
            made.append(GroupsFile(place / GROUPS, delivery))
    return made


def _opened(stack: ExitStack, options: Options, layout: Layout, delivery: int, place: Path) -> BinaryIO:
    """The file of a delivery, its header written. Compressed files carry neither name nor time."""
    place.mkdir(parents=True, exist_ok=True)
    raw = stack.enter_context((place / _name(options, layout)).open("wb"))
    file: BinaryIO = raw
    if options.gz and layout.compressible:
        file = stack.enter_context(gzip.GzipFile("", "wb", 6, raw, mtime=0))  # type: ignore[assignment]
    months = urssaf_files.workforce_columns(options.window_start, delivery) if layout.wide else ()
    header = layout.header_line(months)
    file.write(header if options.defects == "none" else defects.header(layout, header))
    return file


def _name(options: Options, layout: Layout) -> str:
    return layout.name + (".gz" if options.gz and layout.compressible else "")
