"""The team's following: who is in which bucket, what a button sends to whom, notes and labels nobody else reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.directory.factories import (
    ExpertFactory,
    ExpertSubjectFactory,
    InstitutionSubjectFactory,
    MatchFilterFactory,
)
from tests.matching.desk_world import World, desk_world, establishment
from tests.matching.factories import (
    AT,
    MatchFactory,
    NeedFactory,
    RefusalTemplateFactory,
    SolicitationFactory,
    TagFactory,
)
from vigie.directory.models import Expert
from vigie.journal import delivery
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.actions import matches as acts
from vigie.matching.actions import moving, reminding, tags
from vigie.matching.actions.notes import write_note
from vigie.matching.models import Match, Need, Note, RefusalTemplate, Reminder, Solicitation, SolicitationTag, Tag
from vigie.matching.queries.following import following_page
from vigie.matching.queries.following_baskets import baskets_page
from vigie.matching.queries.following_buckets import FollowingFilters
from vigie.matching.queries.similar import alike_requests, warnings_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
HOME = "/equipe/suivi/"
TOKEN = "jeton-du-formulaire-1"


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment of the pages; put another in it."""
    moment = [day(10)]
    for name in (
        "matching.views.following",
        "matching.views.following_notes",
        "matching.views.team",
        "accounts.middleware",
    ):
        monkeypatch.setattr(f"vigie.{name}.now", lambda: moment[0])
    monkeypatch.setattr("vigie.ui.context.clock.now", lambda: moment[0])
    return moment


@pytest.fixture
def team() -> Client:
    return sign_in(Client(), UserFactory(team=True, full_name="Odile Brun"))


def said(client: Client, url: str) -> str:
    return visible_text(client.get(url).content.decode())


def counts(at: datetime, **filters: object) -> dict[str, int | None]:
    page = following_page(desk_person(), FollowingFilters(**filters), "", "", lambda: "", at)  # type: ignore[arg-type]
    return {tab.label: tab.count for tab in page.tabs}


def desk_person():
    return person(UserFactory(team=True), AT)


def competent(world: World, **values: object):
    """Another team, elsewhere, that answers for the subject of the need."""
    expert = ExpertFactory(antenne=AntenneFactory(name="CCI Ailleurs"), full_name="Équipe lointaine", **values)
    offer = InstitutionSubjectFactory(institution=expert.antenne.institution, subject=world.need.subject)
    ExpertSubjectFactory(expert=expert, institution_subject=offer)
    return expert


# --- buckets ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("age", "bucket"), [
    (8, None), (9, "Sans réponse (J+9)"), (20, "Sans réponse (J+9)"), (21, "Risque d’abandon (J+21)"),
])  # fmt: skip
def test_a_need_is_in_the_bucket_of_its_age(age: int, bucket: str | None) -> None:
    desk_world()

    found = counts(day(age))

    assert {label for label, count in found.items() if count} == ({bucket} if bucket else set())


def test_given_up_refused_and_out_of_reach_each_have_their_bucket() -> None:
    reminding.remind_all(at=day(0))
    desk_world(sent_at=day(-60))
    reminding.remind_all(at=day(0))
    refused = MatchFactory(declined=True)
    gone = MatchFactory()
    gone.expert.deleted_at = AT
    gone.expert.save()

    found = counts(day(1))

    assert (found["Abandonnés"], found["Refusés"], found["Sans expert joignable"]) == (1, 1, 1)
    reminding.remind(refused.need, "refused", by=desk_person(), at=day(1))
    assert counts(day(1))["Refusés"] == 0


def test_the_filters_narrow_the_counts_and_the_list_alike(team: Client) -> None:
    world = desk_world()
    MatchFactory()
    tag = TagFactory(label="À rappeler")
    tags.put_tag(world.need, tag, by=desk_person(), at=AT)

    assert counts(day(10))["Sans réponse (J+9)"] == 2
    for filters in (
        {"subject": world.need.subject_id}, {"institution": world.match.expert.antenne.institution_id}, {"tag": tag.pk},
    ):  # fmt: skip
        assert counts(day(10), **filters)["Sans réponse (J+9)"] == 1
    page = visible_text(team.get(f"{HOME}?etiquette={tag.pk}").content.decode())
    assert "1 besoin" in page
    assert "À rappeler" in page
    assert "Équipe artisanat" in page
    assert "Réinitialiser" in visible_text(
        team.get(f"{HOME}?sujet={world.need.subject_id}&onglet=refuses").content.decode()
    )


def test_the_desk_asks_as_many_queries_for_many_needs(team: Client, clock: list[datetime]) -> None:
    desk_world()
    team.get(HOME)
    with CaptureQueriesContext(
        connection,
    ) as few:
        team.get(HOME)
    for _ in range(6):
        MatchFactory()
    with CaptureQueriesContext(connection) as many:
        assert team.get(HOME).status_code == 200

    assert len(many) == len(few) <= 18


# --- buttons ----------------------------------------------------------------------------------------------------------
def test_one_click_says_who_will_be_written_to_then_writes_once(team: Client) -> None:
    world = desk_world()
    home = visible_text(team.get(HOME).content.decode())
    company = world.need.diagnosis.solicitation.email

    assert f"Équipe artisanat, Équipe Région et Entreprise à préciser ({company}) reçoivent un courriel." in home
    url = reverse("matching:following_act", args=[world.need.pk])
    answer = team.post(url, {"transition": "silent"}, follow=True)
    again = team.post(url, {"transition": "silent"}, follow=True)

    assert "relancés" in visible_text(answer.content.decode())
    assert "ont été relancés le" in visible_text(again.content.decode())
    assert OutgoingMessage.objects.count() == 3
    reminding.remind_all(at=day(10))
    assert OutgoingMessage.objects.count() == 3


def test_the_sheet_offers_no_reminder_that_would_be_refused(team: Client, clock: list[datetime]) -> None:
    """« Équipe artisanat reçoit un courriel », then « laissez-leur 1 jour », and no courriel."""
    world = desk_world()
    sheet = reverse("matching:following_need", args=[world.need.pk])
    team.post(reverse("matching:following_act", args=[world.need.pk]), {"transition": "silent"})

    at_once = said(team, sheet)
    clock[0] = day(11)
    later = said(team, sheet)

    assert "laissez-leur 1 jour" in at_once
    assert "Envoyer la dernière chance" not in at_once
    assert "Relancer de nouveau" not in at_once
    assert "Abandonner" in at_once
    assert "laissez-leur" not in later
    assert "Envoyer la dernière chance" in later


def test_the_list_offers_no_reminder_that_would_be_refused(team: Client, clock: list[datetime]) -> None:
    """The list and the act ask the same question; where the answer is no, the list says until when."""
    world = desk_world()
    team.post(reverse("matching:following_act", args=[world.need.pk]), {"transition": "silent"})

    at_once = said(team, HOME)
    clock[0] = day(12)
    two_days_later = said(team, HOME)
    clock[0] = day(13)
    later = said(team, HOME)

    assert "Les experts ont été relancés le" in at_once
    assert "laissez-leur 3 jours" in at_once
    assert "Relancer" not in at_once
    assert "Relancer" not in two_days_later
    assert "laissez-leur" not in later
    assert "Relancer de nouveau" in later


def test_the_list_names_those_who_will_be_written_to_and_no_other(team: Client, clock: list[datetime]) -> None:
    world = desk_world()
    team.post(reverse("matching:following_act", args=[world.need.pk]), {"transition": "silent"})
    newcomer = competent(world, members=[UserFactory(expert=True)])
    MatchFactory(need=world.need, subject=world.need.subject, expert=newcomer, sent_at=day(10) + timedelta(hours=1))
    clock[0] = day(10) + timedelta(hours=2)

    page = said(team, HOME)

    assert "Équipe lointaine reçoit un courriel." in page
    assert "Équipe artisanat, Équipe Région" not in page


@pytest.mark.parametrize("where", ["list", "sheet"])
def test_every_act_that_a_page_offers_is_accepted(where: str, team: Client, clock: list[datetime]) -> None:
    """Through the life of a need that nobody answers, with one that was reminded by hand on the twentieth day."""
    world = desk_world()
    act = reverse("matching:following_act", args=[world.need.pk])
    tabs = [f"{HOME}?onglet={tab}" for tab in ("sans-reponse", "risque", "abandonnes", "refuses", "injoignables")]
    pages = tabs if where == "list" else [reverse("matching:following_need", args=[world.need.pk])]
    offered = set()
    for number in (9, 10, 13, 20, 21, 22, 23, 24, 44, 46, 50):
        clock[0] = day(number)
        reminding.remind_all(at=clock[0])
        if number == 20:
            reminding.remind_by_hand(world.need, by=desk_person(), at=clock[0], form_token="jeton-du-jour-vingt")
        for page in pages:
            for kind in re.findall(r'name="transition" value="(\w+)"', team.get(page).content.decode()):
                offered.add(kind)
                with transaction.atomic():
                    told = visible_text(team.post(act, {"transition": kind}, follow=True).content.decode())
                    transaction.set_rollback(True)
                assert "Entreprise à préciser\u00a0: " in told or "Entreprise à préciser : " in told, (number, kind)

    assert {"by_hand", "abandon"} <= offered


def test_the_sheet_names_those_who_will_be_written_to_and_no_other(team: Client, clock: list[datetime]) -> None:
    """Who was asked after the reminder may be reminded; the others, reminded an hour ago, are not named with him."""
    world = desk_world()
    team.post(reverse("matching:following_act", args=[world.need.pk]), {"transition": "silent"})
    newcomer = competent(world, members=[UserFactory(expert=True)])
    MatchFactory(need=world.need, subject=world.need.subject, expert=newcomer, sent_at=day(10) + timedelta(hours=1))
    clock[0] = day(10) + timedelta(hours=2)

    page = said(team, reverse("matching:following_need", args=[world.need.pk]))

    assert "Équipe lointaine reçoit un courriel." in page
    assert "Équipe artisanat, Équipe Région" not in page


def test_a_reminder_that_left_by_itself_can_be_sent_again_by_hand_later(team: Client, clock: list[datetime]) -> None:
    world = desk_world()
    reminding.remind_all(at=day(9))
    clock[0] = day(13)

    page = said(team, reverse("matching:following_need", args=[world.need.pk]))
    data = {"transition": "by_hand", "form_token": TOKEN}
    team.post(reverse("matching:following_act", args=[world.need.pk]), data)
    team.post(reverse("matching:following_act", args=[world.need.pk]), data)

    assert "Relancer de nouveau" in page
    assert "Relance du neuvième jour" in page
    assert Reminder.objects.filter(kind="by_hand", expert=None).count() == 1


@pytest.mark.parametrize("name", ["member", "colleague", "manager", "unrelated"])
def test_nobody_else_has_the_following(name: str) -> None:
    world = desk_world()
    client = world.client(name)

    for url in (
        HOME,
        f"{HOME}besoins/{world.need.pk}/",
        f"{HOME}experts/{world.match.expert_id}/",
        "/equipe/etiquettes/",
    ):
        assert client.get(url).status_code == 404


# --- another antenne --------------------------------------------------------------------------------------------------
def test_a_match_goes_to_another_institution_with_the_reason_told_to_both(team: Client) -> None:
    world = desk_world()
    reminding.remind_all(at=day(9))
    to, former = competent(world), world.match.expert
    url = reverse("matching:following_move", args=[world.match.pk])

    found = visible_text(team.get(f"{url}?expert=lointaine").content.decode())
    without = team.post(f"{url}?expert=lointaine", {"expert": to.pk, "reason": " "})
    done = team.post(url, {"expert": to.pk, "reason": "Cette équipe est fermée en mars."}, follow=True)

    assert "Équipe lointaine" in found
    assert "Dites pourquoi" in visible_text(without.content.decode())
    assert "Équipe lointaine" in visible_text(done.content.decode())
    match = Match.objects.get(pk=world.match.pk)
    assert (match.expert_id, match.state, match.sent_at) == (to.pk, "quo", day(10))
    mails = dict(OutgoingMessage.objects.filter(template__contains="moved").values_list("template", "recipient"))
    assert mails == {"matching/mail/match_moved_away": former.email, "matching/mail/match_moved": to.email}
    for message in OutgoingMessage.objects.filter(template__contains="moved"):
        mail = delivery.build(message, day(10))
        assert mail is not None
        assert "Cette équipe est fermée en mars." in mail.text
    reminding.remind_all(at=day(18))
    assert not Reminder.objects.filter(expert=to).exists()
    reminding.remind_all(at=day(19))
    assert Reminder.objects.filter(expert=to, kind="silent").exists()


@pytest.mark.usefixtures("territory")
def test_those_whom_the_rules_would_choose_are_proposed_first_then_the_others_by_name(team: Client) -> None:
    """Among thirty teams of the subject, those of other trades and of other régions stood first, by alphabet."""
    world = desk_world()
    subject, own = world.need.subject, world.match.expert.antenne.institution

    def team_of(name: str, *, institution=None, level="local", zones=(), full="Anne Aubin", **filters: int):
        held = {"institution": institution} if institution else {}
        antenne = AntenneFactory(name=name, level=level, zones=list(zones), **held)
        expert = ExpertFactory(antenne=antenne, subject=subject, full_name=full)
        if filters:
            MatchFilterFactory(expert=expert, **filters)

    rhone = [("departement", "69")]
    team_of("Trop petite", zones=rhone, full="Aaron Premier", min_workforce=5000)
    team_of("Nationale", level="national")
    team_of("Locale d’ailleurs", zones=rhone, full="Zoé Dernière")
    team_of("De la même institution", institution=own, zones=rhone, full="Yves Avant-dernier")
    team_of("Mayotte", zones=[("departement", "976")], full="Abel Loin")
    team_of("Ain", zones=[("departement", "01")], full="Zita Voisine")

    page = said(team, reverse("matching:following_move", args=[world.match.pk]))

    expected = (
        "Couvrent Lyon et conviennent à cette entreprise", "De la même institution", "Locale d’ailleurs", "Nationale",
        "Ne couvrent pas Lyon, mais interviennent dans la région", "Ain",
        "Ne conviennent pas à cette entreprise", "Trop petite", "5000 salariés",
        "Répondent sur ce sujet ailleurs", "Mayotte",
    )  # fmt: skip
    places = [page.find(words) for words in expected]
    assert -1 not in places, dict(zip(expected, places, strict=True))
    assert places == sorted(places)
    assert "Aucune autre équipe" not in page
    Expert.objects.filter(full_name__in=["Zoé Dernière", "Yves Avant-dernier", "Anne Aubin"]).delete()
    alone = said(team, reverse("matching:following_move", args=[world.match.pk]))
    assert "Aucune autre équipe ne couvre Lyon et ne convient à cette entreprise." in alone


@pytest.mark.parametrize("state", ["taking_care", "expired"])
def test_one_in_charge_or_given_up_waits_again_elsewhere(state: str) -> None:
    world = desk_world()
    if state == "taking_care":
        acts.take_charge(world.match, by=world.person("member"), at=day(1))
    else:
        reminding.remind_all(at=day(45))

    moving.move(world.match, competent(world), reason="Autre secteur.", by=world.person("team"), at=day(46))

    assert Match.objects.get(pk=world.match.pk).state == "quo"
    assert Need.objects.get(pk=world.need.pk).status == "quo"


def test_where_a_match_does_not_go() -> None:
    world = desk_world()
    team = world.person("team")
    stranger = ExpertFactory()

    refusals = (
        (world.match.expert, "same_expert"),
        (world.second.expert, "already_notified"),
        (stranger, "not_competent"),
        (competent(world, deleted_at=AT), "expert_deleted"),
    )
    for to, code in refusals:
        with pytest.raises(Refused) as refused:
            moving.move(world.match, to, reason="Parce que.", by=team, at=day(2))
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        moving.move(world.match, competent(world), reason="Moi.", by=world.person("manager"), at=day(2))
    acts.decline(world.match, reason="territory", by=world.person("member"), at=day(2))
    with pytest.raises(Refused, match="close"):
        moving.move(world.match, competent(world), reason="Tard.", by=team, at=day(3))
    assert not Event.objects.filter(name="match.moved").exists()


# --- experts ----------------------------------------------------------------------------------------------------------
def test_the_baskets_weigh_what_waits(team: Client, clock: list[datetime]) -> None:
    member = UserFactory(expert=True)
    many, medium, fresh, quiet = (ExpertFactory(full_name=f"Expert {n}", members=[member]) for n in range(4))
    for expert, count in ((many, 6), (medium, 2), (fresh, 1)):
        for _ in range(count):
            MatchFactory(expert=expert)
    MatchFactory(expert=quiet, declined=True)
    at = clock[0] = day(16)

    pages = {code: baskets_page(code, "", at) for code in ("beaucoup", "plusieurs", "nouveaux")}
    labels = {code: [row[0].text for row in page.table.rows] for code, page in pages.items()}  # type: ignore[union-attr]

    assert labels == {"beaucoup": ["Expert 0"], "plusieurs": ["Expert 1"], "nouveaux": ["Expert 2"]}
    page = team.get(f"{HOME}experts/?panier=plusieurs")
    assert "Expert 1" in visible_text(page.content.decode())


def test_an_expert_gets_his_digest_by_hand_once_a_day_and_his_notes_stay_with_the_team(team: Client) -> None:
    world = desk_world()
    pk = world.match.expert_id
    url = reverse("matching:following_expert", args=[pk])

    team.post(reverse("matching:note_expert", args=[pk]), {"body": "Rappeler lundi.", "form_token": TOKEN})
    team.post(reverse("matching:following_remind_expert", args=[pk]))
    again = team.post(reverse("matching:following_remind_expert", args=[pk]), follow=True)

    assert "Rappeler lundi." in visible_text(team.get(url).content.decode())
    assert "déjà reçu son récapitulatif" in visible_text(again.content.decode())
    assert "Envoyer le récapitulatif" not in visible_text(team.get(url).content.decode())
    assert "déjà reçu son récapitulatif" in said(team, url)
    assert OutgoingMessage.objects.filter(template="matching/mail/expert_digest").count() == 1


# --- notes and labels -------------------------------------------------------------------------------------------------
def test_a_note_is_read_by_the_team_alone_and_taken_back_by_its_author(team: Client) -> None:
    world = desk_world()
    request = world.need.diagnosis.solicitation
    secret = "Le dirigeant hésite encore"
    for name, pk in (("need", world.need.pk), ("request", request.pk), ("expert", world.match.expert_id)):
        url = reverse(f"matching:note_{name}", args=[pk])
        for _ in range(2):
            team.post(url, {"body": secret, "form_token": f"jeton-de-note-{name:0>8}"})

    assert Note.objects.count() == 3
    sheet = team.get(reverse("matching:solicitation", args=[request.pk])).content.decode()
    assert secret in sheet
    for name in ("member", "manager", "other"):
        client = world.client(name)
        for url in (f"/besoins/{world.need.pk}/", "/besoins/"):
            assert secret not in client.get(url).content.decode()
    note = Note.objects.filter(need=world.need).get()
    other = sign_in(Client(), UserFactory(team=True))
    assert other.post(reverse("matching:delete_note", args=[note.pk])).status_code == 403
    team.post(reverse("matching:delete_note", args=[note.pk]))
    assert secret not in team.get(reverse("matching:following_need", args=[world.need.pk])).content.decode()
    with pytest.raises(Forbidden):
        write_note(world.need, "Moi aussi", form_token="x", by=world.person("member"), at=AT)


def test_a_note_without_a_word_comes_back(team: Client) -> None:
    world = desk_world()

    page = team.post(reverse("matching:note_need", args=[world.need.pk]), {"body": " ", "form_token": TOKEN})

    assert "Écrivez votre note" in visible_text(page.content.decode())


def test_labels_are_created_once_put_removed_and_archived_without_loss(team: Client) -> None:
    world = desk_world()
    request = world.need.diagnosis.solicitation
    team.post("/equipe/etiquettes/", {"label": "Apprentissage"})
    twice = team.post("/equipe/etiquettes/", {"label": "APPRENTISSAGE"})
    tag = Tag.objects.get()

    assert "existe déjà" in visible_text(twice.content.decode())
    for name, pk in (("tag_request", request.pk), ("tag_need", world.need.pk)):
        for _ in range(2):
            team.post(reverse(f"matching:{name}", args=[pk]), {"tag": tag.pk})
    assert SolicitationTag.objects.count() == 1
    assert Event.objects.filter(name="solicitation.tags_changed").count() == 1
    queue = f"/equipe/sollicitations/?onglet=transmises&etiquette={tag.pk}"
    assert "1 demande" in visible_text(team.get(queue).content.decode())
    team.post(reverse("matching:tag", args=[tag.pk]), {"transition": "archive"})
    with pytest.raises(InvalidInput):
        tags.put_tag(world.need, Tag.objects.get(), by=world.person("team"), at=AT)
    assert "Apprentissage" in visible_text(
        team.get(reverse("matching:following_need", args=[world.need.pk])).content.decode()
    )
    team.post(reverse("matching:tag_request", args=[request.pk]), {"transition": f"remove-{tag.pk}"})
    assert "Aucune demande" in visible_text(team.get(queue).content.decode())


# --- standard answers -------------------------------------------------------------------------------------------------
def test_standard_answers_are_written_read_before_changed_and_ordered(team: Client) -> None:
    first, second = (RefusalTemplateFactory(title=f"Modèle {n}", position=n) for n in range(2))
    told = {
        "title": "Autre guichet",
        "mail_subject": "Votre demande",
        "body": "Voyez la mairie.",
        "lets_complete": "on",
    }
    new = reverse("matching:new_refusal")

    shown = visible_text(team.post(new, {**told, "voir": "1"}).content.decode())
    assert "Rien n’est encore enregistré" in shown
    assert RefusalTemplate.objects.count() == 2
    team.post(new, told)
    made = RefusalTemplate.objects.get(title="Autre guichet")
    assert made.lets_complete
    assert "porte déjà cet intitulé" in visible_text(team.post(new, told).content.decode())
    team.post(reverse("matching:refusal", args=[first.pk]), {**told, "title": "Modèle zéro"})
    assert RefusalTemplate.objects.get(pk=first.pk).body == "Voyez la mairie."
    order = reverse("matching:order_refusal", args=[made.pk])
    for _ in range(2):
        team.post(order, {"transition": "place-0"})
    assert [one.pk for one in RefusalTemplate.objects.all()] == [made.pk, first.pk, second.pk]
    assert team.post(order, {"transition": "place-x"}).status_code == 404


# --- similar requests -------------------------------------------------------------------------------------------------
def test_the_badges_say_what_is_known_of_the_company_and_the_person() -> None:
    asked = SolicitationFactory(in_progress=True, email="a@fournil.example", siret="90000000100017")
    same = {"email": asked.email, "landing_subject": asked.landing_subject}
    SolicitationFactory(processed=True, **same)
    SolicitationFactory(in_progress=True, email="autre@fournil.example", siret=asked.siret)
    for _ in range(4):
        SolicitationFactory(canceled=True, **same)

    assert [one.state.code for one in warnings_of(asked, None)] == ["R", "D", "A"]
    assert warnings_of(SolicitationFactory(in_progress=True), None) == ()


def test_an_intermediary_is_named_by_its_trade() -> None:
    need = NeedFactory(with_request=True, diagnosis__establishment=establishment(naf_code="7022Z"))

    assert [one.state.code for one in warnings_of(need.diagnosis.solicitation, need)] == ["I"]


def test_nearly_the_same_text_is_found_whoever_wrote_it(team: Client) -> None:
    text = "Nous cherchons un financement pour acheter un four neuf et embaucher deux boulangers avant le printemps."
    asked = SolicitationFactory(in_progress=True, description=text)
    twin = SolicitationFactory(
        in_progress=True, description=text.upper().replace("DEUX", "TROIS"), company_name="Le jumeau"
    )
    SolicitationFactory(
        in_progress=True, description="Nous cherchons un local plus grand près de la gare pour le mois de juin."
    )

    assert [line.label.split(" – ")[0] for line in alike_requests(asked)] == ["Le jumeau"]
    page = visible_text(team.get(reverse("matching:solicitation", args=[asked.pk])).content.decode())
    assert "presque identique" in page
    assert reverse("matching:solicitation", args=[twin.pk])
    assert Solicitation.objects.count() == 3


@pytest.mark.parametrize("url", [f"{HOME}experts/?panier=nouveaux", "/equipe/etiquettes/", "/equipe/modeles-de-refus/"])
def test_the_other_lists_ask_as_many_queries_for_many_rows(url: str, team: Client, clock: list[datetime]) -> None:
    def more(count: int) -> None:
        member = UserFactory(expert=True)
        for _ in range(count):
            MatchFactory(expert=ExpertFactory(members=[member]))
            TagFactory()
            RefusalTemplateFactory()

    more(1)
    team.get(url)
    with CaptureQueriesContext(connection) as few:
        team.get(url)
    more(4)
    with CaptureQueriesContext(connection) as many:
        assert team.get(url).status_code == 200

    assert len(many) == len(few) <= 12
