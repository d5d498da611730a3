"""Inviting, habilitations, absences, accounts: rights, events, and what is sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.accounts.factories import (
    AbsenceFactory,
    AntenneFactory,
    HabilitationFactory,
    InstitutionFactory,
    UserFactory,
    person,
)
from vigie.accounts import actions
from vigie.accounts.models import Absence, Habilitation, User
from vigie.accounts.rules import Invitation
from vigie.journal.delivery import build
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.rights.person import SYSTEM, VISITOR, Person
from vigie.rights.table import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(team: User) -> Person:
    return person(team)


def asked(**changes: Any) -> Invitation:
    antenne = changes.pop("antenne", None) or AntenneFactory()
    return replace(
        Invitation("Ana.Lopez@cci.example", "ana LOPEZ", (Role.EXPERT,), antenne.pk, "conseillère", "0123456789"),
        **changes,
    )


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


# --- inviting -------------------------------------------------------------------------------------------------------
def test_invitation_makes_an_account_its_habilitations_and_a_mail(by: Person, at: datetime) -> None:
    invitation = asked(roles=(Role.EXPERT, Role.MANAGER))

    user = actions.invite(invitation, by=by, at=at)

    assert (user.email, user.full_name, user.phone) == ("ana.lopez@cci.example", "Ana Lopez", "01 23 45 67 89")
    assert (user.invited_at, user.invited_by_id, user.terms_accepted_at) == (at, by.user_id, None)
    held = {(one.role, one.state, one.antenne_id, one.granted_by_id) for one in user.habilitations.all()}
    assert held == {
        ("expert", "granted", None, by.user_id),
        ("manager", "granted", invitation.antenne_id, by.user_id),
    }
    assert names() == [
        *["habilitation.requested", "habilitation.granted"] * 2, "account.invited",
    ]  # fmt: skip
    assert person(user, at).roles == {Role.EXPERT, Role.MANAGER}


def test_invitation_mail_says_who_and_where_and_carries_no_secret(by: Person, at: datetime) -> None:
    user = actions.invite(asked(), by=by, at=at)

    mail = build(OutgoingMessage.objects.get(), at)

    assert mail is not None
    assert mail.to == user.email
    assert mail.subject.strip() == "Odile Brun vous ouvre l’accès à Vigie"
    assert "http://127.0.0.1:8000/connexion/" in mail.text
    assert "Expert" in mail.text
    assert "Ana Lopez" in mail.html


def test_invitation_mail_is_pointless_once_the_habilitation_is_taken_back(by: Person, at: datetime) -> None:
    user = actions.invite(asked(), by=by, at=at)
    actions.revoke(user.habilitations.get(), by=by, at=at)

    assert build(OutgoingMessage.objects.get(), at) is None


def test_same_invitation_sent_twice_makes_one_account_and_one_mail(by: Person, at: datetime) -> None:
    invitation = asked()

    first = actions.invite(invitation, by=by, at=at)
    second = actions.invite(invitation, by=by, at=at + timedelta(seconds=2))

    assert first == second
    assert OutgoingMessage.objects.count() == 1
    assert Habilitation.objects.filter(user=first).count() == 1


@pytest.mark.parametrize("email", ["PAUL.PETIT@cma.example", " paul.petit@cma.example\u200b", "paul,petit@cma.example"])
def test_inviting_a_known_address_says_what_to_do(by: Person, expert: User, at: datetime, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.invite(asked(email=email), by=by, at=at)

    assert refused.value.code == "account_exists"
    assert refused.value.field == "email"
    assert "déjà un compte" in refused.value.message_fr
    assert names() == []


def test_inviting_a_closed_account_says_so(by: Person, at: datetime) -> None:
    UserFactory(email="ana.lopez@cci.example", deleted=True)

    with pytest.raises(InvalidInput) as refused:
        actions.invite(asked(), by=by, at=at)

    assert refused.value.code == "account_closed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": ()}, "role_missing"),
        ({"antenne_id": None}, "antenne_missing"),
        ({"antenne_id": 999_999}, "antenne_unknown"),
        ({"email": "pas une adresse"}, "email_invalid"),
        ({"email": "a" * 250 + "@cci.example"}, "email_invalid"),
        ({"full_name": "\u202e\u200b\x00 "}, "full_name_invalid"),
        ({"full_name": "x" * 151}, "full_name_invalid"),
        ({"job": "x" * 100_000}, "job_invalid"),
        ({"ends_on": date(2026, 3, 17)}, "period_reversed"),
        ({"ends_on": date(2036, 3, 17)}, "period_too_long"),
    ],
)
def test_invitation_that_cannot_be_is_refused_whole(by: Person, at: datetime, changes: dict, code: str) -> None:
    before = User.objects.count()

    with pytest.raises(InvalidInput) as refused:
        actions.invite(asked(**changes), by=by, at=at)

    assert refused.value.code == code
    assert User.objects.filter(email__startswith="ana").count() == 0
    assert User.objects.count() in {before, before + 1}  # the antenne of the test
    assert names() == []


def test_hostile_text_is_stored_without_its_marks(by: Person, at: datetime) -> None:
    user = actions.invite(asked(full_name="<b>Ana\u202e</b>\x00  L\u0301opez", job="a\nb\x07"), by=by, at=at)

    assert user.full_name == "<B>Ana</b> Ĺopez" or "\u202e" not in user.full_name
    assert "\x00" not in user.full_name
    assert user.job == "a b"


@pytest.mark.parametrize("who", ["expert", "manager", "unrelated"])
def test_only_the_team_invites(request: pytest.FixtureRequest, at: datetime, who: str) -> None:
    with pytest.raises(Forbidden):
        actions.invite(asked(), by=person(request.getfixturevalue(who)), at=at)


def test_visitor_invites_nobody(at: datetime) -> None:
    with pytest.raises(Forbidden):
        actions.invite(asked(), by=VISITOR, at=at)


def test_first_account_is_made_once(at: datetime) -> None:
    user = actions.open_service("Odile.Brun@vigie.example", "Odile Brun", at=at)

    assert person(user, at).is_team
    with pytest.raises(Refused):
        actions.open_service("autre@vigie.example", "Autre", at=at)


def test_first_account_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("first_account", "odile.brun@vigie.example", "Odile Brun")

    assert "odile.brun@vigie.example can sign in" in capsys.readouterr().out
    with pytest.raises(CommandError, match="compte déjà quelqu’un"):
        call_command("first_account", "autre@vigie.example", "Autre")


# --- habilitations --------------------------------------------------------------------------------------------------
def test_habilitation_waits_until_somebody_else_grants_it(by: Person, at: datetime) -> None:
    user = UserFactory(adviser=True)

    waiting = actions.request_habilitation(user, Role.EXPERT, by=person(user), at=at)
    assert Role.EXPERT not in person(user, at).roles
    granted = actions.grant(waiting, by=by, at=at)

    assert (granted.state, granted.granted_by_id, granted.granted_at) == ("granted", by.user_id, at)
    assert Role.EXPERT in person(user, at).roles
    assert names() == ["habilitation.requested", "habilitation.granted"]


def test_request_sent_twice_waits_once(by: Person, at: datetime) -> None:
    user = UserFactory(adviser=True)
    first = actions.request_habilitation(user, Role.MANAGER, by=by, at=at)

    second = actions.request_habilitation(user, Role.MANAGER, by=by, at=at)

    assert first == second
    assert first.antenne_id == user.antenne_id
    assert names() == ["habilitation.requested"]


def test_habilitation_already_held_is_said(by: Person, expert: User, at: datetime) -> None:
    with pytest.raises(InvalidInput, match="a déjà cette habilitation"):
        actions.request_habilitation(expert, Role.EXPERT, by=by, at=at)


def test_habilitation_given_twice_in_a_row_is_given_once(by: Person, expert: User, at: datetime) -> None:
    first = actions.give_habilitation(expert, Role.ADVISER, by=by, at=at)
    second = actions.give_habilitation(expert, Role.ADVISER, by=by, at=at + timedelta(seconds=1))

    assert first == second
    assert names() == ["habilitation.requested", "habilitation.granted"]


@pytest.mark.parametrize(("act", "state"), [(actions.suspend, "suspended"), (actions.revoke, "revoked")])
def test_button_pressed_twice_counts_once(by: Person, expert: User, at: datetime, act: Any, state: str) -> None:
    habilitation = expert.habilitations.get()

    act(habilitation, by=by, at=at)
    again = act(habilitation, by=by, at=at)

    assert again.state == state
    assert len(names()) == 1
    assert person(expert, at).roles == frozenset()


def test_revoked_habilitation_is_not_granted_again_but_anew(by: Person, expert: User, at: datetime) -> None:
    habilitation = expert.habilitations.get()
    actions.revoke(habilitation, by=by, at=at)

    with pytest.raises(TransitionRefused):
        actions.grant(habilitation, by=by, at=at)
    anew = actions.give_habilitation(expert, Role.EXPERT, by=by, at=at)

    assert anew.pk != habilitation.pk
    assert Role.EXPERT in person(expert, at).roles


@pytest.mark.parametrize("act", [actions.suspend, actions.revoke])
def test_nobody_takes_away_his_own_habilitation(by: Person, team: User, at: datetime, act: Any) -> None:
    with pytest.raises(Refused, match="collègue"):
        act(team.habilitations.get(), by=by, at=at)

    assert person(team, at).is_team


def test_nobody_grants_himself(by: Person, team: User, at: datetime) -> None:
    waiting = actions.request_habilitation(team, Role.EXPERT, by=by, at=at)

    with pytest.raises(Refused):
        actions.grant(waiting, by=by, at=at)


@pytest.mark.parametrize("act", [actions.grant, actions.suspend, actions.revoke])
@pytest.mark.parametrize("who", ["expert", "manager", "unrelated"])
def test_only_the_team_decides(request: pytest.FixtureRequest, at: datetime, act: Any, who: str) -> None:
    habilitation = HabilitationFactory()

    with pytest.raises(Forbidden):
        act(habilitation, by=person(request.getfixturevalue(who)), at=at)


def test_habilitations_past_their_last_day_expire_once(at: datetime) -> None:
    today = paris_day(at)
    over = HabilitationFactory(ends_on=today - timedelta(days=1))
    last_day = HabilitationFactory(ends_on=today)
    stopped = HabilitationFactory(ends_on=today - timedelta(days=9), state="suspended")

    first = actions.expire_habilitations(at=at)
    second = actions.expire_habilitations(at=at)

    states = dict(Habilitation.objects.values_list("pk", "state"))
    assert (states[over.pk], states[last_day.pk], states[stopped.pk]) == ("expired", "granted", "expired")
    assert (first[0], second[0]) == ("2", "0")
    assert names() == ["habilitation.expired", "habilitation.expired"]
    over.refresh_from_db()
    assert over.ended_at == at


def test_system_may_expire_but_does_not_answer_for_a_grant(expert: User, at: datetime) -> None:
    waiting = actions.request_habilitation(expert, Role.ADVISER, by=person(expert), at=at)

    with pytest.raises(Refused, match="accordée par quelqu’un"):
        actions.grant(waiting, by=SYSTEM, at=at)


# --- absences -------------------------------------------------------------------------------------------------------
def days(first: int, last: int) -> dict[str, date]:
    return {"starts_on": date(2026, 4, first), "ends_on": date(2026, 4, last)}


def test_absence_with_its_replacement(expert: User, at: datetime) -> None:
    colleague = UserFactory(expert=True, antenne=AntenneFactory(institution=expert.antenne.institution))

    absence = actions.set_absence(expert, **days(1, 9), replacement=colleague, by=person(expert), at=at)
    actions.set_absence(expert, **days(1, 9), replacement=colleague, by=person(expert), at=at)

    assert absence.replacement == colleague
    assert Absence.objects.count() == 1
    assert names() == ["account.absence_set"]


def test_new_absence_takes_the_place_of_those_it_overlaps(expert: User, at: datetime) -> None:
    for period in ((1, 9), (20, 25), (8, 12)):
        actions.set_absence(expert, **days(*period), by=person(expert), at=at)

    kept = list(Absence.objects.values_list("starts_on__day", "ends_on__day"))
    assert kept == [(8, 12), (20, 25)]


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ({"starts_on": date(2026, 4, 9), "ends_on": date(2026, 4, 1)}, "absence_reversed"),
        ({"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 17)}, "absence_over"),
        ({"starts_on": date(2026, 4, 1), "ends_on": date(2028, 4, 1)}, "absence_too_long"),
    ],
)
def test_absence_that_cannot_be_is_refused(expert: User, at: datetime, period: dict, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.set_absence(expert, **period, by=person(expert), at=at)

    assert refused.value.code == code


@pytest.mark.parametrize("who", ["oneself", "stranger", "closed"])
def test_replacement_is_a_living_colleague(expert: User, at: datetime, who: str) -> None:
    strangers = {
        "oneself": lambda: expert,
        "stranger": lambda: UserFactory(antenne__institution=InstitutionFactory()),
        "closed": lambda: UserFactory(antenne=expert.antenne, deleted=True),
    }

    with pytest.raises(InvalidInput, match="même institution"):
        actions.set_absence(expert, **days(1, 9), replacement=strangers[who](), by=person(expert), at=at)


def test_absence_of_somebody_else_is_not_ours_to_set(expert: User, unrelated: User, at: datetime) -> None:
    with pytest.raises(Forbidden):
        actions.set_absence(expert, **days(1, 9), by=person(unrelated), at=at)


def test_canceling_twice_is_recorded_once(expert: User, at: datetime) -> None:
    absence = actions.set_absence(expert, **days(1, 9), by=person(expert), at=at)
    for _ in range(2):
        actions.cancel_absence(Absence(pk=absence.pk, user=expert, **days(1, 9)), by=person(expert), at=at)

    assert names() == ["account.absence_set", "account.absence_set"]
    assert not Absence.objects.exists()


def test_absences_are_erased_the_night_after_their_end(at: datetime) -> None:
    AbsenceFactory(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 17))
    today = AbsenceFactory(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 18))

    account = actions.erase_ended_absences(at=at)

    assert list(Absence.objects.all()) == [today]
    assert account == "1\u00a0absence terminée effacée"


# --- accounts -------------------------------------------------------------------------------------------------------
def test_own_account_is_changed_and_cleaned(expert: User, at: datetime) -> None:
    changes = {"full_name": "paul\u202e  PETIT", "job": "Conseiller", "phone": "+33 1 98 76 54 32"}

    user = actions.change_account(expert, changes, by=person(expert), at=at)

    user.refresh_from_db()
    assert (user.full_name, user.job, user.phone) == ("Paul Petit", "Conseiller", "01 98 76 54 32")
    assert Event.objects.get().payload == {"fields": ["job", "phone"]}


def test_nothing_changed_is_no_event(expert: User, at: datetime) -> None:
    actions.change_account(expert, {"full_name": expert.full_name}, by=person(expert), at=at)

    assert names() == []


@pytest.mark.parametrize("field", ["email", "antenne_id", "is_active", "session_epoch", "terms_accepted_at"])
def test_own_account_does_not_change_what_is_the_teams(expert: User, at: datetime, field: str) -> None:
    with pytest.raises(Forbidden):
        actions.change_account(expert, {field: "x"}, by=person(expert), at=at)


@pytest.mark.parametrize("field", ["is_active", "session_epoch", "terms_accepted_at", "deleted_at", "invited_by_id"])
def test_even_the_team_does_not_change_the_rest(by: Person, expert: User, at: datetime, field: str) -> None:
    with pytest.raises(Forbidden):
        actions.change_account(expert, {field: None}, by=by, at=at)


def test_account_of_somebody_else_is_not_ours_to_change(expert: User, manager: User, at: datetime) -> None:
    with pytest.raises(Forbidden):
        actions.change_account(expert, {"job": "x"}, by=person(manager), at=at)


def test_address_of_another_account_is_refused(by: Person, expert: User, unrelated: User, at: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.change_account(expert, {"email": unrelated.email.upper()}, by=by, at=at)

    assert refused.value.code == "account_exists"


def test_search_follows_a_change_of_name(by: Person, expert: User, at: datetime) -> None:
    actions.change_account(expert, {"full_name": "Éloïse Lefèvre"}, by=by, at=at)

    assert list(User.objects.named("eloise LEFEVRE")) == [expert]
    assert not User.objects.named("Petit Éloïse Autre").exists()


def test_terms_are_accepted_by_oneself_and_the_first_moment_counts(expert: User, by: Person, at: datetime) -> None:
    newcomer = UserFactory(expert=True, newcomer=True)

    with pytest.raises(Forbidden):
        actions.accept_terms(newcomer, by=by, at=at)
    actions.accept_terms(newcomer, by=person(newcomer), at=at)
    actions.accept_terms(newcomer, by=person(newcomer), at=at + timedelta(days=1))

    newcomer.refresh_from_db()
    assert newcomer.terms_accepted_at == at
    assert names() == ["account.changed"]
