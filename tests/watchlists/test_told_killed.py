"""What agents are told by mail (facts of firms, lists, reviews that are late, quiet files, the digest): a worker killed
at any point of the telling, and run again twice, loses nothing and doubles nothing (R-13, S-70).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.migrated_once import copy_migrated
from tests.publication.factories import Firm, dossiers, facts, published, table
from vigie.kernel.period import Month
from vigie.publication.write import write_facts
from vigie.watchlists.rules_news import PROCEEDINGS

ROOT = Path(__file__).resolve().parents[2]
# Two agents who follow a firm and want all at once, one whose habilitation is late, one file without news.
WORLD = """
import sys, django
from datetime import UTC, datetime, timedelta
from pathlib import Path
django.setup()
from tests.accounts.factories import UserFactory, person
from tests.accounts.factories import HabilitationFactory
from tests.agents.choosing import choose
from tests.followup.factories import colleague, communes, opened_file, network
from tests.watchlists.factories import agent, follow
from vigie.accounts.models import AgentProfile, Habilitation
from vigie.agents.models_review import Confirmation
from vigie.followup.actions.members import add_member
from vigie.followup.actions.texts import write_comment
from vigie.journal.models import OutgoingMessage
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.actions.news import find_list_news
from vigie.kernel.period import paris_day
from vigie.watchlists.rules_news import KINDS
at = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
receive(Path(sys.argv[1]), at=at)
find_list_news(at=at)
ada, bob = colleague("Ada Liste"), colleague("Bob Suivi", "dgfip")
for user in (ada, bob):
    follow(user, sys.argv[2], at)
    choose(user, "now", at, *KINDS)
made = opened_file(ada, at=at)
add_member(made, bob, "participant", by=person(ada, at), at=at)
for name, rhythm in (("Cat Tout", "now"), ("Dan Matin", "daily"), ("Eva Jamais", "never")):
    wishing = colleague(name, "dgfip")
    add_member(made, wishing, "participant", by=person(ada, at), at=at)
    choose(wishing, rhythm, at, "comment", "mention", "state")
write_comment(made, network("codefi"), "Bonjour", form_token="jeton-du-formulaire-9999", by=person(ada, at), at=at)
HabilitationFactory(user=UserFactory(email="admin@agents.example", full_name="Adam"), role=Role.ADMINISTRATOR)
held = Habilitation.objects.get(user=ada)
Confirmation.objects.create(habilitation=held, day=paris_day(at), at=at, by=ada)
Habilitation.objects.filter(user=bob).update(granted_at=at - timedelta(days=400))
OutgoingMessage.objects.all().delete()
"""
# Each telling in a process of its own, forked: killed at a point, then left in peace twice. One JSON line for each.
TELL = """
import json, os, sqlite3, sys, traceback, django
from datetime import UTC, datetime, timedelta
from pathlib import Path
django.setup()
from django.db import connections
from vigie.agents.actions.late import report_late
from tests.accounts.factories import person
from tests.followup.factories import network
from vigie.accounts.models import User
from vigie.followup.actions.files import move_file
from vigie.followup.actions.notices import tell_digests, tell_quiet_files
from vigie.followup.actions.texts import write_comment
from vigie.followup.models import Comment, Followup
from vigie.journal import crash
from vigie.watchlists.actions import receive
from vigie.watchlists.actions.news import find_list_news
base, folders, points, rows = Path(sys.argv[1]), *map(json.loads, sys.argv[2:5])
at = datetime(2026, 7, 18, 7, 0, tzinfo=UTC)

def listed():
    receive(Path(folders["list"]), at=at)
    find_list_news(at=at)

def wrote():
    made, ada = Followup.objects.get(), User.objects.get(email="ada@agents.example")
    text, by = "Bonjour @Cat Tout, @Dan Matin et @Eva Jamais", person(ada, at)
    write_comment(made, network("codefi"), text, form_token="jeton-du-formulaire-7777", by=by, at=at)

def moved():
    made, ada = Followup.objects.get(), User.objects.get(email="ada@agents.example")
    if made.state == "in_progress":  # the page is no longer there to press again
        move_file(made, "start_surveillance", by=person(ada, at), at=at)

TELLINGS = {
    "comment": wrote, "state": moved,
    "facts": lambda: receive(Path(folders["facts"]), at=at), "list": listed, "late": lambda: report_late(at=at),
    "quiet": lambda: tell_quiet_files(at + timedelta(days=90)),
    "digest": lambda: tell_digests(datetime(2026, 7, 7, 5, 30, tzinfo=UTC)),
}

def copy(name):
    target = base.with_name(name)
    with sqlite3.connect(base) as source, sqlite3.connect(target) as made:
        source.backup(made)
    return target

def told(file):
    with sqlite3.connect(file) as known:
        return sorted(([*row] for one in rows for row in known.execute(one)), key=str)

def tell(what, file, point=""):
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connections["default"].settings_dict["NAME"] = str(file)
    crash.aim(point)
    try:
        TELLINGS[what]()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    os._exit(1)

for what in TELLINGS:
    whole = copy(f"{what}.sqlite3")
    assert tell(what, whole) == 0, what
    print(json.dumps({"what": what, "before": told(base), "after": told(whole)}))
    for rank, point in enumerate(points):
        file = copy(f"{what}-{rank}.sqlite3")
        code = tell(what, file, point)
        killed = told(file)
        again = [tell(what, file) for _twice in range(2)]
        found = {"what": what, "point": point, "code": code, "killed": killed, "again": again, "end": told(file)}
        print(json.dumps(found))
"""
POINTS = ("journal.after_event:1", "outbox.after_owe:1", "outbox.after_owe:2", "journal.after_messages:1")
ROWS = (
    "SELECT 'mail', template || subject_id, recipient, count(*) FROM journal_outgoingmessage "
    "GROUP BY template, subject_id, recipient",
    "SELECT 'fact', b.code, n.siren, n.kind FROM watchlists_firmnews n "
    "JOIN watchlists_newsbatch b ON b.id = n.batch_id",
    "SELECT 'late', count(*), 0, 0 FROM agents_latereview", "SELECT 'digest', user_id, day, 0 FROM followup_digest",
    "SELECT 'quiet', id, reminded_at IS NOT NULL, 0 FROM followup_followup",
    "SELECT 'comment', count(*), 0, 0 FROM followup_comment",
    "SELECT 'state', state, 0, 0 FROM followup_followup",
    "SELECT 'event', name, count(*), 0 FROM journal_event WHERE name IN ('firm_news.found', 'review.late', "
    "'file.quiet', 'file.digested', 'file.written', 'file.mentioned', 'file.moved') GROUP BY name",
)  # fmt: skip


def run(base: Path, script: str, *arguments: str) -> str:
    environ = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "vigie.config.settings", "VIGIE_MODE": "test",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "VIGIE_DATABASE_URL": f"sqlite:///{base}",
        "VIGIE_PUBLICATIONS": str(base.parent / "publications"), "VIGIE_CRASH_AT": "",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_worker_killed_while_it_tells_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    base, publications = tmp_path / "base.sqlite3", tmp_path / "publications"
    copy_migrated(base)
    firms = [Firm(n, level="none" if n == 1 else "moderate") for n in range(1, 12)]
    run(base, WORLD, str(published(publications, "2026-06.1", firms)), firms[0].siren)
    held = dossiers(firms, Month(2026, 6))
    began = Month(2026, 7).first_day
    opened = {
        "siren": firms[0].siren,
        "effective_on": began,
        "kind": "redressement",
        "stage": "ouverture",
        "label": None,
    }
    held[PROCEEDINGS] = table(PROCEEDINGS, [opened])
    folders = {
        "facts": str(write_facts(publications, "2026-07-18", held, facts("2026-06"))),
        "list": str(published(tmp_path / "aside", "2026-07.1", [Firm(n, level="strong") for n in range(1, 12)])),
    }

    found = [
        json.loads(row) for row in run(base, TELL, str(base), *map(json.dumps, (folders, POINTS, ROWS))).splitlines()
    ]

    whole = {one["what"]: one for one in found if "before" in one}
    for what, one in whole.items():
        mails = [row for row in one["after"] if row[0] == "mail"]
        assert {row[3] for row in mails} == {1}, f"{what}: {mails}"
    killed = [one for one in found if "point" in one]
    for one in killed:
        clean, where = whole[one["what"]], f"{one['what']} killed at {one['point']}"
        if one["what"] == "digest":  # each reader has a transaction of his own
            kinds = [row[0] for row in one["killed"]]
            assert kinds.count("digest") == kinds.count("mail"), f"{where} is half told"
        else:
            assert one["killed"] in (clean["before"], clean["after"]), f"{where} is half told"
        assert one["again"] == [0, 0], where
        assert one["end"] == clean["after"], where
    # who tells somebody alone has no second mail to be killed at
    assert sum(one["code"] == -signal.SIGKILL for one in killed) >= len(whole) * (len(POINTS) - 1)
