"""What the source must never hold: rules of the house that a reader cannot enforce."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from vigie.kernel.lifecycle import Lifecycle

ROOT = Path(__file__).resolve().parents[2]
SOURCE = sorted((ROOT / "src").rglob("*.py"))
CODE = [path for path in SOURCE if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "src").rglob("templates/**/*"))

# The outbox moves messages below perform: a claim must be one conditional UPDATE (see its docstring).
MAY_WRITE_STATES = {"src/vigie/journal/outbox.py", "src/vigie/journal/actions.py"}
STATE_FIELDS = {m.LIFECYCLE.field for m in apps.get_models() if isinstance(getattr(m, "LIFECYCLE", None), Lifecycle)}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_state_is_written_but_by_perform() -> None:
    faults = []
    for path in CODE:
        if name(path) in MAY_WRITE_STATES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                faults += [
                    f"{name(path)}:{node.lineno}"
                    for target in targets
                    if isinstance(target, ast.Attribute)
                    and target.attr in STATE_FIELDS
                    and not (isinstance(target.value, ast.Name) and target.value.id == "self")
                ]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                faults += [f"{name(path)}:{node.lineno}" for k in node.keywords if k.arg in STATE_FIELDS]
    assert faults == []


def test_the_day_of_a_moment_is_the_one_of_paris() -> None:
    """Moments are kept in UTC: from 23:00 there, ``moment.date()`` is the day before the one that people live."""
    taken = re.compile(r"\b(?:now\(\)|(?:\w+_)?at)\.date\(\)")
    allowed = {"src/vigie/watchlists/queries/deliveries.py": 1}  # a text that bears no zone
    files = [*CODE, *(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__).resolve())]
    found = {name(path): len(taken.findall(path.read_text(encoding="utf-8"))) for path in files}

    assert {path: count for path, count in found.items() if count > allowed.get(path, 0)} == {}


def test_clock_is_read_in_one_place() -> None:
    pattern = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|timezone\.now|time\.time)\(")
    allowed = {"src/vigie/kernel/clock.py"}
    faults = [name(p) for p in CODE if name(p) not in allowed and pattern.search(p.read_text(encoding="utf-8"))]
    assert faults == []


def test_nothing_escapes_the_escaping() -> None:
    pattern = re.compile(r"mark_safe|\|\s*safe\b|autoescape\s+off|SafeString\(|SafeText|html_safe|__html__")
    files = [*CODE, *(p for p in TEMPLATES if p.is_file())]
    faults = [name(p) for p in files if pattern.search(p.read_text(encoding="utf-8"))]
    # Values are escaped just before, as Django does (held equal by a property test); Markdown is drawn without HTML,
    # then cleaned to an allow-list just before.
    assert faults == ["src/vigie/ui/drawing/markup.py", "src/vigie/ui/markdown.py"]


def test_html_is_composed_by_the_components_only_around_escaped_values() -> None:
    """``format_html`` escapes its values, not its pattern: the pattern is written there, never computed."""
    pattern_at = {"format_html": (0,), "format_html_join": (0, 1)}
    faults = []
    for path in CODE:
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in pattern_at
        ]
        if calls and not name(path).startswith("src/vigie/ui/"):
            faults.append(name(path))
        for call in calls:
            written = [call.args[at] for at in pattern_at[call.func.id]]  # type: ignore[attr-defined]
            faults += [f"{name(path)}:{call.lineno}" for one in written if not isinstance(one, ast.Constant)]
    assert faults == []


def test_no_inline_script_style_or_outside_address_in_templates() -> None:
    pattern = re.compile(
        r"""\son[a-z]+\s*=\s*["']|<script(?![^>]*\bsrc=)|<style\b|\sstyle\s*=|javascript:""", re.IGNORECASE
    )
    outside = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
    faults = []
    for path in (p for p in TEMPLATES if p.suffix == ".html"):
        text = path.read_text(encoding="utf-8")
        mail = (
            "/mail/" in path.as_posix() or path.name == "mail.html"
        )  # a mail has no style sheet: its styles are in its tags
        if not mail and pattern.search(text):
            faults.append(name(path))
        if re.search(r"<(?:script|link|img|iframe|source)\b[^>]*", text) and any(
            outside.search(tag) for tag in re.findall(r"<(?:script|link|img|iframe|source|form)\b[^>]*>", text)
        ):
            faults.append(f"{name(path)} (outside address)")
    assert faults == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc", "core", "manager"])
def test_no_file_is_called(word: str) -> None:
    assert [name(p) for p in SOURCE if p.stem == word or p.parent.name == word] == []


def test_packages_hold_nothing_in_their_init() -> None:
    allowed_reexports = {"actions", "queries", "rules", "models", "views", "forms"}
    faults = [
        name(p)
        for p in CODE
        if p.name == "__init__.py"
        and p.parent.name not in allowed_reexports
        and p.read_text(encoding="utf-8").strip()
        and not p.read_text(encoding="utf-8").lstrip().startswith('"""')
    ]
    assert faults == []


def test_files_and_functions_keep_their_size() -> None:
    long_files = [f"{name(p)} {n}" for p in CODE if (n := len(p.read_text(encoding="utf-8").splitlines())) > 600]
    long_functions = [
        f"{name(p)}:{node.lineno} {node.name}"
        for p in CODE
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno > 60
    ]
    assert long_files == []
    assert long_functions == []


def test_layers_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": "src"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_what_postgresql_does_not_repeat_asks_nothing_of_the_database() -> None:
    said = re.search(r"^WITHOUT_DATABASE := (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert said
    asked = re.compile(r"django_db|transactional_db|\bdb: None")
    files = [path for folder in said[1].split() for path in (ROOT / folder).rglob("*.py")]

    assert files
    assert [name(path) for path in files if asked.search(path.read_text("utf-8"))] == []


def test_trials_in_processes_of_their_own_run_on_both_engines() -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    trials = [path for path, text in texts.items() if '"-m", "bench.trials.' in text]

    assert len(trials) >= 4
    assert [name(path) for path in trials if "pytest.mark.engine" not in texts[path]] == []
