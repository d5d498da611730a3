"""What a clone needs to set itself up: locked lists, commands, licence, public card."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from scripts import browser_assets, environment
from setuptools import Distribution, find_packages

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("runtime", "data", "dev", "node")
TARGETS = ["run", "test", "test-postgresql", "test-browser", "check", "world", "bench", "docs", "fix", "lock", "clean"]
PACKAGE = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==(?P<version>\S+)(?P<marker> ;.*?)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def read(name: str) -> str:
    return (ROOT / name).read_text()


def packages(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Name of each package of a lock → its version and fingerprints; fails on a line of another shape."""
    found: dict[str, tuple[str, set[str]]] = {}
    current = ""
    for line in read(f"requirements/{lock}.lock").splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        if match := PACKAGE.match(line):
            current = match["name"]
            found[current] = (match["version"], set())
        else:
            assert HASH.match(line), f"{lock}.lock: {line!r} is neither a package nor a fingerprint"
            found[current][1].add(line.strip().removesuffix(" \\"))
    return {name: (version, frozenset(hashes)) for name, (version, hashes) in found.items()}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_fingerprints(lock: str) -> None:
    assert packages(lock)
    assert [name for name, (_, hashes) in packages(lock).items() if not hashes] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    text = read(f"requirements/{lock}.lock")

    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|file:", text) == []


@pytest.mark.parametrize(("shorter", "longer"), [("runtime", "data"), ("data", "dev")])
def test_each_list_holds_the_shorter_one_in_the_same_versions(shorter: str, longer: str) -> None:
    found = packages(longer)

    assert {name: found.get(name) for name in packages(shorter)} == packages(shorter)


def test_service_list_stays_short() -> None:
    """S-16: at most 90 packages at run time for the service."""
    assert len(packages("runtime")) <= 90


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked(lock: str) -> None:
    wanted = set()
    for line in read(f"requirements/{lock}.in").splitlines():
        if match := re.match(r"[A-Za-z0-9][\w.-]*", line):
            wanted.add(match[0].lower().replace("_", "-"))

    assert wanted - environment.locked_names(read(f"requirements/{lock}.lock")) == set()


def test_npm_lock_names_no_address_and_has_fingerprints() -> None:
    lock = json.loads(read("package-lock.json"))
    installed = {name: facts for name, facts in lock["packages"].items() if name}

    assert "resolved" not in read("package-lock.json")
    assert "://" not in read("package-lock.json")
    assert installed
    assert all(facts["integrity"].startswith("sha512-") for facts in installed.values())
    assert "omit-lockfile-registry-resolved=true" in read(".npmrc").splitlines()


def test_npm_versions_are_exact_and_locked() -> None:
    wanted = json.loads(read("package.json"))["dependencies"]
    lock = json.loads(read("package-lock.json"))["packages"]

    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted


@pytest.mark.parametrize("target", TARGETS)
def test_makefile_has_the_target_and_its_line_of_help(target: str) -> None:
    makefile = read("Makefile")

    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert re.search(rf"^\.PHONY:.*\b{target}\b", makefile, re.MULTILINE)
    assert re.search(rf"@echo 'make {target} ", makefile)


def test_continuous_integration_runs_every_set_and_lets_nothing_be_skipped() -> None:
    script = read(".ci/run")

    for target in ("check", "test", "test-postgresql", "test-browser"):
        assert re.search(rf"^make (?:--[a-z=0-9-]+ )*{target} \|\| failed", script, re.MULTILINE), target
    assert "VIGIE_NO_SKIP=1" in script
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_readme_shows_the_two_commands_and_the_licence() -> None:
    readme = read("README.md")

    assert "make run" in readme
    assert "make test" in readme
    assert "EUPL" in readme


def test_licence_is_the_same_everywhere_and_its_text_is_whole() -> None:
    text = read("LICENSE")

    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in text
    assert [int(number) for number in re.findall(r"^(\d+)\. [A-Z]", text, re.MULTILINE)] == list(range(1, 16))
    assert "Appendix" in text
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "EUPL-1.2"
    assert json.loads(read("package.json"))["license"] == "EUPL-1.2"


def test_version_is_the_same_everywhere() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]

    assert json.loads(read("package.json"))["version"] == version
    assert str(yaml.safe_load(read("publiccode.yml"))["softwareVersion"]) == version


def test_public_card_has_what_the_catalogues_ask() -> None:
    card = yaml.safe_load(read("publiccode.yml"))
    french = card["description"]["fr"]

    assert card["publiccodeYmlVersion"] == "0.4"
    assert card["url"].startswith("https://")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", card["releaseDate"])
    assert card["platforms"] == ["web"]
    assert card["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert card["softwareType"] == "standalone/web"
    assert len(french["shortDescription"]) <= 150
    assert 150 <= len(french["longDescription"]) <= 10_000
    assert french["features"]
    assert card["legal"]["license"] == "EUPL-1.2"
    assert card["maintenance"]["type"] == "internal"
    assert all(contact["name"] and contact["email"] for contact in card["maintenance"]["contacts"])
    assert card["localisation"] == {"localisationReady": False, "availableLanguages": ["fr"]}
    assert card["intendedAudience"]["countries"] == ["fr"]


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md"])
def test_the_papers_of_an_open_project_are_there(name: str) -> None:
    assert read(name).startswith("# ")


def test_changelog_has_its_unreleased_heading() -> None:
    assert "\n## Unreleased\n" in read("CHANGELOG.md")


# --- the environment -------------------------------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with two short lists and an environment that has a Python."""
    (tmp_path / "requirements").mkdir()
    for name in environment.LISTS:
        environment.lock_file(tmp_path, name).write_text(f"{name}-package==1.0\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    return tmp_path


def stamp(clone: Path, name: str) -> None:
    facts = {"list": name, "fingerprint": environment.fingerprint(clone, name)}
    (clone / ".venv" / "vigie.json").write_text(json.dumps(facts))


def test_environment_without_a_stamp_is_installed(clone: Path) -> None:
    assert environment.missing(clone, "runtime") == "runtime"
    assert environment.missing(clone, "dev") == "dev"


def test_environment_with_its_stamp_is_left_alone(clone: Path) -> None:
    stamp(clone, "runtime")

    assert environment.missing(clone, "runtime") is None
    assert environment.missing(clone, "dev") == "dev"


def test_development_environment_serves_to_run_and_stays_one(clone: Path) -> None:
    stamp(clone, "dev")
    assert environment.missing(clone, "runtime") is None

    environment.lock_file(clone, "dev").write_text("dev-package==2.0\n")
    assert environment.missing(clone, "runtime") == "dev"


def test_environment_of_the_batch_serves_the_service_but_not_the_tools(clone: Path) -> None:
    stamp(clone, "data")

    assert environment.missing(clone, "runtime") is None
    assert environment.missing(clone, "data") is None
    assert environment.missing(clone, "dev") == "dev"


def test_environment_is_made_again_when_its_python_or_its_stamp_is_gone(clone: Path) -> None:
    stamp(clone, "runtime")
    (clone / ".venv" / "bin" / "python").unlink()
    assert environment.missing(clone, "runtime") == "runtime"

    (clone / ".venv" / "bin" / "python").touch()
    (clone / ".venv" / "vigie.json").write_text("{half")
    assert environment.missing(clone, "runtime") == "runtime"


def test_locked_names_are_read_as_pip_writes_them() -> None:
    text = "Types_PyYAML==6.0 \\\n    --hash=sha256:00\ncoverage[toml]==7.0 ; python_version < '4'\n# other==1\n"

    assert environment.locked_names(text) == {"types-pyyaml", "coverage"}


# --- the charts ------------------------------------------------------------------------------------------------------


def test_charts_are_fetched_once_for_each_lock(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "node_modules").mkdir()
    assert not browser_assets.present(tmp_path)

    (tmp_path / "node_modules" / ".vigie").write_text(browser_assets.fingerprint(tmp_path))
    assert browser_assets.present(tmp_path)

    (tmp_path / "package-lock.json").write_text('{"version": 2}')
    assert not browser_assets.present(tmp_path)


def test_charts_that_cannot_be_fetched_stop_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho 'no such host' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(browser_assets, "ROOT", tmp_path)

    assert browser_assets.main() == 0

    assert "no charts (no such host): pages give their figures in tables" in capsys.readouterr().out


def test_a_wheel_holds_every_file_beside_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    asked = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]["package-data"]
    distribution = Distribution(
        {
            "packages": find_packages("src"),
            "package_dir": {"": "src"},
            "package_data": {"": asked["*"]},
            "include_package_data": False,
        }
    )
    build = distribution.get_command_obj("build_py")
    build.ensure_finalized()
    told = {Path(folder, file).as_posix() for _package, folder, _target, files in build.data_files for file in files}

    kept = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src" / "vigie").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }

    assert kept - told == set()
