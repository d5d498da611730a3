"""What comes of the lists: counted as a naive loop counts it, shown to whom it concerns, small figures kept back."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.campaigns.factories import workplace_of
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, opened_file, token
from tests.publication.factories import facts, table, tables
from tests.watchlists.factories import ACIERIE, BOULANGERIE, DEUX_SITES, FIRMS, GARAGE, MENUISERIE, opened, with_folders
from vigie.accounts.models import Charge, User
from vigie.exports.models import ExportRecord
from vigie.followup.models import Analysis, FirmAction, Followup, Term
from vigie.journal import audit
from vigie.kernel.period import Month
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.statistics.actions_use import count_impact, count_usage
from vigie.statistics.impact import (
    EVERYBODY,
    FAMILIES,
    SELECTED,
    Fate,
    Key,
    ListFacts,
    acted,
    after,
    count_list,
    fate,
    of_action,
    outcome,
)
from vigie.statistics.indicators import SMALLEST_OF_DETECTION, WHOLE, Base
from vigie.statistics.models import Count, ImpactCount
from vigie.statistics.queries.impact import list_facts
from vigie.statistics.queries.partner import offered, partner_document
from vigie.statistics.rules import Cell, masked_cells
from vigie.statistics.usage import together
from vigie.territory.models import Zone
from vigie.watchlists.actions import receive
from vigie.watchlists.forms_lists import ListFilterForm
from vigie.watchlists.models import Entry, Opinion, Publication
from vigie.watchlists.queries.filters import Choices, narrowed
from vigie.watchlists.queries.lists import CODEFI

LATER = datetime(2027, 8, 1, 4, 0, tzinfo=UTC)


# --- pure -------------------------------------------------------------------------------------------------------------
def naive(told: ListFacts) -> Counter[Key]:
    """The same by plain loops, written from the definitions."""
    found: Counter[Key] = Counter()
    for entity in [EVERYBODY, *told.covered]:
        held = None if entity == EVERYBODY else told.covered[entity]
        for siren, place in told.firms.items():
            if held is not None and place not in held:
                continue
            found[Key(entity, place)] += 1
            if siren in told.selected:
                found[Key(entity, place, "selected", "yes")] += 1
            days = [day for (one, who), day in told.contact_days.items() if one == siren and entity in ("", who)]
            if days:
                found[Key(entity, place, "contact_days", str(min(days)))] += 1
            for family, pairs in told.touched.items():
                if any(one == siren and entity in (EVERYBODY, who) for one, who in pairs):
                    found[Key(entity, place, family, "yes")] += 1
            for horizon, fates in told.fates.items():
                helped = any(one == siren and entity in (EVERYBODY, who) for one, who in told.helped[horizon])
                found[Key(entity, place, after(horizon), outcome(helped, fates[siren]))] += 1
                for term in {term for one, who, term in told.acted[horizon] if one == siren and entity in ("", who)}:
                    found[Key(entity, place, acted(horizon), of_action(term, fates[siren]))] += 1
    return found


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_those_of_a_naive_loop(seed: int) -> None:
    draw = random.Random(seed)
    places, bodies = ["35", "59", "2A", ""], ["DREETS", "URSSAF", "BDF"]
    firms = {f"{rank:09d}": draw.choice(places) for rank in range(draw.randrange(60))}
    # Firms that are not in the list are read and helped too: they count nowhere.
    anyone = [*firms, "999999999"]
    pairs = lambda: {(draw.choice(anyone), draw.choice([*bodies, ""])) for _ in range(40)}  # noqa: E731
    told = ListFacts(
        firms=firms,
        selected={siren for siren in anyone if draw.random() < 0.3},
        contact_days={pair: draw.randrange(90) for pair in pairs()},
        touched={family: pairs() for family in FAMILIES if family != SELECTED},
        helped={12: pairs(), 18: pairs()},
        acted={horizon: {(*pair, draw.randrange(1, 4)) for pair in pairs()} for horizon in (12, 18)},
        fates={horizon: {siren: draw.choice(list(Fate)) for siren in firms} for horizon in (12, 18)},
        covered={"DREETS": frozenset({"35"}), "URSSAF": None, "BDF": frozenset(draw.sample(places, 2))},
    )

    assert count_list(told) == naive(told)


def test_a_firm_stands_where_the_later_list_says() -> None:
    assert fate(None, True) is Fate.ACTIVE
    assert fate(None, False) is Fate.PROCEEDING
    assert fate("in_proceedings", None) is Fate.PROCEEDING
    assert fate("inactive", None) is Fate.CLOSED
    assert fate("workforce", None) is fate(None, None) is Fate.OUT


def test_nothing_small_of_detection_is_published_not_even_a_zero() -> None:
    counts = {Cell("53", Base.LISTED): 40, Cell("32", Base.LISTED): 12, Cell(WHOLE, Base.LISTED): 52}
    shares = {"53": (30, 10), "32": (12, 0), WHOLE: (42, 10)}
    for place, (yes, no) in shares.items():
        counts |= {Cell(place, Base.LISTED, "opened", "yes"): yes, Cell(place, Base.LISTED, "opened", "no"): no}

    masked = masked_cells(counts)

    assert {cell for cell, count in counts.items() if count < SMALLEST_OF_DETECTION} <= masked
    # What is left does not give them back, and what no page shows is kept back before the totals.
    assert Cell(WHOLE, Base.LISTED, "opened", "yes") in masked
    assert not [cell for cell in masked if not cell.part]


def test_months_are_added_but_for_agents_who_would_count_twice() -> None:
    months = [{}, {"agents": 4, "active": 2, "sheets": 10}, {"agents": 6, "active": 3, "sheets": 5}, {}]

    found = together(months)

    assert (found["agents"], found["active"], found["sheets"], found["talks"]) == (6, 2.5, 15, 0)


# --- with the base ----------------------------------------------------------------------------------------------------
@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> Path:
    return with_folders(settings, tmp_path)


def world(folders: Path) -> User:
    """A list of June 2026, what two administrations did with it, and the list of June 2027; gives the CRP's agent."""
    for code, region in (("35", "53"), ("59", "32")):
        Zone.objects.create(
            zone_type="departement", code=code, name=code, name_folded=code, region_code=region, vintage=2026
        )
    listed = opened(folders)
    ada, ugo = colleague("Ada Ici"), colleague("Ugo Urssaf", "dgfip", territory="FR", level=Role.LEVEL_B)
    reads = ((ada, MENUISERIE, 10, 7), (ada, BOULANGERIE, 10, 12), (ugo, ACIERIE, 11, 7), (ugo, GARAGE, 11, 7))
    for who, firm, day, month in reads:  # the one of December comes too late, the last firm is in no alert
        at = datetime(2026, month, day, 9, tzinfo=UTC)
        audit.note("view_company", "companies.Company", firm.siren, by=person(who, at), at=at, siren=firm.siren)
    made = opened_file(ada, workplace_of(MENUISERIE.siren))
    Analysis.objects.create(
        followup=made, author=ada, talked_on=date(2026, 7, 10), channel="phone", verdict="refuted",
        form_token=token(90), recorded_at=MOMENT,
    )  # fmt: skip
    for who, firm, useful in ((ada, MENUISERIE, True), (ugo, ACIERIE, False)):
        Opinion.objects.create(publication=listed, siren=firm.siren, user=who, useful=useful, given_at=MOMENT)
    ends = {MENUISERIE: "in_proceedings", ACIERIE: "inactive"}
    left = [{"siren": firm.siren, "rule": rule, "observed": ""} for firm, rule in ends.items()]
    after_a_year = tables([GARAGE, BOULANGERIE], Month(2027, 6)) | {"left_out": table("left_out", left)}
    planned = facts("2027-06", planned_on=date(2027, 7, 6))
    receive(write(folders, "2027-06.1", after_a_year, planned, card="# Carte\n"), at=LATER)
    Publication.objects.filter(code="2027-06.1").update(state="open", opened_at=LATER)
    return ada


@pytest.mark.django_db
def test_the_rows_and_the_later_list_give_each_count(folders: Path) -> None:
    world(folders)

    for _twice in range(2):
        assert count_impact(LATER) == 2

    found = Counter(
        {
            (row.entity, row.departement, row.family, row.part): row.count
            for row in ImpactCount.objects.filter(month=date(2026, 6, 1))
        }
    )
    in_35 = {
        ("35", "", ""): 2, ("35", "opened", "yes"): 1, ("35", "contacted", "yes"): 1, ("35", "followed", "yes"): 1,
        ("35", "rated", "yes"): 1, ("35", "useful", "yes"): 1,
        ("35", "contact_days", "4"): 1, ("35", "after_12", "helped_proceeding"): 1,
        ("35", "after_12", "alone_active"): 1,
    }  # fmt: skip
    in_59 = {("59", "", ""): 2, ("59", "after_12", "alone_closed"): 1, ("59", "after_12", "alone_out"): 1}
    judged = {("59", "opened", "yes"): 1, ("59", "rated", "yes"): 1}
    alone = {("35", "", ""): 2, ("35", "after_12", "alone_proceeding"): 1, ("35", "after_12", "alone_active"): 1}
    expected = {"": in_35 | in_59 | judged, "CRP": in_35, "DGFIP": alone | in_59 | judged}
    assert found == {(body, *cell): count for body, cells in expected.items() for cell, count in cells.items()}
    public = Count.objects.filter(base=Base.LISTED, month=date(2026, 6, 1))
    assert dict(public.filter(region="FR", family="").values_list("part", "count")) == {"": 4}
    assert public.exists()
    assert not public.filter(masked=False).exists()  # four firms: nothing is published
    assert DEUX_SITES in FIRMS

    Publication.objects.filter(code="2026-06.1").update(state="withdrawn", ended_at=LATER, withdrawn_reason="Fausse")
    count_impact(LATER)
    assert not ImpactCount.objects.filter(month=date(2026, 6, 1)).exists()
    assert not public.exists()


@pytest.mark.django_db
def test_the_usual_filters_keep_the_firms_of_the_codefi_selection(folders: Path) -> None:
    listed = opened(folders)
    Entry.objects.filter(publication=listed).update(first_alert=True)
    Publication.objects.filter(pk=listed.pk).update(
        told=listed.told | {"sources": [{"name": "procol", "data_until": "2026-06-30"}]}
    )
    listed.refresh_from_db()
    rows = Entry.objects.filter(publication=listed).alerts().order_by("pk")
    for rank, row in enumerate(rows):  # each of the four conditions fails once, but for the last firm
        spoilt = {"first_alert": False, "in_bonis": False, "payment_plan_running": True, "recent_company": True}
        for name, value in list(spoilt.items())[rank : rank + 1] if rank < rows.count() - 1 else ():
            Entry.objects.filter(pk=row.pk).update(**{name: value})
    ada = colleague("Ada Ici", territory="FR")
    form = ListFilterForm(CODEFI, choices=Choices((), ()))
    assert form.is_valid()

    shown = narrowed(person(ada, MOMENT), listed, form.filters()).values_list("siren", flat=True)

    kept = list_facts(listed, {}, {}).selected
    assert set(kept) == set(shown) == {rows.last().siren}  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_leaves_the_outcomes_for_another_night(folders: Path) -> None:
    world(folders)
    (folders / "2027-06.1" / "left_out.parquet").write_bytes(b"PAR1")

    assert count_impact(LATER) == 2

    known = ImpactCount.objects.filter(month=date(2026, 6, 1))
    assert known.filter(family="").exists()
    assert not known.filter(family="after_12").exists()


@pytest.mark.django_db
def test_as_many_queries_whatever_the_firms_and_the_agents(folders: Path) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            count_impact(datetime(2026, 8, 1, 4, tzinfo=UTC))
        return len([one for one in queries if one["sql"].lstrip("( ").startswith("SELECT")])

    opened(folders)
    colleague("Ada Ici")
    before = asked()
    for rank in range(5):
        colleague(f"Agent{rank} Suivant", ("crp", "dgfip")[rank % 2], territory=("35", "R53", "FR")[rank % 3])

    assert asked() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_a_reviewer_reads_the_semester_of_his_body_and_takes_it_away(folders: Path, client: Client) -> None:
    ada = world(folders)
    count_impact(LATER)
    count_usage(LATER)
    rita = UserFactory(full_name="Rita Revue")
    HabilitationFactory(user=rita, role=Role.REVIEWER)
    Charge.objects.create(user=rita, entity=ada.agent.entity)
    asked = {"administration": "CRP", "departement": "", "periode": "2026-1"}
    client, page = sign_in(client, rita), reverse("statistics:partner")

    text = visible_text(client.get(page, asked).content.decode()).replace("\u00a0", " ")

    assert "Bilan semestriel : CRP" in text
    assert "Entreprises détectées 2" in text
    assert "Taux de consultation : 50 %" in text
    assert "celles dont un agent a ouvert la fiche dans les 90 jours" in text
    assert "URSSAF" not in text
    assert "DGFIP" not in text
    assert client.get(page).status_code == 200
    assert "Choisissez-en une de la liste" in visible_text(
        client.get(page, asked | {"administration": "DGFIP"}).content.decode()
    )
    file = reverse("statistics:export_partner")
    answer = client.post(file, {**asked, "format": "docx"})
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert ExportRecord.objects.get().about == "CRP"
    for other in ({"administration": "DGFIP"}, {"administration": "*"}, {"periode": "hier"}, {"departement": "99"}):
        assert client.post(file, {**asked, **other, "format": "pdf"}).status_code == 404


@pytest.mark.django_db
def test_the_team_reads_all_bodies_together_in_a_bounded_number_of_queries(folders: Path) -> None:
    world(folders)
    count_impact(LATER)
    count_usage(LATER)
    team = person(UserFactory(team=True), LATER)
    assert [code for code, _words in offered(team, LATER).bodies] == ["*", "CRP", "DGFIP"]

    with CaptureQueriesContext(connection) as queries:
        made = partner_document(team, {"administration": "*", "departement": "59", "periode": "2026-1"}, LATER)

    assert len(queries) <= 16
    used = {"administration": "*", "departement": "", "periode": "2027-2"}
    by_body = partner_document(team, used, LATER).sections[-1].blocks[1]
    assert [row[0] for row in by_body.rows] == ["CRP", "DGFIP"]  # type: ignore[union-attr]
    grid = made.sections[4].blocks[0]
    own = {"administration": "CRP", "departement": "", "periode": "2027-1"}
    later = partner_document(team, own, LATER).sections[6].blocks[1]
    assert later.rows[1] == (  # type: ignore[union-attr]
        "En procédure collective ou en plan", "1", "100\u00a0%", "0", "0\u00a0%",
    )  # fmt: skip
    assert [row[:2] for row in (grid.rows[0], grid.rows[2])] == [  # type: ignore[union-attr]
        ("Entreprises détectées", "2"), ("Entreprises consultées", "1"),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_what_became_of_firms_is_told_by_action_to_agents_and_never_published(folders: Path) -> None:
    ada = world(folders)
    [made], talk = Followup.objects.all(), Analysis.objects.get()
    plan, _new = Term.objects.get_or_create(kind="action", code="plan", defaults={"label": "Plan d’apurement"})
    for rank, done_on in enumerate((date(2026, 7, 1), date(2026, 8, 1), date(2027, 6, 1), date(2027, 12, 1))):
        FirmAction.objects.create(
            followup=made, analysis=talk, term=plan, done_on=done_on, author=ada, form_token=token(400 + rank),
            recorded_at=MOMENT,
        )  # fmt: skip

    count_impact(LATER)

    rows = ImpactCount.objects.filter(month=date(2026, 6, 1), family=acted(12))
    assert {(row.entity, row.part, row.count) for row in rows} == {
        (entity, of_action(plan.pk, Fate.PROCEEDING), 1) for entity in ("", "CRP")
    }  # a firm counts once for an action, whatever the times it was done
    assert not Count.objects.filter(family__startswith="acted").exists()
    team = person(UserFactory(team=True), LATER)
    asked = {"administration": "*", "departement": "", "periode": "2027-1"}
    blocks = partner_document(team, asked, LATER).sections[6].blocks
    assert "ne disent pas qu’une action vaut mieux" in str(blocks[2])
    assert blocks[3].rows == (("Plan d’apurement", "1", "0", "1", "0", "0"),)  # type: ignore[union-attr]
