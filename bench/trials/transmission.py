"""R-02, R-04 for requests: workers killed between any two statements, or two at once, leave nothing half done.

``python -m bench.trials.transmission --trials 200``. Each trial takes an act of the analysis, of the transmission, of
the team or of the address book, kills its worker with SIGKILL at a named point or at a random moment, looks at every
row, then lets a worker do it in peace and looks again. Failing trials print their number: ``--only N`` replays one.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.trials.workers import Kill, database, moments, run, wait, worker

PACKAGES = Path(__file__).resolve().parents[2] / "src" / "vigie"
SOURCES = (
    *(PACKAGES / "matching" / "actions").glob("*.py"),
    *(PACKAGES / "directory" / "importing").glob("*.py"),
    PACKAGES / "directory" / "closing.py",
)
EXPERTS = 3
# Points of each act; "" is a random moment.
JOURNAL = ("journal.after_event", "journal.after_messages")
PREPARE = (
    *("analysis.after_diagnosis", "analysis.after_need", "analysis.after_candidates"),
    *("prepare.after_analysis", "prepare.after_schedule", *JOURNAL, ""),
)
TRANSMIT = (
    *("perform.after_state", "transmit.after_state", "transmit.after_match", "transmit.after_event"),
    *("transmit.after_diagnosis", "outbox.after_owe", *JOURNAL, ""),
)
REQUALIFY = ("analysis.after_candidates", "requalify.after_candidates", *JOURNAL, "")
UNTICK = ("select.after_tick", *JOURNAL, "")
ADD = ("add_expert.after_candidate", "transmit.after_match", "transmit.after_event", *JOURNAL, "")
SPAM = ("perform.after_state", "mark_spam.after_state", *JOURNAL, "")
REMIND = ("remind.after_expert_row", "remind.after_row", "outbox.after_owe", *JOURNAL, "")
ABANDON = ("perform.after_state", "remind.after_expiry", "remind.after_row", "outbox.after_owe", *JOURNAL, "")
VISIT = (
    *("visit.after_filed", "transmit.after_match", "transmit.after_event", "visit.after_sent", "outbox.after_owe"),
    *(*JOURNAL, ""),
)
CHANGE_SUBJECT = ("visit.after_requalified", *JOURNAL, "")
CLOSE = (
    *("move.after_row", "closing.after_needs", "closing.after_revoked", "closing.after_expert"),
    *("perform.after_state", "outbox.after_owe", *JOURNAL, ""),
)
IMPORT = ("import.after_plan", "import.after_targets", "perform.after_state", *JOURNAL, "")


@dataclass
class Account:
    """What the trials saw."""

    trials: int = 0
    kills: int = 0
    faults: list[str] = field(default_factory=list)
    visited: Counter[str] = field(default_factory=Counter)

    def killed(self, kill: Kill) -> None:
        self.kills += 1
        self.visited[kill.point or "random moment"] += 1


@dataclass
class Scene:
    """What is done to a request, where it is killed, and how its rows are looked at.

    fault: gives the fault that the rows show, or nothing; its argument says whether the act went to its end.
    """

    act: Callable[[], None]
    points: tuple[str, ...]
    fault: Callable[[bool], str]


def points_of_the_source() -> set[str]:
    """Every point named in the actions of the matching service."""
    found = re.compile(r'crash_point\("([a-z_.]+)"\)')
    return {name for path in SOURCES for name in found.findall(path.read_text(encoding="utf-8"))}


def planned_points() -> set[str]:
    acts = (PREPARE, TRANSMIT, REQUALIFY, UNTICK, ADD, SPAM, REMIND, ABANDON, VISIT, CHANGE_SUBJECT, CLOSE, IMPORT)
    return {point for points in acts for point in points if point}


class World:
    """A directory of Lyon, the moment of the trials, and the scenes."""

    def __init__(self) -> None:
        from tests.matching import requests
        from tests.matching.conftest import write_territory

        from vigie.kernel import clock

        write_territory()
        requests.firm()
        self.requests = requests
        self.at: datetime = clock.now()
        self.later = self.at + timedelta(hours=1)
        self.by = requests.team()
        self.network: Any = None  # an adviser's world, built by the first scene that needs it
        self.scenes = (
            *(self.prepare, self.transmit, self.requalify, self.untick, self.add, self.spam),
            *(self.remind, self.abandon, self.visit, self.change_subject, self.close, self.import_file),
        )

    def _request(self, *, experts: int = EXPERTS) -> Any:
        made = self.requests.request(completed_at=self.at)
        for _ in range(experts):
            self.requests.expert_for(self.requests.subject_of(made))
        return made

    def _prepared(self, *, scheduled: bool = True) -> Any:
        from vigie.matching.actions.transmission import prepare
        from vigie.matching.models import Solicitation

        made = self._request()
        prepare(made, at=self.at)
        if scheduled:  # whatever the guards say of so many requests of one firm
            Solicitation.objects.filter(pk=made.pk).update(transmit_at=self.at, hold_reasons=[])
        return self.requests.again(made)

    # --- scenes

    def prepare(self) -> Scene:
        from vigie.matching.actions.transmission import prepare

        made = self._request()
        return Scene(lambda: _nothing(prepare(made, at=self.at)), PREPARE, lambda done: self._half_prepared(made, done))

    def transmit(self) -> Scene:
        from vigie.matching.actions.transmission import transmit_due

        made = self._prepared()
        return Scene(lambda: _nothing(transmit_due(at=self.later)), TRANSMIT, lambda done: self._half_sent(made, done))

    def requalify(self) -> Scene:
        from tests.directory.factories import SubjectFactory

        from vigie.matching.actions.triage import requalify

        made, other = self._prepared(), SubjectFactory()
        wanted = self.requests.expert_for(other)
        need = self.requests.need_of(made)

        def fault(done: bool) -> str:
            experts = [line.expert_id for line in self.requests.candidates_of(made)]
            changed = self.requests.need_of(made).subject_id == other.pk
            told = self._events(made, "solicitation.requalified")
            whole = (changed, experts == [wanted.pk], told == 1) == (True, True, True)
            untouched = (changed, len(experts), told) == (False, EXPERTS, 0)
            return "" if whole or (untouched and not done) else f"requalified by half: {changed}, {experts}, {told}"

        return Scene(lambda: _nothing(requalify(need, other, {}, by=self.by, at=self.at)), REQUALIFY, fault)

    def untick(self) -> Scene:
        from vigie.matching.actions.triage import untick

        made = self._prepared()
        line = self.requests.candidates_of(made)[0]

        def fault(done: bool) -> str:
            ticked = sum(one.ticked for one in self.requests.candidates_of(made))
            told = self._events(made, "solicitation.selection_changed")
            waiting = self.requests.again(made).transmit_at is None
            whole, untouched = (EXPERTS - 1, 1, True), (EXPERTS, 0, False)
            seen = (ticked, told, waiting)
            return "" if seen == whole or (seen == untouched and not done) else f"unticked by half: {seen}"

        return Scene(lambda: _nothing(untick(line, by=self.by, at=self.at)), UNTICK, fault)

    def add(self) -> Scene:
        from tests.directory.factories import ExpertFactory

        from vigie.matching.actions.transmission import transmit
        from vigie.matching.actions.triage import add_expert

        made, stranger = self._prepared(), ExpertFactory()
        transmit(made, by=self.by, at=self.at)
        need = self.requests.need_of(made)

        def fault(done: bool) -> str:
            lines = sum(one.expert_id == stranger.pk for one in self.requests.candidates_of(made))
            matches = [one for one in self.requests.matches_of(made) if one.expert_id == stranger.pk]
            seen = (lines, len(matches), sum(self._told(match) for match in matches))
            return "" if seen == (1, 1, 1) or (seen == (0, 0, 0) and not done) else f"added by half: {seen}"

        return Scene(lambda: _nothing(add_expert(need, stranger, by=self.by, at=self.at)), ADD, fault)

    def spam(self) -> Scene:
        from vigie.matching.actions.filling import address_hash
        from vigie.matching.actions.triage import mark_spam
        from vigie.matching.models import SpamAddress

        made = self._prepared()

        def fault(done: bool) -> str:
            blocked = SpamAddress.objects.filter(email_hash=address_hash(made.email)).count()
            told = self._events(made, "solicitation.spam_dropped")
            seen = (self.requests.again(made).state, blocked, told)
            whole, untouched = ("canceled", 1, 1), ("in_progress", 0, 0)
            return "" if seen == whole or (seen == untouched and not done) else f"set aside by half: {seen}"

        return Scene(lambda: _nothing(mark_spam(made, by=self.by, at=self.at)), SPAM, fault)

    def remind(self) -> Scene:
        return self._waiting(9, REMIND, (EXPERTS + 1, 1, EXPERTS, 0, "quo"))

    def abandon(self) -> Scene:
        return self._waiting(45, ABANDON, (1, 1, 0, EXPERTS, "expired"))

    def _waiting(self, days: int, points: tuple[str, ...], whole: tuple[object, ...]) -> Scene:
        """The job of the morning, on a day of the life of a need to which nobody answers."""
        from vigie.journal.models import Event, OutgoingMessage
        from vigie.matching.actions.reminding import remind_if_due
        from vigie.matching.actions.transmission import transmit
        from vigie.matching.models import Reminder

        made = self._prepared()
        transmit(made, by=self.by, at=self.at)
        need = self.requests.need_of(made)
        at = self.at + timedelta(days=days)

        def fault(done: bool) -> str:
            matches = [str(match.pk) for match in self.requests.matches_of(made)]
            of_matches = OutgoingMessage.objects.filter(subject_type="matching.Match", subject_id__in=matches)
            seen = (
                Reminder.objects.filter(need=need).count(),
                OutgoingMessage.objects.filter(subject_type="matching.Need", subject_id=str(need.pk)).count(),
                of_matches.filter(template="matching/mail/match_reminder").count(),
                Event.objects.filter(name="match.expired", subject_id__in=matches).count(),
                self.requests.need_of(made).status,
            )
            untouched = (0, 0, 0, 0, "quo")
            return "" if seen == whole or (seen == untouched and not done) else f"reminded by half: {seen}"

        return Scene(lambda: _nothing(remind_if_due(need.pk, at=at)), points, fault)

    def visit(self) -> Scene:
        """A visit filed: kept and sent, or as it was."""
        from vigie.journal.models import Event, OutgoingMessage
        from vigie.matching.actions.visit_sending import file_visit, proposed

        draft, need, by = self._draft("hiring")
        shown = {need.pk: proposed(need)}

        def fault(done: bool) -> str:
            draft.refresh_from_db()
            matches = list(need.matches.values_list("pk", flat=True))
            seen = (
                draft.submitted_at is not None,
                draft.completed_at is not None,
                len(matches),
                Event.objects.about(draft).filter(name__in=["visit.filed", "visit.sent"]).count(),
                OutgoingMessage.objects.filter(subject_type="matching.Match", subject_id__in=map(str, matches)).count(),
            )
            whole, untouched = (True, True, 1, 2, 1), (False, False, 0, 0, 0)
            return "" if seen == whole or (seen == untouched and not done) else f"filed by half: {seen}"

        return Scene(lambda: _nothing(file_visit(draft, shown, shown=shown, by=by, at=self.at)), VISIT, fault)

    def change_subject(self) -> Scene:
        """The team changes the subject of a need filed after a visit: the need, its experts and the event, or none."""
        from vigie.journal.models import Event
        from vigie.matching.actions.visit_sending import file_visit, proposed, requalify

        draft, need, by = self._draft("energy")
        file_visit(draft, {}, shown={need.pk: set()}, by=by, at=self.at)

        def fault(done: bool) -> str:
            need.refresh_from_db()
            told = Event.objects.about(draft).filter(name="visit.requalified").count()
            seen = (need.subject_id, proposed(need), told)
            whole = (self.network.cash.pk, {self.network.banker.pk}, 1)
            untouched = (self.network.energy.pk, set(), 0)
            return "" if seen == whole or (seen == untouched and not done) else f"subject changed by half: {seen}"

        cash = self.network.cash
        return Scene(lambda: _nothing(requalify(need, cash, {}, by=self.by, at=self.at)), CHANGE_SUBJECT, fault)

    def _draft(self, subject: str) -> tuple[Any, Any, Any]:
        """A visit with one need on this subject of the network, not filed; with its adviser."""
        from tests.directory.factories import SubjectFactory
        from tests.matching import network_world

        from vigie.matching.actions.visit_draft import put_need

        if self.network is None:
            self.network = network_world.network()
        by = self.network.person("adviser")
        draft = network_world.draft(self.network, token=f"jeton-{SubjectFactory().pk}")
        words = "Cherche un conducteur de scie."
        return draft, put_need(draft, getattr(self.network, subject), words, {}, by=by, at=self.at), by

    def close(self) -> Scene:
        """An antenne closes while its needs are running: an heir has its needs and its people, or nothing moved."""
        from tests.accounts.factories import AntenneFactory, UserFactory
        from tests.directory.factories import ExpertFactory, SubjectFactory
        from tests.matching.factories import MatchFactory

        from vigie.accounts.models import Habilitation
        from vigie.directory.closing import close_antenne
        from vigie.journal.models import Event, OutgoingMessage

        subject, antenne = SubjectFactory(), AntenneFactory()
        member = UserFactory(antenne=antenne, expert=True)
        manager = UserFactory(antenne=antenne, manager=True)
        team = ExpertFactory(antenne=antenne, subject=subject, members=[member])
        elsewhere = AntenneFactory(institution=antenne.institution)
        heir = ExpertFactory(antenne=elsewhere, subject=subject, members=[UserFactory(antenne=elsewhere)])
        matches = [
            MatchFactory(expert=team, subject=subject, need__subject=subject, sent_at=self.at) for _ in range(EXPERTS)
        ]

        def fault(done: bool) -> str:
            for row in (antenne, team, member, manager, *matches):
                row.refresh_from_db()
            about = [str(one.pk) for one in matches]
            seen = (
                (antenne.deleted_at is None, team.deleted_at is None),
                {one.expert_id for one in matches},
                {member.antenne_id, manager.antenne_id},
                Habilitation.objects.get(user=manager, role="manager").state,
                Event.objects.filter(name="match.moved", subject_id__in=about).count(),
                OutgoingMessage.objects.filter(recipient=heir.email, subject_id__in=about).count(),
            )
            whole = ((False, False), {heir.pk}, {elsewhere.pk}, "revoked", EXPERTS, EXPERTS)
            untouched = ((True, True), {team.pk}, {antenne.pk}, "granted", 0, 0)
            return "" if seen == whole or (seen == untouched and not done) else f"closed by half: {seen}"

        return Scene(lambda: _nothing(close_antenne(antenne, to=heir, by=self.by, at=self.at)), CLOSE, fault)

    def import_file(self) -> Scene:
        """A file of the address book is applied: every line of it, its marks and its event, or nothing."""
        from tests.accounts.factories import InstitutionFactory

        from vigie.accounts.models import Antenne, AntenneZone, User
        from vigie.directory.importing import acts
        from vigie.directory.models import DirectoryImport
        from vigie.journal.models import Event

        institution = InstitutionFactory()
        mail = f"{institution.slug}@antenne.example"
        head = "Institution;Nom;Codes départements;Nom du responsable;Email du responsable"
        lines = [f"{institution.name};Antenne {rank};69;Ada Brun;{mail}" for rank in range(EXPERTS)]
        text = "\n".join([head, *lines]).encode()
        row = acts.receive("antennes", f"{institution.slug}.csv", text, by=self.by, at=self.at)

        def fault(done: bool) -> str:
            seen = (
                DirectoryImport.objects.get(pk=row.pk).state,
                Antenne.objects.filter(institution=institution).count(),
                AntenneZone.objects.filter(antenne__institution=institution).count(),
                User.objects.filter(email=mail).count(),
                row.entries.filter(target_id__isnull=True).exists(),
                Event.objects.about(row).filter(payload__to="applied").count(),
            )
            whole, untouched = ("applied", EXPERTS, EXPERTS, 1, False, 1), ("proposed", 0, 0, 0, True, 0)
            return "" if seen == whole or (seen == untouched and not done) else f"imported by half: {seen}"

        return Scene(lambda: _nothing(acts.apply(row, by=self.by, at=self.at)), IMPORT, fault)

    # --- what is looked at

    def _events(self, made: Any, name: str) -> int:
        from vigie.journal.models import Event

        return Event.objects.about(made).filter(name=name).count()

    def _told(self, match: Any) -> int:
        """1 when the match has its one event and its one mail."""
        from vigie.journal.models import Event, OutgoingMessage

        events = Event.objects.about(match).filter(name="match.sent").count()
        mails = OutgoingMessage.objects.filter(subject_type="matching.Match", subject_id=str(match.pk)).count()
        return 1 if (events, mails) == (1, 1) else -100

    def _half_prepared(self, made: Any, done: bool) -> str:
        from vigie.matching.models import Diagnosis

        row = self.requests.again(made)
        lines = len(self.requests.candidates_of(made))
        decided = row.transmit_at is not None or bool(row.hold_reasons)
        told = (
            self._events(made, "solicitation.prepared"),
            self._events(made, "solicitation.scheduled") + self._events(made, "solicitation.held"),
        )
        seen = (Diagnosis.objects.filter(solicitation=made).count(), lines, decided, told)
        whole, untouched = (1, EXPERTS, True, (1, 1)), (0, 0, False, (0, 0))
        return "" if seen == whole or (seen == untouched and not done) else f"analysed by half: {seen}"

    def _half_sent(self, made: Any, done: bool) -> str:
        row, need = self.requests.again(made), self.requests.need_of(made)
        matches = self.requests.matches_of(made)
        told = sum(self._told(match) for match in matches)
        seen = (row.state, row.transmit_at is None, need.sent_at is None, need.status, len(matches), told)
        whole = ("processed", True, False, "quo", EXPERTS, EXPERTS)
        untouched = ("in_progress", False, True, "diagnosis_not_complete", 0, 0)
        return "" if seen == whole or (seen == untouched and not done) else f"sent by half: {seen}"


def _nothing(_result: object) -> None:
    return None


def trial(world: World, number: int, account: Account) -> None:
    """One act killed once, looked at, done in peace, looked at."""
    draw = moments(f"transmission {number}")
    make = world.scenes[number % len(world.scenes)]
    scene = make()
    point = scene.points[number // len(world.scenes) % len(scene.points)]
    kill = Kill(point=point) if point else Kill(seconds=draw.uniform(0.001, 0.05))
    if run(scene.act, kill):
        account.killed(kill)
    if fault := scene.fault(False):
        account.faults.append(f"trial {number} ({make.__name__}, killed at {kill}): {fault}")
    run(scene.act)
    if fault := scene.fault(True):
        account.faults.append(f"trial {number} ({make.__name__}, after {kill}, done in peace): {fault}")
    account.trials += 1


def two_at_once(world: World, number: int, account: Account) -> None:
    """Two workers with the same due request, the same need that waits, or the same antenne to close."""
    scene = (world.transmit, world.remind, world.abandon, world.close)[number % 4]()
    first, second = worker(scene.act), worker(scene.act)
    wait(first)
    wait(second)
    if fault := scene.fault(True):
        account.faults.append(f"pair {number}: {fault}")
    account.trials += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    account = Account()
    with database():
        world = World()
        numbers = range(options.trials) if options.only is None else [options.only]
        for number in numbers:
            trial(world, number, account)
        for number in range(options.pairs if options.only is None else 0):
            two_at_once(world, number, account)
    for point, count in sorted(account.visited.items()):
        print(f"  {point}: {count}")
    for fault in account.faults:
        print(fault)
    print(f"{'kept' if not account.faults else 'NOT kept'} in {account.trials} trials, {account.kills} kills")
    return 1 if account.faults else 0


if __name__ == "__main__":
    sys.exit(main())
