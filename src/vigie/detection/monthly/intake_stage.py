"""The month's files into the lake: each source on its own, so that a broken file stops nothing but itself.

A reading is made aside, compared with what stood before, and takes its place only if every check agrees or a named
person has taken it. A refused, missing or doubled delivery leaves the last good one in hand: the source is *stale*,
it is said in one message, and the rest goes on. Without any delivery ever of an essential source, nothing is published.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from vigie.detection.intake import feedback_door
from vigie.detection.intake.delivery import Check, Delivery, check_against_previous, recognise
from vigie.detection.intake.reading import read_file
from vigie.detection.intake.report import FileReport
from vigie.detection.lake import read_json, sync_tree
from vigie.detection.monthly.context import AlreadyTold, Run
from vigie.detection.run_record import BLOCKING, NOTE, WARNING, Message
from vigie.detection.sources.feedback import SOURCE as FEEDBACK
from vigie.detection.sources.registry import SOURCES, source
from vigie.detection.sources.table import Source
from vigie.detection.steps import Facts, Step
from vigie.kernel.errors import CheckFailed, PublicationError

STALE_MONTHS_BLOCKING = 6
MONTH_NAME = re.compile(r"\d{4}-\d{2}$")
SHOWN_MONTHS = 6
ASK_AGAIN = "Demandez au producteur une livraison corrigée, puis déposez-la : l’intégration reprendra d’elle-même."


def month_folder(incoming: Path, month: object) -> Path:
    """The folder of the month's files: `incoming/2026-06/` when it exists, else `incoming` itself.

    A folder that bears the name of another month, or holds those of other months only, is not the month's: refused
    before anything is read, for « nothing delivered » would be told of every source.
    """
    if not incoming.is_dir():
        raise CheckFailed(str(incoming), "ce dossier n’existe pas. Donnez à --incoming celui des fichiers déposés.")
    inner = incoming / str(month)
    if inner.is_dir():
        return inner
    if MONTH_NAME.match(incoming.name) and incoming.name != str(month):
        raise CheckFailed(str(incoming), f"ce dossier est celui d’un autre mois que {month}. Vérifiez --month.")
    others = sorted(path.name for path in incoming.iterdir() if path.is_dir() and MONTH_NAME.match(path.name))
    if others and not recognise(incoming).files:
        found = ", ".join(others[-SHOWN_MONTHS:])
        raise CheckFailed(
            str(incoming), f"pas de dossier {month} ici ; les mois déposés : {found}. Vérifiez --month, ou le dépôt."
        )
    return incoming


def take_in(run: Run) -> None:
    """Reads what was delivered, keeps what may be kept, and says what became of each source."""
    delivery = recognise(run.incoming)
    run.nothing_delivered = not (delivery.files or delivery.duplicates)
    if run.nothing_delivered and not run.facts_only:
        run.record.say(
            Message(
                WARNING, "aucun fichier d’une source connue dans ce dossier.", file=run.incoming.name,
                remedy="Vérifiez le dossier, et que le dépôt est terminé.",
            )
        )  # fmt: skip
    for path in delivery.unknown:
        run.record.say(
            Message(
                NOTE,
                "ce nom de fichier n’est celui d’aucune source connue ; il n’a pas été lu.",
                file=path.name,
                remedy="Renommez-le si c’est une livraison attendue (noms : documentation des sources).",
            )
        )
    for table in SOURCES:
        _take_source(run, table, delivery)
    run.record.write()
    if not run.facts_only:
        _refuse_without_essentials(run)


def _take_source(run: Run, table: Source, delivery: Delivery) -> None:
    if table is FEEDBACK and table.code not in delivery.files:
        _take_feedback(run)
    elif table.code in delivery.duplicates:
        names = ", ".join(path.name for path in delivery.duplicates[table.code])
        message = Message(
            WARNING, f"la source « {table.label_fr} » est livrée en double : {names}.", table.code, names,
            expectation="Un seul fichier est attendu.", remedy="Gardez le bon fichier et retirez l’autre.",
        )  # fmt: skip
        _keep_former(run, table, "duplicated", message)
    elif table.code not in delivery.files:
        _keep_former(run, table, "missing", _not_delivered(run, table))
    else:
        _read(run, table, delivery.files[table.code])


def _take_feedback(run: Run) -> None:
    """What agents said, laid out as the file that its source describes; a door that is not whole is not read."""
    laid = run.lake.tmp / "feedback.csv"
    try:
        lines = 0 if run.feedback is None else feedback_door.lay_out(run.feedback, laid)
    except PublicationError as error:
        message = Message(
            WARNING, "les retours des agents ne sont pas entiers ; ceux déjà lus restent en place.", FEEDBACK.code,
            run.feedback.name if run.feedback else "", expectation=f"({error})",
            remedy="Exportez à nouveau les retours depuis le service.",
        )  # fmt: skip
        _keep_former(run, FEEDBACK, "refused", message)
        return
    if lines:
        _read(run, FEEDBACK, [laid])
    else:
        _keep_former(run, FEEDBACK, "missing", None)


def _not_delivered(run: Run, table: Source) -> Message | None:
    if run.facts_only or table.optional or not table.file_names:  # a format of former years is not awaited
        return None
    name = _awaited(table.code)
    return Message(
        WARNING, f"la source « {table.label_fr} » n’a pas été livrée ce mois-ci.", table.code,
        expectation=f"Un fichier {name} était attendu dans {run.incoming.name}.",
        remedy="Vérifiez le dépôt, sinon relancez le producteur.",
    )  # fmt: skip


def _read(run: Run, table: Source, paths: list[Path]) -> None:
    hashes = [run.hashes(path) for path in paths]
    accounts = run.rows("admin_urssaf") if "admin_urssaf" in run.deliveries and table.accounts else None
    approved = [one.by for one in run.approvals if one.source == table.code]
    step = Step(
        name=f"intake:{table.code}",
        code=("sources", "intake", "monthly/intake_stage.py"),
        inputs={
            "files": sorted(zip((path.name for path in paths), hashes, strict=True)),
            "accounts": str(run.deliveries.get("admin_urssaf")) if accounts else None,
            "former": _former_facts(run, table),
            "approved": approved,
        },
        outputs=(),
        work=lambda: _accept_or_refuse(run, table, paths, accounts, approved),
    )
    facts = run.do(step)
    names = ", ".join(path.name for path in paths)
    if facts["accepted"]:
        run.deliveries[table.code] = run.month
        run.record.source(table.code, state="delivered", batch=str(run.month), **facts["report"])
        for notice in facts["notices"]:
            run.record.say(Message(NOTE, notice, table.code, names))
        return
    message = Message(
        WARNING, facts["reason"], table.code, names, facts["line"] or None, facts["expectation"], ASK_AGAIN
    )  # fmt: skip
    _keep_former(run, table, "refused", message, facts["report"])


def _former_facts(run: Run, table: Source) -> Any:
    """What the checks compare with: the deliveries of the months before, by their files."""
    former = run.lake.deliveries(table.code, run.month.plus(-1))
    return [[str(month), _hashes(folder)] for month, folder in former.items()]


def _hashes(folder: Path) -> list[str]:
    report = read_json(folder / "report.json") or {}
    return [facts["sha256"] for facts in report.get("files", [])]


def _accept_or_refuse(run: Run, table: Source, paths: list[Path], accounts: Path | None, approved: list[str]) -> Facts:
    """Reads aside, compares, then puts in place; a refused reading leaves its report under `refused/`."""
    aside = run.lake.tmp / f"intake-{table.code}"
    shutil.rmtree(aside, ignore_errors=True)
    report = read_file(table, paths, aside, accounts=accounts, batch=run.month)
    earlier = run.lake.deliveries(table.code, run.month.plus(-1))
    former = FileReport.read_from(earlier[max(earlier)] / "report.json") if earlier else None
    hashes = {one for folder in earlier.values() for one in _hashes(folder)}
    checks = [] if report.is_fatal else check_against_previous(report, former, batch=run.month, earlier_hashes=hashes)
    failed = [check for check in checks if not check.passed]
    accepted = not report.is_fatal and (not failed or bool(approved))
    _put(run, table, aside, accepted=accepted)
    first = failed[0] if failed else None
    return {
        "accepted": accepted,
        "approved_by": approved if failed else [],
        "reason": _lower(report.fatal or (first.message_fr if first else "")),
        "line": report.fatal_line,
        "expectation": _expectation(first),
        "checks": [[check.name, check.passed, check.value, check.limit] for check in checks],
        "notices": [notice.message for notice in report.notices if notice.code not in ("rejected",)][:5],
        "report": {
            "file": ", ".join(path.name for path in paths),
            "sha256": report.sha256[0] if report.sha256 else "",
            "read": report.read,
            "valid": report.valid,
            "rejected": report.rejected,
            "filtered": report.filtered,
            "rows": report.rows,
            "data_until": report.max_period,
            "received_on": run.created_at[:10],
        },
    }


def _put(run: Run, table: Source, aside: Path, *, accepted: bool) -> None:
    place = run.lake.delivery(table.code, run.month)
    if not accepted:
        place = run.lake.root / "refused" / table.code / f"batch={run.month}"
        (aside / "rows.parquet").unlink(missing_ok=True)
    if not aside.exists():
        return
    sync_tree(aside)
    place.parent.mkdir(parents=True, exist_ok=True)
    old = run.lake.tmp / f"old-{table.code}"
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    aside.rename(place)


def _expectation(check: Check | None) -> str:
    return "" if check is None or check.limit is None else f"(Contrôle {check.name}, limite {check.limit:g}.)"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _keep_former(
    run: Run, table: Source, state: str, message: Message | None, report: dict[str, Any] | None = None
) -> None:
    """The last good delivery stays in hand; its age is said."""
    former = run.lake.deliveries(table.code, run.month)
    if message is not None and not (state == "missing" and run.nothing_delivered):  # an empty folder is told once
        run.record.say(message)
    if not former:
        if message is not None:
            run.record.source(table.code, state="never_delivered", batch=None, reason=str(message or ""))
        return
    batch = max(former)
    run.deliveries[table.code] = batch
    facts = (read_json(former[batch] / "report.json") or {}) if report is None else report
    run.record.source(
        table.code, state="kept" if batch == run.month else "stale", why=state, batch=str(batch),
        reason=str(message or ""), data_until=facts.get("max_period") or facts.get("data_until"),
    )  # fmt: skip


def _refuse_without_essentials(run: Run) -> None:
    """Nothing is published from a source that was never delivered, or that is too old to speak of today."""
    lacking = []
    for table in SOURCES:
        batch = run.deliveries.get(table.code)
        if table.essential and (batch is None or batch < run.month.plus(-STALE_MONTHS_BLOCKING)):
            since = "jamais livrée" if batch is None else f"dernière livraison {batch}"
            lacking.append((table, f"« {table.label_fr} » ({_awaited(table.code)}, {since})"))
    if not lacking:
        return
    run.record.say(
        Message(
            BLOCKING, "aucune liste ne peut paraître sans les sources indispensables.",
            lacking[0][0].code if len(lacking) == 1 else "",
            expectation=f"Il manque : {' ; '.join(told for _, told in lacking)}.",
            remedy=f"Déposez-les dans {run.incoming.name} : l’intégration reprendra d’elle-même.",
        )
    )  # fmt: skip
    raise AlreadyTold(str(run.month), "des sources indispensables manquent.")


def _awaited(code: str) -> str:
    """The name under which a source's file is awaited."""
    return source(code).file_names[0].replace("\\", "")
