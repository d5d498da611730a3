"""The words that files offer, kept by administrators: what old files carry never moves, unless two words become one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, opened_file, token, workplace
from vigie.accounts.models import User
from vigie.agents.actions.merging import MergingUnseen
from vigie.agents.models import ReferenceChange
from vigie.followup.actions import words as acts
from vigie.followup.actions.acts import Talk, act_for_firm, analyse
from vigie.followup.actions.files import Fields, change_file
from vigie.followup.actions.snapshots import picture
from vigie.followup.actions.terms import load_followup_terms
from vigie.followup.actions.words_merging import merge
from vigie.followup.models import FirmAction, Followup, Snapshot, Term
from vigie.followup.queries.merging import merging
from vigie.followup.rules import REDIRECT_ACTION
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.rights.person import Person
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]
SECTOR, DIFFICULTY, SIZE, ACTION = Term.Kind.SECTOR, Term.Kind.DIFFICULTY, Term.Kind.SIZE, Term.Kind.ACTION


@pytest.fixture(autouse=True)
def terms(db: None) -> None:
    load_followup_terms()


@pytest.fixture
def administrator(db: None) -> User:
    user = UserFactory(full_name="Tom Tenant")
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def by(administrator: User) -> Person:
    return person(administrator, now())


def word(label: str) -> Term:
    return Term.objects.get(label=label)


def labels(kind: str) -> list[str]:
    return list(Term.objects.filter(kind=kind, archived_at=None).values_list("label", flat=True))


def join(source: Term, target: Term, by: Person) -> None:
    source.refresh_from_db()
    target.refresh_from_db()
    merge(source.pk, target.pk, seen=merging(source, target).mark, by=by, at=now())


# --- one word
def test_a_word_is_added_at_the_end_of_its_list_and_offered_at_once(as_: As, by: Person) -> None:
    made = acts.create(SECTOR, "Cycles", form_token=token(1), by=by, at=now())
    same = acts.create(SECTOR, "Cycles", form_token=token(1), by=by, at=now())

    assert made == same
    assert labels(SECTOR)[-1] == "Cycles"
    file = opened_file(colleague("Ada Liste"))
    html = as_(User.objects.get(full_name="Ada Liste")).get(reverse("followup:edit", args=[file.pk])).content.decode()
    assert "Cycles" in html


@pytest.mark.parametrize(("label", "code"), [("  ", "name_empty"), ("—", "name_empty"), ("TEXTILE", "name_taken")])
def test_an_empty_or_known_word_is_refused(by: Person, label: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        acts.create(SECTOR, label, form_token=token(1), by=by, at=now())

    assert refused.value.code == code
    assert not ReferenceChange.objects.exists()


def test_a_code_is_never_taken_twice(by: Person) -> None:
    textile = word("Textile")
    acts.change(textile.pk, "Textile et cuir", 1, version=1, by=by, at=now())

    again = acts.create(SECTOR, "Textile", form_token=token(1), by=by, at=now())

    assert (textile.code, again.code) == ("textile", "textile-2")


def test_a_renamed_word_keeps_its_code_and_its_history(by: Person) -> None:
    row = word("Baisse d’activité")
    rank = acts.rank_of(row)

    acts.change(row.pk, "Baisse de l’activité", rank, version=row.version, by=by, at=now())

    row.refresh_from_db()
    assert (row.code, row.label, row.version) == ("baisse-d-activite", "Baisse de l’activité", 2)
    kept = ReferenceChange.objects.get()
    assert (kept.before, kept.after) == ({"label": "Baisse d’activité"}, {"label": "Baisse de l’activité"})
    assert Event.objects.get().name == "reference.changed"
    audited = AuditEvent.objects.get(action="admin_reference")
    assert (audited.object_id, audited.details["before"]["label"]) == (str(row.pk), "Baisse d’activité")


@pytest.mark.parametrize(("rank", "expected"), [(1, ["C", "A", "B"]), (2, ["A", "C", "B"]), (99, ["A", "B", "C"])])
def test_a_word_takes_the_place_that_is_asked(by: Person, rank: int, expected: list[str]) -> None:
    Term.objects.filter(kind=SIZE).delete()
    for place, label in enumerate("ABC"):
        acts.create(SIZE, label, form_token=token(place), by=by, at=now())
    row = word("C")

    acts.change(row.pk, "C", rank, version=row.version, by=by, at=now())

    assert labels(SIZE) == expected
    assert list(Term.objects.filter(kind=SIZE).values_list("position", flat=True)) == [1, 2, 3]


def test_who_wrote_on_an_older_version_overwrites_nothing(by: Person) -> None:
    row = word("Textile")
    acts.change(row.pk, "Textile et cuir", acts.rank_of(row), version=1, by=by, at=now())

    with pytest.raises(TransitionRefused):
        acts.change(row.pk, "Textile, mode", acts.rank_of(row), version=1, by=by, at=now())

    assert word("Textile et cuir").version == 2


def test_a_withdrawn_word_stays_on_its_files_and_is_no_longer_offered(as_: As, by: Person) -> None:
    ada = colleague("Ada Liste")
    file = opened_file(ada, terms=[word("Textile")])

    acts.withdraw(word("Textile").pk, by=by, at=now())

    client = as_(ada)
    assert "Textile" in visible_text(client.get(reverse("followup:file", args=[file.pk])).content.decode())
    assert "Textile" not in visible_text(client.get(reverse("followup:edit", args=[file.pk])).content.decode())
    change_file(file, Fields(terms=[word("Mode")]), version=file.version, by=person(ada, now()), at=now())
    assert set(file.terms.values_list("label", flat=True)) == {"Textile", "Mode"}
    acts.restore(word("Textile").pk, by=by, at=now())
    assert labels(SECTOR)[-1] == "Textile"


def test_a_withdrawn_size_stays_on_the_files_that_bear_it(as_: As, by: Person) -> None:
    ada = colleague("Ada Liste")
    file, other = opened_file(ada, size=word("PME")), opened_file(ada, workplace("Scierie Martin"))
    acts.withdraw(word("PME").pk, by=by, at=now())
    client, address = as_(ada), reverse("followup:edit", args=[file.pk])

    html = client.get(address).content.decode()
    typed = {"criticality": "high", "size": word("PME").pk, "version": file.version}
    client.post(address, typed)

    assert re.search(r"<option[^>]*selected[^>]*>PME", html)
    assert "PME" not in client.get(reverse("followup:edit", args=[other.pk])).content.decode()
    file.refresh_from_db()
    assert (file.size, file.criticality) == (word("PME"), "high")


def test_the_action_that_the_service_sets_is_neither_withdrawn_nor_merged(by: Person) -> None:
    row, other = Term.objects.get(code=REDIRECT_ACTION), word("Coaching, soutien psychologique")

    with pytest.raises(Refused):
        acts.withdraw(row.pk, by=by, at=now())
    for pair in ((row, other), (other, row)):
        with pytest.raises(Refused):
            join(*pair, by)

    assert not ReferenceChange.objects.exists()


def test_only_who_keeps_the_words_changes_them() -> None:
    ada = person(colleague("Ada Liste"), now())
    with pytest.raises(Forbidden):
        acts.create(SECTOR, "Cycles", form_token=token(1), by=ada, at=now())
    for act in (acts.withdraw, acts.restore):
        with pytest.raises(Forbidden):
            act(word("Textile").pk, by=ada, at=now())
    with pytest.raises(Forbidden):
        merge(word("Textile").pk, word("Mode").pk, seen="", by=ada, at=now())


# --- two words become one
def test_every_file_that_carried_the_first_carries_the_second_once(by: Person) -> None:
    ada = colleague("Ada Liste")
    textile, mode = word("Textile"), word("Mode")
    one = opened_file(ada, workplace("Un"), terms=[textile])
    both = opened_file(ada, workplace("Deux"), terms=[textile, mode])
    gone = opened_file(ada, workplace("Trois"), terms=[textile])
    Followup.objects.filter(pk=gone.pk).update(deleted_at=now(), deleted_by=ada, deleted_reason="Doublon")
    other = opened_file(ada, workplace("Quatre"), terms=[word("Naval")])
    found = merging(textile, mode)
    news = one.modified_at

    join(textile, mode, by)

    assert (found.files, found.both) == (3, 1)
    for file in (one, both, gone):
        assert list(file.terms.values_list("label", flat=True)) == ["Mode"]
    assert list(other.terms.values_list("label", flat=True)) == ["Naval"]
    textile.refresh_from_db()
    assert (textile.merged_into, textile.archived_at is not None) == (mode, True)
    one.refresh_from_db()
    assert one.modified_at == news  # it is not a piece of news of the file


def test_the_history_of_each_file_says_the_word_that_it_carried(as_: As, by: Person) -> None:
    ada = colleague("Ada Liste")
    file = opened_file(ada, terms=[word("Textile")])
    before = Snapshot.objects.get(followup=file)

    join(word("Textile"), word("Mode"), by)

    before.refresh_from_db()
    assert before.data["terms"][SECTOR] == ["textile"]
    last = Snapshot.objects.filter(followup=file).last()
    assert last is not None
    assert (last.changes, last.actor_name) == ({"added": ["mode"], "removed": ["textile"]}, "Tom Tenant")
    assert last.data == picture(Followup.objects.get(pk=file.pk))
    assert Event.objects.filter(name="file.words_merged", subject_id=str(file.pk)).count() == 1
    html = as_(ada).get(reverse("followup:file", args=[file.pk]) + "?onglet=historique").content.decode()
    assert "Un mot de l’accompagnement a été réuni à un autre" in visible_text(html)


def test_actions_noted_and_sizes_follow(by: Person) -> None:
    ada = colleague("Ada Liste")
    me, file = person(ada, MOMENT), opened_file(ada, size=word("PME"))
    told = analyse(
        file, Talk(MOMENT.date(), "phone", "confirmed", "debt", "prevention"), form_token=token(50), by=me, at=MOMENT
    )
    coaching, finance = word("Coaching, soutien psychologique"), word("Soutien financier public")
    act_for_firm(file, told, coaching, MOMENT.date(), form_token=token(51), by=me, at=MOMENT)

    join(coaching, finance, by)
    join(word("PME"), word("ETI"), by)

    assert FirmAction.objects.get().term == finance
    file = Followup.objects.get(pk=file.pk)
    assert file.size == word("ETI")
    last = Snapshot.objects.filter(followup=file).last()
    assert last is not None
    assert last.data == picture(file)
    assert (last.data["size"], last.data["terms"][ACTION]) == ("eti", ["soutien-financier-public"])


def test_whoever_edits_a_file_meanwhile_is_told_that_it_moved(by: Person) -> None:
    ada = colleague("Ada Liste")
    file = opened_file(ada, terms=[word("Textile")])

    join(word("Textile"), word("Mode"), by)

    with pytest.raises(TransitionRefused):
        change_file(file, Fields(terms=[word("Naval")]), version=file.version, by=person(ada, now()), at=now())


def test_figures_that_moved_since_they_were_read_are_shown_again(by: Person) -> None:
    textile, mode = word("Textile"), word("Mode")
    seen = merging(textile, mode).mark
    file = opened_file(colleague("Ada Liste"), terms=[textile])

    with pytest.raises(MergingUnseen) as moved:
        merge(textile.pk, mode.pk, seen=seen, by=by, at=now())

    assert moved.value.found.files == 1
    assert list(file.terms.all()) == [textile]


@pytest.mark.parametrize(("source", "target"), [("Textile", "Textile"), ("Textile", "PME"), ("Textile", "Naval")])
def test_a_word_joins_another_of_its_list_that_is_in_service(by: Person, source: str, target: str) -> None:
    acts.withdraw(word("Naval").pk, by=by, at=now())

    with pytest.raises(Refused):
        join(word(source), word(target), by)


def test_a_merged_word_does_not_come_back_and_its_name_may_serve_again(by: Person) -> None:
    join(word("Textile"), word("Mode"), by)
    gone = word("Textile")

    with pytest.raises(Refused):
        acts.restore(gone.pk, by=by, at=now())
    again = acts.create(SECTOR, "Textile", form_token=token(7), by=by, at=now())
    assert again.code == "textile-2"
    assert load_followup_terms() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.filter(pk=gone.pk).update(archived_at=None)


@pytest.mark.parametrize("seed", range(3))
def test_after_any_mergings_what_is_kept_is_what_a_full_reading_gives(by: Person, seed: int) -> None:
    chance, ada = random.Random(seed), colleague("Ada Liste")
    sectors = list(Term.objects.filter(kind=SECTOR)[:6])
    carried: dict[int, set[int]] = {}
    for rank in range(8):
        chosen = chance.sample(sectors, chance.randint(0, 4))
        carried[opened_file(ada, workplace(f"Firme {rank}"), terms=chosen).pk] = {term.pk for term in chosen}
    for _ in range(4):
        living = Term.objects.filter(pk__in=[term.pk for term in sectors], archived_at=None)
        source, target = chance.sample(list(living), 2)
        join(source, target, by)
        carried = {file: {target.pk if pk == source.pk else pk for pk in held} for file, held in carried.items()}

    for file in Followup.objects.all():
        assert set(file.terms.values_list("pk", flat=True)) == carried[file.pk]
        last = Snapshot.objects.filter(followup=file).last()
        assert last is not None
        assert {kind: sorted(codes) for kind, codes in last.data["terms"].items()} == {
            kind: sorted(codes) for kind, codes in picture(file)["terms"].items()
        }


def test_a_merging_asks_as_many_queries_whatever_the_files(by: Person) -> None:
    ada, counts = colleague("Ada Liste"), []
    for source, target, files in (("Textile", "Mode", 1), ("Naval", "Eau", 12)):
        for rank in range(files):
            opened_file(ada, workplace(f"{source} {rank}"), terms=[word(source)])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            join(word(source), word(target), by)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- the pages
def test_two_words_are_joined_on_screen_once_their_effect_is_read(as_: As, administrator: User) -> None:
    opened_file(colleague("Ada Liste"), terms=[word("Textile")])
    client = as_(administrator)
    address = reverse("followup:merge_word", args=["filieres", word("Textile").pk])

    first = client.post(address, {"target": word("Mode").pk}).content.decode()
    told = visible_text(first).replace("\u00a0", " ")
    seen = re.search(r'name="seen" value="([^"]+)"', first)
    assert seen is not None
    done = client.post(address, {"target": word("Mode").pk, "seen": seen[1]}, follow=True)

    assert "1 accompagnement qui porte « Textile » portera désormais « Mode »." in told
    text = visible_text(done.content.decode()).replace("\u00a0", " ")
    assert "Les deux mots sont réunis. 1 accompagnement changé." in text
    assert "Réunion. Reçoit : Textile" in text
    listed = visible_text(client.get(reverse("followup:words", args=["filieres"])).content.decode())
    assert "réuni à « Mode »" in listed.replace("\u00a0", " ")


def test_the_list_says_how_many_files_carry_each_word_in_few_queries(as_: As, administrator: User) -> None:
    client, ada = as_(administrator), colleague("Ada Liste")
    address = reverse("followup:words", args=["filieres"])
    opened_file(ada, terms=[word("Textile")])
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for rank in range(5):
        opened_file(ada, workplace(f"Firme {rank}"), terms=[word("Textile"), word("Mode")])
    with CaptureQueriesContext(connection) as many:
        text = visible_text(client.get(address).content.decode())

    assert len(one) == len(many)
    assert "6 accompagnements" in text.replace("\u00a0", " ")


def test_what_is_wrong_is_said_and_kept(as_: As, administrator: User) -> None:
    client = as_(administrator)
    hostile = "<script>alert(1)</script>"

    new = client.post(reverse("followup:new_word", args=["filieres"]), {"label": "Textile", "form_token": token(3)})
    kept = client.post(reverse("followup:new_word", args=["filieres"]), {"label": hostile, "form_token": token(4)})
    shown = client.get(kept["Location"]).content.decode()
    changed = client.post(
        reverse("followup:word", args=["filieres", word("Textile").pk]), {"label": "", "rank": "zéro", "version": 1}
    )

    assert new.status_code == 422
    assert "Ce mot existe déjà." in visible_text(new.content.decode())
    assert hostile not in shown
    assert "Indiquez un nombre entier." in visible_text(changed.content.decode())
    for kind, pk in (("filieres", 10**9), ("tailles", word("Textile").pk), ("inconnue", 1)):
        assert client.get(reverse("followup:word", args=[kind, pk])).status_code == 404
