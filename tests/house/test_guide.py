"""The guide shows what exists: every image it names is there, and every image is shown."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"


def test_every_image_exists_and_is_shown() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in GUIDE.glob("*.md")
        for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    kept = {path.resolve() for path in (GUIDE / "images").glob("*.png")}

    assert shown == kept


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in GUIDE.glob("*.md"):
        for name in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:]+\.md)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / name).is_file(), f"{page.name}: {name}"
