"""Writes the reference pages of the detection from its tables; --check fails when a committed page is out of date.

Beside `manage.py build_reference`, which prints the tables of the service: the detection knows no Django.
A part of the detection that has pages adds its function to PARTS.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from vigie.detection.features import documentation as features
from vigie.detection.sources import documentation as sources
from vigie.publication import documentation as publication

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
PARTS: tuple[Callable[[], Mapping[str, str]], ...] = (sources.pages, features.pages, publication.pages)


def expected_pages() -> dict[str, str]:
    """File name under docs/reference → text."""
    return {name: text for part in PARTS for name, text in part().items()}


def stale_pages(folder: Path) -> list[str]:
    """The pages that are not what the tables say, and those that no table makes any more."""
    wanted = expected_pages()
    stale = [name for name, text in wanted.items() if _text(folder / name) != text]
    left = [f"sources/{path.name}" for path in sorted((folder / "sources").glob("*.md"))]
    return stale + [name for name in left if name not in wanted]


def write_pages(folder: Path) -> None:
    """Writes what is stale and removes what no table makes any more."""
    wanted = expected_pages()
    for name in stale_pages(folder):
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()


def main(arguments: list[str]) -> int:
    stale = stale_pages(FOLDER)
    if "--check" in arguments:
        if stale:
            print(f"docs/reference is out of date ({', '.join(stale)}): run `make docs` and commit.", file=sys.stderr)
        return 1 if stale else 0
    write_pages(FOLDER)
    print(f"docs/reference (detection): {len(stale)} page(s) written.")
    return 0


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
