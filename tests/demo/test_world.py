"""The small invented world: whole, without anything real, with every state, the same for the same day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from tests.demo.conftest import NOW, PLAN
from tests.statistics.comparing import differences
from vigie.accounts.actions import invite
from vigie.accounts.models import Absence, AgentProfile, Antenne, Habilitation, Institution, User
from vigie.accounts.queries import person_for
from vigie.accounts.rules import Invitation
from vigie.agents.actions.unused import suspend_unreviewed, suspend_unused
from vigie.companies.models import Company, Establishment
from vigie.demo import firms, followups, people, progress, stock_writer, world
from vigie.demo.agents import LEFT
from vigie.demo.firms import BAKERY_COMMUNE
from vigie.demo.guide import guide_page
from vigie.demo.models import DemoMail
from vigie.demo.people import ANIMATOR, ANIMATOR_ELSEWHERE, BAKER_ADVISER, JOB_ADVISER, KNOWN, STRANGER, TEAM, Member
from vigie.demo.request_texts import SITUATIONS, at_town, request_text
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, MatchFilter, Subject
from vigie.followup.models import Followup
from vigie.journal.models import Event, JobRun, OutgoingMessage
from vigie.kernel.period import Month
from vigie.kernel.siren import INVENTED_PREFIX, is_siren, is_siret
from vigie.matching.models import Diagnosis, HoleReport, Match, Need, Precision, Solicitation, ThreadMessage
from vigie.matching.queries.firm import Supposed, firm_facts, need_facts
from vigie.matching.queries.routing import competences_for
from vigie.matching.rules import routing
from vigie.matching.rules.guards import OTHER_HOLDS
from vigie.matching.states import MATCH, NEED_STATUSES, SOLICITATION
from vigie.rights.table import DETECTION, Role
from vigie.territory.models import Commune

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_world")]


# --- what is there ---------------------------------------------------------------------------------------------------
def test_the_network_is_whole() -> None:
    assert Institution.objects.filter(kind="opco").count() == 11
    assert Institution.objects.filter(one_team_at_a_time=True).exists()
    assert Institution.objects.exclude(accepted_natures=[]).count() >= 3
    assert Institution.objects.exclude(opco_region_codes=[]).count() == 1
    assert set(Antenne.objects.values_list("level", flat=True)) == {"local", "regional", "national"}
    assert Antenne.objects.filter(parent__isnull=False).exists()
    assert not Expert.objects.filter(members__isnull=True).exists()
    assert Absence.objects.filter(replacement__isnull=False).exists()


def test_some_teams_have_a_filter_and_criteria_of_their_own() -> None:
    owners = set(MatchFilter.objects.exclude(expert=None).values_list("expert", flat=True))
    told = set(ExpertSubject.objects.exclude(criteria="").values_list("expert", flat=True))

    assert 0.02 < len(owners) / Expert.objects.count() < 0.3
    assert owners < told


def test_everybody_was_granted_his_role_by_somebody() -> None:
    held = set(Habilitation.objects.values_list("role", flat=True))
    assert held == {
        "team", "expert", "manager", "adviser", "animator", "level_a", "level_b", "reviewer", "auditor",
        "administrator",
    }  # fmt: skip
    assert not Habilitation.objects.filter(granted_by__isnull=True).exists()
    assert User.objects.filter(email__in=[known.email for known in KNOWN]).count() == len(KNOWN)
    for known in KNOWN:
        held = frozenset() if known.email == LEFT else frozenset(known.roles)
        assert person_for(User.objects.get(email=known.email), NOW).roles == held


def test_the_known_people_sign_in_with_what_the_command_prints() -> None:
    printed = StringIO()
    call_command("demo_people", stdout=printed)
    assert all(known.email in printed.getvalue() for known in KNOWN)
    assert people.DEMO_KEY in printed.getvalue()
    keys = User.objects.filter(authenticator__type="totp").values_list("email", flat=True)
    assert set(keys) == {known.email for known in KNOWN if known.second_factor}
    assert re.fullmatch(r"\d{6}", people.current_code(NOW))
    assert people.current_code(NOW) == people.current_code(NOW + timedelta(seconds=5 - NOW.second % 5))


@pytest.mark.usefixtures("strict_templates")
def test_the_page_of_the_demo_names_everybody(client: Client) -> None:
    html = client.get("/demo/").content.decode()
    assert all(known.email in html for known in KNOWN)
    assert len(guide_page(NOW).company) == 3


def test_the_jobs_of_the_night_suspend_no_agent_of_the_world() -> None:
    granted = Habilitation.objects.filter(state="granted", role__in=DETECTION)
    before = granted.count()

    suspend_unused(at=NOW)
    suspend_unreviewed(at=NOW)

    assert granted.count() == before > 200


def test_the_profile_of_work_of_an_agent_is_one_of_his_body() -> None:
    held = set(AgentProfile.objects.values_list("entity__short_name", "segment__code"))
    urssaf = {segment for body, segment in held if body in ("Urssaf", "Urssaf CN")}

    assert urssaf == {"urssaf"}
    assert {body for body, segment in held if segment == "prefecture"} == {"Préfecture 48"}
    assert {body for body, _segment in held} >= {"Urssaf", "Urssaf CN", "DREETS", "BDF", "DGE", "DGEFP"}


@pytest.mark.parametrize(
    ("town", "told"),
    [
        ("Mende", "à Mende"), ("Le Mans", "au Mans"), ("Les Monts-Verts", "aux Monts-Verts"),
        ("La Rochelle", "à La Rochelle"), ("L’Isle-Jourdain", "à L’Isle-Jourdain"), ("Lespinasse", "à Lespinasse"),
    ],
)  # fmt: skip
def test_a_town_is_where_one_is_in_french(town: str, told: str) -> None:
    assert at_town(town) == told
    texts = [request_text("recruter", firm, town, 3, Random(seed)) for firm in ("", "Durand") for seed in range(20)]
    assert any(told in text for text in texts)
    assert not any("à Le" in text.replace(told, "") for text in texts)


def test_every_subject_is_told_and_no_other() -> None:
    assert set(SITUATIONS) == set(Subject.objects.values_list("slug", flat=True))


# --- nothing real ----------------------------------------------------------------------------------------------------
def test_every_firm_bears_an_invented_number() -> None:
    sirens = set(Company.objects.values_list("siren", flat=True))
    sirets = set(Establishment.objects.values_list("siret", flat=True))
    assert all(is_siren(siren) and siren.startswith(INVENTED_PREFIX) for siren in sirens)
    assert all(is_siret(siret) for siret in sirets)


def test_no_address_is_of_a_real_domain() -> None:
    found: set[str] = set()
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if isinstance(f, (models.CharField, models.TextField))]
        for row in model._default_manager.values_list(*names) if names else ():
            found.update(ADDRESS.findall(" ".join(str(value) for value in row)))
    real = {address for address in found if not address.endswith((".example", "@127.0.0.1"))}
    assert found
    assert not real


# --- firms -----------------------------------------------------------------------------------------------------------
def test_each_difficult_firm_is_there() -> None:
    assert Company.objects.filter(is_active=False).exists()
    assert Company.objects.filter(diffusible=False).exists()
    assert Establishment.objects.filter(abroad=True).exists()
    assert Company.objects.annotate(places=models.Count("establishments")).filter(places__gt=20).exists()
    current = Establishment.objects.filter(commune_code__in=_communes()).count()
    assert current < Establishment.objects.filter(abroad=False).count()  # one is in a commune merged since


def _communes() -> list[str]:
    from vigie.territory.models import Commune

    return list(Commune.objects.values_list("code", flat=True))


def test_the_company_service_knows_the_same_firms_and_some_more() -> None:
    served = {firm.siren for firm in stock_writer.provider(world.folder())()}
    local = set(Company.objects.values_list("siren", flat=True))
    assert local < served


def test_the_files_are_the_same_to_the_byte_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        drawn = firms.draw(PLAN.size, PLAN.random("firms"), PLAN.day)
        stock_writer.write(drawn, tmp_path / name)
    for file in (stock_writer.UNITS_FILE, stock_writer.PLACES_FILE, stock_writer.SERVICE_FILE):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_first_firms_are_the_same_in_a_shorter_drawing() -> None:
    short = firms.draw(PLAN.size, PLAN.random("firms"), PLAN.day, 150).firms
    whole = firms.draw(PLAN.size, PLAN.random("firms"), PLAN.day).firms
    assert whole[: len(short)] == short


# --- the story -------------------------------------------------------------------------------------------------------
def test_the_baker_who_hires_reaches_the_two_right_institutions() -> None:
    place = Establishment.objects.select_related("company").get(
        company__name=firms.BAKERY, commune_code=firms.BAKERY_COMMUNE
    )
    hiring = Subject.objects.get(slug="recruter")
    answers = dict.fromkeys([question.key for question in hiring.questions.all()], "false")
    facts = need_facts(Supposed(hiring.pk, place.commune_code, firm_facts(place), answers), on=PLAN.day)
    kept = [one.expert_id for one in routing.route(facts, competences_for(facts)) if one.kept]
    emails = set(Expert.objects.filter(pk__in=kept).values_list("email", flat=True))
    assert emails == {BAKER_ADVISER.email, JOB_ADVISER.email}
    assert STRANGER.email not in emails


def test_two_animators_follow_an_employment_area_each() -> None:
    zones = {}
    for known in (ANIMATOR, ANIMATOR_ELSEWHERE):
        [zone] = person_for(User.objects.get(email=known.email), NOW).zones
        zones[known.email] = zone
    assert len(set(zones.values())) == 2
    assert {kind for kind, _code in zones.values()} == {"employment_area"}
    bakery = Commune.objects.get(code=BAKERY_COMMUNE)
    assert zones[ANIMATOR.email][1] == bakery.employment_area_code


def test_advisers_of_several_bodies_filed_needs_with_the_agreement_of_the_company() -> None:
    visits = Diagnosis.objects.filter(solicitation__isnull=True)
    assert not visits.filter(consent_at__isnull=True).exists()
    authors = visits.filter(submitted_at__isnull=False, passed_from__isnull=True)
    bodies = set(authors.values_list("adviser__antenne__institution__slug", flat=True))
    assert {"intercommunalites", "maisons-emploi", "cci", "conseil-regional", "ddets"} <= bodies
    assert visits.filter(submitted_at__isnull=True).exists()  # begun, not sent
    assert visits.filter(submitted_at__isnull=False, completed_at__isnull=True).exists()  # nobody answers
    assert visits.filter(passed_from__isnull=False, completed_at__isnull=False).exists()
    assert set(HoleReport.objects.values_list("state", flat=True)) == {"open", "filled", "dismissed"}


# --- the year of history ---------------------------------------------------------------------------------------------
def test_every_state_that_lasts_is_represented() -> None:
    asked = set(Solicitation.objects.order_by().values_list("state", flat=True))
    assert asked == {state.code for state in SOLICITATION.states} - {"step_contact"}  # left as soon as it is entered
    assert set(Match.objects.order_by().values_list("state", flat=True)) == {state.code for state in MATCH.states}
    assert set(Need.objects.order_by().values_list("status", flat=True)) == {state.code for state in NEED_STATUSES}
    reasons = set(Solicitation.objects.order_by().values_list("cancel_reason", flat=True))
    assert reasons == {"", *Solicitation.CancelReason.values}


def test_held_scheduled_recalled_and_taken_over() -> None:
    assert Solicitation.objects.filter(transmit_at__isnull=False).count() == 1
    held = {code for row in Solicitation.objects.all() for code in row.hold_reasons}
    assert {"recalled", "taken_over"} <= held & set(OTHER_HOLDS)
    assert {"description_length", "duplicate", "about_a_place", "catch_all_subject"} <= held


def test_needs_wait_one_day_before_each_threshold() -> None:
    for threshold in (9, 21, 45):
        day_after = PLAN.ends_at + timedelta(days=1)
        late = Need.objects.filter(
            status="quo",
            sent_at__lte=day_after - timedelta(days=threshold),
            sent_at__gt=PLAN.ends_at - timedelta(days=threshold),
        )
        assert late.count() >= 2, threshold


def test_people_talked_and_changed_their_minds() -> None:
    assert ThreadMessage.objects.filter(deleted_at__isnull=True).exists()
    assert ThreadMessage.objects.filter(deleted_at__isnull=False).exists()
    assert set(Precision.objects.order_by().values_list("kind", flat=True)) == {"precision", "not_called"}
    names = set(Event.objects.order_by().values_list("name", flat=True))
    assert {"match.reopened", "match.reassigned", "match.covered", "solicitation.requalified"} <= names


def test_nothing_happens_after_the_end_and_mails_left_at_their_hour() -> None:
    assert not Event.objects.filter(subject_type__startswith="matching", at__gt=PLAN.ends_at).exists()
    assert DemoMail.objects.filter(sent_at__lt=PLAN.ends_at - timedelta(days=90)).exists() or PLAN.size.history < 100
    for message in OutgoingMessage.objects.filter(state="sent"):
        assert message.due_at <= message.ended_at <= PLAN.ends_at + timedelta(minutes=2)
    waiting = OutgoingMessage.objects.filter(state="waiting")
    assert all(message.due_at > PLAN.ends_at - timedelta(minutes=2) for message in waiting)


def test_a_history_already_written_is_left_as_it_is() -> None:
    before = (Event.objects.count(), Solicitation.objects.count(), DemoMail.objects.count())
    said: list[str] = []
    world.live(PLAN, now=lambda: NOW, say=said.append)
    assert (Event.objects.count(), Solicitation.objects.count(), DemoMail.objects.count()) == before
    assert said == ["the history is already written"]
    assert progress.read() == progress.Progress(PLAN.size.history, PLAN.size.history, True)


def test_a_world_already_built_is_left_as_it_is() -> None:
    said = StringIO()
    call_command("build_world", size="small", quick=True, stdout=said)
    assert "already built: size small, seed 1" in said.getvalue()
    assert JobRun.objects.filter(name=world.BUILT).count() == 1


# --- bulk and actions ------------------------------------------------------------------------------------------------
def test_members_written_in_bulk_are_those_of_an_invitation() -> None:
    by = person_for(User.objects.get(email=TEAM[0].email), NOW)
    expert = Expert.objects.filter(antenne__zones__isnull=False).order_by("pk").first()
    assert expert is not None
    roles = (Role.EXPERT, Role.MANAGER)
    people.write_members(
        [Member(expert, "Noé Bulk", "noe@cma.example", "Conseiller", "01 99 00 00 01", roles)], by=by, at=NOW
    )
    invited = invite(
        Invitation("lou@cma.example", "Noé Bulk", roles, expert.antenne_id, "Conseiller", "01 99 00 00 01"),
        by=by, at=NOW,
    )  # fmt: skip
    ExpertMember.objects.create(expert=expert, user=invited)
    in_bulk = User.objects.get(email="noe@cma.example")
    assert _rows(in_bulk) == _rows(invited)


def _rows(user: User) -> list[dict[str, Any]]:
    """What the database holds of an account, without its keys, its address and the hour of the writing."""
    left_out = {"id", "email", "search_text", "created_at", "user_id"}
    found = [User.objects.filter(pk=user.pk), user.habilitations.order_by("role"), user.memberships.all()]
    return [
        {name: value for name, value in row.items() if name not in left_out} for rows in found for row in rows.values()
    ]


# --- figures --------------------------------------------------------------------------------------------------------
def test_the_public_figures_of_the_world_are_those_of_its_rows() -> None:
    months = [Month.of(PLAN.day).plus(-gap) for gap in range(13)]

    assert differences(["FR", "84", "76"], months) == []


# --- refusals --------------------------------------------------------------------------------------------------------
def test_the_world_is_never_built_nor_emptied_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from django.conf import settings

    monkeypatch.setattr(settings, "VIGIE", replace(settings.VIGIE, mode="production"))
    with pytest.raises(world.NoWorld):
        world.build(PLAN, at=NOW)
    with pytest.raises(world.NoWorld):
        world.empty()
    with pytest.raises(RuntimeError):
        people.current_code(NOW)
    with pytest.raises(CommandError):
        call_command("demo_people")


def test_another_day_or_seed_gives_other_numbers() -> None:
    other = world.Plan(PLAN.size, 2, date(2026, 3, 18))
    assert isinstance(other.random("firms"), Random)
    assert other.random("firms").random() != PLAN.random("firms").random()


def test_files_are_lived_where_the_world_has_the_firms_and_once() -> None:
    assert followups.write(PLAN.ends_at, Random(1)) == 3  # two in the département of the story, one elsewhere
    assert followups.write(PLAN.ends_at, Random(1)) == 0
    helped, waiting = Followup.objects.filter(departement="48").order_by("created_at")
    assert helped.next_step == "Faire le point sur les embauches"
    assert {member.user.full_name for member in helped.members.all()} == {"Renaud Keller", "Luc Barthe"}
    states = {match.state for need in helped.referrals.get().visit.needs.all() for match in need.matches.all()}
    assert "done" in {MATCH.by_code[state].code for state in states}
    assert waiting.referrals.exists()
