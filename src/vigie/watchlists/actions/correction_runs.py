"""The batch asked for a simulation, and the files of the corrections put in the feedback door.

The simulation is ``vigie-batch correct --dry-run`` as a process; its answer is read without trust. A file names nobody:
persons are account numbers.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from vigie.journal.actions import record
from vigie.rights.person import SYSTEM
from vigie.watchlists.actions.batch_process import command, environment
from vigie.watchlists.models_corrections import DONE, FAILED, WAITING, Correction
from vigie.watchlists.rules_corrections import document
from vigie.watchlists.states_corrections import DRAFT

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 540
LARGEST_ANSWER = 4_000_000
FIRMS_KEPT = 200
FOLDER = "corrections"
_SCORED = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


def simulate(correction_id: int, *, at: datetime) -> str:
    """Runs the simulation of a draft and keeps its answer; one that changed meanwhile keeps none."""
    row = Correction.objects.filter(pk=correction_id, state=DRAFT, simulation_state=WAITING).first()
    if row is None:
        return "Rien à simuler"
    answer = _answer(row)
    with transaction.atomic():
        now = Correction.objects.select_for_update().get(pk=row.pk)
        if now.simulation_state != WAITING or now.simulation_asked_at != row.simulation_asked_at:
            return "Le brouillon a changé pendant la simulation"
        now.simulation = answer
        now.simulation_state = FAILED if "refused" in answer else DONE
        now.simulated_at = None if "refused" in answer else at
        now.save(update_fields=["simulation", "simulation_state", "simulated_at"])
        record("correction.simulated", now, by=SYSTEM, at=at, payload={"done": now.simulation_state == DONE})
    return f"Simulation de {row} : {now.get_simulation_state_display()}"


def _answer(row: Correction) -> dict[str, Any]:
    month = last_scored_month()
    if month is None:
        return {"refused": "Aucun mois n’a encore été calculé : la simulation attend la première liste."}
    with TemporaryDirectory() as place:
        inbox = Path(place)
        (inbox / FOLDER).mkdir()
        approved = Correction.objects.approved_once().exclude(pk=row.pk)
        _write_all(inbox / FOLDER, approved)
        proposal = inbox / f"{row.code}.v{row.version}.json"
        proposal.write_bytes(file_of(row))
        folders = settings.VIGIE
        return run_batch([
            "correct", "--dry-run", "--json", "--lake", str(folders.lake_folder),
            "--publications", str(folders.publications_folder), "--month", month,
            "--file", str(proposal), "--corrections", str(inbox / FOLDER),
        ])  # fmt: skip


def run_batch(arguments: Sequence[str]) -> dict[str, Any]:
    """The answer of ``vigie-batch`` as plain values; « refused » says in French why there is none."""
    try:
        done = subprocess.run(  # noqa: S603  our own program, with files that we wrote
            command(*arguments), capture_output=True, timeout=TIMEOUT_SECONDS, check=False, env=environment()
        )
    except subprocess.TimeoutExpired:
        return {"refused": "La simulation a dépassé neuf minutes. Restreignez la portée, ou réessayez plus tard."}
    try:
        answer = json.loads(done.stdout[:LARGEST_ANSWER])
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        log.error(
            "correction_simulation_failed", code=done.returncode, said=done.stderr[-2000:].decode(errors="replace")
        )
        return {"refused": "La simulation a échoué. L’équipe trouvera la cause dans le journal du service."}
    if done.returncode and "refused" not in answer:
        return {"refused": "La simulation s’est arrêtée avant la fin. Réessayez."}
    if isinstance(answer.get("firms_moving"), list):
        answer["firms_moving"] = answer["firms_moving"][:FIRMS_KEPT]
    return answer


def last_scored_month() -> str | None:
    """The last month that the batch scored."""
    folder = settings.VIGIE.lake_folder / "scores"
    months = [path.name for path in folder.glob("*") if _SCORED.match(path.name)] if folder.is_dir() else []
    return max(months, default=None)


def export_corrections(*, at: datetime) -> str:
    """Puts the files of all corrections but drafts in the door, and takes away those that are drafts again."""
    folder = settings.VIGIE.lake_folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    rows = Correction.objects.exclude(state=DRAFT).order_by("pk")
    written = _write_all(folder, rows)
    for row in Correction.objects.filter(state=DRAFT):
        (folder / f"{row.code}.v{row.version}.json").unlink(missing_ok=True)
    return f"{len(written)} redressement(s) dans la porte"


def _write_all(folder: Path, rows: Any) -> list[str]:
    """Each file whole or not at all; one that says the same is left alone."""
    names = []
    for row in rows:
        path = folder / f"{row.code}.v{row.version}.json"
        content = file_of(row)
        names.append(path.name)
        if path.exists() and path.read_bytes() == content:
            continue
        work = path.with_suffix(".tmp")
        with work.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        work.replace(path)
    return names


def file_of(row: Correction) -> bytes:
    """The file of a correction: JSON that a person can read."""
    return (json.dumps(document(row.identity, row.said), ensure_ascii=False, indent=2) + "\n").encode()
