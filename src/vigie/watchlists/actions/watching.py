"""What the service does by itself around the batch: starts it when a delivery is complete, tells what it met.

The batch is a process of its own, that outlives the job which starts it: it takes minutes, a job has one. A delivery
of nothing but fresher facts starts `--facts-only`: the sheets move, the open list does not.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from vigie.journal.actions import record
from vigie.kernel.period import Month, paris_day
from vigie.publication.feedback import FEEDBACK_FOLDER
from vigie.rights.person import SYSTEM
from vigie.ui.formats import counted
from vigie.watchlists.actions import batch_process
from vigie.watchlists.actions.notices import tell_operators
from vigie.watchlists.models import Delivery
from vigie.watchlists.queries.runs import Run, runs
from vigie.watchlists.rules import STABLE_FOR, Start, only_refreshes, starts

_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
_TOLD = ("Bloquant", "À corriger")


def watch_incoming(*, at: datetime) -> str:
    """Looks at the deliveries and starts the batch of the first that is ready (job of every minute)."""
    folder = settings.VIGIE.incoming_folder
    if not settings.VIGIE.batch_starts or not folder.is_dir():
        return "Aucun dépôt à regarder"
    known = runs(settings.VIGIE.lake_folder)
    just_started = Delivery.objects.filter(started_at__gt=at - STABLE_FOR)  # it may not have written its record yet
    processes = [run.process_id for run in known if not run.ended] + [one.process_id for one in just_started]
    if any(is_alive(process_id) for process_id in processes):
        return "Un calcul est en cours"
    for path in sorted(path for path in folder.iterdir() if path.is_dir() and _MONTH.match(path.name)):
        begun = _look(path, [run for run in known if run.month == path.name], at=at)
        if begun is not Start.NOTHING:
            return f"{'Calcul' if begun is Start.MONTH else 'Faits'} de {path.name} lancé"
    return "Aucun dépôt à calculer"


@transaction.atomic
def _look(path: Path, made: list[Run], *, at: datetime) -> Start:
    """Notes what the delivery holds; starts its batch once when it no longer changes, or its day has passed.

    made: the runs of this month. A delivery never seen before whose month was run already (by hand, or before this
    base) is taken for what that run has read.
    """
    seen = picture(path)
    if not seen:
        return Start.NOTHING
    first = {"picture": seen, "seen_at": at}
    if made:
        first |= {"started_picture": seen, "started_at": at, "started_facts_only": made[0].facts_only}
    delivery, _new = Delivery.objects.get_or_create(month=path.name, defaults=first)
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.picture != seen:
        delivery.picture, delivery.seen_at = seen, at
        delivery.save(update_fields=["picture", "seen_at"])
    ready = starts(
        only_facts=only_refreshes(one.name for one in files(path)),
        unchanged_for=at - delivery.seen_at,
        started=_started(delivery),
        interrupted_for=at - delivery.started_at if delivery.started_at and made and not made[0].ended else None,
        today=paris_day(at),
        month=Month.parse(path.name),
    )
    if ready is Start.NOTHING or is_alive(delivery.process_id):
        return Start.NOTHING
    delivery.started_facts_only = ready is Start.FACTS
    delivery.process_id = start_batch(path.name, facts_only=delivery.started_facts_only)
    delivery.started_at, delivery.started_picture = at, seen
    delivery.save(update_fields=["process_id", "started_at", "started_picture", "started_facts_only"])
    record("batch.started", delivery, by=SYSTEM, at=at, payload={"month": path.name, "what": str(ready)})
    return ready


def _started(delivery: Delivery) -> Start:
    """What the files now in the folder have started."""
    if delivery.started_picture != delivery.picture:
        return Start.NOTHING
    return Start.FACTS if delivery.started_facts_only else Start.MONTH


def files(folder: Path) -> list[Path]:
    """The files of a delivery, in order; links and hidden files are none."""
    found = sorted(folder.rglob("*"))
    return [path for path in found if path.is_file() and not path.is_symlink() and path.name[0] != "."]


def picture(folder: Path) -> str:
    """A hash of the names, sizes and moments of the files; empty when there is no file yet."""
    lines = []
    for path in files(folder):
        facts = path.stat()
        lines.append(f"{path.relative_to(folder)} {facts.st_size} {facts.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def start_batch(month: str, *, facts_only: bool) -> int:
    """Starts ``vigie-batch run`` as a process of its own; gives its number. Its journal is a file of the lake."""
    folders = settings.VIGIE
    lake = folders.lake_folder
    lake.mkdir(parents=True, exist_ok=True)
    with (lake / "batch.log").open("ab") as log:
        process = batch_process.start(
            "run", "--incoming", str(folders.incoming_folder), "--lake", str(lake),
            "--publications", str(folders.publications_folder), "--month", month,
            "--feedback", str(Path(folders.var) / FEEDBACK_FOLDER),  # where the service writes what agents say
            *(["--facts-only"] if facts_only else []), log=log,
        )  # fmt: skip
    return process.pid


def is_alive(process_id: int | None) -> bool:
    """True while the process runs."""
    if process_id is None:
        return False
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def tell_runs(*, at: datetime) -> str:
    """Mails what the runs of the batch met (job of every minute), once for each run; gives the account."""
    count = 0
    for run in runs(settings.VIGIE.lake_folder):
        problems = [problem for problem in run.problems if problem.severity in _TOLD]
        if not run.ended or not (problems or run.state.code != "done"):
            continue
        title = f"{run.title} : {run.state.label.lower()}"
        if problems:
            title += f", {counted(len(problems), 'message')}"
        lines = [f"{problem.severity}. {problem.line}" for problem in problems]
        count += tell_operators(f"run:{run.key}", title, lines, at=at) is not None
    return counted(count, "message aux opérateurs", "messages aux opérateurs")
