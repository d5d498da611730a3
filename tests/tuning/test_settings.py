"""The settings that a team changes: typed, bounded, kept before and after, and what they do to the pages."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.conf import settings as vigie
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, communes, opened_file
from tests.security.service import partner
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
from tests.watchlists.factories import ACIERIE, agent, opened
from vigie.accounts.models import Habilitation, User
from vigie.agents.actions.unused import suspend_unreviewed, suspend_unused
from vigie.agents.queries.consent import has_consented
from vigie.agents.queries.reminding import late_reviews, waiting_for
from vigie.demo import banner as demo
from vigie.followup.queries.news import quiet_files
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, TransitionRefused
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.tuning.actions import change
from vigie.tuning.models import SettingChange, SettingValue
from vigie.tuning.queries import KEPT_FOR, current, default, keep, live
from vigie.tuning.rules import BY_NAME, SETTINGS, Kind, stays_open
from vigie.watchlists.actions.following import follow_firm
from vigie.watchlists.models import Firm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
HOSTILE = "<script>alert(1)</script>\u202e"


def holder(role: Role, name: str) -> User:
    user = UserFactory(full_name=name)
    HabilitationFactory(user=user, role=role)
    return user


@pytest.fixture
def admin(db: None) -> User:
    return holder(Role.ADMINISTRATOR, "Adam Réglages")


@pytest.fixture
def by(admin: User) -> Person:
    return person(admin, now())


@pytest.fixture
def proven(admin: User) -> Client:
    client = sign_in(Client(), admin)
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return client


def put(name: str, value: object, by: Person) -> None:
    row = SettingValue.objects.filter(name=name).first()
    change(name, value, version=row.version if row else 0, by=by, at=now())  # type: ignore[arg-type]


# --- the table
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_each_setting_starts_from_a_value_that_fits(setting: object) -> None:
    assert setting.fits(default(setting))  # type: ignore[attr-defined, arg-type]


def test_those_of_the_environment_start_there() -> None:
    for name in (
        "follow_days", "follow_grace_days", "unused_days", "review_days", "review_grace_days", "consent_days",
    ):  # fmt: skip
        assert current(name) == getattr(vigie.VIGIE, name)


# --- changing
def test_a_change_keeps_what_was_before_and_who_made_it(by: Person) -> None:
    put("follow_days", 180, by)
    put("follow_days", 200, by)

    assert current("follow_days") == 200
    assert list(SettingChange.objects.order_by("pk").values_list("before", "after")) == [(None, 180), (180, 200)]
    assert Event.objects.filter(name="setting.changed").count() == 2
    last = AuditEvent.objects.filter(action="admin_setting").latest("pk")
    assert (last.object_id, last.details["before"], last.details["after"]) == ("follow_days", 180, 200)


def test_the_value_it_starts_from_is_not_kept_as_a_change(by: Person) -> None:
    put("follow_days", default(BY_NAME["follow_days"]), by)
    assert not SettingChange.objects.exists()

    put("follow_days", 200, by)
    put("follow_days", None, by)

    assert SettingValue.objects.get().value is None
    assert current("follow_days") == vigie.VIGIE.follow_days


@pytest.mark.parametrize(
    ("name", "value"),
    [("follow_days", 29), ("follow_days", 731), ("follow_days", True), ("follow_days", "90"), ("maintenance", 1),
     ("banner", "x" * 201), ("banner", 3)],
)  # fmt: skip
def test_a_value_out_of_its_type_or_bounds_is_refused(by: Person, name: str, value: object) -> None:
    with pytest.raises(InvalidInput):
        put(name, value, by)

    assert not SettingValue.objects.exists()


def test_a_stored_value_that_no_longer_fits_counts_for_nothing(by: Person) -> None:
    SettingValue.objects.create(name="follow_days", value=5)

    assert current("follow_days") == vigie.VIGIE.follow_days


def test_who_is_late_overwrites_nothing_and_nobody_else_writes(by: Person) -> None:
    put("banner", "Un", by)
    with pytest.raises(TransitionRefused):
        change("banner", "Deux", version=0, by=by, at=now())
    with pytest.raises(Forbidden):
        change("banner", "Trois", version=1, by=person(agent(), now()), at=now())

    assert current("banner") == "Un"
    kept = SettingChange.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SettingChange.objects.create(setting=kept.setting, version=1, author=kept.author, at=now())


# --- what is kept for every page
def test_what_pages_read_is_never_older_than_some_seconds(by: Person, at: datetime) -> None:
    keep({}, at)
    assert live("banner", at) == ""
    SettingValue.objects.create(name="banner", value="Écrit par un autre serveur")

    with CaptureQueriesContext(connection) as asked:
        assert live("banner", at + KEPT_FOR / 2) == ""
    assert len(asked) == 0
    with CaptureQueriesContext(connection) as asked:
        assert live("banner", at + KEPT_FOR) == "Écrit par un autre serveur"
    assert len(asked) == 1


def test_after_any_changes_what_pages_read_is_what_acts_read(by: Person, at: datetime) -> None:
    keep({}, at + timedelta(days=1))
    for value in ("Un", "", "Deux", None, "Trois"):
        put("banner", value, by)
        assert live("banner", at) == current("banner")


# --- what they do
@pytest.mark.usefixtures("zones")
def test_a_follow_lasts_as_long_as_the_setting_says(folders: object, by: Person, at: datetime) -> None:
    opened(folders)  # type: ignore[arg-type]
    put("follow_days", 60, by)

    firm, reader = Firm.objects.get(siren=ACIERIE.siren), person(agent(territory="35"), at)
    made = follow_firm(firm, motive="source_interne", by=reader, at=at)

    assert made.until == at + timedelta(days=60)


def test_an_agent_is_suspended_after_the_inactivity_that_the_setting_says(by: Person, at: datetime) -> None:
    user = agent()
    User.objects.filter(pk=user.pk).update(last_login=at - timedelta(days=45))
    Habilitation.objects.filter(user=user).update(granted_at=at - timedelta(days=300))
    suspend_unused(at=at)
    assert user.habilitations.get().state == "granted"

    put("unused_days", 40, by)
    suspend_unused(at=at)

    assert user.habilitations.get().state == "suspended"


def said_to(user: User, name: str) -> str:
    return visible_text(sign_in(Client(), user).get(reverse(name)).content.decode())


def test_the_rhythm_of_reviews_and_its_grace_are_those_of_the_settings(by: Person) -> None:
    at = now()
    reviewer, held = partner()
    Habilitation.objects.filter(pk=held.pk).update(starts_on=paris_day(at) - timedelta(days=100))
    assert "tous les 6 mois" in said_to(reviewer, "agents:partner")
    assert waiting_for(reviewer, at) is None

    put("review_days", 60, by)
    put("review_grace_days", 45, by)

    assert "tous les 2 mois" in said_to(reviewer, "agents:partner")
    waiting = waiting_for(reviewer, at)
    assert waiting is not None
    assert (waiting.due, waiting.soon) == (1, 1)
    assert late_reviews(paris_day(at))
    suspend_unreviewed(at=at)
    held.refresh_from_db()
    assert held.state == "granted"  # forty days late, of forty-five
    suspend_unreviewed(at=at + timedelta(days=5))
    held.refresh_from_db()
    assert held.state == "suspended"


def test_the_rules_are_asked_again_after_the_time_of_the_setting(by: Person) -> None:
    reader = person(agent(), now())
    later = now() + timedelta(days=20)
    assert has_consented(reader, later)

    put("consent_days", 15, by)

    assert not has_consented(reader, later)
    assert has_consented(reader, now())


def test_a_file_is_quiet_after_the_time_of_the_setting(by: Person) -> None:
    communes()
    opened_file(colleague("Ada"), at=MOMENT)
    later = MOMENT + timedelta(days=30)
    assert not quiet_files(later).exists()

    put("quiet_days", 20, by)

    assert quiet_files(later).count() == 1


def test_a_band_is_on_every_page_and_its_text_is_harmless(by: Person) -> None:
    put("banner", f"Fermé lundi {HOSTILE}", by)

    html = Client().get("/").content.decode()

    assert "Fermé lundi" in visible_text(html)
    assert "<script>alert(1)" not in html


def test_under_maintenance_sign_in_and_administration_stay_open(by: Person, proven: Client) -> None:
    put("maintenance", True, by)
    put("maintenance_text", f"Retour à 14 heures {HOSTILE}", by)

    closed, team = Client().get("/"), sign_in(Client(), holder(Role.TEAM, "Tess Tenace"))
    assert (closed.status_code, closed["Retry-After"]) == (503, "600")
    assert "Service en maintenance" in visible_text(closed.content.decode())
    assert "Retour à 14 heures" in visible_text(closed.content.decode())
    assert "<script>alert(1)" not in closed.content.decode()
    assert team.get("/equipe/suivi/").status_code == 503
    assert Client().post("/demande/", {"x": "y"}).status_code == 503
    for client, address in (
        (Client(), "/connexion/"), (Client(), "/sante"), (team, "/mon-compte/"), (team, "/equipe/personnes/"),
        (proven, "/administration/mots/"), (proven, reverse("tuning:setting", args=["maintenance"])),
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address

    led = proven.get("/mon-bureau/")  # where signing in leads
    assert (led.status_code, led["Location"]) == (302, reverse("tuning:settings"))
    assert sign_in(Client(), agent()).get("/mon-bureau/").status_code == 503
    assert "/connexion/?next=/administration/reglages/" in closed.content.decode()

    done = proven.post(reverse("tuning:setting", args=["maintenance"]), {"version": "1"})
    assert done.status_code == 302
    assert Client().get("/").status_code == 200


@pytest.mark.parametrize("path", ["/administration", "/administrations/", "/connexionx", "/detection/", "/"])
def test_only_the_addresses_of_the_list_stay_open(path: str) -> None:
    assert not stays_open(path)


# --- the pages
def test_what_touches_confidentiality_or_closes_the_service_asks_who_one_is(admin: User, proven: Client) -> None:
    client = sign_in(Client(), admin)
    for setting in SETTINGS:
        address = reverse("tuning:setting", args=[setting.slug])
        value = {Kind.DAYS: "200", Kind.SWITCH: "", Kind.TEXT: "Texte"}[setting.kind]
        session = client.session
        session["account_authentication_methods"][0]["at"] = time.time() - 3600
        session.save()
        answer = client.post(address, {"value": value, "version": "0"})
        assert answer.status_code == 302
        assert ("confirmer" in answer["Location"]) is setting.guarded, setting.name


def test_a_setting_is_changed_and_put_back_on_screen(proven: Client) -> None:
    address = reverse("tuning:setting", args=["duree-d-un-suivi"])

    wrong = proven.post(address, {"value": "5", "version": "0"})
    done = proven.post(address, {"value": "200", "version": "0"}, follow=True)
    late = proven.post(address, {"value": "300", "version": "0"})
    listed = visible_text(proven.get(reverse("tuning:settings")).content.decode()).replace("\u00a0", " ")
    back = proven.post(reverse("tuning:reset", args=["duree-d-un-suivi"]), follow=True)

    assert "De 30 à 730 jours." in visible_text(wrong.content.decode())
    said = visible_text(done.content.decode()).replace("&nbsp;", " ").replace("\u00a0", " ")
    assert "Aujourd’hui : 200 jours." in said
    assert late.status_code == 409
    assert "200 jours" in listed
    assert "Adam Réglages" in listed
    text = visible_text(back.content.decode()).replace("\u00a0", " ")
    assert "200 jours 365 jours (valeur de départ)" in text
    assert current("follow_days") == 365
    for unknown in ("inconnu", "follow_days"):
        assert proven.get(reverse("tuning:setting", args=[unknown])).status_code == 404


def test_the_band_of_the_demo_leaves_an_announcement_where_it_is(by: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "notice_of", lambda example, history: None)
    request = RequestFactory().get("/")
    request.notice = "Fermé lundi"  # type: ignore[attr-defined]

    demo.banner(lambda seen: HttpResponse())(request)

    assert request.notice == "Fermé lundi"  # type: ignore[attr-defined]
