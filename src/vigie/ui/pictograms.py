"""The drawings of the design system, drawn in the page itself.

One request less per drawing than ``<use href>``, no flash, and nothing copied here: the files of the installed
package are read once. A drawing has three layers, which take the colours of the theme, light or dark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

THEME_PICTOGRAMS: dict[str, str] = {
    "recrutement-formation": "digital/self-training",
    "financement-projets": "digital/innovation",
    "entreprise-en-difficulte": "system/warning",
    "droit-du-travail": "institutions/justice",
    "developpement-commercial": "map/compass",
    "internet-web": "digital/application",
    "environnement-transition-ecologique": "environment/leaf",
    "sante-securite-travail": "health/hospital",
    "cession-reprise": "document/contract",
}
DEFAULT_PICTOGRAM = "buildings/companie"

_SYMBOL = re.compile(r'<symbol id="artwork-(\w+)">(.*?)</symbol>', re.DOTALL)
_PATH = re.compile(r'<path\b([^>]*?)\bd="([^"]+)"([^>]*)>')
_FINE_DECIMALS = re.compile(r"(\.\d\d)\d+")  # drawn at 80 px: a hundredth of a pixel is enough, and weighs a third less


@dataclass(frozen=True)
class Outline:
    """A closed line. evenodd: how its holes are told from its full parts."""

    d: str
    evenodd: bool


@dataclass(frozen=True)
class Layer:
    """One colour of a drawing: decorative, minor or major."""

    name: str
    outlines: tuple[Outline, ...]


@cache
def layers(name: str) -> tuple[Layer, ...]:
    """The layers of ``folder/name`` in the package's pictograms; KeyError when there is no such drawing."""
    file = files("dsfr") / "static" / "dsfr" / "dist" / "artwork" / "pictograms" / f"{name}.svg"
    if not file.is_file():
        raise KeyError(f"no pictogram called {name!r} in the installed design system")
    drawing = file.read_text(encoding="utf-8")
    return tuple(
        Layer(symbol[1], tuple(_outline(*path.groups()) for path in _PATH.finditer(symbol[2])))
        for symbol in _SYMBOL.finditer(drawing)
    )


def _outline(before: str, d: str, after: str) -> Outline:
    return Outline(" ".join(_FINE_DECIMALS.sub(r"\1", d).split()), "evenodd" in before + after)


def of_theme(slug: str) -> str:
    """The drawing of a theme of needs; a building for a theme that has none."""
    return THEME_PICTOGRAMS.get(slug, DEFAULT_PICTOGRAM)
