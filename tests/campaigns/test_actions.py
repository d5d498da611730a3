"""Choosing, taking, contacting, giving back, sharing, closing: what may be done, by whom, and what stays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.accounts.factories import person
from tests.campaigns.factories import campaign, listed, target
from tests.followup.factories import MOMENT, colleague
from tests.matching.real_threads import at_once
from tests.watchlists.factories import ACIERIE, BOULANGERIE, DEUX_SITES, GARAGE, MENUISERIE, follow
from vigie.campaigns.actions.campaigns import Plan, add_firms, add_members, change_campaign, move_campaign, share_out
from vigie.campaigns.actions.targets import AlreadyTaken, Called, assign, bring_back_due, move, record_contact, take
from vigie.campaigns.models import Target
from vigie.campaigns.queries.choosing import by_numbers
from vigie.campaigns.queries.loads import loads_of
from vigie.journal.models import Event
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.watchlists.queries.filters import Filters

pytestmark = pytest.mark.django_db
TALK = Called(MOMENT.date(), "phone", "support")
LATER = Called(MOMENT.date(), "phone", "no_answer", date(2026, 7, 20))


def token(rank: int = 0) -> str:
    return f"jeton-de-contact-{rank:04d}"


def test_a_campaign_takes_the_firms_of_the_list_that_its_author_reads(folders: Path) -> None:
    listed(folders)
    ada = colleague("Ada Liste")

    whole, strong = campaign(ada), campaign(ada, filters=Filters(level="strong"))

    assert set(whole.targets.values_list("firm_id", "departement")) == {
        (MENUISERIE.siren, "35"), (BOULANGERIE.siren, "35"), (DEUX_SITES.siren, "35"),
    }  # fmt: skip
    assert [one.firm_id for one in strong.targets.all()] == [MENUISERIE.siren]
    assert [one.departement for one in whole.places.all()] == ["35"]


def test_numbers_say_why_they_are_refused(folders: Path) -> None:
    listed(folders)
    ada = colleague("Ada Liste")
    follow(ada, GARAGE.siren, MOMENT)
    follow(ada, ACIERIE.siren, MOMENT)
    asked = f"{GARAGE.siren}\n{ACIERIE.siren}, 12345\n{MENUISERIE.siren};{BOULANGERIE.siren} \n999 999 992"

    found = by_numbers(person(ada, MOMENT), asked, {BOULANGERIE.siren})
    unfollowed = by_numbers(person(colleague("Zoé Crp"), MOMENT), GARAGE.siren)

    assert {one.siren for one in found.chosen} == {GARAGE.siren, MENUISERIE.siren}
    why = dict(found.refused)
    assert "territoire" in why[ACIERIE.siren]
    assert "ni un SIREN" in why["12345"]
    assert "déjà" in why[BOULANGERIE.siren]
    assert not unfollowed.chosen
    assert "verrouillées" in unfollowed.refused[0][1]


def test_the_second_who_takes_reads_who_was_quicker(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    row = target(campaign(ada), MENUISERIE.siren)
    take(row, by=person(ada, MOMENT), at=MOMENT)

    with pytest.raises(AlreadyTaken) as refused:
        take(row, by=person(zoe, MOMENT), at=MOMENT)

    assert "Ada Liste (CRP) a pris cette entreprise depuis le 8\u00a0juillet 2026" in refused.value.message_fr
    assert take(row, by=person(ada, MOMENT), at=MOMENT).taken_by_id == ada.pk  # pressed twice


def test_a_firm_taken_in_a_campaign_is_not_taken_in_another(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    first, second = target(campaign(ada), MENUISERIE.siren), target(campaign(ada), MENUISERIE.siren)
    take(first, by=person(ada, MOMENT), at=MOMENT)

    with pytest.raises(AlreadyTaken, match="Ada Liste"):
        take(second, by=person(zoe, MOMENT), at=MOMENT)

    assert Target.objects.get(pk=second.pk).state == "to_contact"


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_who_take_at_once_exactly_one_wins(folders: Path, tmp_path: Path) -> None:
    listed(folders)
    people = [person(colleague(f"Agent{rank} Liste", territory="35"), MOMENT) for rank in range(100)]
    row = target(campaign(colleague("Ada Liste")), MENUISERIE.siren)

    given, end = at_once(
        [partial(take, row, by=one, at=MOMENT) for one in people], tmp_path,
        lambda: (Target.objects.get(pk=row.pk), Event.objects.filter(name="target.taken").count()),
    )  # fmt: skip

    won = [rank for rank, one in enumerate(given) if isinstance(one, Target)]
    assert [type(one) for rank, one in enumerate(given) if rank not in won] == [AlreadyTaken] * 99
    assert len(won) == 1
    assert (end[0].taken_by_id, end[1]) == (people[won[0]].user_id, 1)
    assert all(people[won[0]].name in one.message_fr for one in given if isinstance(one, AlreadyTaken))


def test_a_firm_is_contacted_called_back_then_finished_by_who_took_it(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    row, by = target(campaign(ada), MENUISERIE.siren), person(ada, MOMENT)
    with pytest.raises(Forbidden):
        record_contact(row, TALK, form_token=token(), by=by, at=MOMENT)
    take(row, by=by, at=MOMENT)

    record_contact(row, LATER, form_token=token(1), by=by, at=MOMENT)
    record_contact(row, LATER, form_token=token(1), by=by, at=MOMENT)
    waiting = Target.objects.get(pk=row.pk)
    with pytest.raises(Forbidden):
        record_contact(row, TALK, form_token=token(2), by=person(zoe, MOMENT), at=MOMENT)
    record_contact(row, TALK, form_token=token(3), by=by, at=MOMENT)
    done = Target.objects.get(pk=row.pk)

    assert (waiting.state, waiting.outcome, waiting.call_back_on) == ("taken", "no_answer", date(2026, 7, 20))
    assert (done.state, done.outcome, done.call_back_on, done.contacts.count()) == ("done", "support", None, 2)
    assert move(done, "reopen", by=by, at=MOMENT).state == "taken"


def test_what_is_given_back_or_postponed_says_why(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    row, by = target(campaign(ada), MENUISERIE.siren), person(ada, MOMENT)
    take(row, by=by, at=MOMENT)
    for said in ("", "parce que"):
        with pytest.raises(Refused, match="pourquoi"):
            move(row, "release", why=said, by=by, at=MOMENT)
    with pytest.raises(Forbidden):
        move(row, "release", why="mistake", by=person(zoe, MOMENT), at=MOMENT)
    move(row, "release", why="mistake", by=by, at=MOMENT)
    with pytest.raises(Refused, match="combien"):
        move(row, "postpone", why="", by=by, at=MOMENT)

    late = move(row, "postpone", why="3_months", by=person(zoe, MOMENT), at=MOMENT)
    kept = Target.objects.get(pk=late.pk)
    assert bring_back_due(MOMENT + timedelta(days=80)) == 0
    assert [bring_back_due(MOMENT + timedelta(days=95)) for _run in range(2)] == [1, 0]
    move(row, "postpone", why="3_months", by=person(zoe, MOMENT), at=MOMENT)
    back = move(row, "bring_back", by=by, at=MOMENT)

    assert (kept.postponed_for, kept.postponed_until) == ("3_months", date(2026, 10, 7))
    assert (back.state, back.postponed_for, back.postponed_until) == ("to_contact", "", None)


def test_sharing_proposes_each_firm_to_somebody_of_its_territory(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Urssaf", "dgfip")
    made, by = campaign(ada), person(ada, MOMENT)
    add_members(made, [zoe.email], by=by, at=MOMENT)
    assign(target(made, MENUISERIE.siren), zoe, by=by, at=MOMENT)

    count = share_out(made, by=by, at=MOMENT)

    assert count == 2
    assert loads_of([ada.pk, zoe.pk]) == {ada.pk: 2, zoe.pk: 1}
    assert target(made, MENUISERIE.siren).assignee_id == zoe.pk


def test_nobody_from_elsewhere_is_added_nor_proposed_a_firm(folders: Path) -> None:
    listed(folders)
    ada, far = colleague("Ada Liste"), colleague("Zoé Nord", territory="59")
    made, by = campaign(ada, filters=Filters(level="strong")), person(ada, MOMENT)

    with pytest.raises(InvalidInput, match=far.email):
        add_members(made, [far.email], by=by, at=MOMENT)
    with pytest.raises(InvalidInput):
        assign(target(made, MENUISERIE.siren), far, by=by, at=MOMENT)


def test_only_its_author_and_the_crp_of_the_territory_manage_a_campaign(folders: Path) -> None:
    listed(folders)
    author, crp = colleague("Ada Liste", "dgfip"), colleague("Cléo Crp")
    other, far = colleague("Zoé Banque", "dgfip"), colleague("Léo Crp", territory="59")
    made = campaign(author, filters=Filters(level="strong"))
    more = by_numbers(person(author, MOMENT), BOULANGERIE.siren).chosen

    for who in (other, far):
        with pytest.raises(Forbidden):
            add_firms(made, more, by=person(who, MOMENT), at=MOMENT)

    assert add_firms(made, more, by=person(crp, MOMENT), at=MOMENT) == 1
    assert add_firms(made, more, by=person(author, MOMENT), at=MOMENT) == 0


def test_closing_frees_what_is_taken_and_stops_everything(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    made, by = campaign(ada), person(ada, MOMENT)
    row = target(made, MENUISERIE.siren)
    take(row, by=person(zoe, MOMENT), at=MOMENT)

    move_campaign(made, "close", by=by, at=MOMENT)

    assert Target.objects.get(pk=row.pk).taken_by_id is None
    with pytest.raises(TransitionRefused, match="close"):
        take(row, by=by, at=MOMENT)
    move_campaign(made, "reopen", by=by, at=MOMENT + timedelta(days=1))
    assert take(row, by=by, at=MOMENT).state == "taken"


@pytest.mark.parametrize("wrong", [
    {"state": "taken"}, {"state": "postponed"}, {"state": "done"}, {"taken_at": MOMENT},
])  # fmt: skip
def test_the_database_refuses_states_without_their_facts(wrong: dict[str, object], folders: Path) -> None:
    listed(folders)
    row = target(campaign(colleague("Ada Liste")), MENUISERIE.siren)

    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.filter(pk=row.pk).update(**wrong)


def test_the_name_and_the_dates_of_a_campaign_change_while_it_runs(folders: Path) -> None:
    listed(folders)
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    made, by = campaign(ada), person(ada, MOMENT)
    plan = Plan("Hiver", "", MOMENT.date(), MOMENT.date() + timedelta(days=90))

    with pytest.raises(Forbidden):
        change_campaign(made, plan, by=person(zoe, MOMENT), at=MOMENT)
    with pytest.raises(InvalidInput, match="avant de commencer"):
        change_campaign(made, Plan("Hiver", "", MOMENT.date(), date(2020, 1, 1)), by=by, at=MOMENT)
    for _twice in range(2):
        assert change_campaign(made, plan, by=by, at=MOMENT).name == "Hiver"
    assert Event.objects.filter(name="campaign.changed").count() == 1
    move_campaign(made, "close", by=by, at=MOMENT)
    with pytest.raises(TransitionRefused, match="close"):
        change_campaign(made, plan, by=by, at=MOMENT)
