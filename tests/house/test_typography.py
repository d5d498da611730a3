"""French typography on what people read: no plain space before ? ! : ; » nor after «, where a line could break."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src" / "vigie"
# Not read on our screens: migrations, the answers of an outside service, commands. « say » mends its own.
APART = ("migrations/", "connectors/fakes/", "management/", "matching/rules/reasons.py", "rights/rows/")
# Packages that are being written: added here when their pages are.
LATER = ("detection", "publication")
PLAIN = re.compile(r"[\w»’)}\]] [?!;»](?:$|[\s<\"'»).,·…])|[\w»’)}\]] :(?:$|[\s<])|« ")
FRENCH = re.compile(r"[àâçéèêëîïôûù’«»]|\b(?:vous|votre|le|la|les|des|une|est|pas)\b", re.IGNORECASE)


def read_by_people(path: Path) -> bool:
    name = path.relative_to(SRC).as_posix()
    return not any(part in name for part in APART) and path.relative_to(SRC).parts[0] not in LATER


def texts(path: Path) -> list[tuple[int, str]]:
    """The strings of a module but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


def test_messages_hold_their_signs_of_punctuation() -> None:
    faults = [
        f"{path.relative_to(SRC)}:{line} {text[:60]!r}"
        for path in sorted(SRC.rglob("*.py"))
        if read_by_people(path)
        for line, text in texts(path)
        if PLAIN.search(text) and FRENCH.search(text)
    ]
    assert faults == []


def test_templates_hold_their_signs_of_punctuation() -> None:
    faults = []
    for path in sorted(SRC.rglob("templates/**/*.html")):
        if not read_by_people(path):
            continue
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"\{\{.*?\}\}", "x", text)
        faults += [f"{path.relative_to(SRC)}: {found[0]!r}" for found in PLAIN.finditer(re.sub(r"<[^>]*>", "\n", text))]
    assert faults == []
