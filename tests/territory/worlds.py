"""Small territories for the tests of every package, loaded from the committed tables by the real loader."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from vigie.territory.actions import LoadAccount, load_cog
from vigie.territory.models import Commune, CommuneMovement, FormerName, PostalCode, Zone

# Ain (EPCI over two départements, mergers), Corse-du-Sud, Hérault, Lozère, Rhône (Lyon and its districts), Paris,
# Mayotte. About 1,300 communes, a third of a second.
SMALL = ("01", "2A", "34", "48", "69", "75", "976")


def load_small_cog(departements: Collection[str] = SMALL) -> LoadAccount:
    """Loads the communes of these départements, their EPCI, all the départements and régions. Needs the database."""
    return load_cog(only_departements=departements)


MODELS = (Commune, PostalCode, Zone, CommuneMovement, FormerName)

MOVEMENTS_HEADER = (
    '"MOD","DATE_EFF","TYPECOM_AV","COM_AV","TNCC_AV","NCC_AV","NCCENR_AV","LIBELLE_AV",'
    '"TYPECOM_AP","COM_AP","TNCC_AP","NCC_AP","NCCENR_AP","LIBELLE_AP"'
)


def movement_line(
    event: int, day: str, before: str, after: str, *, name: str = "Nom", types: tuple[str, str] = ("COM", "COM")
) -> str:
    """One line of the institute's table of movements."""
    return (
        f'"{event}","{day}","{types[0]}","{before}","0","{name.upper()}","{name}","{name}",'
        f'"{types[1]}","{after}","0","APRES","Après","Après"'
    )


def movements_file(folder: Path, *lines: str) -> Path:
    """A table of movements as the institute publishes it."""
    path = folder / "v_mvt_commune_2026.csv"
    path.write_text("\n".join([MOVEMENTS_HEADER, *lines, ""]), encoding="utf-8")
    return path


def areas_file(
    folder: Path, *lines: str, header: str = "CODGEO;LIBGEO;ZE2020;LIBZE2020", encoding: str = "utf-8"
) -> Path:
    """A table of employment areas saved as CSV."""
    path = folder / "ZE2020.csv"
    path.write_text("\r\n".join([header, *lines, ""]), encoding=encoding, newline="")
    return path


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All the rows of the territory, primary keys included: what is written again shows."""
    return {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in MODELS}
