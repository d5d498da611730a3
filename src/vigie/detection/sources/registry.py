"""Every source the batch can read, in the order of reading. Adding one: a file beside this one, and a line here."""

from __future__ import annotations

from vigie.detection.sources import (
    admin_urssaf,
    altares,
    apconso,
    apdemande,
    bdf,
    ccsf,
    cotisation,
    debit,
    delai,
    diane,
    effectif,
    effectif_ent,
    ellisphere,
    feedback,
    filter,
    jugements,
    paydex,
    procol,
    ratios_inpi,
    reporder,
    score_partenaire,
    sirene,
    sirene_histo,
    sirene_ul,
)
from vigie.detection.sources.table import Source

SOURCES: tuple[Source, ...] = (
    sirene.SOURCE,
    sirene_ul.SOURCE,
    sirene_histo.SOURCE,
    admin_urssaf.SOURCE,
    effectif_ent.SOURCE,
    effectif.SOURCE,
    cotisation.SOURCE,
    debit.SOURCE,
    delai.SOURCE,
    ccsf.SOURCE,
    procol.SOURCE,
    apdemande.SOURCE,
    apconso.SOURCE,
    ratios_inpi.SOURCE,
    jugements.SOURCE,
    altares.SOURCE,
    paydex.SOURCE,
    bdf.SOURCE,
    diane.SOURCE,
    ellisphere.SOURCE,
    score_partenaire.SOURCE,
    feedback.SOURCE,
    filter.SOURCE,
    reporder.SOURCE,
)

_BY_CODE = {source.code: source for source in SOURCES}


def source(code: str) -> Source:
    """The source of this code; KeyError names those that exist."""
    if code not in _BY_CODE:
        raise KeyError(f"no source {code!r}; known: {', '.join(_BY_CODE)}")
    return _BY_CODE[code]
