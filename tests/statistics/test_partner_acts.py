"""The talks, campaigns and opinions of the report of a body are those of a naive loop over the rows."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.factories import person
from tests.followup.factories import ELSEWHERE, HERE, MOMENT, colleague, opened_file, token, workplace
from tests.publication.factories import siren
from tests.watchlists.factories import ACIERIE, DEUX_SITES, opened, with_folders
from vigie.accounts.models import User
from vigie.campaigns.models import Campaign, Target
from vigie.campaigns.rules import OUTCOME, OUTCOMES
from vigie.campaigns.states import DONE, TAKEN, TARGET
from vigie.exports.documents import Grid
from vigie.followup.actions.files import delete_file
from vigie.followup.models import Analysis
from vigie.kernel.period import PARIS
from vigie.statistics.periods import Period
from vigie.statistics.queries.partner_acts import EMPTY, campaigns, opinions, talks
from vigie.watchlists.models import Opinion, OpinionReason

pytestmark = pytest.mark.django_db
FIRST, AFTER = date(2026, 7, 1), date(2026, 10, 1)


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> Path:
    return with_folders(settings, tmp_path)


def quarter() -> Period:
    found = Period.parse("2026-T3")
    assert found is not None
    return found


def cells(grid: Any) -> dict[str, int]:
    assert isinstance(grid, Grid)
    return {str(row[0]): int(str(row[1]).replace("\u202f", "")) for row in grid.rows}


def body_of(user: User | None) -> str:
    return user.agent.entity.short_name if user else ""


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("body", "where"), [("*", ""), ("CRP", ""), ("DGFIP", "35"), ("*", "59")])
def test_talks_divide_as_their_rows(seed: int, body: str, where: str) -> None:
    draw = random.Random(seed)
    agents = [colleague("Ada Ici"), colleague("Zoe Banque", "dgfip")]
    files = [opened_file(agents[0], workplace("Ici", HERE))]
    files.append(opened_file(colleague("Luc Loin", territory="59"), workplace("Loin", ELSEWHERE)))
    gone = opened_file(agents[0], workplace("Effacée", HERE))
    delete_file(gone, "Doublon", by=person(agents[0], MOMENT), at=MOMENT)
    for rank in range(30):
        sure = draw.random() < 0.6
        Analysis.objects.create(
            followup=draw.choice([*files, gone]), author=draw.choice(agents), channel="phone",
            talked_on=FIRST + timedelta(days=draw.randrange(-20, 110)), form_token=token(rank), recorded_at=MOMENT,
            verdict="confirmed" if sure else "refuted", nature=draw.choice(("debt", "social")) if sure else "",
            intervention=draw.choice(("prevention", "curation")) if sure else "",
        )  # fmt: skip
    kept = [
        one for one in Analysis.objects.select_related("followup", "author__agent__entity")
        if FIRST <= one.talked_on < AFTER and one.followup.deleted_at is None
        and body in ("*", body_of(one.author)) and where in ("", one.followup.departement)
    ]  # fmt: skip

    _told, *grids = talks(body, where, quarter())

    if not kept:
        assert grids == [EMPTY]
        return
    sure = [one for one in kept if one.verdict == "confirmed"]
    assert cells(grids[0]) == Counter(one.get_verdict_display() for one in kept)
    assert [cells(grid) for grid in grids[1:]] == [
        one for one in (
            Counter(row.get_nature_display() for row in sure), Counter(row.get_intervention_display() for row in sure)
        ) if one
    ]  # fmt: skip


@pytest.mark.parametrize("body", ["*", "CRP", "DGFIP"])
def test_campaigns_are_the_firms_reached_out_of_those_to_contact(folders: Path, body: str) -> None:
    draw, publication = random.Random(11), opened(folders)
    agents: list[User | None] = [colleague("Ada Ici"), colleague("Zoe Banque", "dgfip"), None]
    codes = [one.code for one in OUTCOMES]
    for rank, begins in enumerate((date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1))):
        row = Campaign.objects.create(
            name=f"C{rank}", starts_on=begins, ends_on=begins + timedelta(days=30), publication=publication,
            created_by=agents[0], created_at=MOMENT, form_token=token(300 + rank),
        )  # fmt: skip
        for number in (1, 2, 3, 4, 5):
            ends = draw.random() < 0.5
            taken = ends or not rank  # a firm is called by one agent at a time
            given = [one for one in codes if OUTCOME[one].ends] if ends else ["", *codes[3:5]]
            outcome = draw.choice(given)
            Target.objects.create(
                campaign=row, firm_id=siren(number), departement=draw.choice(("35", "59")), outcome=outcome,
                assignee=draw.choice(agents), taken_by=draw.choice(agents[:2]) if taken else None,
                taken_at=MOMENT if taken else None, done_at=MOMENT if ends else None,
                state=DONE if ends else TAKEN if taken else TARGET.initial,
            )  # fmt: skip
    kept = [
        one for one in Target.objects.select_related("campaign", "taken_by__agent__entity", "assignee__agent__entity")
        if FIRST <= one.campaign.starts_on < AFTER and body in ("*", body_of(one.taken_by or one.assignee))
    ]  # fmt: skip

    _told, grid = campaigns(body, "", quarter())

    assert kept
    assert cells(grid) == {
        "À contacter": len(kept),
        "Contactées": sum(bool(one.outcome) for one in kept),
        "Jointes": sum(bool(one.outcome) and OUTCOME[one.outcome].reached for one in kept),
        "Qui demandent un accompagnement": sum(one.outcome == "support" for one in kept),
    }
    in_the_59 = campaigns(body, "59", quarter())[1]
    assert cells(in_the_59).get("À contacter", 0) == sum(one.departement == "59" for one in kept)
    assert not campaigns(body, "", Period.parse("2030-T1") or quarter())[1].rows  # type: ignore[union-attr]


@pytest.mark.parametrize("body", ["*", "CRP", "DGFIP"])
def test_opinions_are_told_by_reason(folders: Path, body: str) -> None:
    draw, publication = random.Random(5), opened(folders)
    reasons = [
        OpinionReason.objects.create(code=f"r{rank}", label=f"Raison {rank}", position=50 + rank) for rank in range(3)
    ]
    start = datetime.combine(FIRST, datetime.min.time(), PARIS)
    for user in (colleague("Ada Ici"), colleague("Zoe Banque", "dgfip")):
        for number in range(1, 12):
            row = Opinion.objects.create(
                publication=publication, siren=siren(number), user=user, useful=draw.random() < 0.5,
                given_at=start + timedelta(days=draw.randrange(-10, 100)),
            )  # fmt: skip
            row.reasons.set([] if row.useful else draw.sample(reasons, draw.randrange(3)))
    end = datetime.combine(AFTER, datetime.min.time(), PARIS)
    kept = [
        one for one in Opinion.objects.select_related("user__agent__entity").prefetch_related("reasons")
        if start <= one.given_at < end and body in ("*", body_of(one.user))
    ]  # fmt: skip
    why = Counter(f"– {reason.label}" for one in kept for reason in one.reasons.all())

    _told, grid = opinions(body, "", quarter())

    assert cells(grid) == {
        "Détection utile": sum(one.useful for one in kept),
        "Détection peu utile": sum(not one.useful for one in kept), **why,
    }  # fmt: skip
    in_the_59 = [one for one in kept if one.siren in {ACIERIE.siren, DEUX_SITES.siren}]  # by their head office
    assert in_the_59
    there = cells(opinions(body, "59", quarter())[1])
    assert there["Détection utile"] == sum(one.useful for one in in_the_59)
    assert there["Détection peu utile"] == sum(not one.useful for one in in_the_59)
    assert not opinions(body, "48", quarter())[1].rows  # type: ignore[union-attr]
