"""Import of a file of 10 000 experts: read, compared, applied, then changed by a second file, on this engine.

    python -m bench.directory_import                                            # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.directory_import  # a throw-away PostgreSQL

One institution of 200 antennes and 30 competences. The first file creates every team and its person; the second, as
long, moves telephones, competences and zones of all of them. Each must take less than 30 s from its sending to its
last write. Exits 0 when both do; 1 otherwise; 75 when the machine was too busy to tell.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench.measuring import MET, Result, load, note, verdict, wait_for_quiet
from bench.scratch_directory import resident_mb, scratch_database

LIMIT_S = 30.0
AT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
ANTENNES, SUBJECTS = 200, 30
INSTITUTION = "Chambre inventée"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experts", type=int, default=10_000)
    options = parser.parse_args(argv)
    with scratch_database() as (engine, _folder):
        from django.core.management import call_command

        call_command("load_cog", verbosity=0, stdout=io.StringIO())
        by = _world()
        quiet, before = wait_for_quiet(), load()
        times = {
            name: _imported(_file(options.experts, turn), by, AT + timedelta(hours=turn))
            for turn, name in enumerate(("created", "changed"))
        }
    slowest = max(seconds for seconds, _processor in times.values())
    outcome = MET if slowest <= LIMIT_S else verdict(False, quiet=quiet and load() <= 2 * before + 1)
    ours = {name: {"seconds": round(wall, 2), "processor": round(cpu, 2)} for name, (wall, cpu) in times.items()}
    result = Result("issue 4", f"import of experts, {engine}", round(slowest, 2), LIMIT_S, "s", outcome, ours)
    note(result, before=before, scale=f"{options.experts} experts", seed=0)
    told = ", ".join(f"{name} {wall:.1f} s ({cpu:.1f} of processor)" for name, (wall, cpu) in times.items())
    print(f"{engine}, {options.experts:,} experts: {told}, memory {resident_mb():.0f} MB; limit {LIMIT_S:.0f} s")
    return outcome


def _world():
    """The institution, its antennes and competences, and somebody of the team."""
    from vigie.accounts.actions import open_service
    from vigie.accounts.models import Antenne, AntenneZone, Institution
    from vigie.accounts.queries import person_for
    from vigie.directory.models import InstitutionSubject, Subject, Theme

    institution = Institution.objects.create(name=INSTITUTION, slug="chambre-inventee")
    rows = Antenne.objects.bulk_create(
        Antenne(institution=institution, name=f"Antenne {number}") for number in range(ANTENNES)
    )
    AntenneZone.objects.bulk_create(
        AntenneZone(antenne=row, zone_type="departement", code=f"{1 + place % 19:02d}")
        for place, row in enumerate(rows)
    )
    theme = Theme.objects.create(label="Thème", slug="theme")
    for number in range(SUBJECTS):
        subject = Subject.objects.create(theme=theme, label=f"Sujet {number}", slug=f"sujet-{number}")
        InstitutionSubject.objects.create(institution=institution, subject=subject)
    return person_for(open_service("equipe@vigie.example", "Odile Brun", at=AT), AT)


def _file(experts: int, turn: int) -> bytes:
    """One line an expert; the second turn changes a telephone, three competences and a zone of each."""
    fixed = "Institution;Antenne;Prénom et nom;Email;Téléphone;Nom de l’équipe;Email de l’équipe;Communes spécifiques"
    lines = [fixed + "".join(f";Sujet {number}" for number in range(SUBJECTS))]
    for place in range(experts):
        cells = ["x" if (place + number + turn) % 5 == 0 else "" for number in range(SUBJECTS)]
        phone, commune = f"06{place:08d}"[:10] if not turn else f"07{place:08d}"[:10], ("01053", "35238")[turn]
        lines.append(
            f"{INSTITUTION};Antenne {place % ANTENNES};Personne {place};personne{place}@expert.example;{phone};"
            f"Équipe {place};equipe{place}@expert.example;{commune};" + ";".join(cells)
        )
    return "\n".join(lines).encode()


def _imported(data: bytes, by, at: datetime) -> tuple[float, float]:
    """Seconds and seconds of processor, from the sending to the last write, done as the worker does."""
    from vigie.directory.importing import acts
    from vigie.directory.models import DirectoryImport
    from vigie.journal import jobs

    wall, processor = time.perf_counter(), time.process_time()
    with jobs.collected() as queued:
        row = acts.receive("advisers", "experts.csv", data, by=by, at=at)
        acts.read_job(at=at, **queued[-1].arguments) if queued else None
        read = time.perf_counter() - wall
        acts.apply(DirectoryImport.objects.get(pk=row.pk), by=by, at=at)
        if len(queued) > 1:
            acts.apply_job(at=at, **queued[-1].arguments)
    row.refresh_from_db()
    if row.state != "applied":
        raise SystemExit(f"the file is {row.state}: {list(row.remarks.values_list('line', 'message')[:5])}")
    print(f"  read in {read:.1f} s, {row.counts}", flush=True)
    return time.perf_counter() - wall, time.process_time() - processor


if __name__ == "__main__":
    sys.exit(main())
