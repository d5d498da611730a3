"""The batch asked for simulations, and the corrections put in the door.

A simulation is ``vigie-batch correct --dry-run`` as a process of its own, for a job has one minute: one job starts it,
another takes its answer. The answer is read without trust. A file names nobody: persons are account numbers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from vigie.journal.actions import record
from vigie.journal.jobs import enqueue
from vigie.kernel.period import paris_day
from vigie.publication.feedback import pseudonym, write_feedback
from vigie.rights.person import SYSTEM
from vigie.ui.formats import counted
from vigie.watchlists.actions import batch_process
from vigie.watchlists.actions.corrections import COLLECT_JOB
from vigie.watchlists.actions.watching import is_alive
from vigie.watchlists.models import Publication
from vigie.watchlists.models_corrections import DONE, FAILED, WAITING, Correction
from vigie.watchlists.rules_corrections import document
from vigie.watchlists.states_corrections import DRAFT

log = structlog.get_logger(__name__)
LARGEST_ANSWER = 4_000_000
FIRMS_KEPT = 200
FOLDER = "corrections"
ANSWER, PROCESS, LOG = "answer.json", "process", "journal"
LOOK_AGAIN = timedelta(seconds=15)
STARTS_WITHIN = timedelta(minutes=2)
LONGEST = timedelta(minutes=20)
_children: list[subprocess.Popen[bytes]] = []
_SCORED = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
STOPPED = "La simulation s’est arrêtée avant la fin. Réessayez\u00a0; l’équipe trouvera la cause dans son journal."
TOO_LONG = "La simulation a dépassé vingt minutes. Restreignez la portée, ou réessayez plus tard."
NO_MONTH = "Aucun mois n’a encore été calculé\u00a0: la simulation attend la première liste."
UNREADABLE = "La réponse de la simulation ne peut pas être lue. Réessayez."


def start_simulation(correction_id: int, *, at: datetime) -> str:
    """Starts the process for a draft that waits; asked twice, it runs once."""
    row = Correction.objects.filter(pk=correction_id, state=DRAFT, simulation_state=WAITING).first()
    if row is None:
        return "Rien à simuler"
    month = last_scored_month()
    if month is None:
        keep_answer(row, {"refused": NO_MONTH}, at=at)
        return NO_MONTH
    place = place_of(row)
    if is_alive(_process(place)):
        return f"Simulation de {row} déjà en cours"
    shutil.rmtree(place, ignore_errors=True)
    (place / FOLDER).mkdir(parents=True)
    _write_all(place / FOLDER, Correction.objects.approved_once().exclude(pk=row.pk))
    proposal = place / f"{row.code}.v{row.version}.json"
    proposal.write_bytes(file_of(row))
    folders = settings.VIGIE
    process = start_process(place, [
        "correct", "--dry-run", "--lake", str(folders.lake_folder), "--publications",
        str(folders.publications_folder), "--month", month, "--file", str(proposal),
        "--corrections", str(place / FOLDER), "--out", str(place / ANSWER),
    ])  # fmt: skip
    (place / PROCESS).write_text(str(process))
    enqueue(COLLECT_JOB, run_at=at + LOOK_AGAIN)
    return f"Simulation de {row} lancée"


def start_process(place: Path, arguments: Sequence[str]) -> int:
    """Starts ``vigie-batch``; gives the number of the process. What it says goes to a file of its folder."""
    with (place / LOG).open("wb") as log:
        process = batch_process.start(*arguments, log=log)
    _reap()
    _children.append(process)
    return process.pid


def _reap() -> None:
    """Lets go of the processes of this worker that have ended."""
    _children[:] = [process for process in _children if process.poll() is None]


def collect_simulations(*, at: datetime) -> str:
    """Keeps the answers that have come, and tells those that will not come (job of every minute)."""
    _reap()
    waiting = list(Correction.objects.filter(simulation_state=WAITING))
    kept = 0
    for row in waiting:
        answer = _answer(place_of(row), asked_for=at - (row.simulation_asked_at or at))
        if answer is not None:
            keep_answer(row, answer, at=at)
            kept += 1
    _forget()
    return counted(kept, "simulation lue", "simulations lues")


def _answer(place: Path, *, asked_for: timedelta) -> dict[str, Any] | None:
    """The answer; why there will be none; None while it may come."""
    alive = is_alive(_process(place))  # asked before the file is looked for, which is its last act
    if (place / ANSWER).exists():
        return _read(place / ANSWER)
    if alive and asked_for < LONGEST:
        return None
    if alive:
        return {"refused": TOO_LONG}
    if not (place / PROCESS).exists() and asked_for < STARTS_WITHIN:
        return None
    journal = place / LOG
    said = journal.read_bytes()[-2000:].decode(errors="replace") if journal.exists() else ""
    log.error("correction_simulation_failed", said=said)
    return {"refused": STOPPED}


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_ANSWER:
        return {"refused": UNREADABLE}
    try:
        answer = json.loads(path.read_bytes())
    except ValueError:
        return {"refused": UNREADABLE}
    if not isinstance(answer, dict):
        return {"refused": UNREADABLE}
    if isinstance(answer.get("firms_moving"), list):
        answer["firms_moving"] = answer["firms_moving"][:FIRMS_KEPT]
    return answer


@transaction.atomic
def keep_answer(row: Correction, answer: dict[str, Any], *, at: datetime) -> None:
    """Writes the answer; a draft that changed since it was asked keeps none."""
    now = Correction.objects.select_for_update().get(pk=row.pk)
    if now.simulation_state != WAITING or now.simulation_asked_at != row.simulation_asked_at:
        return
    refused = "refused" in answer
    now.simulation, now.simulation_state = answer, FAILED if refused else DONE
    now.simulated_at = None if refused else at
    now.save(update_fields=["simulation", "simulation_state", "simulated_at"])
    record("correction.simulated", now, by=SYSTEM, at=at, payload={"done": not refused})


def place_of(row: Correction) -> Path:
    """The folder of one asking: another asking has another folder."""
    asked = row.simulation_asked_at
    return _places() / f"{row.pk}-{int(asked.timestamp()) if asked else 0}"


def _places() -> Path:
    return Path(settings.VIGIE.var) / "simulations"


def _forget() -> None:
    """Removes the folders that nobody waits for. A draft waits before its folder exists: look at folders first."""
    places = list(_places().glob("*"))
    kept = {place_of(row).name for row in Correction.objects.filter(simulation_state=WAITING)}
    for place in places:
        if place.name not in kept:
            shutil.rmtree(place, ignore_errors=True)


def _process(place: Path) -> int | None:
    try:
        return int((place / PROCESS).read_text())
    except (OSError, ValueError):
        return None


def last_scored_month() -> str | None:
    """The last month that the batch scored."""
    folder = settings.VIGIE.lake_folder / "scores"
    months = [path.name for path in folder.glob("*") if _SCORED.match(path.name)] if folder.is_dir() else []
    return max(months, default=None)


def export_corrections(*, at: datetime) -> str:
    """Puts the files where the batch reads them, and the proposals in the feedback on the last list.

    Drafts have no file; one that was taken back loses its own.
    """
    folder = settings.VIGIE.lake_folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(Correction.objects.exclude(state=DRAFT).order_by("pk"))
    _write_all(folder, rows)
    for row in Correction.objects.filter(state=DRAFT):
        (folder / f"{row.code}.v{row.version}.json").unlink(missing_ok=True)
    last = Publication.objects.current().first()
    if last is not None:
        told = {"corrections": [_feedback(row) for row in rows]}
        write_feedback(Path(settings.VIGIE.var), last.code, told, at=at)
    return f"{counted(len(rows), 'redressement')} dans la porte"


def _feedback(row: Correction) -> dict[str, Any]:
    assert row.proposed_at is not None
    return {
        "code": row.code,
        "version": str(row.version),
        "author": pseudonym(settings.SECRET_KEY.encode(), f"account:{row.created_by_id}"),
        "content": file_of(row).decode(),
        "proposed_on": paris_day(row.proposed_at),
    }


def _write_all(folder: Path, rows: Iterable[Correction]) -> None:
    """Each file whole or not at all; one that says the same is left alone."""
    for row in rows:
        path = folder / f"{row.code}.v{row.version}.json"
        content = file_of(row)
        if path.exists() and path.read_bytes() == content:
            continue
        work = path.with_suffix(".tmp")
        with work.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        work.replace(path)


def file_of(row: Correction) -> bytes:
    """The file of a correction: JSON that a person can read."""
    return (json.dumps(document(row.identity, row.said), ensure_ascii=False, indent=2) + "\n").encode()
