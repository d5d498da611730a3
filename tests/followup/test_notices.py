"""Mails of files: the digest of the morning, mentions, files without news or without référent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.accounts.factories import HabilitationFactory, person
from tests.agents.choosing import choose
from tests.followup.factories import MOMENT, colleague, network, opened_file, token, workplace
from tests.publication.factories import Firm, published_facts
from tests.watchlists.factories import FIRMS, MENUISERIE, OPENED, agent, follow, opened, with_folders
from vigie.accounts.models import Habilitation, User
from vigie.accounts.models_agents import AgentProfile, Duty
from vigie.agents.rules_mails import MAILS, Group
from vigie.followup.actions.acts import Talk, analyse
from vigie.followup.actions.files import move_file
from vigie.followup.actions.handover import hand_over
from vigie.followup.actions.members import add_member
from vigie.followup.actions.notices import tell_digests, tell_orphans, tell_quiet_files
from vigie.followup.actions.texts import save_summary, write_comment
from vigie.followup.jobs import digest_files, purge_file_contacts
from vigie.followup.models import Comment, Digest, Followup
from vigie.followup.queries.digest import last_morning
from vigie.journal.delivery import build
from vigie.journal.models import OutgoingMessage
from vigie.kernel.errors import InvalidInput
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.actions.news import write_news
from vigie.watchlists.rules_news import NewsKind

pytestmark = [pytest.mark.django_db]
MORNING = MOMENT + timedelta(hours=22)
FILES = [kind for kind, row in MAILS.items() if row.group == Group.FILES]


def mails(template: str, at: datetime = MORNING) -> dict[str, str]:
    """Recipient → text of the mails of this template that would leave; those without content do not."""
    found = {}
    for message in OutgoingMessage.objects.filter(template=f"followup/mail/{template}"):
        mail = build(message, at)
        if mail is not None:
            found[message.recipient] = f"{mail.subject}\n{mail.text}".replace("\u00a0", " ")
    return found


def shared() -> tuple[Followup, User, User]:
    """A file held by Ada (CRP, CODEFI), with Zoé (DGFiP, outside the CODEFI)."""
    ada, zoe = colleague("Ada Liste"), colleague("Zoe Banque", "dgfip", codefi=False)
    made = opened_file(ada)
    add_member(made, zoe, "participant", by=person(ada, MOMENT), at=MOMENT)
    return made, ada, zoe


def say(made: Followup, by: User, code: str, text: str, rank: int = 1) -> Comment:
    return write_comment(
        made, network(code), text, form_token=token(90 + rank), by=person(by, MOMENT), at=MOMENT + timedelta(hours=1)
    )


def test_the_digest_tells_what_others_wrote_in_my_networks_and_nothing_of_the_text() -> None:
    made, ada, _zoe = shared()
    leo = colleague("Leo Crp")
    add_member(made, leo, "participant", by=person(ada, MOMENT), at=MOMENT)
    say(made, ada, "crp", "Un secret de trésorerie")
    save_summary(made, network("crp"), "Synthèse confidentielle", version=0, by=person(ada, MOMENT), at=MOMENT)

    assert tell_digests(MORNING) == 1
    assert tell_digests(MORNING + timedelta(minutes=5)) == 0  # once
    assert tell_digests(MORNING + timedelta(days=1)) == 0  # nothing new

    [(to, text)] = mails("digest").items()
    assert to == leo.email
    assert "Menuiserie Durand : 1 commentaire et 1 synthèse modifiée, par Ada Liste" in text
    assert f"{settings.VIGIE.site_url}/accompagnements/{made.pk}/" in text
    assert "trésorerie" not in text
    assert "confidentielle" not in text


def test_a_digest_whose_reader_left_meanwhile_is_not_sent() -> None:
    made, ada, _zoe = shared()
    leo = colleague("Leo Crp")
    add_member(made, leo, "participant", by=person(ada, MOMENT), at=MOMENT)
    say(made, ada, "crp", "Un mot")
    assert digest_files(at=MORNING) == "1\u00a0résumé envoyé"
    Habilitation.objects.filter(user=leo).update(ends_on=MOMENT.date() - timedelta(days=1))

    assert mails("digest") == {}


def test_a_mention_tells_at_once_only_a_participant_who_reads_that_network() -> None:
    made, ada, zoe = shared()
    leo = colleague("Leo Crp")
    add_member(made, leo, "participant", by=person(ada, MOMENT), at=MOMENT)
    colleague("Nora Ailleurs")

    say(made, ada, "crp", "@leo crp et @Zoe Banque, @Nora Ailleurs : qui appelle ?")

    [(to, text)] = mails("mentioned").items()
    assert to == leo.email
    assert zoe.email not in text
    assert "Ada Liste vous a cité" in text
    assert "qui appelle" not in text
    say(made, ada, "crp", "Rien pour @personne", 2)
    assert len(mails("mentioned")) == 1


def test_referents_are_reminded_of_a_file_without_news_once_a_month() -> None:
    made, ada, zoe = shared()
    late = MOMENT + timedelta(days=61)
    assert tell_quiet_files(MOMENT + timedelta(days=59)) == 0

    assert tell_quiet_files(late) == 1
    assert tell_quiet_files(late + timedelta(days=7)) == 0
    assert set(mails("quiet", late)) == {ada.email}
    assert tell_quiet_files(late + timedelta(days=31)) == 1

    talk = Talk(late.date(), "phone", "refuted")
    analyse(made, talk, form_token=token(50), by=person(ada, late), at=late)
    assert mails("quiet", late) == {}  # something happened before the mail left
    move_file(made, "start_surveillance", by=person(ada, late), at=late)
    assert tell_quiet_files(late + timedelta(days=200)) == 0
    assert zoe.email not in mails("quiet", late)


def test_a_file_whose_referents_are_gone_is_told_to_those_who_can_act_until_it_has_one() -> None:
    made, ada, zoe = shared()
    secretary = colleague("Sam Codefi", "dgfip")
    Duty.objects.create(user=secretary, kind=Duty.Kind.SP_CODEFI, departement="35")
    Duty.objects.create(user=colleague("Tom Loin", "dgfip", territory="59"), kind=Duty.Kind.SP_CODEFI, departement="59")
    assert tell_orphans(MORNING) == 0
    Habilitation.objects.filter(user=ada).update(ends_on=MOMENT.date() - timedelta(days=1))

    assert tell_orphans(MORNING) == 1
    assert tell_orphans(MORNING) == 0
    assert set(mails("orphaned")) == {zoe.email, secretary.email}

    add_member(made, zoe, "referent", by=person(zoe, MORNING), at=MORNING)
    assert mails("orphaned") == {}
    assert tell_orphans(MORNING) == 0
    Habilitation.objects.filter(user=zoe).update(ends_on=MOMENT.date() - timedelta(days=1))
    assert tell_orphans(MORNING) == 1  # orphan again: told again


@pytest.mark.parametrize(("territory", "orphans"), [("59", 1), ("FR", 0), ("35 59", 0)])
def test_a_referent_who_changes_zone_leaves_his_file_without_one(territory: str, orphans: int) -> None:
    made, ada, zoe = shared()
    far = colleague("Fred Loin", territory="59")
    add_member(made, far, "participant", by=person(ada, MOMENT), at=MOMENT)
    Habilitation.objects.filter(user=ada).update(state="revoked", ended_at=MORNING)
    HabilitationFactory(user=ada, role=Role.LEVEL_A, territory=territory, granted_at=MORNING)

    assert tell_orphans(MORNING) == orphans

    assert set(mails("orphaned")) == ({ada.email, zoe.email, far.email} if orphans else set())
    if orphans:  # who was called from elsewhere, and never moved, may look after it
        add_member(made, far, "referent", by=person(ada, MORNING), at=MORNING)
        assert tell_orphans(MORNING) == 0


def test_the_purge_says_how_many() -> None:
    assert purge_file_contacts(at=MORNING) == "0\u00a0contact effacé"


def test_each_is_told_as_he_chose() -> None:
    made, ada, zoe = shared()
    leo, mia, noe = colleague("Leo Crp"), colleague("Mia Crp"), colleague("Noe Crp")
    for user, rhythm in ((leo, "now"), (mia, "never"), (noe, "daily")):
        add_member(made, user, "participant", by=person(ada, MOMENT), at=MOMENT)
        choose(user, rhythm, MOMENT, *FILES)
    say(made, ada, "crp", "Un secret de trésorerie")

    soon = MOMENT + timedelta(hours=1, minutes=5)
    [(to, text)] = mails("written", soon).items()
    assert to == leo.email
    assert "Menuiserie Durand : 1 commentaire, par Ada Liste" in text
    assert "trésorerie" not in text
    tell_digests(MORNING)
    assert list(mails("digest")) == [noe.email]
    move_file(made, "start_surveillance", by=person(ada, MORNING), at=MORNING)
    assert set(mails("moved")) == {leo.email, zoe.email}
    tell_digests(MORNING + timedelta(days=1))
    assert "état : sous surveillance" in mails("digest")[noe.email]
    with pytest.raises(InvalidInput):
        choose(leo, "hourly", MOMENT)


def test_a_text_of_another_network_is_not_told_at_once() -> None:
    made, ada, zoe = shared()
    choose(zoe, "now", MOMENT)
    say(made, ada, "crp", "Entre nous")
    assert mails("written", MOMENT + timedelta(hours=1, minutes=5)) == {}


def test_the_files_of_who_leaves_make_one_mail_for_each_of_the_two() -> None:
    ada, bob, zoe = colleague("Ada Liste"), colleague("Bob Codefi"), colleague("Zoe Chef")
    first = opened_file(ada, workplace("Menuiserie Durand"))
    opened_file(ada, workplace("Garage Morel"))
    add_member(first, bob, "participant", by=person(ada, MOMENT), at=MOMENT)
    OutgoingMessage.objects.all().delete()

    assert hand_over(ada, bob, by=person(zoe, MOMENT), at=MOMENT) == 2

    told = mails("handed_over", MOMENT)
    assert OutgoingMessage.objects.count() == len(told) == 2
    assert "2 accompagnements à reprendre" in told[bob.email]
    assert f"{settings.VIGIE.site_url}/accompagnements/{first.pk}/" in told[bob.email]
    assert "Garage Morel" in told[ada.email]
    assert "Menuiserie Durand" in told[ada.email]
    assert "/accompagnements/" not in told[ada.email]  # they are no longer his


def test_the_digest_tells_the_new_list_and_the_new_facts_that_the_reader_may_read(
    settings: Any, tmp_path: Path
) -> None:  # fmt: skip
    full, narrow, at_once = agent(), agent(Role.LEVEL_B), agent()
    choose(at_once, "now", OPENED - timedelta(days=1))
    for user in (full, narrow, at_once):
        follow(user, MENUISERIE.siren, OPENED - timedelta(days=1))
    root = with_folders(settings, tmp_path)
    opened(root)

    def sent(template: str, to: User, at: datetime) -> str:
        found = OutgoingMessage.objects.filter(template=template, recipient=to.email).order_by("-pk").first()
        mail = build(found, at) if found is not None else None
        return mail.text.replace("\u00a0", " ") if mail is not None else ""

    words = "la liste de juin 2026 est ouverte : 3 entreprises en alerte dans votre territoire"
    assert words in sent("watchlists/mail/new_list", at_once, OPENED)
    assert not sent("watchlists/mail/new_list", full, OPENED)
    morning = OPENED + timedelta(days=1)
    assert tell_digests(morning) == 2
    text = sent("followup/mail/digest", narrow, morning)
    assert words[1:] in text
    assert "Parmi les entreprises que vous suivez, 1 de plus en alerte" in text
    assert "Durand" not in text
    assert tell_digests(morning + timedelta(days=1)) == 0

    late = datetime(2026, 7, 18, 8, tzinfo=UTC)
    changed = Firm(1, debt=MENUISERIE.debt * 2)  # a debt: not for a level B
    receive(published_facts(root, "2026-07-18", [changed, *FIRMS[1:]], created_at=late), at=late)
    assert "1 entreprise que vous suivez" in sent("watchlists/mail/new_facts", at_once, late)
    assert tell_digests(late + timedelta(hours=22)) == 1
    assert "Des faits nouveaux sur 1 entreprise que vous suivez" in sent(
        "followup/mail/digest", full, late + timedelta(hours=22)
    )


# --- seven o’clock ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        ("Europe/Paris", datetime(2026, 7, 9, 5, 0, tzinfo=UTC), 9, datetime(2026, 7, 9, 5, 0, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 7, 9, 4, 59, tzinfo=UTC), 8, datetime(2026, 7, 8, 5, 0, tzinfo=UTC)),
        ("Indian/Reunion", datetime(2026, 7, 9, 3, 0, tzinfo=UTC), 9, datetime(2026, 7, 9, 3, 0, tzinfo=UTC)),
        ("Pacific/Noumea", datetime(2026, 7, 9, 20, 0, tzinfo=UTC), 10, datetime(2026, 7, 9, 20, 0, tzinfo=UTC)),
        ("Pacific/Tahiti", datetime(2026, 7, 9, 17, 0, tzinfo=UTC), 9, datetime(2026, 7, 9, 17, 0, tzinfo=UTC)),
        ("America/Miquelon", datetime(2026, 7, 9, 9, 0, tzinfo=UTC), 9, datetime(2026, 7, 9, 9, 0, tzinfo=UTC)),
        # The two mornings of a year when Paris changes its hour.
        ("Europe/Paris", datetime(2026, 10, 25, 6, 0, tzinfo=UTC), 25, datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 10, 25, 5, 0, tzinfo=UTC), 24, datetime(2026, 10, 24, 5, 0, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 3, 29, 5, 0, tzinfo=UTC), 29, datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_seven_o_clock_is_that_of_where_one_is(zone: str, at: datetime, day: int, moment: datetime) -> None:
    found = last_morning(zone, at)

    assert found.day.day == day
    assert found.moment == moment


def test_each_is_told_at_seven_where_he_is_and_once_a_day_of_his() -> None:
    made, ada, _zoe = shared()
    leo, mia = colleague("Leo Crp"), colleague("Mia Crp")
    for user in (leo, mia):
        add_member(made, user, "participant", by=person(ada, MOMENT), at=MOMENT)
    AgentProfile.objects.filter(user=mia).update(time_zone="Pacific/Noumea")
    say(made, ada, "crp", "Un mot")  # at ten o’clock UTC, on 8 July
    start, told = datetime(2026, 7, 8, 11, 0, tzinfo=UTC), {}

    for hour in range(72):  # the job of each hour, over the days that follow
        before = set(Digest.objects.values_list("pk", flat=True))
        tell_digests(start + timedelta(hours=hour))
        for digest in Digest.objects.exclude(pk__in=before).select_related("user"):
            assert digest.user.email not in told  # never twice
            told[digest.user.email] = start + timedelta(hours=hour), digest.day.day

    assert told == {
        leo.email: (datetime(2026, 7, 9, 5, 0, tzinfo=UTC), 9),
        mia.email: (datetime(2026, 7, 8, 20, 0, tzinfo=UTC), 9),
    }


def test_no_morning_is_told_twice_when_the_hour_or_the_place_changes() -> None:
    made, ada, _zoe = shared()
    leo = colleague("Leo Crp")
    add_member(made, leo, "participant", by=person(ada, MOMENT), at=MOMENT)
    night = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # before the longest day of the year
    comment = say(made, ada, "crp", "Un mot")
    Comment.objects.filter(pk=comment.pk).update(at=night - timedelta(hours=3))

    assert sum(tell_digests(night + timedelta(hours=hour)) for hour in range(24)) == 1
    assert Digest.objects.get(user=leo).until == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)  # seven, in winter
    AgentProfile.objects.filter(user=leo).update(time_zone="America/Cayenne")  # he moves west: the same day comes again
    again = say(made, ada, "crp", "Un autre", 2)
    Comment.objects.filter(pk=again.pk).update(at=datetime(2026, 10, 25, 8, 0, tzinfo=UTC))
    assert tell_digests(datetime(2026, 10, 25, 10, 0, tzinfo=UTC)) == 0  # seven in Cayenne, on a day already told
    assert tell_digests(datetime(2026, 10, 26, 10, 0, tzinfo=UTC)) == 1


def test_a_morning_that_the_job_missed_is_told_late_but_not_all_day_long() -> None:
    made, ada, _zoe = shared()
    leo = colleague("Leo Crp")
    add_member(made, leo, "participant", by=person(ada, MOMENT), at=MOMENT)
    say(made, ada, "crp", "Un mot")
    seven = datetime(2026, 7, 9, 5, 0, tzinfo=UTC)
    assert tell_digests(seven + timedelta(hours=4)) == 0
    assert tell_digests(seven + timedelta(hours=2)) == 1


def test_the_digest_names_the_firms_and_what_is_public_of_the_kinds_wanted_each_morning() -> None:
    leo = colleague("Leo Crp")
    follow(leo, MENUISERIE.siren, MOMENT - timedelta(days=1))
    workplace(MENUISERIE.name or "", company__siren=MENUISERIE.siren)
    choose(leo, "never", MOMENT)
    choose(leo, "daily", MOMENT, "proceeding", "alert")

    write_news("2026-07-08", {MENUISERIE.siren: {NewsKind.PROCEEDING, NewsKind.ALERT, NewsKind.DEBT}}, at=MOMENT)

    assert not OutgoingMessage.objects.filter(template="watchlists/mail/firm_news").exists()
    assert tell_digests(MORNING) == 1
    [(to, text)] = mails("digest").items()
    assert to == leo.email
    assert "Menuiserie Durand : nouvelle procédure collective, un fait nouveau" in text
    assert f"/detection/entreprises/{MENUISERIE.siren}/" in text
    assert "alerte" not in text
    assert tell_digests(MORNING + timedelta(days=1)) == 0


def test_what_is_told_at_once_is_told_however_late_the_mail_leaves_and_once() -> None:
    made, ada, _zoe = shared()
    leo = colleague("Leo Crp")
    add_member(made, leo, "participant", by=person(ada, MOMENT), at=MOMENT)
    choose(leo, "now", MOMENT)
    say(made, ada, "crp", "Premier", 1)
    say(made, ada, "crp", "Second", 2)
    first, second = OutgoingMessage.objects.filter(template="followup/mail/written").order_by("pk")
    late = MOMENT + timedelta(hours=9)  # the mail server was away for the day

    mail = build(first, late)

    assert mail is not None
    assert "2 commentaires, par Ada Liste" in mail.text.replace("\u00a0", " ")
    OutgoingMessage.objects.filter(pk=first.pk).update(state="sent", claimed_at=late, ended_at=late)
    assert build(second, late + timedelta(seconds=1)) is None  # all of it was told
    write_comment(made, network("crp"), "Troisième", form_token=token(95), by=person(ada, MOMENT), at=late)
    third = OutgoingMessage.objects.filter(template="followup/mail/written").latest("pk")
    OutgoingMessage.objects.filter(pk=second.pk).update(state="canceled", ended_at=late)
    mail = build(third, late + timedelta(minutes=1))
    assert mail is not None
    assert "1 commentaire, par" in mail.text.replace("\u00a0", " ")
