"""« Mes courriels »: each kind of what happens is told at once, in the morning or not at all, once, as was wanted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person, sign_in
from tests.agents.choosing import choose
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, network, opened_file, token, workplace
from tests.followup.test_notices import mails
from vigie.accounts.models import User
from vigie.accounts.models_agents import Duty
from vigie.agents.models import MailChoice
from vigie.agents.rules_mails import MAILS, Choice, MailKind
from vigie.followup.actions.acts import Talk, analyse
from vigie.followup.actions.files import delete_file, move_file
from vigie.followup.actions.handover import hand_over
from vigie.followup.actions.meetings import Called, plan_meeting
from vigie.followup.actions.members import add_member, remove_member
from vigie.followup.actions.notices import tell_digests, tell_orphans, tell_quiet_files
from vigie.followup.actions.texts import save_summary, write_comment
from vigie.followup.audiences import AUDIENCES
from vigie.followup.models import Followup
from vigie.followup.queries.told import COUNTED, TOLD
from vigie.journal.events import EVENTS
from vigie.journal.models import Event, OutgoingMessage

pytestmark = [pytest.mark.django_db]
MORNING = MOMENT + timedelta(hours=22)


@pytest.fixture
def file() -> Followup:
    """Held by Ada, with Leo and Mia of her network."""
    ada = colleague("Ada Liste")
    made = opened_file(ada)
    for name in ("Leo Crp", "Mia Crp"):
        add_member(made, colleague(name), "participant", by=person(ada, MOMENT), at=MOMENT - timedelta(hours=1))
    OutgoingMessage.objects.all().delete()
    return made


def who(name: str) -> User:
    return User.objects.get(email=f"{name}@agents.example")


def comment(made: Followup, text: str, rank: int = 1, at: datetime = MOMENT + timedelta(hours=1)) -> None:
    ada = person(who("ada"), at)
    write_comment(made, network("crp"), text, form_token=token(700 + rank), by=ada, at=at)


def summary(made: Followup) -> None:
    save_summary(made, network("crp"), "Neuf", version=0, by=person(who("ada"), MOMENT), at=MOMENT + timedelta(hours=1))


def talk(made: Followup) -> None:
    at = MOMENT + timedelta(hours=1)
    analyse(made, Talk(date(2026, 7, 7), "phone", "refuted"), form_token=token(50), by=person(who("ada"), at), at=at)


def move(made: Followup) -> None:
    move_file(made, "start_surveillance", by=person(who("ada"), MOMENT), at=MOMENT + timedelta(hours=1))


def role(made: Followup) -> None:
    add_member(made, who("leo"), "referent", by=person(who("ada"), MOMENT), at=MOMENT + timedelta(hours=1))


def quiet(made: Followup) -> None:
    Followup.objects.filter(pk=made.pk).update(modified_at=MOMENT - timedelta(days=90))
    role(made)
    OutgoingMessage.objects.filter(template="followup/mail/member").delete()
    Event.objects.filter(name="none").count()
    choose(who("leo"), "never", MOMENT, MailKind.MEMBER)
    tell_quiet_files(MOMENT + timedelta(hours=1))


def orphan(made: Followup) -> None:
    who("ada").habilitations.update(ends_on=MOMENT.date() - timedelta(days=1))
    tell_orphans(MOMENT + timedelta(hours=1))


def join(made: Followup) -> None:
    role(made)
    choose(who("leo"), "never", MOMENT, MailKind.MEMBER)
    zoe = colleague("Zoe Banque", "dgfip")
    add_member(made, zoe, "participant", by=person(zoe, MOMENT), at=MOMENT + timedelta(hours=1))


def handed(made: Followup) -> None:
    hand_over(who("ada"), who("leo"), by=person(who("ada"), MOMENT), at=MOMENT + timedelta(hours=1))


KINDS: dict[MailKind, tuple[Callable[[Followup], None], str, str]] = {
    MailKind.COMMENT: (lambda made: comment(made, "Un mot"), "written", "1 commentaire, par Ada Liste"),
    MailKind.SUMMARY: (summary, "written", "1 synthèse modifiée, par Ada Liste"),
    MailKind.ACTION: (talk, "written", "1 échange analysé, par Ada Liste"),
    MailKind.STATE: (move, "moved", "sous surveillance"),
    MailKind.MEMBER: (role, "member", "référent"),
    MailKind.MENTION: (lambda made: comment(made, "Et @Leo Crp ?"), "mentioned", "Ada Liste vous a cité"),
    MailKind.QUIET: (quiet, "quiet", "sans nouvelle"),
    MailKind.ORPHAN: (orphan, "orphaned", "référent en exercice"),
    MailKind.JOINED: (join, "joined", "Zoe Banque"),
    MailKind.HANDED_OVER: (handed, "handed_over", "Menuiserie Durand"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rhythm", ["now", "daily", "never"])
def test_each_kind_is_told_as_it_was_chosen_by_itself(kind: MailKind, rhythm: str, file: Followup) -> None:
    act, template, words = KINDS[kind]
    leo = who("leo")
    choose(leo, "never", MOMENT)  # nothing else
    choose(leo, rhythm, MOMENT, kind)

    act(file)
    tell_digests(MORNING)

    at_once = mails(template, MOMENT + timedelta(hours=1, minutes=5)).get(leo.email, "")
    daily = mails("digest").get(leo.email, "")
    assert (words in at_once) == (rhythm == "now")
    assert (words in daily) == (rhythm == "daily")
    assert bool(at_once) + bool(daily) == (rhythm != "never")


def test_a_meeting_is_told_in_the_morning_to_who_wants_it_so(file: Followup) -> None:
    ada, leo = who("ada"), who("leo")
    choose(leo, "daily", MOMENT, MailKind.MEETING)
    Duty.objects.create(user=ada, kind=Duty.Kind.SP_CODEFI, departement="35")
    called = Called(date(2026, 7, 20), None, "Rennes", [leo.email])
    plan_meeting("35", called, form_token=token(9), by=person(ada, MOMENT), at=MOMENT + timedelta(hours=1))

    tell_digests(MORNING)

    assert leo.email not in mails("meeting")
    assert "éunion du CODEFI (35) du 20 juillet 2026 : vous y êtes convoqué" in mails("digest")[leo.email]


def test_a_file_that_left_him_is_told_without_the_way_to_it(file: Followup) -> None:
    far = colleague("Luc Loin", territory="59")
    ada = person(who("ada"), MOMENT)
    add_member(file, far, "participant", by=ada, at=MOMENT - timedelta(days=1))
    choose(far, "daily", MOMENT)
    choose(who("leo"), "daily", MOMENT)
    member = file.members.get(user=far)
    remove_member(file, member, by=ada, at=MOMENT + timedelta(hours=1))
    comment(file, "Un secret")
    delete_file(file, "Erreur", by=ada, at=MOMENT + timedelta(hours=2))

    tell_digests(MORNING)

    told = mails("digest")
    assert "Menuiserie Durand : vous n’y participez plus" in told[far.email]
    assert "supprimé" not in told[far.email]
    assert "Menuiserie Durand : supprimé" in told[who("leo").email]
    assert all("/accompagnements/" not in text for text in told.values())


def test_each_fact_is_told_once_whatever_is_chosen_meanwhile(file: Followup) -> None:
    """Random acts and changes of mind: at once or in the digest as it was wanted when it happened, never both."""
    leo, seed = who("leo"), random.Random(7)
    wanted: Counter[str] = Counter()
    rhythm, at = "daily", MOMENT
    for rank in range(40):
        at += timedelta(minutes=20)
        if seed.random() < 0.5:
            rhythm = seed.choice(("now", "daily"))
            choose(leo, rhythm, at, MailKind.STATE)
        else:
            step = "resume" if rank and file.state != "in_progress" else "start_surveillance"
            move_file(file, step, by=person(who("ada"), at), at=at)
            wanted[rhythm] += 1
    choice, seven = MailChoice.objects.get(user=leo).choice, datetime(2026, 7, 9, 5, 0, tzinfo=UTC)
    moves = Event.objects.filter(name="file.moved")

    at_once = OutgoingMessage.objects.filter(template="followup/mail/moved", recipient=leo.email).count()
    assert at_once == wanted["now"] > 0
    assert sum(choice.wants("daily", MailKind.STATE, one.at) for one in moves) == wanted["daily"] > 0
    tell_digests(seven)
    assert "état" in mails("digest", seven)[leo.email]
    choose(leo, "never", at, MailKind.STATE)
    assert leo.email not in mails("digest", seven)


def test_the_rhythm_of_the_moment_decides_and_never_wins() -> None:
    noon = datetime(2026, 7, 8, 12, tzinfo=UTC)
    choice = Choice({"comment": "now"}, [(noon, {}), (noon + timedelta(hours=1), {"comment": "never"})])
    found = [choice.at("comment", noon + timedelta(minutes=minutes)) for minutes in (-1, 0, 59, 60)]
    assert found == ["daily", "never", "never", "now"]
    assert Choice({"comment": "never"}, [(noon, {})]).at("comment", noon - timedelta(hours=1)) == "never"


def test_every_event_of_files_that_writes_to_somebody_is_a_line_of_the_table() -> None:
    """One table: what is mailed at once may be had each morning, and the other way round."""
    told = {event.name for event in EVENTS for message in event.messages if message.to in AUDIENCES}
    texts = {"file.written", "file.summary_written", *COUNTED}  # in the digest, read from the texts themselves
    assert told == {*TOLD, *texts}
    assert {told.kind for told in TOLD.values()} | {"comment", "summary", "action"} == {
        kind for kind, row in MAILS.items() if row.group in ("Mes accompagnements", "Ce qui s’adresse à moi")
    }


def test_choices_made_before_are_kept_kind_by_kind() -> None:
    move = import_module("vigie.agents.migrations.0008_mail_choices_by_kind")
    rows = {}
    for name, rhythm, kinds in (("Ada", "now", {}), ("Leo", "daily", {"debt": "never"}), ("Mia", "never", {})):
        rows[name] = MailChoice.objects.create(user=colleague(f"{name} X"), kinds=kinds)
        rows[name].rhythm = rhythm

    class Manager:
        def all(self) -> list[MailChoice]:
            return list(rows.values())

    class Old:
        objects = Manager()

    class Apps:
        def get_model(self, *_name: str) -> type[Old]:
            return Old

    for row in rows.values():
        row.save = lambda **_fields: None  # type: ignore[method-assign]
    move.by_kind(Apps(), None)

    assert rows["Ada"].choice.of("state") == rows["Ada"].choice.of("list") == "now"
    assert rows["Leo"].choice.of("state") == "now"  # said at once, whatever the digest
    assert rows["Leo"].choice.of("comment") == "daily"
    assert rows["Leo"].choice.of("debt") == "never"
    assert {rows["Mia"].choice.of(kind) for kind in ("comment", "state", "quiet", "alert", "list")} == {"never"}
    assert rows["Mia"].choice.of("mention") == "now"  # was always told
    assert apps.get_model("agents", "MailChoice") is MailChoice


def test_the_table_keeps_what_is_chosen_and_names_what_is_missing(client: Client) -> None:
    leo = colleague("Leo Crp")
    page = reverse("followup:mails")
    text = visible_text(sign_in(client, leo).get(page).content.decode())
    for title in ("Ce qui s’adresse à moi", "Mes accompagnements", "Les listes", "Les entreprises que je suis"):
        assert title in text
    chosen = {kind: "daily" for kind in MAILS} | {"mention": "never"}

    assert client.post(page, chosen).status_code == 302
    assert MailChoice.objects.get(user=leo).kinds == chosen
    del chosen["state"]
    refused = client.post(page, chosen)
    assert refused.status_code == 422
    assert "Choisissez un rythme" in refused.content.decode()


def test_as_many_queries_for_the_digest_whatever_the_comments(file: Followup, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for rank in range(12):
        comment(file, "Un mot", rank, MOMENT + timedelta(minutes=rank))
    for name in ("Noe", "Ian", "Eve"):
        opened_file(who("ada"), workplace(name))
    with django_assert_max_num_queries(120):
        tell_digests(MORNING)
    assert len(mails("digest")) == 2
