"""The life of a correction: the whole table, two people, constraints, simulation, files in the door."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.db import IntegrityError, transaction

from tests.watchlists.correction_world import ANSWER, approved, draft, member, person, proposed, simulated, written
from tests.watchlists.factories import agent, opened
from vigie.detection.corrections.files import read_folder
from vigie.journal import jobs
from vigie.journal.actions import perform
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, Refused, TransitionRefused
from vigie.kernel.period import Month
from vigie.publication.feedback import read_feedback
from vigie.rights.person import SYSTEM
from vigie.watchlists.actions import correction_runs, corrections
from vigie.watchlists.models_corrections import DONE, FAILED, NEVER, WAITING, Correction
from vigie.watchlists.rules_corrections import Content
from vigie.watchlists.states_corrections import APPROVED, CORRECTION, DRAFT, EXPIRED, PROPOSED, WITHDRAWN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_var(folders: Path, settings: Any, tmp_path: Path) -> None:
    """The folder of the service's own files."""
    settings.VIGIE = replace(settings.VIGIE, var=str(tmp_path / "var"))


def in_state(state: str, at: datetime) -> Correction:
    """A correction of an agent, in this state."""
    author = agent()
    if state == DRAFT:
        return simulated(author, at)
    if state == PROPOSED:
        return proposed(author, at)
    row = approved(author, at)
    if state == WITHDRAWN:
        return corrections.withdraw(row, "Plus nécessaire", by=person(member(), at), at=at)
    if state == EXPIRED:
        corrections.expire_due(at=datetime(2027, 1, 5, tzinfo=UTC))
        row.refresh_from_db()
    return row


@pytest.mark.parametrize("transition", [step.name for step in CORRECTION.transitions])
@pytest.mark.parametrize("state", CORRECTION.codes)
def test_whole_table(state: str, transition: str, at: datetime) -> None:
    row = in_state(state, at)
    step = CORRECTION.by_name[transition]
    by = {
        "correction.propose": person(row.created_by, at),
        "correction.approve": person(member(), at),
        "correction.withdraw": person(member(), at),
        "correction.expire": SYSTEM,
    }[step.right]
    changes: dict[str, Any] = {"ended_reason": "Parce que"} if "ended_reason" in step.requires else {}
    changes |= {"propose": {"proposed_by_id": by.user_id}, "approve": {"approved_by_id": by.user_id}}.get(
        transition, {}
    )
    if state in step.sources:
        assert perform(row, transition, by=by, at=at, changes=changes).state == step.target
    else:
        with pytest.raises(TransitionRefused):
            perform(row, transition, by=by, at=at, changes=changes)


def test_from_a_draft_to_its_end(at: datetime) -> None:
    row = approved(agent(), at)
    assert (row.state, row.code, row.version) == (APPROVED, "dette_recente_sous_estimee", 1)
    assert corrections.expire_due(at=datetime(2026, 9, 30, 10, tzinfo=UTC)) == "0\u00a0redressement échu"
    assert corrections.expire_due(at=datetime(2026, 10, 1, 10, tzinfo=UTC)) == "1\u00a0redressement échu"
    row.refresh_from_db()
    assert row.state == EXPIRED
    names = list(Event.objects.filter(name__startswith="correction.").order_by("pk").values_list("name", flat=True))
    assert names == ["correction.written", "correction.proposed", "correction.approved", "correction.expired"]


def test_mails_lead_to_those_who_may_act(at: datetime) -> None:
    approver, author = member(), agent()
    approved(author, at, approver)
    assert [(m.recipient, m.template) for m in OutgoingMessage.objects.order_by("pk")] == [
        (approver.email, "watchlists/mail/correction_proposed"),
        (author.email, "watchlists/mail/correction_decided"),
    ]


def test_nobody_approves_what_he_wrote_or_proposed(at: datetime) -> None:
    chief = member()
    row = proposed(chief, at)
    with pytest.raises(Forbidden, match="Une autre personne"):
        corrections.approve(row, by=person(chief, at), at=at)
    assert corrections.approve(row, by=person(member(), at), at=at).state == APPROVED


def test_the_database_asks_for_two_people_too(at: datetime) -> None:
    row = proposed(member(), at)
    for who in (row.created_by_id, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Correction.objects.filter(pk=row.pk).update(**{"state": APPROVED}, approved_by_id=who, approved_at=at)


@pytest.mark.parametrize(
    "values",
    [
        {"state": EXPIRED},
        {"state": DRAFT},
        {"simulated_at": None},
        {"valid_until": "2020-01-01"},
        {"state": WITHDRAWN, "ended_at": datetime(2026, 4, 1, tzinfo=UTC)},
        {"ended_at": datetime(2026, 4, 1, tzinfo=UTC)},
    ],
)
def test_the_database_refuses_what_cannot_be(values: dict[str, Any], at: datetime) -> None:
    row = proposed(agent(), at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(**values)


def test_an_agent_does_not_approve(at: datetime) -> None:
    row = proposed(agent(), at)
    with pytest.raises(Forbidden):
        corrections.approve(row, by=person(agent(), at), at=at)


def test_only_its_author_proposes(at: datetime) -> None:
    row = simulated(agent(), at)
    for other in (agent(), member()):
        with pytest.raises(Forbidden):
            corrections.propose(row, by=person(other, at), at=at)


def test_nothing_is_proposed_blind(at: datetime) -> None:
    author = agent()
    with pytest.raises(Refused, match="Simulez"):
        corrections.propose(draft(author, at), by=person(author, at), at=at)


def test_a_changed_draft_must_be_simulated_again(at: datetime) -> None:
    author = agent()
    row = simulated(author, at)
    row = corrections.change_draft(row, written(content=Content(effect=0.3)), by=person(author, at), at=at)
    assert (row.simulated_at, row.simulation_state, row.kind) == (None, NEVER, "offset")
    moved = proposed(agent(), at, wording="Une autre phrase")
    with pytest.raises(TransitionRefused):
        corrections.change_draft(moved, written(), by=person(moved.created_by, at), at=at)


def test_a_draft_is_deleted_a_proposal_is_kept(at: datetime) -> None:
    author = agent()
    corrections.delete_draft(draft(author, at), by=person(author, at), at=at)
    assert not Correction.objects.exists()
    row = proposed(author, at)
    with pytest.raises(TransitionRefused):
        corrections.delete_draft(row, by=person(author, at), at=at)


def test_codes_are_never_shared(at: datetime) -> None:
    codes = [draft(agent(), at, wording=words).code for words in ("Dette récente", "Dette  récente !", "42", "«»…!")]
    assert codes == ["dette_recente", "dette_recente_2", "redressement_42", "redressement"]


def test_a_new_version_replaces_the_approved_one(at: datetime) -> None:
    row = approved(agent(), at)
    other = agent()
    following = corrections.write_next_version(row, by=person(other, at), at=at)
    assert (following.version, following.replaces, following.state) == (2, 1, DRAFT)
    with pytest.raises(Refused, match="en préparation"):
        corrections.write_next_version(row, by=person(other, at), at=at)
    following.simulation_state, following.simulated_at = DONE, at
    following.save()
    corrections.propose(following, by=person(other, at), at=at)
    assert corrections.approve(following, by=person(member(), at), at=at).state == APPROVED


def test_two_versions_never_hold_together(at: datetime) -> None:
    row = approved(agent(), at)
    twin = proposed(agent(), at, wording="Tout autre chose")
    Correction.objects.filter(pk=twin.pk).update(code=row.code, version=2)
    with pytest.raises(Refused, match="La version 1 vaut"):
        corrections.approve(twin, by=person(member(), at), at=at)


# --- the simulation


def test_a_simulation_is_asked_once(at: datetime) -> None:
    author = agent()
    row = draft(author, at)
    corrections.ask_simulation(row, by=person(author, at), at=at)
    corrections.ask_simulation(row, by=person(author, at), at=at)
    assert [job.arguments for job in jobs.queued() if job.name == corrections.SIMULATE_JOB] == [
        {"correction_id": row.pk}
    ]


def asked(at: datetime) -> Correction:
    author = agent()
    return corrections.ask_simulation(draft(author, at), by=person(author, at), at=at)


@pytest.fixture
def scored() -> Path:
    """A lake where June was scored."""
    folder = live.VIGIE.lake_folder / "scores" / "2026-06"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, scored: Path) -> list[Sequence[str]]:
    """What would have been started; the process is said to be ended."""
    given: list[Sequence[str]] = []

    def start(_place: Path, arguments: Sequence[str]) -> int:
        given.append(arguments)
        return 999_999_999

    monkeypatch.setattr(correction_runs, "start_process", start)
    return given


def test_the_answer_of_the_batch_is_kept(at: datetime, started: list[Sequence[str]]) -> None:
    row = asked(at)
    correction_runs.start_simulation(row.pk, at=at)
    arguments = list(started[0])
    assert arguments[arguments.index("--month") + 1] == "2026-06"
    assert read_folder(Path(arguments[arguments.index("--corrections") + 1])).problems == ()
    [entry] = [job for job in jobs.queued() if job.name == corrections.COLLECT_JOB]
    assert entry.run_at == at + correction_runs.LOOK_AGAIN
    place = correction_runs.place_of(row)
    (place / "answer.json").write_text(json.dumps({**ANSWER, "firms_moving": [{}] * 1000}))
    assert correction_runs.collect_simulations(at=at) == "1\u00a0simulation lue"
    row.refresh_from_db()
    assert (row.simulation_state, row.simulated_at, row.simulation["up"]) == (DONE, at, 2)
    assert len(row.simulation["firms_moving"]) == correction_runs.FIRMS_KEPT
    assert not place.exists()
    assert correction_runs.start_simulation(row.pk, at=at) == "Rien à simuler"


def test_a_running_simulation_is_not_started_twice(
    at: datetime, started: list[Sequence[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(at)
    correction_runs.start_simulation(row.pk, at=at)
    monkeypatch.setattr(correction_runs, "is_alive", lambda _process: True)
    assert "déjà en cours" in correction_runs.start_simulation(row.pk, at=at)
    assert len(started) == 1
    correction_runs.collect_simulations(at=at + timedelta(minutes=19))
    row.refresh_from_db()
    assert row.simulation_state == WAITING
    correction_runs.collect_simulations(at=at + timedelta(minutes=21))
    row.refresh_from_db()
    assert (row.simulation_state, row.simulation) == (FAILED, {"refused": correction_runs.TOO_LONG})


def test_a_draft_changed_meanwhile_keeps_no_answer(at: datetime, started: list[Sequence[str]]) -> None:
    row = asked(at)
    correction_runs.start_simulation(row.pk, at=at)
    place = correction_runs.place_of(row)
    corrections.change_draft(row, written(months=3), by=person(row.created_by, at), at=at)
    correction_runs.keep_answer(row, ANSWER, at=at)
    correction_runs.collect_simulations(at=at)
    row.refresh_from_db()
    assert (row.simulation_state, row.simulated_at, row.simulation) == (NEVER, None, {})
    assert not place.exists()


def test_without_any_month_the_simulation_says_so(at: datetime) -> None:
    row = asked(at)
    correction_runs.start_simulation(row.pk, at=at)
    row.refresh_from_db()
    assert (row.simulation_state, row.simulated_at) == (FAILED, None)
    assert "Aucun mois" in row.simulation["refused"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, correction_runs.STOPPED),
        (b"", correction_runs.UNREADABLE),
        (b"[1]", correction_runs.UNREADABLE),
        (b" " * (correction_runs.LARGEST_ANSWER + 1), correction_runs.UNREADABLE),
        (json.dumps({"refused": "Pas disponible."}).encode(), "Pas disponible."),
    ],
    ids=["died", "empty", "list", "huge", "refused"],
)
def test_an_answer_that_says_nothing_is_told(
    content: bytes | None, said: str, at: datetime, started: list[Sequence[str]]
) -> None:
    row = asked(at)
    correction_runs.start_simulation(row.pk, at=at)
    if content is not None:
        (correction_runs.place_of(row) / "answer.json").write_bytes(content)
    correction_runs.collect_simulations(at=at)
    row.refresh_from_db()
    assert (row.simulation_state, row.simulation, row.simulated_at) == (FAILED, {"refused": said}, None)


def test_the_process_answers(at: datetime, scored: Path) -> None:
    """The batch itself, on a draft about a fact that nobody delivers."""
    author = agent()
    row = draft(author, at, content=Content(kind="shape_edit", feature="of_nobody", points=((0, 0), (1, 1))))
    row = corrections.ask_simulation(row, by=person(author, at), at=at)
    correction_runs.start_simulation(row.pk, at=at)
    end = time.monotonic() + 60
    process = int((correction_runs.place_of(row) / "process").read_text())
    while correction_runs.is_alive(process) and time.monotonic() < end:
        time.sleep(0.2)
    correction_runs.collect_simulations(at=at)
    row.refresh_from_db()
    assert "« of_nobody » n’est pas une donnée disponible" in row.simulation["refused"]


# --- the door


def test_files_leave_by_the_door_and_the_batch_reads_them(at: datetime) -> None:
    row = approved(agent(), at)
    draft(agent(), at, wording="Un brouillon à moi")
    assert [job.name for job in jobs.queued()].count(corrections.EXPORT_JOB) == 2
    assert correction_runs.export_corrections(at=at) == "1\u00a0redressement dans la porte"
    folder = live.VIGIE.lake_folder / "corrections"
    found = read_folder(folder)
    assert found.problems == ()
    assert [one.name for one in found.active(Month(2026, 4))] == [f"{row.code}.v1"]
    assert "compte" in (folder / f"{row.code}.v1.json").read_text()
    assert row.created_by.full_name not in (folder / f"{row.code}.v1.json").read_text()
    corrections.withdraw(row, "Plus nécessaire", by=person(member(), at), at=at)
    correction_runs.export_corrections(at=at)
    assert read_folder(folder).active(Month(2026, 4)) == ()


def test_a_proposal_taken_back_leaves_the_door(at: datetime) -> None:
    row = proposed(agent(), at)
    correction_runs.export_corrections(at=at)
    corrections.take_back(row, by=person(row.created_by, at), at=at)
    correction_runs.export_corrections(at=at)
    assert list((live.VIGIE.lake_folder / "corrections").iterdir()) == []


def test_proposals_come_back_with_the_feedback_on_the_last_list(at: datetime, folders: Path, zones: None) -> None:
    opened(folders)
    row = proposed(agent(), at)
    correction_runs.export_corrections(at=at)
    found = read_feedback(Path(live.VIGIE.var) / "feedback" / "2026-06.1")
    [told] = found.rows["corrections"]
    assert (told["code"], told["version"]) == (row.code, "1")
    assert json.loads(told["content"])["status"] == "proposed"
    assert row.created_by.email not in json.dumps(told, default=str)


def test_a_draft_written_twice_is_one(at: datetime) -> None:
    author = member()

    assert draft(author, at).pk == draft(author, at).pk
    assert draft(author, at).pk != draft(author, at, wording="Autre chose, dite autrement").pk
