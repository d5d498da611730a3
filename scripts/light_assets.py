"""The styles and scripts that pages load, copied with a compressed form beside each, for the demo's web server.

Production compresses everything once (`collectstatic`). The demo serves files from where they are installed, as they
are: a telephone on a slow network would wait four seconds for 575 kB of style. Copies: whitenoise looks for the
compressed form beside the file, and nothing is written into installed packages.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

FROM_DSFR = ("dsfr/dist/dsfr.main.min.css", "dsfr/dist/dsfr.module.min.js")
CHARTS = Path("node_modules/@gouvfr/dsfr-chart/dist")
FROM_CHARTS = ("DSFRChart/DSFRChart.js", "DSFRChart/DSFRChart.css")
LIGHTENED = {".css", ".js"}


def heavy(root: Path) -> Iterator[tuple[str, Path]]:
    """(name under /static/, file) of what is worth compressing."""
    ours = root / "src" / "vigie" / "ui" / "static"
    for path in sorted(ours.rglob("*")):
        if path.suffix in LIGHTENED:
            yield str(path.relative_to(ours)), path
    package = importlib.util.find_spec("dsfr")
    if package is not None and package.origin is not None:
        for name in FROM_DSFR:
            yield name, Path(package.origin).parent / "static" / name
    for name in FROM_CHARTS:
        yield f"dsfr-chart/{name}", root / CHARTS / name


def lighten(root: Path, folder: Path) -> None:
    """Fills the folder anew when a file has changed; it is whole or not there at all."""
    wanted = {name: path for name, path in heavy(root) if path.is_file()}
    if {name: _stamp(path) for name, path in wanted.items()} == _held(folder):
        return
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for name, path in wanted.items():
        copy = new / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)  # with its date: the browser is told of a change, and so are we
        copy.with_name(f"{copy.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    shutil.rmtree(folder, ignore_errors=True)
    if wanted:
        os.replace(new, folder)


def _held(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): _stamp(path)
        for path in folder.rglob("*")
        if path.suffix in LIGHTENED and path.with_name(f"{path.name}.gz").is_file()
    }


def _stamp(path: Path) -> tuple[int, int]:
    return path.stat().st_size, path.stat().st_mtime_ns
