"""The service as it runs, on a small invented world, and people who use it in a real browser.

The web server and the worker are the product's own processes; the tests know only what a person sees. A page that
complains (script error, security policy, outside address) or breaks a rule of accessibility fails its test.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import enable_socket

from tests.migrated_once import copy_migrated

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
# Long enough for a page to show that a transmission can still be recalled, short enough to wait for its end.
RECALL_SECONDS = 12
SCREENSHOTS = os.environ.get("VIGIE_SCREENSHOTS", "")
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "resultTypes": ["violations"],  # each element that breaks no rule need not be told
}


@pytest.fixture(autouse=True)
def _loopback_is_open() -> None:
    enable_socket()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of data of a service just set up, with its invented world: built once, copied by each file."""
    return built("small", ["build_world", "--size", "small", "--quick"], ["setup_jobs"], factory=tmp_path_factory)


def built(name: str, *commands: list[str], factory: pytest.TempPathFactory) -> Path:
    """The folder that these commands make of an empty service, once for all the processes of the run."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / f"world-{name}", shared / f"world-{name}.done"
    with (shared / f"world-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir()
            copy_migrated(folder / "vigie.sqlite3")
            run_all([*commands], environment_of(folder, "http://127.0.0.1"))
            done.touch()
    return folder


# In one process: starting Django takes two seconds of processor.
RUN_ALL = """
import json, sys, django
django.setup()
from django.core.management import call_command
for command in json.loads(sys.argv[1]):
    call_command(*command)
    print("\\x1e", end="", flush=True)
"""


def run_all(commands: list[list[str]], environment: dict[str, str]) -> list[str]:
    """Runs commands of the product one after the other, on its data; gives what each printed."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, json.dumps(commands)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.replace("\u00a0", " ").split("\x1e")[:-1]


def environment_of(var: Path, address: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "vigie.config.settings",
        "VIGIE_MODE": "demo",
        "VIGIE_DATABASE_URL": "",
        "VIGIE_VAR": str(var),
        "VIGIE_SITE_URL": address,
        "VIGIE_RECALL_SECONDS": str(RECALL_SECONDS),
        "VIGIE_MESSAGE_HOLD_SECONDS": "1",
        "VIGIE_RATE_LIMITS": "1000",
    }


@pytest.fixture(scope="module")
def site(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running service; each file has its own world, for a second identical request is held."""
    enable_socket()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = environment_of(tmp_path_factory.mktemp("here") / "var", address)
    shutil.copytree(world, environment["VIGIE_VAR"])
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
              "--workers", "1", "--blocking-threads", "4", "vigie.config.wsgi:application"]  # fmt: skip
    log = (Path(environment["VIGIE_VAR"]) / "service.log").open("wb")
    processes = [
        subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        for command in (server, [*MANAGE, "qcluster"])
    ]
    try:
        _wait_until(lambda: _answers(f"{address}/sante"), 180, "the service did not start")
        _RUNNING[address] = environment
        yield address
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


_RUNNING: dict[str, dict[str, str]] = {}


@pytest.fixture
def manage(site: str) -> Callable[..., list[str]]:
    """Runs commands beside the service, on its data; gives what each printed."""
    return lambda *commands: run_all([*commands], _RUNNING[site])


@pytest.fixture
def rows(site: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Asks the database of the running service, in SQL, beside all that the product says of it."""
    file = Path(_RUNNING[site]["VIGIE_VAR"]) / "vigie.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as connection:
        yield lambda question: connection.execute(question).fetchall()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def _wait_until(true: Callable[[], bool], seconds: float, message: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(message)
        time.sleep(0.3)


class Someone:
    """A person and his browser. Every page he opens is listened to; what it complains of ends in ``complaints``."""

    def __init__(self, browser: Any, site: str, size: dict[str, int], **options: Any) -> None:
        self.site = site
        self.context = browser.new_context(viewport=size, locale="fr-FR", **options)
        self.scripts = options.get("java_script_enabled", True)
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, said: Any) -> None:
        expected = re.search(r"status of (403|404|422)\b", said.text)  # 422: a form that says what is wrong
        if said.type == "error" and not expected:
            self.complaints.append(f"{self.page.url}: {said.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.site, "data:", "blob:", "about:")):
            self.complaints.append(f"{self.page.url}: asks {request.url}")

    def open(self, path: str) -> int:
        """Goes to an address; gives the status."""
        answer = self.page.goto(path if path.startswith("http") else self.site + path)
        assert answer is not None
        return int(answer.status)

    def see(self, text: str) -> None:
        """Fails unless the page shows the text."""
        self.page.get_by_text(re.compile(_loose(text))).first.wait_for(state="visible")

    def sees(self, text: str) -> bool:
        return re.search(_loose(text), self.page.inner_text("body")) is not None

    def press(self, label: str, exact: bool = False) -> None:
        """Presses the button or follows the link of that name."""
        name: Any = label if exact else re.compile(_loose(label))
        button = self.page.get_by_role("button", name=name, exact=exact)
        target = button if button.count() else self.page.get_by_role("link", name=name, exact=exact)
        target.first.click()
        self.page.wait_for_load_state("domcontentloaded")

    def wait_for(self, script: str, seconds: float = 30) -> None:
        """Waits until an arrow function of the page says yes. Our security policy refuses the text that Playwright's
        own ``wait_for_function`` evaluates in the page, as soon as it must ask a second time."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(script):
            assert time.monotonic() < end, f"{script} never came true on {self.page.url}"
            self.page.wait_for_timeout(100)

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(_loose(label))).first.fill(text)

    def check_accessible(self) -> None:
        """Fails on any rule of accessibility broken by the page as it stands, or a page wider than its screen."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url}: the page is {wide} px wider than the screen"
        if not self.scripts:
            return
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options=AXE).response["violations"]
        lines = [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"][:3]]
        assert not lines, f"{self.page.url}\n" + "\n".join(lines)

    def picture(self, name: str) -> None:
        """A screenshot for the guide, when they are asked for."""
        if SCREENSHOTS:
            folder = ROOT / SCREENSHOTS
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(folder / f"{name}.png"))

    def close(self) -> None:
        self.context.close()
        assert not self.complaints, "\n".join(self.complaints)


def _loose(text: str) -> str:
    """Any white space stands for any other: French typography uses several kinds."""
    return r"[\s\u00a0\u202f]+".join(re.escape(word) for word in text.split())


@pytest.fixture
def someone(chromium: Any, site: str) -> Iterator[Callable[..., Someone]]:
    """Makes people; each one's complaints are read at the end of the test."""
    people: list[Someone] = []

    def make(size: dict[str, int] = DESK, **options: Any) -> Someone:
        people.append(Someone(chromium, site, size, **options))
        return people[-1]

    yield make
    for person in people:
        person.close()


def mails_to(reader: Someone, address: str) -> list[str]:
    """The subjects of the mails kept for an address, the newest first."""
    reader.open(f"/demo/courriels/?destinataire={address}")
    return [text.strip() for text in reader.page.locator("table tbody tr").all_inner_texts()]


def count_mails(reader: Someone, address: str, words: str) -> int:
    """How many mails to an address, among the newest, have these words in their subject."""
    return sum(1 for line in mails_to(reader, address) if re.search(_loose(words), line))


def wait_for_mail(reader: Someone, address: str, words: str, seconds: float = 180, *, beyond: int = 0) -> None:
    """Opens the newest mail to an address whose subject holds the words, once there are more than ``beyond``."""
    end = time.monotonic() + seconds
    while True:
        reader.open(f"/demo/courriels/?destinataire={address}")
        found = reader.page.locator("table tbody tr", has_text=re.compile(_loose(words)))
        if found.count() > beyond:
            found.first.locator("a").first.click()
            reader.page.wait_for_load_state("domcontentloaded")
            return
        assert time.monotonic() < end, f"no mail to {address} about « {words} »: {mails_to(reader, address)}"
        time.sleep(1)


def sign_in(person: Someone, reader: Someone, address: str, *, team: bool = False, at: str = "/connexion/") -> None:
    """Signs in as the guide says: the address, the code of the mail, and for the team the code of the telephone."""
    before = len(mails_to(reader, address))
    if person.page.url != at:
        person.open(at)
    person.fill("Adresse électronique", address)
    person.press("Recevoir")
    end = time.monotonic() + 180
    while len(mails_to(reader, address)) == before:
        assert time.monotonic() < end, f"no code was sent to {address}"
        time.sleep(0.5)
    reader.page.locator("table tbody tr a").first.click()
    reader.page.wait_for_load_state("domcontentloaded")
    code = re.search(r"\b(\d{4}[\s\u00a0\u202f]?\d{4})\b", reader.page.inner_text("main"))
    assert code, reader.page.inner_text("main")
    person.fill("Code", re.sub(r"\D", "", code[1]))
    person.page.locator("main form button").first.click()
    person.page.wait_for_load_state("domcontentloaded")
    if team:
        _give_telephone_code(person, reader)


def _give_telephone_code(person: Someone, reader: Someone) -> None:
    """The code shown at /demo/; one that has just served is refused, so the next one is waited for."""
    end = time.monotonic() + 180
    while "second-facteur" in person.page.url:
        assert time.monotonic() < end, person.page.inner_text("main")
        reader.open("/demo/")
        code = re.search(r"\b(\d{3}[\s\u00a0\u202f]?\d{3})\b", reader.page.inner_text("main"))
        assert code, reader.page.inner_text("main")
        person.fill("Code", re.sub(r"\D", "", code[1]))
        person.page.locator("main form button").first.click()
        person.page.wait_for_load_state("domcontentloaded")
        if "second-facteur" in person.page.url:
            person.page.wait_for_timeout(5_000)
