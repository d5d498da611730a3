"""The example list: raw files of an invented France, and two months of the real batch, received like any publication.

Everything goes through the same doors as in production: files in the folder of deliveries, `vigie-batch run` as a
process, the folder of publications, the reception. The two last whole months are published; both are due already.
Then the agents of the demo follow some of its firms (``followups``), share a campaign (``campaigning``) and hold
meetings (``meetings``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from django.conf import settings

from vigie.companies import importer
from vigie.demo import asking, campaigning, followups, helping, meetings, progress, reading
from vigie.kernel.errors import VigieError
from vigie.kernel.period import Month, paris_day
from vigie.statistics.actions_followups import count_followups
from vigie.statistics.actions_use import count_impact, count_usage
from vigie.ui.formats import counted
from vigie.watchlists.actions import batch_process
from vigie.watchlists.actions.opening import open_due
from vigie.watchlists.actions.reception import receive_new

SEED = 1
LIST_IS_DUE = 8
STEPS = ("invent", "first", "second", "receive", "follow")


@dataclass(frozen=True)
class Scale:
    """How large the example is: firms, months of raw files, and the training that goes with them."""

    firms: int
    months: int
    parameters: str


# Lighter trainings than production's: the demo must show its list within two minutes, on any machine.
USUAL = Scale(
    2_500, 54, "months = 48\ntraining_rows = 24000\ntraining_bags = 3\ntraining_rounds = 400\ntraining_pairs = 6\n"
)
SMALL = Scale(
    900, 54, "months = 48\ntraining_rows = 8000\ntraining_bags = 2\ntraining_rounds = 120\ntraining_pairs = 2\n"
)


class ExampleFailed(VigieError):
    """The example could not be built; the message holds the end of the account."""


def months(at: datetime) -> tuple[Month, Month]:
    """The two months published: the last ones whose list is already due (a list is due on the 5th, or soon after)."""
    day = paris_day(at)
    last = Month.of(day).plus(-1 if day.day > LIST_IS_DUE else -2)
    return last.plus(-1), last


def build(now: Callable[[], datetime], say: Callable[[str], None], scale: Scale = USUAL) -> None:
    """Builds what is missing of the example; taken up where an interruption left it."""
    if settings.VIGIE.production:
        raise ExampleFailed("invented firms have no place in production")
    begun = now()
    row = progress.start(len(STEPS), begun, progress.EXAMPLE)
    if row.succeeded:
        return
    first, last = months(row.started_at)
    _invent(last, scale, say)
    progress.note(row, 1)
    for done, month in enumerate((first, last), start=2):
        say(f"computing the list of {month}")
        _batch("run", *_places(), "--month", str(month), "--quiet")
        progress.note(row, done)
    say(receive_new(at=now()))
    say(open_due(now()))
    _import_register(last, now(), say)
    progress.note(row, 4)
    say(counted(followups.write(now(), Random(SEED)), "accompagnement", "accompagnements"))
    say(counted(asking.write(now(), Random(SEED)), "demande d’aide", "demandes d’aide"))
    say(counted(campaigning.write(now()), "entreprise en campagne", "entreprises en campagne"))
    say(counted(meetings.write(now()), "réunion du CODEFI", "réunions du CODEFI"))
    say(counted(helping.write(now()), "question posée", "questions posées"))
    say(counted(reading.write(now(), Random(SEED)), "fiche lue", "fiches lues"))
    # What the night counts: a partner who opens his dashboard on the first day finds his figures.
    say(counted(count_usage(now()), "compte d’usage", "comptes d’usage"))
    say(counted(count_followups(now()), "mois d’accompagnements compté", "mois d’accompagnements comptés"))
    say(counted(count_impact(now()), "liste comptée", "listes comptées"))
    progress.end(row, f"Listes de {first} et {last} reçues", now())


def _places() -> list[str]:
    folders = settings.VIGIE
    return [
        "--incoming", str(folders.incoming_folder), "--lake", str(folders.lake_folder),
        "--publications", str(folders.publications_folder),
    ]  # fmt: skip


def _invent(last: Month, scale: Scale, say: Callable[[str], None]) -> None:
    """The raw files, made aside and put in the folder of deliveries whole."""
    folders = settings.VIGIE
    parameters = folders.lake_folder / "parameters.toml"
    if not parameters.exists():
        parameters.parent.mkdir(parents=True, exist_ok=True)
        parameters.write_text(scale.parameters, encoding="utf-8")
    wanted = [folders.incoming_folder / str(month) for month in (last.plus(-1), last)]
    if all(folder.is_dir() for folder in wanted):
        return
    say("inventing the raw files of the administrations")
    aside = Path(folders.var) / "tmp-example"
    shutil.rmtree(aside, ignore_errors=True)
    _batch(
        "invent", "--firms", str(scale.firms), "--months", str(scale.months), "--seed", str(SEED),
        "--last-month", str(last), "--batches", "2", "--groups", "--out", str(aside),
    )  # fmt: skip
    for folder in wanted:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        (aside / folder.name).rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _import_register(last: Month, at: datetime, say: Callable[[str], None]) -> None:
    """The invented Sirene files of the month, so that the sheets have their identities and establishments."""
    folder = settings.VIGIE.incoming_folder / str(last)
    for kind, name in ((importer.UNITS, "sireneUL.csv"), (importer.PLACES, "StockEtablissement_utf8_geo.csv")):
        if (folder / name).exists():
            account = importer.Import(kind, folder / name, at=at, everything=True).run(resume=True)
            say(f"{name}: {account.kept} rows kept, {account.rejected} rejected")


def _batch(*arguments: str) -> None:
    code, said = batch_process.run(*arguments)
    if code:
        account = said.strip().splitlines()[-5:]
        raise ExampleFailed(f"vigie-batch {arguments[0]} (code {code}): {' / '.join(account)}")
