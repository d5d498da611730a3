"""`make run` with a fake product in a folder of its own: it starts, says so, stops whole, and survives accidents."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""
FAKE = """
import json, subprocess, sys, time
from pathlib import Path

call = " ".join(sys.argv[1:])
print("fake", call, flush=True)
with open("calls", "a") as calls:
    calls.write(call + chr(10))
"""
MANAGE = (
    FAKE
    + """
if call.startswith("build_world") and Path("history-lasts").exists():
    time.sleep(60)
if call == "qcluster":
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    if Path("worker-dies").exists():
        sys.exit("the worker has had enough")
    time.sleep(60)
"""
)
PREPARE = (
    FAKE
    + """
Path("var/vigie.sqlite3").touch()
Path("var/opening").write_text("geography")
if Path("world-fails").exists():
    sys.exit("no communes")
if Path("world-lasts").exists():
    time.sleep(60)
built = not Path("var/world").exists()
Path("var/world").touch()
print(json.dumps({"engine": "sqlite3", "built": built, "people": "expert@cci.example"}))
"""
)
FREE_PORT = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
HOLD_PORT = (
    "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen();"
    " print(s.getsockname()[1], flush=True); time.sleep(60)"
)
ASK = """
import sys, time, urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
while True:
    try:
        print(opener.open("http://127.0.0.1:" + sys.argv[1], timeout=5).status)
        break
    except OSError:
        time.sleep(0.1)
"""


class House:
    """A copy of the scripts around a fake product, and the processes it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.started: list[subprocess.Popen[str]] = []
        self.port = subprocess.run([sys.executable, "-c", FREE_PORT], capture_output=True, text=True).stdout.strip()
        shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "src/vigie/config").mkdir(parents=True)
        (folder / "src/vigie/config/wsgi.py").write_text(WSGI)
        (folder / "manage.py").write_text(MANAGE)
        (folder / "scripts/prepare.py").write_text(PREPARE)
        (folder / "scripts/browser_assets.py").write_text("print('charts are there')")

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run", *arguments],
            cwd=self.folder,
            env={**inherited, "VIGIE_PORT": self.port, "VIGIE_TEST_MARK": self.mark, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def wait_for_call(self, call: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while call not in self.calls() and time.monotonic() < end:
            time.sleep(0.05)

    def left(self) -> list[str]:
        """Processes of this house still there, other than zombies."""
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (place / "environ").read_bytes():
                    found.append((place / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found

    def wait_until_nothing_is_left(self, seconds: float = 120) -> list[str]:
        end = time.monotonic() + seconds
        while self.left() and time.monotonic() < end:
            time.sleep(0.1)
        return self.left()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if house.mark.encode() in (place / "environ").read_bytes():
                os.kill(int(place.name), signal.SIGKILL)
        except OSError:
            continue
    for process in house.started:
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The output up to the line that holds the words, or the whole of it."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if words in line:
            break
    return text


def test_run_builds_the_world_says_the_address_and_the_people_and_stops_whole(house: House) -> None:
    process = house.start()
    account = read_until(process, "Ctrl-C")

    assert f"Vigie answers at http://127.0.0.1:{house.port}" in account
    assert "expert@cci.example" in account
    house.wait_for_call("qcluster")
    house.wait_for_call("build_world --size demo --history")
    calls = ["", "build_example", "build_world --size demo --history", "qcluster"]
    assert sorted(house.calls()) == calls
    assert len(house.left()) > 4  # the script, the web server and its two workers, the job worker and its child

    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 0
    assert house.wait_until_nothing_is_left() == []


def test_history_is_written_in_the_background_until_it_succeeds_once(house: House) -> None:
    (house.folder / "history-lasts").touch()
    process = house.start()
    read_until(process, "in the background")
    house.wait_for_call("build_world --size demo --history")
    process.terminate()
    assert process.wait(120) == 0
    assert house.wait_until_nothing_is_left() == []

    (house.folder / "history-lasts").unlink()
    process = house.start()
    assert "history" in read_until(process, "ready (")
    process.terminate()
    process.wait(120)
    process = house.start()
    read_until(process, "Ctrl-C")
    process.terminate()
    process.wait(120)

    assert house.calls().count("build_example") == 1
    assert house.calls().count("build_world --size demo --history") == 2


def test_a_service_that_ends_stops_everything_and_shows_its_log(house: House) -> None:
    (house.folder / "worker-dies").touch()

    process = house.start()
    account, _ = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "The job worker ended (code 1)" in account
    assert "the worker has had enough" in account
    assert house.wait_until_nothing_is_left() == []


def test_a_world_that_cannot_be_built_says_why_and_is_built_at_the_next_start(house: House) -> None:
    (house.folder / "world-fails").touch()
    account, _ = house.start().communicate(timeout=120)
    assert "The invented world could not be built" in account
    assert "no communes" in account
    assert not (house.folder / "var/opening").exists()

    (house.folder / "world-fails").unlink()
    process = house.start()
    read_until(process, "Ctrl-C")
    process.terminate()
    process.wait(120)

    assert house.calls().count("") == 2


def test_the_web_server_answers_while_the_world_is_made_and_the_steps_are_told(house: House) -> None:
    (house.folder / "world-lasts").touch()
    process = house.start()
    account = read_until(process, "geography…")

    assert f"http://127.0.0.1:{house.port} opens now" in account
    answer = subprocess.run([sys.executable, "-c", ASK, house.port], capture_output=True, text=True, timeout=120)
    assert answer.stdout.strip() == "200"
    assert (house.folder / "var/opening").read_text() == "geography"  # what vigie.demo.opening reads

    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 0
    assert not (house.folder / "var/opening").exists()
    assert house.wait_until_nothing_is_left() == []


def test_a_start_that_finds_nothing_changed_prepares_nothing(house: House) -> None:
    def start(**environ: str) -> str:
        process = house.start(**environ)
        account = read_until(process, "Ctrl-C")
        process.terminate()
        process.wait(120)
        return account

    start()
    (house.folder / "var/opening").write_text("firms")  # left by a start that was killed

    assert "expert@cci.example" in start()
    assert house.calls().count("") == 1
    assert not (house.folder / "var/opening").exists()

    start(VIGIE_RECALL_SECONDS="5")  # another setting
    assert house.calls().count("") == 2
    (house.folder / "src/vigie/config/wsgi.py").write_text(WSGI + "# other code\n")
    start()
    assert house.calls().count("") == 3
    (house.folder / "var/vigie.sqlite3").unlink()
    start()
    assert house.calls().count("") == 4


def test_a_busy_port_is_named_with_its_remedy(house: House) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD_PORT], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    port = other.stdout.readline().strip()

    process = house.start(VIGIE_PORT=port)
    account, _ = process.communicate(timeout=120)
    other.kill()
    other.communicate()

    assert process.returncode == 1
    assert f"Port {port} is taken" in account
    assert f"VIGIE_PORT={int(port) + 1} make run" in account


def test_a_second_run_beside_the_first_is_refused(house: House) -> None:
    first = house.start()
    read_until(first, "Ctrl-C")

    second, _ = house.start("--rebuild").communicate(timeout=120)
    first.terminate()
    first.wait(120)

    assert f"already at work here (http://127.0.0.1:{house.port}" in second


def test_killed_without_a_word_it_leaves_nothing_behind(house: House) -> None:
    process = house.start()
    read_until(process, "Ctrl-C")

    process.kill()
    process.wait(120)

    assert house.wait_until_nothing_is_left() == []


def test_world_is_built_again_with_its_history(house: House) -> None:
    account, _ = house.start("--rebuild").communicate(timeout=120)

    assert "deleting" not in account  # there was nothing yet
    assert "`make run` opens it" in account
    assert house.calls() == ["", "build_example", "build_world --size demo --history"]
    again, _ = house.start("--rebuild").communicate(timeout=120)
    assert f"deleting {house.folder}/var/vigie.sqlite3" in again
    assert house.wait_until_nothing_is_left() == []


def test_production_does_not_start_this_way(house: House) -> None:
    process = house.start(VIGIE_MODE="production")
    account, _ = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "operate.md" in account
