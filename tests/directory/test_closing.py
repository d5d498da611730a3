"""An antenne that closes while its needs are running: nobody is lost, nothing is half done."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AT, AntenneFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from tests.directory.factories import ExpertFactory
from tests.matching.factories import MatchFactory
from vigie.accounts.models import Habilitation
from vigie.directory import closing
from vigie.directory.closing import close_antenne
from vigie.directory.models import Expert
from vigie.journal.models import OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.matching.models import Match
from vigie.matching.queries.positions import company_name
from vigie.rights.person import Person
from vigie.ui.formats import day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]


@pytest.fixture
def running(book: Book) -> Match:
    """A need that waits for the expert of the antenne."""
    return MatchFactory(expert=book.expert, subject=book.subject, need__subject=book.subject, sent_at=AT)


@pytest.fixture
def heir(book: Book) -> Expert:
    """A team of another antenne of the institution."""
    other = AntenneFactory(institution=book.institution, name="Chambre de l’Ain", zones=[("departement", "01")])
    return ExpertFactory(antenne=other, subject=book.subject, full_name="Équipe de l’Ain")


def test_closing_without_heir_is_refused_while_needs_run(book: Book, running: Match, team: Person) -> None:
    with pytest.raises(InvalidInput) as refused:
        close_antenne(book.antenne, to=None, by=team, at=AT)

    said = refused.value.message_fr.replace("\u00a0", " ")
    assert said == "Choisissez l’équipe qui reprend 1 mise en relation en cours et 1 personne."
    book.antenne.refresh_from_db()
    assert book.antenne.deleted_at is None


def test_heir_takes_needs_and_people_and_is_told(book: Book, running: Match, heir: Expert, team: Person) -> None:
    close_antenne(book.antenne, to=heir, by=team, at=AT)
    again = close_antenne(book.antenne, to=heir, by=team, at=AT)

    running.refresh_from_db()
    book.antenne.refresh_from_db()
    book.expert.refresh_from_db()
    book.member.refresh_from_db()
    assert (running.expert, running.state) == (heir, "quo")
    assert book.antenne.deleted_at == book.expert.deleted_at == AT
    assert book.member.antenne == heir.antenne
    assert OutgoingMessage.objects.filter(recipient=heir.email).count() == 1
    assert (again.experts, again.moved) == (0, 0)


def test_need_that_the_heir_already_has_keeps_the_antenne_open(
    book: Book, running: Match, heir: Expert, team: Person
) -> None:
    MatchFactory(expert=heir, need=running.need, subject=book.subject)

    with pytest.raises(Refused) as refused:
        close_antenne(book.antenne, to=heir, by=team, at=AT)

    assert refused.value.message_fr.startswith(f"Besoin n° {running.need_id}")
    book.expert.refresh_from_db()
    book.member.refresh_from_db()
    assert book.expert.deleted_at is None
    assert book.member.antenne == book.antenne


def test_stranger_does_not_inherit_and_others_do_not_close(book: Book, running: Match, team: Person) -> None:
    with pytest.raises(InvalidInput):
        close_antenne(book.antenne, to=ExpertFactory(subject=book.subject), by=team, at=AT)
    with pytest.raises(Forbidden):
        close_antenne(book.antenne, to=None, by=person(UserFactory(expert=True)), at=AT)


def test_page_lists_what_runs_and_closes(book: Book, running: Match, heir: Expert) -> None:
    client = sign_in(Client(), UserFactory(team=True))
    url = reverse("directory:close", args=[book.antenne.pk])

    assert url in client.get(reverse("directory:antenne", args=[book.antenne.pk])).content.decode()
    text = visible_text(client.get(url).content.decode()).replace("\u00a0", " ")
    firm = company_name(running.need)
    assert f"{firm}, Recruter un salarié (besoin n° {running.need_id}) : Équipe emploi" in text
    assert "accueille les personnes Une équipe" in text  # not « (facultatif) »: nothing closes without it
    assert "Choisir" in text
    assert "1 équipe et 1 personne dans cette antenne, 1 mise en relation en cours." in text
    refused = client.post(url, {"expert": ""})
    assert "Choisissez l’équipe qui reprend" in visible_text(refused.content.decode())
    done = client.post(url, {"expert": str(heir.pk)}, follow=True)
    assert "1 besoin repris" in visible_text(done.content.decode()).replace("\u00a0", " ")
    assert client.get(url).status_code == 302


def test_the_nearest_teams_are_offered_first(book: Book, heir: Expert) -> None:
    """Among four hundred teams by name, the one of the next town was on the tenth screen."""

    def team_of(name: str, **zones: object) -> None:
        ExpertFactory(antenne=AntenneFactory(institution=book.institution, name=name, **zones), full_name="Équipe")

    team_of("A, dans le Nord", zones=[("departement", "59")])
    team_of("B, nationale", level="national")
    team_of("C, à Villeurbanne", zones=[("commune", "69266")])
    team_of("D, sans zone", zones=[])

    assert [(label, [name for _pk, name in teams]) for label, teams in closing.heirs(book.antenne)] == [
        ("Dans le même département", ["Équipe (C, à Villeurbanne)"]),
        ("Dans la même région, ou nationales", ["Équipe (B, nationale)", "Équipe de l’Ain (Chambre de l’Ain)"]),
        ("Ailleurs", ["Équipe (A, dans le Nord)", "Équipe (D, sans zone)"]),
    ]


def test_empty_antenne_closes_alone(book: Book, team: Person) -> None:
    empty = AntenneFactory(institution=book.institution)

    close_antenne(empty, to=None, by=team, at=AT)

    empty.refresh_from_db()
    assert empty.deleted_at == AT
    sheet = sign_in(Client(), UserFactory(team=True)).get(reverse("directory:antenne", args=[empty.pk]))
    assert "pas encore" not in visible_text(sheet.content.decode())


def test_its_managers_answer_for_nothing_any_more(book: Book, running: Match, heir: Expert, team: Person) -> None:
    manager = UserFactory(manager=True, antenne=book.antenne)
    epoch = manager.session_epoch

    close_antenne(book.antenne, to=heir, by=team, at=AT)

    held = Habilitation.objects.get(user=manager, role="manager")
    manager.refresh_from_db()
    assert (held.state, held.ended_at) == ("revoked", AT)
    assert manager.session_epoch > epoch
    assert not person(manager).managed_antennes


def test_a_fault_after_the_revocation_leaves_the_antenne_and_its_manager_as_they_were(
    book: Book, running: Match, heir: Expert, team: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = UserFactory(manager=True, antenne=book.antenne)

    def fault(point: str) -> None:
        if point == "closing.after_revoked":
            raise RuntimeError(point)

    monkeypatch.setattr(closing, "crash_point", fault)
    with pytest.raises(RuntimeError, match="after_revoked"):
        close_antenne(book.antenne, to=heir, by=team, at=AT)

    book.antenne.refresh_from_db()
    running.refresh_from_db()
    assert book.antenne.deleted_at is None
    assert running.expert == book.expert
    assert Habilitation.objects.get(user=manager, role="manager").state == "granted"


def desk_of(client: Client) -> str:
    return visible_text(client.get(reverse("matching:desk")).content.decode()).replace("\u00a0", " ")


def test_the_expert_of_a_closed_antenne_is_told_so_and_who_takes_over(
    book: Book, running: Match, heir: Expert, team: Person
) -> None:
    """« Vous avez répondu à tout » was said to somebody whose needs had been given to another team."""
    close_antenne(book.antenne, to=heir, by=team, at=AT)

    page = desk_of(sign_in(Client(), book.member))

    assert "Votre antenne est fermée" in page
    assert f"L’antenne Chambre du Rhône est fermée depuis le {day(AT).replace(chr(160), ' ')}." in page
    assert "Ses besoins en cours sont repris par Équipe de l’Ain (Chambre de l’Ain)." in page
    assert "Votre antenne est maintenant Chambre de l’Ain." in page
    assert "Aucun nouveau besoin ne vous sera envoyé" in page
    assert "répondu à tout" not in page


def test_the_expert_of_another_living_team_is_told_nothing(book: Book, heir: Expert, team: Person) -> None:
    heir.members.create(user=book.member)
    close_antenne(book.antenne, to=heir, by=team, at=AT)

    assert "Vous avez répondu à tout" in desk_of(sign_in(Client(), book.member))


def test_a_team_that_left_alone_and_no_team_at_all_are_told_apart(book: Book, team: Person) -> None:
    book.expert.deleted_at = AT
    book.expert.save()
    newcomer = UserFactory(expert=True)

    assert "« Équipe emploi » n’y figure plus depuis" in desk_of(sign_in(Client(), book.member))
    assert "Vous n’êtes dans aucune équipe" in desk_of(sign_in(Client(), newcomer))
    assert "répondu à tout" not in desk_of(sign_in(Client(), newcomer))
