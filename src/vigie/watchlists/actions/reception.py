"""Receiving a folder of the batch: verified whole, loaded in chunks that nobody sees, checked, then opened or not.

Every step can be run again: a reception killed at any moment goes on where it stood at the next one. Until the last
step, readers see the former list.
"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from vigie.journal.actions import perform, record
from vigie.journal.crash import crash_point
from vigie.kernel.errors import HashMismatch, PublicationError
from vigie.publication.manifest import FACTS_ID, LIST_ID, Manifest
from vigie.publication.read import Publication as Folder
from vigie.publication.read import manifest_hash, open_publication
from vigie.publication.write import FACTS_FOLDER
from vigie.rights.person import SYSTEM, Person
from vigie.watchlists.actions.facts import receive_facts
from vigie.watchlists.actions.figures import load_figures
from vigie.watchlists.actions.first_alerts import mark_first_alerts
from vigie.watchlists.actions.loading import load_entries, measure
from vigie.watchlists.actions.notices import tell_operators
from vigie.watchlists.actions.opening import open_if_due
from vigie.watchlists.models import FactsFolder, Publication
from vigie.watchlists.rules import ListFacts, Told, checks
from vigie.watchlists.rules_faults import fault_lines
from vigie.watchlists.states import RECEIVED

_REMEDY = "relancez le calcul, ou déposez le dossier tel qu’il a été écrit. Rien n’a changé pour les agents."


def receive(folder: Path, by: Person | None = None, *, at: datetime) -> Publication | FactsFolder:
    """The list, or the facts, of a folder: received, checked, opened when it is due. Can be run again at any moment.

    Raises PublicationError when the folder is not whole, or is not the one received before under this name; operators
    are told.
    """
    by = by or SYSTEM
    folder = folder.absolute()
    try:
        known = _known(folder)
        found = open_publication(folder, verify=known is None)
        if found.manifest.kind == "facts":
            return receive_facts(found, at=at)
        publication = _row(found, by=by, at=at)
    except PublicationError as error:
        lines = [*fault_lines(error), f"Que faire\u00a0: {_REMEDY}"]
        tell_operators(f"refused:{folder.name}:{error}"[:200], f"Le dossier {folder.name} est refusé", lines, at=at)
        raise
    crash_point("receive.after_row")
    if publication.state == RECEIVED:
        load_entries(publication, found)
        load_figures(publication, found)
        crash_point("receive.after_figures")
        mended = mark_first_alerts(publication)
        crash_point("receive.after_load")
        _check(publication, found, mended, by=by, at=at)
        crash_point("receive.after_check")
    open_if_due(publication, at=at)
    return publication


def receive_new(*, at: datetime) -> str:
    """Receives every folder that is not received yet, the oldest first (job of every minute); gives the account."""
    root = settings.VIGIE.publications_folder
    folders = [*_finished(root, LIST_ID), *_finished(root / FACTS_FOLDER, FACTS_ID)]
    pending = set(Publication.objects.filter(state=RECEIVED).values_list("code", flat=True))
    known = set(Publication.objects.values_list("code", flat=True)) - pending
    known |= set(FactsFolder.objects.values_list("code", flat=True))
    said = []
    for folder in folders:
        if folder.name in known:
            continue
        try:
            said.append(f"{receive(folder, at=at)} reçu")
        except PublicationError:
            said.append(f"{folder.name} refusé")
    return ", ".join(said) or "Rien de nouveau"


def _finished(root: Path, identifier: re.Pattern[str]) -> list[Path]:
    """The folders of this kind that a writer has finished, by name."""
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if identifier.match(path.name))


def _known(folder: Path) -> Publication | FactsFolder | None:
    """The row of a folder received before; HashMismatch when another folder was received under this name."""
    row: Publication | FactsFolder | None = (
        Publication.objects.filter(code=folder.name).first() or FactsFolder.objects.filter(code=folder.name).first()
    )
    if row is not None and row.fingerprint != manifest_hash(folder):
        told = "a été reçu avec un autre contenu\u00a0; une correction porte un nouveau numéro."
        raise HashMismatch(
            str(folder), "another folder was received under this name; a correction is a new number", told
        )
    return row


@transaction.atomic
def _row(found: Folder, *, by: Person, at: datetime) -> Publication:
    manifest = found.manifest
    values = {
        "batch": manifest.batch.first_day,
        "number": int(manifest.publication_id.partition(".")[2]),
        "replaces": manifest.replaces or "",
        "fingerprint": manifest_hash(found.folder),
        "planned_on": manifest.planned_on,
        "received_at": at,
        "entries_expected": found.rows_count("entries"),
        "told": told(manifest),
    }
    publication, new = Publication.objects.get_or_create(code=manifest.publication_id, defaults=values)
    if new:
        record("publication.received", publication, by=by, at=at, payload={"entries": values["entries_expected"]})
    return publication


def told(manifest: Manifest) -> dict[str, Any]:
    """What pages need of a manifest, as plain JSON."""
    return {
        "horizon_months": manifest.horizon_months,
        "model_id": manifest.model_id,
        "code_version": manifest.code_version,
        "created_at": manifest.created_at.isoformat(),
        "thresholds": manifest.thresholds,
        "families": {family.code: family.label_fr for family in manifest.families},
        "features": {
            feature.code: {"label": feature.label_fr, "family": feature.family, "unit": feature.unit}
            for feature in manifest.features
        },
        "corrections": {c.code: c.label_fr for c in manifest.corrections},
        "perimeter": [asdict(rule) for rule in manifest.perimeter.rules],
        "sources": [
            {
                **asdict(source),
                **{
                    name: day.isoformat() if (day := getattr(source, name)) else None
                    for name in ("data_until", "planned_on", "received_on")
                },
            }
            for source in manifest.sources
        ],
    }


def _check(publication: Publication, found: Folder, mended: int, *, by: Person, at: datetime) -> None:
    """Measures the list, compares it with the last open one, and makes it « contrôlée »."""
    measured = replace(measure(publication, found), first_alerts_mended=mended)
    former = Publication.objects.current().exclude(batch=publication.batch).filter(batch__lt=publication.batch).first()
    before = ListFacts(**former.counts["facts"]) if former else None
    told_by_batch = [Told(one.name, one.passed, one.value, one.limit, one.advisory) for one in found.manifest.checks]
    outcomes = checks(measured, before, told_by_batch, publication.planned_on is not None)
    green = all(outcome.green for outcome in outcomes)
    with transaction.atomic():
        row = Publication.objects.select_for_update().get(pk=publication.pk)
        if row.state != RECEIVED:  # another reception has just done it
            return
        changes = {
            "all_green": green,
            "checks": [asdict(outcome) for outcome in outcomes],
            "counts": {"facts": {**asdict(measured)}},
        }
        perform(publication, "check", by=by, at=at, changes=changes, payload={"green": green})
        if not green:
            wrong = [f"{o.label} : {o.saw} (limite {o.limit})" for o in outcomes if not o.green]
            title = f"La liste {publication.code} attend deux approbations"
            tell_operators(f"not-green:{publication.code}", title, wrong, at=at)
