"""The life of a file: opening, changing, completing, deleting, and what it opens of the firm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.accounts.factories import person
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, opened_file, token, workplace
from vigie.accounts.models import Habilitation
from vigie.agents.models import Follow
from vigie.followup.actions.acts import Talk, act_for_firm, analyse
from vigie.followup.actions.files import (
    AlreadyActive,
    Fields,
    change_file,
    delete_file,
    duplicate,
    move_file,
    open_file,
    restore_file,
)
from vigie.followup.actions.handover import hand_over
from vigie.followup.actions.members import add_member, remove_member
from vigie.followup.actions.terms import load_followup_terms
from vigie.followup.models import DeletedFollowup, Followup, Snapshot, Term
from vigie.followup.rules import REDIRECT_ACTION
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.watchlists.queries.sight import sight_of

pytestmark = pytest.mark.django_db


def test_terms_are_loaded_once() -> None:
    first = load_followup_terms()

    assert first > 60
    assert load_followup_terms() == 0
    assert Term.objects.filter(kind="label", code="ar-pb", is_system=True).exists()


def test_opening_asks_the_motive_opens_the_firm_and_leaves_an_unlock() -> None:
    ada, place = colleague("Ada Liste"), workplace()
    by = person(ada, MOMENT)

    with pytest.raises(InvalidInput) as asked:
        open_file(place, Fields(), form_token=token(), by=by, at=MOMENT)
    made = open_file(place, Fields(), motive="source_interne", form_token=token(), by=by, at=MOMENT)

    assert asked.value.field == "motive"
    assert (made.departement, made.region, made.state) == ("35", "53", "in_progress")
    assert [str(member) for member in made.members.present()] == ["Ada Liste (Référent)"]
    assert Follow.objects.get(user=ada).file_id == made.pk
    assert sight_of(by, place.company_id).unlocked
    assert AuditEvent.objects.get(action="unlock").actor_id == ada.pk
    assert Snapshot.objects.get(followup=made).data["siret"] == place.siret


def test_the_same_form_sent_twice_opens_one_file() -> None:
    ada = colleague("Ada Liste")
    place, by = workplace(), person(ada, MOMENT)

    files = {
        open_file(place, Fields(), motive="source_interne", form_token=token(), by=by, at=MOMENT).pk for _ in range(2)
    }

    assert len(files) == 1


def test_one_active_file_per_establishment_whatever_its_state() -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    made = opened_file(ada)
    move_file(made, "start_surveillance", by=person(ada, MOMENT), at=MOMENT)

    with pytest.raises(AlreadyActive) as refused:
        opened_file(zoe, made.workplace)

    assert refused.value.followup == made


def test_a_closed_establishment_has_no_file() -> None:
    with pytest.raises(Refused, match="fermé"):
        opened_file(colleague("Ada Liste"), workplace(closed=True))


def test_no_file_is_opened_out_of_the_territory() -> None:
    with pytest.raises(Forbidden):
        opened_file(colleague("Ada Liste"), workplace(commune=ELSEWHERE))


def test_being_added_opens_the_firm_and_being_removed_locks_it_at_once() -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", territory="59")
    made = opened_file(ada)
    by = person(ada, MOMENT)

    member = add_member(made, zoe, "participant", by=by, at=MOMENT)
    opened = sight_of(person(zoe, MOMENT), made.siren).unlocked
    unlock = AuditEvent.objects.get(action="unlock", actor_id=zoe.pk)
    remove_member(made, member, by=by, at=MOMENT + timedelta(minutes=1))

    assert opened
    assert unlock.details["added_by_name"] == "Ada Liste"
    assert not sight_of(person(zoe, MOMENT), made.siren).unlocked
    assert {m.recipient for m in OutgoingMessage.objects.all()} == {"zoé@agents.example"}


def test_the_last_referent_stays() -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)
    by = person(ada, MOMENT)

    with pytest.raises(Refused, match="dernier référent"):
        remove_member(made, made.members.get(), by=by, at=MOMENT)
    with pytest.raises(Refused, match="dernier référent"):
        add_member(made, ada, "participant", by=by, at=MOMENT)


def test_a_participant_edits_and_does_not_move() -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", territory="59")
    made = opened_file(ada)
    add_member(made, zoe, "participant", by=person(ada, MOMENT), at=MOMENT)
    by = person(zoe, MOMENT)

    changed = change_file(made, Fields(criticality="high"), version=1, by=by, at=MOMENT + timedelta(hours=1))

    assert changed.modified_at == MOMENT + timedelta(hours=1)
    with pytest.raises(Forbidden):
        move_file(made, "complete", by=by, at=MOMENT)
    with pytest.raises(Forbidden):
        delete_file(made, "Doublon", by=by, at=MOMENT)


def test_who_was_slower_overwrites_nothing() -> None:
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    change_file(made, Fields(next_step="Appeler"), version=1, by=by, at=MOMENT)

    with pytest.raises(TransitionRefused):
        change_file(made, Fields(next_step="Écrire"), version=1, by=by, at=MOMENT)

    assert Followup.objects.get().next_step == "Appeler"


def test_a_redirect_brings_its_action_and_takes_it_away() -> None:
    load_followup_terms()
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    redirect = Term.objects.filter(kind="redirect").first()

    change_file(made, Fields(terms=[redirect]), version=1, by=by, at=MOMENT)
    brought = made.terms.filter(code=REDIRECT_ACTION).exists()
    change_file(made, Fields(), version=2, by=by, at=MOMENT)

    assert brought
    assert not made.terms.exists()


def test_completion_keeps_the_firm_open_for_the_days_of_grace() -> None:
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)

    move_file(made, "complete", by=by, at=MOMENT)

    assert made.ended_at == MOMENT
    assert Follow.objects.get().until == MOMENT + timedelta(days=90)
    with pytest.raises(TransitionRefused):
        change_file(made, Fields(next_step="x"), version=1, by=by, at=MOMENT)


def test_reopening_takes_a_reason_and_thirty_days() -> None:
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    move_file(made, "complete", by=by, at=MOMENT)

    with pytest.raises(Refused, match="plus de 30"):
        move_file(made, "reopen", reason="Suite", by=by, at=MOMENT + timedelta(days=31))
    with pytest.raises(Refused, match="pourquoi"):
        move_file(made, "reopen", by=by, at=MOMENT + timedelta(days=29))
    move_file(made, "reopen", reason="Le plan a échoué", by=by, at=MOMENT + timedelta(days=29))

    assert (made.state, made.ended_at) == ("in_progress", None)
    assert Follow.objects.get().until > MOMENT + timedelta(days=10_000)


def test_deleting_locks_the_firm_and_restoring_opens_it() -> None:
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)

    with pytest.raises(InvalidInput):
        delete_file(made, " ", by=by, at=MOMENT)
    delete_file(made, "Ouvert par erreur", by=by, at=MOMENT + timedelta(minutes=1))
    hidden = Followup.objects.allowed(by, "file.view").exists()
    locked = not Follow.objects.filter(ended_at=None).exists()
    with pytest.raises(Refused, match="30"):
        restore_file(DeletedFollowup.objects.get(), by=by, at=MOMENT + timedelta(days=31))
    restore_file(DeletedFollowup.objects.get(), by=by, at=MOMENT + timedelta(days=2))

    assert (hidden, locked) == (False, True)
    assert Followup.objects.allowed(by, "file.view").get() == made
    assert Follow.objects.filter(ended_at=None).count() == 1


def test_a_completed_file_goes_on_in_a_copy_without_texts() -> None:
    load_followup_terms()
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    sector = Term.objects.filter(kind="sector").first()
    made = opened_file(ada, terms=[sector])
    add_member(made, zoe, "participant", by=person(ada, MOMENT), at=MOMENT)
    move_file(made, "complete", by=person(ada, MOMENT), at=MOMENT)

    copy = duplicate(
        made, motive="source_interne", form_token=token(9), by=person(zoe, MOMENT), at=MOMENT + timedelta(days=3)
    )

    assert {(str(m.user), m.role) for m in copy.members.present()} == {
        ("Zoé Banque", "referent"), ("Ada Liste", "referent"),
    }  # fmt: skip
    assert list(copy.terms.all()) == [sector]
    assert copy.started_on.isoformat() == "2026-07-11"


def test_who_opens_a_firm_by_continuing_its_file_says_why() -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Voisin", "dgfip")
    made = opened_file(ada)
    move_file(made, "complete", by=person(ada, MOMENT), at=MOMENT)
    by = person(bob, MOMENT)
    assert not sight_of(by, made.siren).unlocked

    with pytest.raises(InvalidInput, match="Dites pourquoi"):
        duplicate(made, form_token=token(9), by=by, at=MOMENT)
    assert not sight_of(by, made.siren).unlocked

    copy = duplicate(made, motive="source_externe", form_token=token(9), by=by, at=MOMENT)
    assert (copy.motive, sight_of(by, made.siren).unlocked) == ("source_externe", True)
    again = duplicate(made, form_token=token(9), by=by, at=MOMENT)  # the form sent twice
    assert again == copy


def test_an_action_needs_the_analysis_of_a_talk() -> None:
    load_followup_terms()
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    term, day = Term.objects.filter(kind="action").first(), MOMENT.date()
    assert term is not None

    with pytest.raises(Refused, match="échange"):
        act_for_firm(made, None, term, day, form_token=token(1), by=by, at=MOMENT)
    with pytest.raises(InvalidInput):
        analyse(made, Talk(day, "phone", "confirmed"), form_token=token(2), by=by, at=MOMENT)
    talk = Talk(day, "phone", "confirmed", "treasury", "remediation")
    found = analyse(made, talk, form_token=token(2), by=by, at=MOMENT)
    act_for_firm(made, found, term, day, form_token=token(3), by=by, at=MOMENT)

    assert list(made.terms.all()) == [term]


def test_the_file_is_known_as_it_was_at_any_date() -> None:
    from vigie.followup.queries.past import as_of

    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    later = MOMENT + timedelta(days=5)
    move_file(made, "complete", by=by, at=later)

    before, after = as_of(later - timedelta(seconds=1)), as_of(later)

    assert [one.data["state"] for one in before] == ["in_progress"]
    assert [one.data["state"] for one in after] == ["completed"]
    assert not as_of(MOMENT - timedelta(days=1))


def test_the_files_of_who_leaves_go_to_one_colleague_all_or_none() -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Codefi", "dgfip")
    first, second = opened_file(ada), opened_file(ada)
    alone = opened_file(bob)
    away = opened_file(ada, workplace("Finie"))
    move_file(away, "complete", by=person(ada, MOMENT), at=MOMENT)
    add_member(first, bob, "participant", by=person(ada, MOMENT), at=MOMENT)
    nobody = colleague("Nora Nord", territory="59")
    Habilitation.objects.filter(user=nobody).delete()

    with pytest.raises(InvalidInput) as refused:
        hand_over(ada, nobody, by=person(bob, MOMENT), at=MOMENT)
    assert refused.value.field == "who"
    assert hand_over(ada, bob, by=person(bob, MOMENT), at=MOMENT) == 2

    held = {one.pk: [str(m.user) for m in one.members.present().filter(role="referent")] for one in (first, second)}
    assert held == {first.pk: ["Bob Codefi"], second.pk: ["Bob Codefi"]}
    assert [str(m.user) for m in away.members.present()] == ["Ada Liste"]
    assert hand_over(ada, bob, by=person(bob, MOMENT), at=MOMENT) == 0
    assert alone.members.present().count() == 1
