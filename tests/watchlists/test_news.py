"""What is new of the firms followed: each kind, told once, to whom it may be told, without its value."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person, sign_in
from tests.agents.choosing import choose
from tests.conftest import visible_text
from tests.publication.factories import Firm, dossiers, facts, published_facts, siren, siret, table, tables
from tests.watchlists.factories import BOULANGERIE, FIRMS, MENUISERIE, OPENED, agent, follow, opened
from vigie.agents.models import Follow
from vigie.agents.rules_mails import MAILS, Group
from vigie.journal.delivery import build
from vigie.journal.models import AuditEvent, Event, OutgoingMessage
from vigie.kernel.period import Month
from vigie.publication.read import Publication as Folder
from vigie.publication.read import open_publication
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.actions.news import find_list_news, write_news
from vigie.watchlists.models import FirmNews, NewsBatch
from vigie.watchlists.queries.firm_news import wishes
from vigie.watchlists.rules_news import DEBTS, KINDS, PLANS, PROCEEDINGS, NewsKind, alert_news, facts_news, readable
from vigie.watchlists.rules_sight import Category

JULY = datetime(2026, 8, 6, 7, 0, tzinfo=UTC)
TODAY = date(2026, 7, 18)
SITE = siret(1)


# --- pure -------------------------------------------------------------------------------------------------------------
def debt(month: int, employee: int | None, employer: int | None = 0, site: str = SITE) -> dict[str, Any]:
    parts = {"employee_debt_eur": employee, "employer_debt_eur": employer}
    told = {name: None if value is None else Decimal(value) for name, value in parts.items()}
    return {"siret": site, "month": date(2026, month, 1), "contributions_due_eur": None, **told}


def plan(stage: str, due_on: date | None = date(2027, 1, 1), created: int = 1) -> dict[str, Any]:
    return {
        "siret": SITE, "created_on": date(2026, created, 1), "due_on": due_on, "duration_days": 300,
        "amount_eur": Decimal(9000), "stage": stage, "action": "CCSF",
    }  # fmt: skip


def proceeding(stage: str, kind: str = "redressement", day: int = 1) -> dict[str, Any]:
    return {"siren": siren(1), "effective_on": date(2026, 7, day), "kind": kind, "stage": stage, "label": None}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("none", "none", set()), ("none", "moderate", {NewsKind.ALERT}), ("none", "strong", {NewsKind.ALERT}),
        ("moderate", "strong", {NewsKind.AGGRAVATION}), ("strong", "moderate", set()), ("strong", "strong", set()),
        ("moderate", "none", set()),
    ],
)  # fmt: skip
def test_an_alert_is_new_or_stronger_than_in_the_list_read_until_then(before: str, after: str, told: set) -> None:
    assert alert_news(before, after) == told


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        (PROCEEDINGS, [], [proceeding("ouverture")], {NewsKind.PROCEEDING}),
        (PROCEEDINGS, [], [proceeding("fin_procedure")], set()),
        (PROCEEDINGS, [proceeding("ouverture")], [proceeding("ouverture")], set()),
        (PROCEEDINGS, [proceeding("ouverture")], [proceeding("ouverture"), proceeding("ouverture", "liquidation", 9)],
         {NewsKind.PROCEEDING}),
        (PLANS, [], [plan("APPROB")], {NewsKind.PLAN_STARTED}),
        (PLANS, [], [plan("DEBUT")], set()),
        (PLANS, [plan("DEBUT")], [plan("PR")], {NewsKind.PLAN_STARTED}),
        (PLANS, [plan("APPROB")], [plan("PR")], set()),
        (PLANS, [plan("APPROB")], [plan("REJ")], {NewsKind.PLAN_BROKEN}),
        (PLANS, [plan("PR", None)], [plan("FIN", None)], {NewsKind.PLAN_BROKEN}),
        (PLANS, [plan("PR", date(2026, 7, 1))], [plan("FIN", date(2026, 7, 1))], set()),  # it came to its end
        (PLANS, [plan("PR")], [plan("REJ"), plan("PR", created=3)], {NewsKind.PLAN_BROKEN, NewsKind.PLAN_STARTED}),
        (PLANS, [plan("PR")], [], set()),  # no longer delivered: nothing is known of it
        (DEBTS, [debt(5, 9_000)], [debt(5, 9_000), debt(6, 9_000, 1_001)], {NewsKind.DEBT}),
        (DEBTS, [debt(5, 9_000)], [debt(6, 9_000, 1_000)], set()),  # the threshold itself is not passed
        (DEBTS, [debt(5, 60_000)], [debt(6, 30_000)], set()),
        (DEBTS, [debt(5, 30_000)], [debt(6, 60_000), debt(7, None, None)], {NewsKind.DEBT}),
        (DEBTS, [debt(5, 30_000)], [debt(6, 30_000), debt(6, 30_000, site=siret(1, 2))], {NewsKind.DEBT}),
        (DEBTS, [], [debt(6, 5_000)], set()),
    ],
)  # fmt: skip
def test_two_readings_of_the_files_say_what_is_new(name: str, before: list, after: list, told: set) -> None:
    assert facts_news({name: before}, {name: after}, TODAY) == told
    assert facts_news({}, {name: after}, TODAY) == facts_news({name: before}, {}, TODAY) == set()  # not delivered


def test_what_rests_on_data_not_held_is_not_told() -> None:
    told = {kind for kind in KINDS if readable(kind, {Category.SCORE})}
    assert told == {NewsKind.PROCEEDING, NewsKind.ALERT, NewsKind.AGGRAVATION}
    assert all(readable(kind, Category) for kind in KINDS)


# --- reading ----------------------------------------------------------------------------------------------------------
def test_many_firms_are_read_at_once_as_one_by_one(tmp_path: Path) -> None:
    draw = random.Random(3)
    firms = [Firm(rank, level="none", score=0.02) for rank in range(1, 900)]
    whole: dict[str, pa.Table] = tables(firms)
    whole[PROCEEDINGS] = table(
        PROCEEDINGS,
        [proceeding("ouverture") | {"siren": firm.siren} for firm in sorted(firms, key=lambda one: one.siren)],
    )
    folder = open_publication(write(tmp_path, "2026-06.1", whole, facts(), card="# Carte\n"))
    wanted = [firm.siren for firm in draw.sample(firms, 40)] + ["123", siren(950_000)]

    for name in (DEBTS, PLANS, PROCEEDINGS):
        one_by_one = {one: rows for one in wanted if (rows := folder.dossier(one, [name])[name])}
        assert folder.of_firms(name, wanted) == one_by_one
    assert folder.of_firms(DEBTS, []) == {}


# --- the whole way ----------------------------------------------------------------------------------------------------
@pytest.fixture
def world(db: None, strict_templates: None, zones: None, folders: Path) -> Path:
    opened(folders)
    find_list_news(at=OPENED)
    OutgoingMessage.objects.all().delete()
    return folders


def kinds(firm: Firm) -> set[str]:
    return set(FirmNews.objects.filter(siren=firm.siren).values_list("kind", flat=True))


def mail_to(user: Any, template: str, at: datetime) -> str:
    found = OutgoingMessage.objects.filter(template=template, recipient=user.email).order_by("-pk").first()
    mail = build(found, at) if found is not None else None
    return f"{mail.subject}\n{mail.text}".replace("\u00a0", " ") if mail is not None else ""


FACTS_AT = datetime(2026, 7, 18, 8, tzinfo=UTC)


def deliver(folders: Path, code: str = "2026-07-18") -> None:
    """Fresher facts: a proceeding of the first firm, a payment plan and a larger debt of the second."""
    from vigie.publication.write import write_facts

    second = Firm(BOULANGERIE.number, BOULANGERIE.name, debt=Decimal(70_000))
    held = dossiers([second if one.number == second.number else one for one in FIRMS], Month(2026, 6))
    held[PROCEEDINGS] = table(PROCEEDINGS, [proceeding("ouverture") | {"siren": MENUISERIE.siren}])
    held[PLANS] = table(PLANS, [plan("APPROB") | {"siret": siret(BOULANGERIE.number)}])
    receive(write_facts(folders, code, held, facts("2026-06", created_at=FACTS_AT)), at=FACTS_AT)


def test_each_fact_is_told_by_its_kind_in_the_product_and_without_its_value_in_the_mail(
    world: Path, client: Client
) -> None:  # fmt: skip
    full, narrow = agent(full_name="Ada Tout"), agent(Role.LEVEL_B, full_name="Luc Peu")
    for user in (full, narrow):
        for firm in (MENUISERIE, BOULANGERIE):
            follow(user, firm.siren, OPENED)
    choose(full, "now", FACTS_AT - timedelta(hours=1), *KINDS)

    deliver(world)

    assert kinds(MENUISERIE) == {"proceeding"}
    assert kinds(BOULANGERIE) == {"plan_started", "debt"}
    told = mail_to(full, "watchlists/mail/firm_news", FACTS_AT)
    assert "Du nouveau sur 2 entreprises que vous suivez" in told
    assert "Menuiserie Durand : nouvelle procédure collective" in told
    assert f"{BOULANGERIE.name} : un fait nouveau" in told
    assert f"/detection/entreprises/{BOULANGERIE.siren}/" in told
    assert "faits-nouveaux" in told
    for secret in ("délai", "dette", "70", "Urssaf", "alerte"):
        assert secret not in told
    # By default a proceeding is told at once; what rests on the Urssaf is not told at all to who may not read it.
    told = mail_to(narrow, "watchlists/mail/firm_news", FACTS_AT)
    assert "Du nouveau sur 1 entreprise" in told
    assert str(BOULANGERIE.name) not in told
    assert Event.objects.filter(name="firm_news.found").count() == 1

    page = reverse("watchlists:news")
    FirmNews.objects.update(at=datetime.now(UTC))
    text = visible_text(sign_in(client, full).get(page).content.decode())
    for label in ("Nouvelle procédure collective", "Délai de paiement Urssaf accordé", "Dette sociale au-dessus"):
        assert label in text
    seen = AuditEvent.objects.filter(action="view_news").latest("pk").details["firms"]
    assert seen == {MENUISERIE.siren: ["proceeding"], BOULANGERIE.siren: ["debt", "plan_started"]}
    text = visible_text(sign_in(Client(), narrow).get(page).content.decode())
    assert "Nouvelle procédure collective" in text
    assert "Délai" not in text
    assert "Dette" not in text


def test_a_fact_is_found_and_told_once(world: Path) -> None:
    user = agent()
    follow(user, MENUISERIE.siren, OPENED)

    deliver(world)
    sent = OutgoingMessage.objects.filter(template="watchlists/mail/firm_news").count()
    deliver(world, "2026-07-19")  # the same facts, delivered again

    assert sent == 1
    assert FirmNews.objects.count() == 1
    assert OutgoingMessage.objects.filter(template="watchlists/mail/firm_news").count() == 1


def test_who_stopped_following_or_is_no_longer_habilitated_is_not_told(world: Path) -> None:
    user, gone = agent(), agent()
    for one in (user, gone):
        follow(one, MENUISERIE.siren, OPENED)
    deliver(world)
    Follow.objects.filter(user=user).update(until=FACTS_AT)
    gone.habilitations.update(ends_on=FACTS_AT.date() - timedelta(days=1))

    for one in (user, gone):
        assert OutgoingMessage.objects.filter(template="watchlists/mail/firm_news", recipient=one.email).exists()
        assert mail_to(one, "watchlists/mail/firm_news", datetime.now(UTC)) == ""


def test_a_list_that_opens_tells_new_and_stronger_alerts_of_the_firms_followed_only(world: Path) -> None:
    user = agent()
    choose(user, "now", OPENED)
    quiet = next(firm for firm in FIRMS if firm.level == "none")
    for firm in (quiet, BOULANGERIE, MENUISERIE):
        follow(user, firm.siren, OPENED)
    assert BOULANGERIE.level == "moderate"
    stronger = Firm(BOULANGERIE.number, BOULANGERIE.name, "strong", 0.6)
    alerted = Firm(quiet.number, quiet.name, "moderate", 0.2)
    changed = {one.number: one for one in (stronger, alerted)}

    opened(world, "2026-07.1", firms=[changed.get(firm.number, firm) for firm in FIRMS])
    for _twice in range(2):
        find_list_news(at=JULY)

    assert (kinds(quiet), kinds(BOULANGERIE), kinds(MENUISERIE)) == ({"alert"}, {"aggravation"}, set())
    assert FirmNews.objects.count() == 2  # of the firms that nobody follows, nothing is kept
    told = mail_to(user, "watchlists/mail/firm_news", JULY)
    assert "Du nouveau sur 2 entreprises" in told
    assert "alerte" not in told
    assert find_list_news(at=JULY + timedelta(days=3)) == "Aucune liste nouvelle"


def test_the_first_list_of_all_brings_no_news(db: None, zones: None, folders: Path) -> None:
    follow(agent(), MENUISERIE.siren, OPENED - timedelta(days=1))
    opened(folders)

    find_list_news(at=OPENED)

    assert NewsBatch.objects.get().code == "2026-06.1"
    assert not FirmNews.objects.exists()


def test_as_many_queries_and_readings_whatever_the_firms_followed(world: Path, monkeypatch: Any) -> None:
    read: list[str] = []
    real = Folder.of_firms
    monkeypatch.setattr(Folder, "of_firms", lambda self, name, sirens: read.append(name) or real(self, name, sirens))
    monkeypatch.setattr(Folder, "dossier", None)  # no firm is read alone

    def asked(code: str, firms: list[Firm]) -> tuple[int, int]:
        for firm in firms:
            follow(agent(), firm.siren, OPENED)
        read.clear()
        folder = published_facts(world, code, FIRMS, created_at=FACTS_AT)
        with CaptureQueriesContext(connection) as queries:
            receive(folder, at=FACTS_AT)
        return len([one for one in queries if one["sql"].startswith("SELECT")]), len(read)

    before = asked("2026-07-18", [MENUISERIE])
    assert asked("2026-07-19", [*FIRMS, *FIRMS]) == before


def test_each_chooses_the_rhythm_of_each_kind_that_he_may_read(db: None, zones: None, client: Client) -> None:
    full, narrow, page = agent(), agent(Role.LEVEL_B), reverse("followup:mails")
    by = person(full)
    assert wishes(by).rhythms == {kind: row.default for kind, row in MAILS.items()}
    firms = {kind for kind, row in wishes(person(narrow)).rows.items() if row.group == Group.FIRMS}
    assert firms == {"proceeding", "alert", "aggravation"}
    chosen = dict.fromkeys(wishes(by).rows, "never") | {"comment": "now", "debt": "daily"}

    answer = sign_in(client, full).post(page, chosen)

    assert answer.status_code == 302
    assert wishes(by).rhythms == chosen
    refused = client.post(page, chosen | {"debt": "hourly"})
    assert refused.status_code == 422
    assert wishes(by).rhythms == chosen
    assert "Urssaf" not in visible_text(sign_in(Client(), narrow).get(page).content.decode())


def test_news_are_forgotten_after_thirteen_months(db: None, zones: None) -> None:
    write_news("2026-06.1", {MENUISERIE.siren: {NewsKind.ALERT}}, at=OPENED)
    write_news("2027-07.1", {}, at=OPENED + timedelta(days=395))
    assert FirmNews.objects.count() == 1

    write_news("2027-08.1", {}, at=OPENED + timedelta(days=396))

    assert not FirmNews.objects.exists()
