"""A folder becomes a list that agents see: verified, loaded, checked, opened; or refused and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.accounts.factories import UserFactory
from tests.agents.choosing import choose
from tests.publication import factories
from tests.publication.factories import Check, Firm, published, published_facts, siren
from tests.watchlists.factories import ACIERIE, BOULANGERIE, FIRMS, MENUISERIE, OPENED, agent, follow, opened
from vigie.accounts.queries import person_for
from vigie.companies.models import Company
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel import turns
from vigie.kernel.errors import HashMismatch, PublicationError
from vigie.publication.write import write
from vigie.watchlists.actions import bulk, loading, open_due, receive
from vigie.watchlists.actions.opening import withdraw
from vigie.watchlists.actions.reception import receive_new
from vigie.watchlists.models import Entry, EntryFigures, FactsFolder, FirmPlace, Notice, Publication
from vigie.watchlists.queries.freshness import Dossier

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)


def test_list_is_loaded_checked_and_waits_for_its_day(folders: Path) -> None:
    publication = receive(published(folders, firms=FIRMS), at=BEFORE)

    assert (publication.state, publication.all_green) == ("checked", True)
    assert publication.entries_loaded == Entry.objects.count() == 5
    assert FirmPlace.objects.count() == 6
    assert publication.opened_at is None
    assert Notice.objects.count() == 0


def test_green_list_opens_by_itself_at_its_planned_date(folders: Path) -> None:
    publication = receive(published(folders, firms=FIRMS), at=BEFORE)
    open_due(datetime(2026, 7, 5, 21, 59, tzinfo=UTC))
    assert Publication.objects.get().state == "checked"

    open_due(datetime(2026, 7, 5, 22, 1, tzinfo=UTC))  # midnight in Paris

    publication.refresh_from_db()
    assert publication.state == "open"
    names = Event.objects.about(publication).values_list("name", flat=True)
    assert list(names) == ["publication.received", "publication.checked", "publication.opened"]


def test_received_twice_is_once(folders: Path) -> None:
    folder = published(folders, firms=FIRMS)
    first, second = receive(folder, at=OPENED), receive(folder, at=OPENED)

    assert first.pk == second.pk
    assert Entry.objects.count() == 5
    assert Event.objects.filter(name="publication.opened").count() == 1


def test_reception_cut_short_goes_on_whatever_the_size_of_its_chunks(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = published(folders, firms=[Firm(n) for n in range(1, 12)])
    with monkeypatch.context() as small:
        small.setattr(bulk, "FIRST", 2)
        small.setattr(turns, "FEWEST", 2)
        small.setattr(turns, "MOST", 2)
        small.setattr(loading, "crash_point", _stop_after(2))
        with pytest.raises(KeyboardInterrupt):
            receive(folder, at=OPENED)
    assert Publication.objects.get().entries_loaded == Entry.objects.count() == 4

    assert receive(folder, at=OPENED).state == "open"

    assert Publication.objects.get().entries_loaded == Entry.objects.count() == 11


def _stop_after(chunks: int) -> Callable[[str], None]:
    left = iter(range(chunks - 1, -1, -1))

    def reached(_point: str) -> None:
        if not next(left):
            raise KeyboardInterrupt

    return reached


@pytest.mark.django_db(transaction=True)
def test_list_is_received_outside_any_transaction_as_the_job_does(folders: Path) -> None:
    assert receive(published(folders, firms=FIRMS), at=OPENED).state == "open"
    assert Entry.objects.count() == 5


def test_the_engine_is_left_as_it_was_after_a_reception(folders: Path) -> None:
    """SQLite settles its log by itself again; PostgreSQL keeps nothing of what was copied aside."""
    asked = (
        "PRAGMA wal_autocheckpoint"
        if connection.vendor == "sqlite"
        else "SELECT count(*) FROM pg_class WHERE relname = 'taken' AND relpersistence = 't'"
    )

    def left() -> int:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return int(cursor.fetchone()[0])

    before = left()
    receive(published(folders, firms=FIRMS), at=OPENED)
    assert left() == before
    assert (before > 0) == (connection.vendor == "sqlite")


def test_firms_and_places_that_are_known_stay_as_they_are(folders: Path) -> None:
    receive(published(folders, firms=FIRMS), at=OPENED)
    Company.objects.filter(siren=MENUISERIE.siren).update(name="Nom du registre")
    places = FirmPlace.objects.count()

    receive(published(folders, "2026-07.1", FIRMS), at=OPENED + timedelta(days=31))

    assert Company.objects.get(siren=MENUISERIE.siren).name == "Nom du registre"
    assert (FirmPlace.objects.count(), Entry.objects.count()) == (places, 10)


def test_reasons_of_an_alert_are_stored_the_strongest_first(folders: Path) -> None:
    receive(published(folders, firms=FIRMS), at=OPENED)

    reasons = Entry.objects.get(siren=MENUISERIE.siren).reasons

    assert [reason["code"] for reason in reasons] == ["employee_debt_months", "equity_ratio", "short_time_hours"] or [
        reason["code"] for reason in reasons
    ] == ["employee_debt_months", "short_time_hours", "equity_ratio"]
    assert Entry.objects.get(siren=siren(3)).reasons == []


def test_job_receives_what_is_new_and_ignores_what_is_being_written(folders: Path) -> None:
    published(folders, firms=FIRMS)
    (folders / ".writing" / "2026-07.1").mkdir()

    assert receive_new(at=OPENED) == "2026-06.1 reçu"
    assert receive_new(at=OPENED) == "Rien de nouveau"


def test_command_receives_and_says_what_is_wrong(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = published(folders, firms=FIRMS)
    call_command("receive_publication", str(folder))
    assert "2026-06.1: Ouverte" in capsys.readouterr().out or Publication.objects.get().state == "open"

    with pytest.raises(CommandError, match=r"cannot be read"):
        call_command("receive_publication", str(folders / "2026-07.1"))


# --- what is refused


def test_broken_folder_is_refused_told_once_and_changes_nothing(folders: Path) -> None:
    UserFactory(team=True, email="garde@vigie.example")
    opened(folders, "2026-05.1")
    folder = published(folders, firms=FIRMS)
    (folder / "extra.pkl").write_bytes(b"x")

    for _again in range(3):
        receive_new(at=OPENED)

    assert Publication.objects.current().get().code == "2026-05.1"
    assert Notice.objects.get().title == "Le dossier 2026-06.1 est refusé"
    assert OutgoingMessage.objects.get().recipient == "garde@vigie.example"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("extra", ["Publication : 2026-06.1", "Constat : le dossier a en trop : extra.pkl."]),
        ("missing", ["Publication : 2026-06.1", "Constat : le dossier n’a pas : dossier_debts.parquet."]),
        ("changed", ["Fichier : entries.parquet", "Publication : 2026-06.1",
                     "Constat : le fichier n’est plus celui qu’annonce le manifeste : "
                     "son empreinte SHA-256 a changé."]),
        ("schema", ["Publication : 2026-06.1", "Constat : le dossier est écrit pour une autre version du schéma."]),
    ],
)  # fmt: skip
def test_operators_are_told_in_french_why_a_folder_is_refused(folders: Path, harm: str, said: list[str]) -> None:
    folder = published(folders, firms=FIRMS)
    if harm == "extra":
        (folder / "extra.pkl").write_bytes(b"x")
    elif harm == "missing":
        (folder / "dossier_debts.parquet").unlink()
    elif harm == "changed":
        (folder / "entries.parquet").chmod(0o644)
        (folder / "entries.parquet").write_bytes(b"x")
    else:
        manifest = folder / "manifest.json"
        manifest.chmod(0o644)
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema_version": "9.0"}))

    receive_new(at=OPENED)

    remedy = (
        "Que faire : relancez le calcul, ou déposez le dossier tel qu’il a été écrit. Rien n’a changé pour les agents."
    )
    assert [line.replace("\u00a0", " ") for line in Notice.objects.get().lines] == [*said, remedy]


def test_folder_changed_after_its_reception_is_refused(folders: Path) -> None:
    folder = published(folders, firms=FIRMS)
    receive(folder, at=OPENED)
    manifest = folder / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"seed": 7}))

    with pytest.raises(HashMismatch):
        receive(folder, at=OPENED)


def test_folder_that_does_not_exist_is_refused(folders: Path) -> None:
    with pytest.raises(PublicationError):
        receive(folders / "2026-06.1", at=OPENED)


# --- first alerts
def test_first_alert_and_aggravation_are_those_of_the_published_lists(folders: Path) -> None:
    """Strong, moderate then strong again is no aggravation; a withdrawn list was no alert (L-01)."""
    withdrawn = opened(folders, "2026-03.1", [Firm(4, level="moderate"), Firm(9, level="none")])
    withdraw(withdrawn, "Une source était fausse", by=person_for(UserFactory(team=True), OPENED), at=OPENED)
    opened(folders, "2026-04.1", [Firm(1, level="strong"), Firm(2, level="moderate"), Firm(9, level="none")])
    opened(folders, "2026-05.1", [Firm(1, level="moderate"), Firm(3, level="none"), Firm(9, level="none")])

    listed = [
        Firm(1, level="strong", first_alert=True, aggravation=True),
        Firm(2, level="strong"),
        Firm(3, level="strong"),
        Firm(4, level="moderate"),
        Firm(5, level="moderate", first_alert=True),
        Firm(6, level="none"),
    ]
    publication = opened(folders, "2026-06.1", listed)

    told = {e.siren: (e.first_alert, e.aggravation) for e in Entry.objects.filter(publication=publication)}
    assert told == {
        siren(1): (False, False), siren(2): (False, True), siren(3): (True, False), siren(4): (True, False),
        siren(5): (True, False), siren(6): (False, False),
    }  # fmt: skip
    check = next(one for one in publication.checks if one["name"] == "first_alerts")
    assert (check["passed"], check["saw"], check["advisory"]) == (False, "3 rectifiée(s)", True)


def test_first_list_keeps_what_the_batch_says(folders: Path) -> None:
    opened(folders, firms=[Firm(1, level="strong", aggravation=True), Firm(2, level="moderate", first_alert=True)])

    assert Entry.objects.get(siren=siren(1)).aggravation
    assert Entry.objects.get(siren=siren(2)).first_alert


# --- checks


@pytest.mark.parametrize(
    ("firms", "changes", "wrong"),
    [
        (FIRMS, {"planned_on": None}, "planned"),
        (FIRMS, {"checks": (Check("drift", False, "0.4", "0.25"),)}, "batch:drift"),
        ([Firm(n) for n in range(1, 40)], {}, "volume"),
    ],
)
def test_wrong_check_asks_two_persons(folders: Path, firms: list[Firm], changes: dict, wrong: str) -> None:
    opened(folders, "2026-05.1")

    publication = receive(published(folders, firms=firms, **changes), at=OPENED)

    assert (publication.state, publication.all_green) == ("checked", False)
    assert wrong in [check["name"] for check in publication.checks if not check["passed"]]
    assert Notice.objects.get().title == "La liste 2026-06.1 attend deux approbations"


def test_advisory_check_warns_and_lets_the_list_open(folders: Path) -> None:
    drift = Check("drift_since_training", False, "40 % du poids", "25 % du poids", advisory=True)

    publication = opened(folders, checks=(drift,))

    assert (publication.state, publication.all_green) == ("open", True)
    seen = next(check for check in publication.checks if check["name"] == "batch:drift_since_training")
    assert (seen["passed"], seen["saw"], seen["limit"]) == (False, "40 % du poids", "25 % du poids")


def test_explanations_that_do_not_add_up_are_seen(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.publication.factories.logit", lambda p: 1.0)

    publication = receive(published(folders, firms=FIRMS), at=OPENED)

    assert "explanation_sum" in [check["name"] for check in publication.checks if not check["passed"]]


# --- corrections of a list


def test_correction_replaces_the_list_of_its_month_and_no_other(folders: Path) -> None:
    opened(folders, "2026-05.1")
    first = opened(folders)

    second = opened(folders, "2026-06.2", [BOULANGERIE, *FIRMS[2:]], replaces="2026-06.1")

    first.refresh_from_db()
    assert (first.state, second.state) == ("replaced", "open")
    assert [p.code for p in Publication.objects.current()] == ["2026-06.2", "2026-05.1"]
    assert not Entry.objects.allowed(person_for(agent(), OPENED), "entry.view").filter(publication=first).exists()


def test_earlier_number_never_comes_back_over_a_correction(folders: Path) -> None:
    early = published(folders, firms=FIRMS)
    opened(folders, "2026-06.2")

    receive(early, at=OPENED)

    assert Publication.objects.current().get().code == "2026-06.2"


# --- facts


def test_fresher_facts_leave_the_list_and_warn_those_who_follow_the_firm(folders: Path) -> None:
    follower, other, far = agent(), agent(), agent(territory="59")
    opened(folders)
    for user, firm in ((follower, MENUISERIE), (other, BOULANGERIE), (far, MENUISERIE)):
        follow(user, firm.siren, OPENED)
        choose(user, "now", OPENED)
    changed = Firm(1, debt=MENUISERIE.debt * 2)
    later = {"created_at": datetime(2026, 7, 18, tzinfo=UTC)}

    folder = published_facts(folders, "2026-07-18", [changed, *FIRMS[1:]], **later)
    received = receive(folder, at=datetime(2026, 7, 18, 8, 0, tzinfo=UTC))
    receive(folder, at=datetime(2026, 7, 18, 8, 1, tzinfo=UTC))

    assert isinstance(received, FactsFolder)
    assert received.changed == {MENUISERIE.siren: ["dossier_debts"]}
    assert set(OutgoingMessage.objects.values_list("recipient", flat=True)) == {follower.email, far.email}
    assert Entry.objects.count() == 5


@pytest.mark.parametrize(
    ("debts_until", "shown"),
    [(date(2026, 5, 31), "2026-06-28"), (date(2026, 4, 30), ""), (date(2026, 3, 31), "")],
)
def test_facts_of_a_later_day_are_shown_even_when_the_list_was_written_after_them(
    debts_until: date, shown: str, folders: Path
) -> None:
    before = {"created_at": datetime(2026, 6, 28, tzinfo=UTC), "data_cutoffs": {"debit": debts_until}}
    changed = Firm(1, debt=MENUISERIE.debt * 2)
    receive(published_facts(folders, "2026-06-28", [changed, *FIRMS[1:]], **before), at=OPENED)
    publication = opened(folders)  # its debts stop on 30 April 2026

    found = Dossier(publication, MENUISERIE.siren).series("dossier_debts")

    assert found.fresher == shown
    assert found.until["debit"] == max(debts_until, date(2026, 4, 30))


def test_mail_of_new_facts_names_nobody_and_nothing_is_sent_to_who_follows_no_more(folders: Path) -> None:
    from vigie.journal.registry import Recipient
    from vigie.watchlists.audiences import new_facts_content

    follower, former = agent(), agent(territory="59")
    opened(folders)
    follow(follower, MENUISERIE.siren, OPENED)
    follow(former, MENUISERIE.siren, OPENED - timedelta(days=400))
    row = FactsFolder.objects.create(
        code="2026-07-18",
        fingerprint="0" * 64,
        written_at=OPENED,
        received_at=OPENED,
        changed={MENUISERIE.siren: ["dossier_debts"]},
    )

    told = new_facts_content(row, Recipient(follower.email), OPENED)

    assert told is not None
    assert told["count"] == 1
    assert "Menuiserie" not in str(told)
    assert MENUISERIE.siren not in str(told)
    assert new_facts_content(row, Recipient(former.email), OPENED) is None


def test_factories_agree_with_the_planned_day() -> None:
    assert OPENED.date() == date(2026, 7, 6)
    assert ACIERIE.in_plan


def test_figures_of_the_firms_in_alert_are_kept_as_published(folders: Path) -> None:
    opened(folders)

    kept = {one.entry.siren: one for one in EntryFigures.objects.select_related("entry")}

    assert set(kept) == {firm.siren for firm in FIRMS if firm.level != "none"}
    one = kept[MENUISERIE.siren]
    assert (one.revenue_eur, one.ebit_eur, one.ebitda_eur) == (2_500_000, -50_000, 25_000)
    assert (one.debt_eur, one.debts_eur, one.used_fte) == (5300, [5300] * 12, 2.5)
    assert (one.legal_form, one.is_closed, one.closed_on) == ("5710", False, date(2024, 12, 31))


def test_publication_made_before_the_figures_is_received_and_says_nothing_known(folders: Path) -> None:
    tables = {name: table for name, table in factories.tables(FIRMS).items() if name != "entry_figures"}
    folder = write(folders, "2026-06.1", tables, factories.facts())

    received = receive(folder, at=OPENED)

    assert received.state == "open"
    assert not EntryFigures.objects.exists()
    line = Entry.objects.get(siren=MENUISERIE.siren).known_figures
    assert (line.revenue_eur, line.debt_eur, line.used_fte, line.is_closed) == (None, None, None, None)
