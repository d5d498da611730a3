"""The documentation shows what exists: images of the guide, links and pages named."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"


def test_every_image_exists_and_is_shown() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in GUIDE.glob("*.md")
        for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    kept = {path.resolve() for path in (GUIDE / "images").glob("*.png")}

    assert shown == kept


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages
        for name in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / name).exists()
    ]

    assert broken == []


def test_every_page_named_in_a_page_exists() -> None:
    """« `docs/developer/glossary.md` »: a page quoted as a path from the root."""
    broken = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for name in re.findall(r"`(docs/[\w./-]+)`", page.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    ]

    assert broken == []


def test_each_decision_has_a_number_of_its_own_which_its_title_repeats() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))

    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)
    assert [page.read_text(encoding="utf-8")[2:6] for page in pages] == numbers
