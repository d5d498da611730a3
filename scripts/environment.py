"""Makes `.venv` hold one locked list, whole and with its hashes; does nothing when it already does.

Run by the system's Python, so only the standard library is used here. `uv` does the work if it is there,
otherwise `venv` and `pip`. A stamp holds the fingerprint of what was installed: it is written last, so that
an interrupted installation starts again. Each list contains the former one (`runtime`: the service alone, `data`: with
the monthly batch, `dev`: with the tools): an environment made for a longer list serves the shorter ones.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LISTS = ("runtime", "data", "dev")  # from the shortest to the longest
ALWAYS_THERE = {"pip", "setuptools", "wheel"}


class CannotInstall(Exception):
    """The environment could not be made; the message says the remedy."""


def lock_file(root: Path, name: str) -> Path:
    """Where the locked list is."""
    return root / "requirements" / f"{name}.lock"


def fingerprint(root: Path, name: str) -> str:
    """What an installation depends on: the list, the Python that runs it, and the place (scripts name it)."""
    facts = f"{name} {sys.version_info[:2]} {sys.platform} {root}".encode()
    return hashlib.sha256(facts + lock_file(root, name).read_bytes()).hexdigest()


def installed(root: Path) -> dict[str, str]:
    """The stamp of the environment: the list installed and its fingerprint; empty when there is none."""
    try:
        stamp = json.loads((root / ".venv" / "vigie.json").read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def missing(root: Path, name: str) -> str | None:
    """The list to install so that `name` is there; None when it already is."""
    stamp = installed(root)
    if not (root / ".venv" / "bin" / "python").exists():
        stamp = {}
    present = stamp.get("list")
    serving = LISTS[LISTS.index(name) :]
    if present in serving and stamp.get("fingerprint") == fingerprint(root, present):
        return None
    return present if present in serving else name


def locked_names(text: str) -> set[str]:
    """Names of the packages of a locked list, as pip normalises them."""
    return {
        _normal(match) for match in re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==", text, re.MULTILINE)
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True)


def with_uv(root: Path, name: str, uv: str) -> None:
    """Installs the list with uv; what the list does not hold is removed."""
    venv = root / ".venv"
    if not _same_python(venv):
        shutil.rmtree(venv, ignore_errors=True)
        _run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    _run(
        uv,
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--python",
        venv / "bin" / "python",
        lock_file(root, name),
    )


def with_pip(root: Path, name: str) -> None:
    """Installs the list with venv and pip; what the list does not hold is removed."""
    venv = root / ".venv"
    python = venv / "bin" / "python"
    if not _same_python(venv) or subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode:
        shutil.rmtree(venv, ignore_errors=True)
        try:
            _run(sys.executable, "-m", "venv", venv)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(venv, ignore_errors=True)
            raise CannotInstall(
                "This Python cannot make environments. Debian, Ubuntu: apt install python3-venv"
            ) from error
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
    _run(*pip, "install", "--require-hashes", "--no-deps", "-r", lock_file(root, name))
    question = "import importlib.metadata, json; "
    question += "print(json.dumps([each.metadata['Name'] for each in importlib.metadata.distributions()]))"
    listing = subprocess.run([python, "-c", question], check=True, capture_output=True, text=True)
    kept = locked_names(lock_file(root, name).read_text()) | ALWAYS_THERE
    strangers = [each for each in json.loads(listing.stdout) if _normal(each) not in kept]
    if strangers:
        _run(*pip, "uninstall", "--yes", *strangers)


def _same_python(venv: Path) -> bool:
    """Whether the environment's Python starts and is the version that runs this script."""
    question = [str(venv / "bin" / "python"), "-c", "import sys; print(sys.version_info[:2])"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.strip() == str(sys.version_info[:2])


def install(root: Path, name: str) -> None:
    """Installs the list with uv if there is one, otherwise (or if uv fails) with pip; then stamps it."""
    (root / ".venv" / "vigie.json").unlink(missing_ok=True)
    count = len(locked_names(lock_file(root, name).read_text()))
    uv = shutil.which("uv")
    print(f"Installing {count} packages ({name} list) into .venv with {'uv' if uv else 'pip'}…", flush=True)
    try:
        if uv:
            try:
                with_uv(root, name, uv)
            except (OSError, subprocess.CalledProcessError):
                print("uv did not succeed; trying with pip…", flush=True)
                shutil.rmtree(root / ".venv", ignore_errors=True)
                with_pip(root, name)
        else:
            with_pip(root, name)
    except subprocess.CalledProcessError as error:
        raise CannotInstall("The packages could not be installed: see the message above, then try again.") from error
    write_commands(root)
    stamp = {"list": name, "fingerprint": fingerprint(root, name)}
    (root / ".venv" / "vigie.json").write_text(json.dumps(stamp))


def write_commands(root: Path) -> None:
    """Puts `vigie-batch` beside Python, so that it runs from any folder without the project being installed."""
    command = root / ".venv" / "bin" / "vigie-batch"
    command.write_text(
        f"#!{root}/.venv/bin/python\n"
        "import sys\n\n"
        f"sys.path.insert(0, {str(root / 'src')!r})\n"
        "from vigie.detection.cli import main\n\n"
        "sys.exit(main())\n"
    )
    command.chmod(0o755)


def main(arguments: list[str]) -> int:
    """Makes the environment; two commands started together wait for each other."""
    if len(arguments) != 1 or arguments[0] not in LISTS:
        print("usage: environment.py runtime|data|dev", file=sys.stderr)
        return 2
    with Path(__file__).open() as this_file:
        fcntl.flock(this_file, fcntl.LOCK_EX)
        wanted = missing(ROOT, arguments[0])
        if wanted is None:
            return 0
        os.environ.pop("VIRTUAL_ENV", None)
        try:
            install(ROOT, wanted)
        except CannotInstall as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
