"""« Signaler une erreur » on a sheet: what is reported, in words that need no other page."""

from __future__ import annotations

from django.http import Http404

from vigie.kernel.siren import show_siren, show_siret
from vigie.sheets.queries.block import Panel, Reading
from vigie.sheets.queries.panels import PANELS
from vigie.sheets.queries.panels.identity import name_of
from vigie.sheets.queries.sheet import block_of

WHOLE = ("identity", "Identité de l’entreprise")


def blocks_to_report(reading: Reading) -> list[tuple[str, str]]:
    """(code, title) of what this reader can read on this sheet: what is locked cannot be said wrong."""
    return [WHOLE, *((panel.code, panel.title) for panel in _open_panels(reading))]


def report_text(reading: Reading, code: str, month: str, text: str) -> str:
    """The question as who answers reads it: firm, block, source, month. Http404 for a block that is not open."""
    number = f"SIRET {show_siret(reading.siret)}" if reading.siret else f"SIREN {show_siren(reading.siren)}"
    title, source = _block(reading, code)
    told = [f"Fiche\u00a0: {name_of(reading.company)}, {number}", f"Bloc\u00a0: {title}"]
    told += [f"Source\u00a0: {source}"] if source else []
    told += [f"Mois ou date\u00a0: {month}"] if month else []
    return "\n".join([*told, "", text])


def _open_panels(reading: Reading) -> list[Panel]:
    panels = [panel for panel in PANELS if panel.establishment or not reading.siret]
    return [panel for panel in panels if panel.category is None or reading.opens(panel.category)]


def _block(reading: Reading, code: str) -> tuple[str, str]:
    """Its title and its source, as the sheet says them."""
    if code == WHOLE[0]:
        return WHOLE[1], "Insee, répertoire Sirene"
    panel = next((one for one in _open_panels(reading) if one.code == code), None)
    if panel is None:
        raise Http404
    block = block_of(panel, reading)
    return panel.title, block.origin if block is not None else ""
