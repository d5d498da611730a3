"""« Intégrations »: what the batch did each month, as its records say, and the lists received.

Records are JSON files of the lake (``runs/2026-06/001.json``), written by the batch. Read without trust: what has
another shape is passed over, texts are cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.urls import reverse

from vigie.kernel.lifecycle import State
from vigie.rights.person import Person
from vigie.rights.reach import may
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import counted, day_and_hour, number
from vigie.watchlists.models import Notice, Publication
from vigie.watchlists.queries.words import month_words
from vigie.watchlists.rules import APPROVALS_NEEDED
from vigie.watchlists.states import CHECKED, OPEN, PUBLICATION

MONTHS_SHOWN = 12
RUNS_READ = 24
LARGEST = 4_000_000
RUN_STATES = {
    "running": State("running", "En cours", "info"),
    "done": State("done", "Terminé", "success"),
    "blocked": State("blocked", "Bloqué avant publication", "error"),
    "failed": State("failed", "Échoué", "error"),
}
SOURCE_STATES = {
    "delivered": State("delivered", "Reçue", "success"),
    "kept": State("kept", "Dernière bonne livraison du mois gardée", "warning"),
    "stale": State("stale", "Ancienne", "warning"),
    "never_delivered": State("never_delivered", "Jamais reçue", "error"),
}
UNKNOWN = State("unknown", "Inconnu", "info")
NOTE = "note"
SEVERITIES = {"blocking": "Bloquant", "warning": "À corriger", NOTE: "Pour information"}


@dataclass(frozen=True)
class Problem:
    """One message of the batch: where, what, what was expected, what to do. asks: something has to be done."""

    severity: str
    place: str
    text: str
    expectation: str
    remedy: str
    asks: bool = True

    @property
    def line(self) -> str:
        parts = [f"{self.place} : {self.text}" if self.place else self.text, self.expectation, self.remedy]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Drift:
    """What has changed since the model was learnt: in a sentence, what it means, and feature by feature."""

    summary: str
    meaning: str
    moved: tuple[str, ...]
    volumes: Table | None


@dataclass(frozen=True)
class Run:
    """A run of the batch. remarks: what was seen in the files and asks nothing of anybody."""

    key: str
    title: str
    state: State
    when: str
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    sources: Table | None = None
    steps: Table | None = None
    drift: Drift | None = None
    ended: bool = False
    month: str = ""
    process_id: int | None = None
    facts_only: bool = False


@dataclass(frozen=True)
class Received:
    """A list on the team's page: its state, its checks, what can be done."""

    code: str
    title: str
    state: State
    facts: str
    checks: Table
    approvals: str
    buttons: tuple[ActButton, ...] = ()


@dataclass(frozen=True)
class RunsPage:
    """Lists received, runs, notices."""

    received: tuple[Received, ...]
    runs: tuple[Run, ...]
    notices: Table
    folders: tuple[str, ...] = field(default=())


def runs_page(person: Person, reason_form: Callable[[], BaseForm]) -> RunsPage:
    """The page of the team; 4 queries and 2 per list that can be acted on, and the records of the lake.

    reason_form: gives the form that asks why a list is withdrawn.
    """
    lists = list(Publication.objects.prefetch_related("approvals__user")[:MONTHS_SHOWN])
    folders = settings.VIGIE
    return RunsPage(
        received=tuple(_received(person, one, reason_form) for one in lists),
        runs=tuple(runs(folders.lake_folder)[:MONTHS_SHOWN]),
        notices=_notices(),
        folders=(
            f"Dépôts\u00a0: {folders.incoming_folder}",
            f"Lac\u00a0: {folders.lake_folder}",
            f"Publications\u00a0: {folders.publications_folder}",
        ),
    )


def runs(lake: Path) -> list[Run]:
    """The runs of the batch, the latest first."""
    paths = sorted(lake.glob("runs/*/[0-9][0-9][0-9].json"), reverse=True)[:RUNS_READ]
    return [run for path in paths if (run := _run(path)) is not None]


def read_record(path: Path) -> dict[str, Any] | None:
    """A record as it was written; None when it is not ours, or cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # being written, or not ours
        return None
    return record if isinstance(record, dict) else None


def _run(path: Path) -> Run | None:
    record = read_record(path)
    if record is None or not re.match(r"^\d{4}-\d{2}$", path.parent.name):
        return None
    state = RUN_STATES.get(str(record.get("state")), UNKNOWN)
    facts_only = record.get("facts_only") is True
    messages = [_problem(row) for row in _rows(record, "messages")]
    return Run(
        key=f"{path.parent.name}/{path.stem}",
        title=f"{'Faits' if facts_only else 'Calcul'} de {path.parent.name}, n° {int(path.stem)}",
        state=state,
        when=f"Du {_moment(record, 'started_at')} au {_moment(record, 'ended_at') or 'moment présent'}",
        problems=tuple(one for one in messages if one.asks),
        remarks=tuple(one for one in messages if not one.asks),
        sources=_sources(record),
        steps=_steps(record),
        drift=_drift(record),
        ended=state.code in ("done", "blocked", "failed"),
        month=path.parent.name,
        process_id=record["pid"] if isinstance(record.get("pid"), int) else None,
        facts_only=facts_only,
    )


def _rows(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = record.get(name)
    return [row for row in rows if isinstance(row, dict)][:200] if isinstance(rows, list) else []


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)[:500]


def _moment(record: dict[str, Any], name: str) -> str:
    """« 2 juillet 2026 à 8 h 00 »; the text as it came when it is no moment."""
    try:
        at = datetime.fromisoformat(_text(record, name))
    except ValueError:
        return _text(record, name)
    return day_and_hour(at) if at.tzinfo else str(at)


def _problem(row: dict[str, Any]) -> Problem:
    line = row.get("line")
    place = [_text(row, "file") or _text(row, "source"), f"ligne {line}" if isinstance(line, int) else ""]
    return Problem(
        severity=SEVERITIES.get(_text(row, "severity"), "À corriger"),
        place=", ".join(part for part in place if part),
        text=_text(row, "message"),
        expectation=_text(row, "expectation"),
        remedy=_text(row, "remedy"),
        asks=_text(row, "severity") != NOTE,
    )


def _count(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else "inconnu"


def _sources(record: dict[str, Any]) -> Table | None:
    sources = record.get("sources")
    if not isinstance(sources, dict) or not sources:
        return None
    rows = []
    for code, facts in sorted(sources.items()):
        found = facts if isinstance(facts, dict) else {}
        rows.append(
            (
                Cell(str(code)[:60], hint=_text(found, "file")),
                Cell(state=SOURCE_STATES.get(_text(found, "state"), UNKNOWN)),
                _count(found, "read"),
                _count(found, "valid"),
                _count(found, "rejected"),
                _text(found, "data_until") or "inconnu",
            )
        )
    numeric = tuple(Column(label, numeric=True) for label in ("Lues", "Valides", "Rejetées"))
    return Table(
        caption="Sources",
        columns=(Column("Source", header=True), Column("État"), *numeric, Column("Jusqu’au")),
        rows=tuple(rows),
    )


def _steps(record: dict[str, Any]) -> Table | None:
    rows = [
        (
            Cell(_text(step, "name")),
            {"done": "faite", "kept": "déjà faite", "failed": "échouée", "running": "en cours"}.get(
                _text(step, "state"), "inconnue"
            ),
            f"{_count(step, 'seconds')} s",
        )
        for step in _rows(record, "steps")
    ]
    if not rows:
        return None
    columns = (Column("Étape", header=True), Column("État"), Column("Durée", numeric=True))
    return Table(caption="Étapes", columns=columns, rows=tuple(rows))


def _drift(record: dict[str, Any]) -> Drift | None:
    found = record.get("drift")
    if not isinstance(found, dict):
        return None
    volumes = found.get("volumes")
    rows = [row for row in volumes if isinstance(row, list) and len(row) == 3] if isinstance(volumes, list) else []
    counts = [(Cell(str(what)[:80]), _whole(before), _whole(now)) for what, before, now in rows[:60]]
    return Drift(
        summary=_text(found, "summary_fr"),
        meaning=_text(found, "meaning_fr"),
        moved=tuple(_text(row, "sentence_fr") for row in _rows(found, "moved")),
        volumes=Table(
            caption="Volumes, de la liste précédente à celle-ci",
            columns=(
                Column("Ensemble", header=True),
                Column("Avant", numeric=True),
                Column("Maintenant", numeric=True),
            ),
            rows=tuple(counts),
        )
        if counts
        else None,
    )


def _whole(value: object) -> str:
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else "inconnu"


def _notices() -> Table:
    return Table(
        caption="Messages envoyés aux opérateurs",
        columns=(Column("Quand"), Column("Message", header=True)),
        rows=tuple((Cell(at=one.at), Cell(one.title, hint=" · ".join(one.lines))) for one in Notice.objects.all()[:20]),
        empty="Aucun message\u00a0: rien d’anormal n’a été vu.",
    )


def _received(person: Person, one: Publication, reason_form: Callable[[], BaseForm]) -> Received:
    levels = one.counts.get("facts", {})
    loaded = f"{counted(one.entries_loaded, 'ligne')} sur {number(one.entries_expected)}"
    opened = f", ouverte le {day_and_hour(one.opened_at)}" if one.opened_at else ""
    planned = f", prévue le {one.planned_on:%d/%m/%Y}" if one.planned_on else ", sans date prévue"
    alerts = f", {counted(levels['alerts'], 'alerte')}" if levels else ""
    names = [str(approval.user) for approval in one.approvals.all()]
    return Received(
        code=one.code,
        title=f"Liste {one.code} ({month_words(one.batch)})",
        state=PUBLICATION.by_code[one.state],
        facts=f"{loaded}{alerts}{planned}{opened}",
        checks=_checks(one),
        approvals=f"Approuvée par {', '.join(names)} ({len(names)} sur {APPROVALS_NEEDED})" if names else "",
        buttons=_buttons(person, one, reason_form),
    )


def _checks(one: Publication) -> Table:
    rows = [
        (check["label"], Cell(state=_light(check)), check["saw"] or "–", check["limit"] or "–") for check in one.checks
    ]
    return Table(
        caption=f"Contrôles de la liste {one.code}",
        columns=(Column("Contrôle", header=True), Column("Résultat"), Column("Vu"), Column("Limite")),
        rows=tuple(rows),
        empty="Pas encore contrôlée.",
        caption_hidden=True,
    )


def _light(check: dict[str, Any]) -> State:
    """Green; orange for a check that only warns; red."""
    if check["passed"]:
        return State("green", "Vert", "success")
    return State("warned", "À surveiller", "warning") if check.get("advisory") else State("red", "À voir", "error")


def _buttons(person: Person, one: Publication, reason_form: Callable[[], BaseForm]) -> tuple[ActButton, ...]:
    href = reverse("watchlists:act_on_publication", args=[one.code])
    buttons = []
    waits = one.state == CHECKED and not (one.all_green and one.planned_on)
    approved = any(approval.user_id == person.user_id for approval in one.approvals.all())
    if waits and not approved and may(person, "publication.approve", one):
        confirm = "Deux personnes doivent approuver. La liste s’ouvre alors aux agents, à sa date."
        buttons.append(ActButton("Approuver l’ouverture", href, "approve", confirm=confirm))
    if one.state in (CHECKED, OPEN) and may(person, "publication.withdraw", one):
        buttons.append(_withdraw_button(href, reason_form()))
    return tuple(buttons)


def _withdraw_button(href: str, form: BaseForm) -> ActButton:
    confirm = "Les agents ne la verront plus, à l’instant. Elle reste gardée pour l’audit."
    return ActButton("Retirer la liste", href, "withdraw", "secondary", confirm, form)
