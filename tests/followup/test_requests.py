"""« Demande d’aide »: the firm asks, an expert who is also an agent takes the need, a file holds it (decision 0031)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person
from tests.companies.factories import EstablishmentFactory
from tests.conftest import visible_text
from tests.directory.factories import ExpertFactory, SubjectFactory
from tests.followup.factories import ELSEWHERE, HERE, colleague, communes, opened_file
from tests.matching.factories import DiagnosisFactory, MatchFactory, NeedFactory
from vigie.accounts.models import User
from vigie.agents.models import Consent, Follow
from vigie.followup.actions.files import delete_file, move_file
from vigie.followup.actions.members import remove_member
from vigie.followup.models import Followup, HelpRequest, Referral, Snapshot, Workplace
from vigie.followup.queries.codefi import ASKED, agenda_page
from vigie.followup.queries.requests import open_needs, waiting_requests
from vigie.followup.states import COMPLETED, IN_PROGRESS
from vigie.journal.delivery import build
from vigie.journal.models import AuditEvent, Event, OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.matching.actions.matches import take_charge, undo
from vigie.matching.models import Match, Need
from vigie.rights.table import Role
from vigie.watchlists.queries.sight import sight_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
SAID = "Nous ne pourrons plus payer nos fournisseurs en septembre."


def place_in(commune: str = HERE, **values: Any) -> Workplace:
    communes()
    place = EstablishmentFactory(company__name="Menuiserie Durand", commune_code=commune, **values)
    return Workplace.objects.get(pk=place.pk)


def asked(
    expert: User, place: Workplace | None = None, *, tells: bool = True, label: str = "Trésorerie", **values: Any
) -> Match:
    """A need of the firm of this establishment, put before this expert."""
    place = place or place_in()
    diagnosis = DiagnosisFactory(
        completed=True, with_sent_request=True, establishment=place, commune_code=place.commune_code, **values
    )
    subject = SubjectFactory(label=label, tells_difficulty=tells)
    at = now()
    need = NeedFactory(diagnosis=diagnosis, subject=subject, content=SAID, sent_at=at, created_at=at, status="quo")
    return MatchFactory(need=need, expert=ExpertFactory(members=[expert]), sent_at=at)


def agent_and_expert(name: str = "Ada Liste", of: str = "crp", **values: Any) -> User:
    user = colleague(name, of, **values)
    HabilitationFactory(user=user, role=Role.EXPERT)
    return user


def taken(match: Match, user: User) -> Match:
    at = now()
    return take_charge(match, by=person(user, at), at=at)


def words(response: Any) -> str:
    return " ".join(visible_text(response.content.decode()).split())


def test_expert_who_is_an_agent_opens_the_file_by_taking_the_need() -> None:
    ada = agent_and_expert()
    match = asked(ada)

    taken(match, ada)

    made = Followup.objects.get()
    assert (made.source, made.motive, made.state) == ("demande", "source_interne", IN_PROGRESS)
    assert [str(one) for one in made.members.present()] == ["Ada Liste (Référent)"]
    assert HelpRequest.objects.get().need_id == match.need_id
    assert Follow.objects.get(user=ada).file_id == made.pk
    unlock = AuditEvent.objects.get(action="unlock")
    assert (unlock.actor_id, unlock.details["file"]) == (ada.pk, made.pk)
    assert Event.objects.filter(name="file.requested", subject_id=str(made.pk)).exists()
    assert Snapshot.objects.filter(followup=made, event="file.requested").exists()


@pytest.mark.parametrize(
    "why",
    ["not_habilitated", "elsewhere", "not_consented", "suspended", "not_himself", "other_subject", "closed", "unknown",
     "from_a_file"],
)  # fmt: skip
def test_nothing_is_opened_without_every_right(why: str) -> None:
    ada = UserFactory(expert=True) if why == "not_habilitated" else agent_and_expert()
    place = place_in(commune=ELSEWHERE if why == "elsewhere" else HERE, closed=why == "closed")
    match = asked(ada, place, tells=why != "other_subject")
    if why == "not_consented":
        Consent.objects.all().delete()
    if why == "suspended":
        ada.habilitations.filter(role=Role.LEVEL_A).delete()
    if why == "unknown":
        match.need.diagnosis.establishment = None
        match.need.diagnosis.save()
    if why == "from_a_file":
        made = opened_file(colleague("Zoé Banque", "dgfip"), place, now())
        Referral.objects.create(followup=made, visit=match.need.diagnosis, author=made.creator, at=now())
    if why == "not_himself":
        HabilitationFactory(user=ada, role=Role.TEAM)  # answers for an expert that he is not
        match.expert.members.all().delete()
    files = Followup.objects.count()

    taken(match, ada)

    match.refresh_from_db()
    assert match.state == "taking_care"
    assert Followup.objects.count() == files
    assert not HelpRequest.objects.exists()
    assert not Follow.objects.filter(user=ada).exists()
    assert not AuditEvent.objects.filter(action="unlock", actor_id=ada.pk).exists()
    assert not sight_of(person(ada, now()), place.company_id).unlocked


def test_a_running_file_is_joined_and_resumed() -> None:
    zoe, ada = colleague("Zoé Banque", "dgfip"), agent_and_expert()
    place = place_in()
    made = opened_file(zoe, place, now())
    move_file(made, "start_surveillance", by=person(zoe, now()), at=now())

    taken(asked(ada, place), ada)

    made.refresh_from_db()
    assert Followup.objects.get() == made
    assert (made.source, made.state) == ("agent", IN_PROGRESS)
    assert {str(one) for one in made.members.present()} == {"Zoé Banque (Référent)", "Ada Liste (Référent)"}
    assert HelpRequest.objects.get().followup_id == made.pk


def test_who_takes_part_already_keeps_his_place() -> None:
    ada = agent_and_expert()
    place = place_in()
    made = opened_file(ada, place, now())

    taken(asked(ada, place), ada)

    assert made.members.count() == 1
    assert AuditEvent.objects.filter(action="unlock").count() == 1


def test_taking_again_opens_nothing_again_and_never_wakes_a_file_that_is_over() -> None:
    ada = agent_and_expert()
    match = asked(ada)
    taken(match, ada)
    made = Followup.objects.get()
    by = person(ada, now())
    undo(match, by=by, at=now())
    taken(match, ada)
    assert Followup.objects.count() == made.members.count() == HelpRequest.objects.count() == 1

    undo(match, by=by, at=now())
    move_file(made, "complete", by=by, at=now())
    taken(match, ada)
    assert [one.state for one in Followup.objects.all()] == [COMPLETED]


def test_a_deleted_file_is_not_opened_again() -> None:
    ada = agent_and_expert()
    match = asked(ada)
    taken(match, ada)
    by = person(ada, now())
    undo(match, by=by, at=now())
    delete_file(Followup.objects.get(), "Erreur", by=by, at=now())

    taken(match, ada)

    assert not Followup.objects.filter(deleted_at=None).exists()


def test_two_experts_of_two_bodies_share_one_file() -> None:
    ada, zoe = agent_and_expert(), agent_and_expert("Zoé Banque", "dgfip")
    place = place_in()
    first = asked(ada, place)
    second = MatchFactory(need=first.need, expert=ExpertFactory(members=[zoe]), sent_at=now())

    taken(first, ada)
    taken(second, zoe)

    made = Followup.objects.get()
    assert made.members.present().count() == 2
    assert HelpRequest.objects.count() == 1


def test_the_text_is_for_who_takes_part(as_: As) -> None:
    ada, near = agent_and_expert(), colleague("Zoé Banque", "dgfip")
    taken(asked(ada), ada)
    here = reverse("followup:file", args=[Followup.objects.get().pk])

    mine, hers = words(as_(ada).get(here)), words(as_(near).get(here))

    assert SAID in mine
    assert "Demande d’aide de l’entreprise" in mine
    assert SAID not in hers
    assert "Trésorerie" in hers
    assert "se lit par ceux qui participent" in hers


def test_the_sheet_of_the_need_names_the_file_to_agents_only(as_: As) -> None:
    ada, expert = agent_and_expert(), UserFactory(expert=True)
    match = asked(ada)
    MatchFactory(need=match.need, expert=ExpertFactory(members=[expert]), sent_at=now())
    taken(match, ada)
    here = reverse("matching:need", args=[match.need_id])

    mine, his = words(as_(ada).get(here)), words(as_(expert).get(here))

    assert "Vous en êtes référent" in mine
    assert "accompagnement" not in his.lower()


def test_agents_of_the_territory_know_that_help_is_asked_without_its_text(as_: As) -> None:
    expert = UserFactory(expert=True)
    match = asked(expert)
    taken(match, expert)
    near, far = colleague("Zoé Banque", "dgfip"), colleague("Luc Nord", "dgfip", territory="59")
    siren = match.need.diagnosis.establishment.company_id

    page = words(as_(near).get(reverse("followup:firm", args=[siren])))
    territory = words(as_(near).get(reverse("followup:list"), {"vue": "departement"}))
    away = words(as_(far).get(reverse("followup:firm", args=[siren])))
    away_list = words(as_(far).get(reverse("followup:list"), {"vue": "departement"}))

    assert "Besoins déjà ouverts pour l’entreprise" in page
    assert "Trésorerie, le" in page
    assert "Demandes d’aide sans accompagnement" in territory
    assert "Menuiserie Durand" in territory
    assert "Ouvrir un accompagnement" in territory
    for text in (page, territory, away, away_list):
        assert SAID not in text
    for text in (away, away_list):
        assert "demandé de l’aide" not in text
        assert "Besoins déjà ouverts" not in text
        assert "Demandes d’aide" not in text
    assert not Followup.objects.exists()
    row = AuditEvent.objects.filter(action="list_view", actor_id=near.pk).latest("pk")
    assert siren in row.details["firms"]


@pytest.mark.parametrize("why", ["held", "running", "closed_need", "other_subject", "old", "from_a_file"])
def test_what_is_no_longer_proposed(why: str) -> None:
    near, expert = colleague("Zoé Banque", "dgfip"), UserFactory(expert=True)
    place = place_in()
    match = asked(agent_and_expert() if why == "held" else expert, place, tells=why != "other_subject")
    at = now()
    if why == "held":
        taken(match, User.objects.get(full_name="Ada Liste"))
    if why == "running":
        opened_file(near, place, at)
    if why == "closed_need":
        Need.objects.update(status="done_no_help")
    if why == "old":
        Need.objects.update(sent_at=at - timedelta(days=120))
    if why == "from_a_file":
        made = opened_file(near, place_in(), at)
        Referral.objects.create(followup=made, visit=match.need.diagnosis, author=near, at=at)

    assert waiting_requests(person(near, at), paris_day(at)) is None
    known = open_needs(person(near, at), place.company_id)
    assert bool(known) is (why in ("held", "running", "old"))


def test_before_filing_a_need_one_reads_those_that_are_open(as_: As) -> None:
    """F-18: within rights. A need on another subject is known to who may read it, or has sent it from his file."""
    ada, zoe, expert = agent_and_expert(), colleague("Zoé Banque", "dgfip"), UserFactory(expert=True)
    place = place_in()
    asked(expert, place, label="Trésorerie")
    other = asked(ada, place, tells=False, label="Recrutement")
    sent = asked(expert, place, tells=False, label="Export")
    asked(expert, place_in(), label="Autre entreprise")
    mine, hers = opened_file(ada, place, now()), reverse("followup:firm", args=[place.company_id])
    Referral.objects.create(followup=mine, visit=sent.need.diagnosis, author=ada, at=now())

    form = as_(ada).get(reverse("followup:refer", args=[mine.pk]))
    firm = words(as_(zoe).get(hers))
    Need.objects.update(status="done_no_help")
    after = words(as_(ada).get(reverse("followup:refer", args=[mine.pk])))

    read = words(form)
    for label in ("Trésorerie, le", "Recrutement, le", "Export, le"):
        assert label in read
    assert "Autre entreprise, le" not in read
    assert reverse("matching:need", args=[other.need_id]) in form.content.decode()
    assert "Trésorerie, le" in firm
    assert "Export, le" in firm  # she reads the files of her territory
    assert "Recrutement" not in firm
    assert "aucun besoin ouvert" in after


def test_questions_do_not_grow_with_the_requests(django_assert_num_queries: Any) -> None:
    near, expert, at = colleague("Zoé Banque", "dgfip"), UserFactory(expert=True), now()
    by = person(near, at)
    for rank in range(2):
        asked(expert, label=f"Trésorerie {rank}")
    with django_assert_num_queries(1):
        assert len(waiting_requests(by, paris_day(at)).firms) == 2  # type: ignore[union-attr]
    for rank in range(2, 25):
        asked(expert, label=f"Trésorerie {rank}")
    with django_assert_num_queries(1):
        found = waiting_requests(by, paris_day(at))
    assert found is not None
    assert len(found.firms) == 20
    assert "les plus récentes" in found.count


def test_who_is_removed_from_the_file_no_longer_reads_the_firm() -> None:
    ada, zoe = agent_and_expert(), colleague("Zoé Banque", "dgfip")
    place = place_in()
    made = opened_file(zoe, place, now())
    taken(asked(ada, place), ada)

    remove_member(made, made.members.get(user=ada), by=person(zoe, now()), at=now())

    assert not sight_of(person(ada, now()), place.company_id).unlocked


def test_those_of_a_running_file_are_told_once_that_the_firm_asked_without_its_words() -> None:
    zoe, ada, place = colleague("Zoe Banque", "dgfip"), agent_and_expert(), place_in()
    made = opened_file(zoe, place, now())

    taken(asked(ada, place), ada)

    told = OutgoingMessage.objects.get(recipient=zoe.email)
    assert told.template == "followup/mail/requested"
    mail = build(told, now())
    assert mail is not None
    assert "a demandé de l’aide à un conseiller. Ada Liste a pris sa demande en charge" in mail.text
    assert SAID not in f"{mail.text} {mail.html}"
    assert reverse("followup:file", args=[made.pk]) in mail.text


def test_a_file_that_a_request_joined_is_on_the_agenda_of_the_codefi_for_two_months() -> None:
    zoe, ada, place = colleague("Zoe Banque", "dgfip"), agent_and_expert(), place_in()
    opened_file(zoe, place, now())
    taken(asked(ada, place), ada)

    for at, expected in ((now(), 1), (now() + timedelta(days=61), 0)):
        page = agenda_page(person(zoe, at), "35", at)
        assert {one.title: len(one.points) for one in page.headings}[ASKED] == expected
