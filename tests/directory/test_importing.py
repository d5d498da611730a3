"""Files of antennes and advisers: what is read, what is refused and where, what is written once and as a whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.accounts.factories import AntenneFactory, HabilitationFactory, InstitutionFactory, UserFactory
from tests.directory.conftest import Book
from tests.directory.factories import ExpertFactory, InstitutionSubjectFactory, SubjectFactory
from tests.directory.importing_world import AT, INSTITUTION, applied, differences, sent, told
from vigie.accounts.models import Antenne, User
from vigie.directory import actions
from vigie.directory.importing import acts, invitations
from vigie.directory.importing.acts import DifferenceMoved
from vigie.directory.models import Change, DirectoryImport, Expert
from vigie.directory.queries.sections import history_of
from vigie.journal import jobs
from vigie.journal.models import Event, OutgoingMessage
from vigie.kernel.errors import Forbidden, Refused
from vigie.rights.person import VISITOR, Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

ANTENNES = "Institution;Nom;Codes INSEE;Codes départements;Codes régions;Nom du responsable;Email du responsable\n"
ADVISERS = "Institution;Antenne;Prénom et nom;Email;Téléphone;Nom de l’équipe;Email de l’équipe"


def antennes(*lines: str) -> str:
    return ANTENNES + "\n".join(f"{INSTITUTION};{line}" for line in lines)


def advisers(*lines: str, more: str = "") -> str:
    return f"{ADVISERS}{more}\n" + "\n".join(f"{INSTITUTION};{line}" for line in lines)


# --- antennes -------------------------------------------------------------------------------------------------------
def test_new_antenne_with_zones_and_manager_waits_for_a_person_to_apply_it(book: Book, team: Person) -> None:
    row = sent(antennes("Chambre de l’Ain;1053;;;Ana Lopes;ana.lopes@metiers.example"), team, "antennes")

    assert row.state == "proposed"
    assert differences(row) == {
        "antenne created Chambre de l’Ain": [
            ("échelon", "", "Locale"),
            ("responsable", "", "Ana Lopes (ana.lopes@metiers.example)"),
            ("zones ajoutées", "", "Bourg-en-Bresse (01) (commune)\u00a0: 1\u00a0commune gagnée"),
        ],
        "person created Ana Lopes (ana.lopes@metiers.example)": [
            ("adresse", "", "ana.lopes@metiers.example"),
            ("nom", "", "Ana Lopes"),
            ("fonction", "", "Responsable"),
            ("habilitation", "", "Responsable de Chambre de l’Ain"),
        ],
    }
    assert not Antenne.objects.filter(name="Chambre de l’Ain").exists()

    acts.apply(row, by=team, at=AT)

    antenne = Antenne.objects.get(name="Chambre de l’Ain")
    assert list(antenne.zones.values_list("zone_type", "code")) == [("commune", "01053")]
    manager = User.objects.get(email="ana.lopes@metiers.example")
    assert manager.antenne == antenne
    assert manager.search_text == "ANA LOPES ANA LOPES METIERS EXAMPLE"
    assert [(one.role, one.state, one.antenne) for one in manager.habilitations.all()] == [
        ("manager", "requested", antenne)
    ]
    assert not OutgoingMessage.objects.exists()


def test_zones_of_the_columns_present_are_replaced_and_the_others_stay(book: Book, team: Person) -> None:
    actions.set_zones(book.antenne, [("departement", "69"), ("epci", "290000012")], by=team, at=AT)

    row = applied(antennes("chambre du rhone;69999 59350;;;;"), team, "antennes")

    assert sorted(book.antenne.zones.values_list("zone_type", "code")) == [
        ("commune", "59350"), ("commune", "69123"), ("epci", "290000012"),
    ]  # fmt: skip
    assert told(row) == [(2, "Codes INSEE", "Cette commune a fusionné : elle est lue comme Lyon (69), code 69123.")]
    assert [entry.verdict for entry in row.entries.all()] == ["reduced"]


def test_region_makes_the_antenne_regional_and_the_hierarchy_follows(book: Book, team: Person) -> None:
    applied(antennes("Chambre régionale;;;84;;"), team, "antennes")

    region = Antenne.objects.get(name="Chambre régionale")
    book.antenne.refresh_from_db()
    assert (region.level, book.antenne.parent) == ("regional", region)


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ("Ain;99999;;;;", "Codes INSEE", "Cette commune n’existe pas, ou n’existe plus, dans le code officiel"),
        ("Ain;;;82;;", "Codes régions", "Cette région n’existe plus depuis 2016 : écrivez Auvergne-Rhône-Alpes, code"),
        ("Ain;;12x;;;", "Codes départements", "« 12X » n’a pas la forme d’un code de cette sorte (département)"),
        (";;;;;", "Nom", "Indiquez le nom de l’antenne"),
        ("Ain;;;;Ana Lopes;", "Email du responsable", "Indiquez l’adresse électronique du responsable"),
        ("Ain;;;;;ana.lopes@metiers.example", "Nom du responsable", "Écrivez autant de noms que d’adresses"),
        ("Ain;;;;Ana;pas une adresse", "Email du responsable", "Cette adresse électronique est mal formée"),
    ],
)
def test_fault_of_a_line_names_line_column_and_value(
    cells: str, column: str, message: str, book: Book, team: Person
) -> None:
    row = sent(antennes("Chambre du Rhône;;69;;;", cells), team, "antennes")

    assert row.state == "faulty"
    assert [(line, where) for line, where, _said in told(row)] == [(3, column)]
    assert message in told(row)[0][2]
    assert row.entries.count() == 0


def test_same_antenne_twice_is_refused_and_a_line_written_twice_is_told(book: Book, team: Person) -> None:
    contradictory = sent(antennes("Ain;1053;;;;", "AIN;;01;;;"), team, "antennes")
    doubled = sent(antennes("Ain;1053;;;;", "Ain;1053;;;;"), team, "antennes")

    assert told(contradictory)[0][2].startswith("Cette antenne est déjà à la ligne 2")
    assert doubled.state == "proposed"
    assert told(doubled) == [(3, "", "Cette ligne répète la ligne 2 : elle est lue une seule fois.")]


def test_existing_person_gets_the_right_at_once_and_is_not_renamed(book: Book, team: Person) -> None:
    applied(antennes("Chambre du Rhône;;69;;Autre Nom;" + book.member.email), team, "antennes")

    book.member.refresh_from_db()
    assert book.member.full_name == "Paul Petit"
    assert book.member.habilitations.filter(role="manager", state="granted", antenne=book.antenne).exists()


# --- advisers -------------------------------------------------------------------------------------------------------
def test_line_creates_person_team_and_competence(book: Book, team: Person) -> None:
    row = applied(
        advisers("Chambre du Rhône;LUCIE MARTIN;Lucie.Martin@metiers.example;612345678;Relais;relais@metiers.example;x",
                 more=";Recruter un salarié"),
        team,
    )  # fmt: skip

    expert = Expert.objects.get(email="relais@metiers.example")
    user = User.objects.get(email="lucie.martin@metiers.example")
    assert (user.full_name, user.phone, user.antenne) == ("Lucie Martin", "06 12 34 56 78", book.antenne)
    assert (expert.full_name, expert.antenne, expert.search_text) == (
        "Relais", book.antenne, "RELAIS RELAIS METIERS EXAMPLE",
    )  # fmt: skip
    assert list(expert.users.all()) == [user]
    assert [(one.institution_subject.subject, one.criteria) for one in expert.competences.all()] == [(book.subject, "")]
    assert [one.role for one in user.habilitations.all()] == ["expert"]
    assert row.counts == {
        "team": {"created": 1, "modified": 0, "reduced": 0, "unchanged": 0},
        "person": {"created": 1, "modified": 0, "reduced": 0, "unchanged": 0},
    }


def test_cells_give_change_and_take_competences_away(book: Book, team: Person) -> None:
    other, third = SubjectFactory(label="Exporter"), SubjectFactory(label="Former")
    for subject in (other, third):
        InstitutionSubjectFactory(institution=book.institution, subject=subject)
    kept = book.expert.competences.get()

    row = applied(
        advisers(f"Chambre du Rhône;;;;;{book.expert.email};moins de 10 salariés;oui;",
                 more=";Recruter un salarié;Exporter;Former"),
        team,
    )  # fmt: skip

    held = {one.institution_subject.subject.label: one.criteria for one in book.expert.competences.all()}
    assert held == {"Recruter un salarié": "moins de 10 salariés", "Exporter": ""}
    assert book.expert.competences.get(pk=kept.pk).criteria == "moins de 10 salariés"
    assert differences(row)[f"team modified {book.expert.full_name}"] == [
        ("compétence «\u00a0Recruter un salarié\u00a0»", "oui", "moins de 10 salariés"),
        ("compétence «\u00a0Exporter\u00a0»", "", "oui"),
    ]

    applied(advisers(f"Chambre du Rhône;;;;;{book.expert.email};", more=";Exporter"), team)

    assert [one.institution_subject.subject.label for one in book.expert.competences.all()] == ["Recruter un salarié"]


def test_own_zones_of_a_team_are_replaced_and_emptied(book: Book, team: Person) -> None:
    columns = ";Communes spécifiques;Départements spécifiques"

    applied(advisers(f"Chambre du Rhône;;;;;{book.expert.email};;1", more=columns), team)

    assert list(book.expert.zones.values_list("zone_type", "code")) == [("departement", "01")]


def test_lines_of_one_team_that_disagree_are_refused_with_both_lines(book: Book, team: Person) -> None:
    row = sent(
        advisers(
            "Chambre du Rhône;Ana Lopes;ana@metiers.example;;Relais;relais@metiers.example;x",
            "Chambre du Rhône;Luc Roy;luc@metiers.example;;Relais;relais@metiers.example;",
            "Chambre du Rhône;Eva Roy;eva@metiers.example;;Autre nom;relais@metiers.example;x",
            more=";Recruter un salarié",
        ),
        team,
    )

    assert [(line, column) for line, column, _message in told(row)] == [
        (3, f"{book.subject.theme.label}:Recruter un salarié"), (4, "Nom de l’équipe"),
    ]  # fmt: skip
    assert all("Contradiction avec la ligne 2" in message for _line, _column, message in told(row))
    assert "« Relais »" in told(row)[1][2]  # what the other line says


def test_sujet_column_adds_and_never_takes_away(book: Book, team: Person) -> None:
    InstitutionSubjectFactory(institution=book.institution, subject=SubjectFactory(label="Exporter"))

    applied(advisers(f"Chambre du Rhône;;;;;{book.expert.email};exporter", more=";Sujet"), team)

    assert book.expert.competences.count() == 2


def test_person_with_subjects_and_no_team_becomes_his_own_team(book: Book, team: Person) -> None:
    applied(advisers("Chambre du Rhône;Ana Lopes;ana@metiers.example;;;;x", more=";Recruter un salarié"), team)

    expert = Expert.objects.get(email="ana@metiers.example")
    assert (expert.full_name, expert.members.count()) == ("Ana Lopes", 1)


@pytest.mark.parametrize(
    ("line", "more", "column", "message"),
    [
        ("Chambre du Rône;Ana;a@b.example;;;", "", "Antenne", "Vouliez-vous dire « Chambre du Rhône » ?"),
        ("Chambre du Rhône;;ana@metiers.example;;;", "", "Prénom et nom", "Indiquez le prénom et le nom"),
        ("Chambre du Rhône;Ana;;;;", "", "Email", "Indiquez l’adresse d’une personne ou d’une équipe"),
        ("Chambre du Rhône;;;;;x@y.example", "", "Nom de l’équipe", "Indiquez le nom de cette nouvelle équipe"),
        ("Chambre du Rhône;Ana;a@b.example;;;;x", ";Recruter un salarie e", "Recruter un salarie e", "n’est pas une"),
        (
            "Chambre du Rhône;Ana;a@b.example;;;;",
            ";Recruter un salariés",
            "Recruter un salariés",
            "En-tête non reconnu",
        ),
        ("Chambre du Rhône;Ana;a@b.example;;;;Vendre", ";Sujet", "Sujet", "n’est pas une compétence de"),
    ],
)
def test_fault_of_an_adviser_line(line: str, more: str, column: str, message: str, book: Book, team: Person) -> None:
    row = sent(advisers(line, more=more), team)

    assert row.state == "faulty"
    assert any(where == column and message in said for _n, where, said in told(row)), told(row)


def test_unknown_institution_closed_account_and_foreign_person_are_refused(book: Book, team: Person) -> None:
    closed = UserFactory(deleted=True, antenne=book.antenne)
    elsewhere = UserFactory(antenne=AntenneFactory(institution=InstitutionFactory(name="Autre")))
    text = advisers(f"Chambre du Rhône;Ana;{closed.email};;;", f"Chambre du Rhône;Luc;{elsewhere.email};;;")

    row = sent(f"{text}\nInconnue;Chambre du Rhône;Eva;eva@metiers.example;;;", team)

    assert [(line, said.split(".")[0].split(" :")[0]) for line, _column, said in told(row)] == [
        (2, "Cette adresse est celle d’un compte fermé"),
        (3, "Cette personne appartient à une autre institution"),
        (4, "Institution non reconnue"),
    ]


def test_teams_that_share_an_address_are_told_apart_by_antenne_name_or_number(book: Book, team: Person) -> None:
    twin = ExpertFactory(antenne=book.antenne, email=book.expert.email, full_name="Équipe export")

    by_name = applied(
        advisers(f"Chambre du Rhône;;;;équipe EXPORT;{twin.email};oui", more=";Recruter un salarié"), team
    )
    unknown = sent(advisers(f"Chambre du Rhône;;;;Autre;{twin.email};oui", more=";Recruter un salarié"), team)
    by_number = sent(advisers(f"Chambre du Rhône;;;;Autre;{twin.email};{twin.pk}", more=";Id de l’équipe"), team)

    assert [one.target_id for one in by_name.entries.all()] == [twin.pk]
    assert "Plusieurs équipes de cette institution ont cette adresse" in told(unknown)[0][2]
    assert differences(by_number) == {"team modified Autre": [("nom", "équipe EXPORT", "Autre")]}


def test_ambiguous_subject_is_refused_and_its_precise_writing_is_read(book: Book, team: Person) -> None:
    for description in ("apprentis", "seniors"):
        InstitutionSubjectFactory(institution=book.institution, subject=book.subject, description=description)
    line = f"Chambre du Rhône;;;;;{book.expert.email};x"

    vague = sent(advisers(line, more=f";{book.subject.theme.label}"), team)
    precise = applied(advisers(line, more=";Recruter un salarié:seniors"), team)

    assert "désigne plusieurs compétences" in told(vague)[0][2]
    assert precise.state == "applied"
    assert book.expert.competences.filter(institution_subject__description="seniors").exists()


# --- once and as a whole --------------------------------------------------------------------------------------------
def test_same_file_again_has_nothing_to_change(book: Book, team: Person) -> None:
    text = advisers("Chambre du Rhône;Ana Lopes;ana@metiers.example;;Relais;relais@metiers.example;x",
                    more=";Recruter un salarié")  # fmt: skip
    applied(text, team)

    again = sent(text, team)

    assert again.state == "same"
    assert {entry.verdict for entry in again.entries.all()} == {"unchanged"}
    with pytest.raises(Refused):
        acts.apply(again, by=team, at=AT)


def test_pressed_twice_is_applied_once_and_sent_twice_is_one_import(book: Book, team: Person) -> None:
    text = antennes("Ain;1053;;;;")
    row = sent(text, team, "antennes")

    assert sent(text, team, "antennes").pk == row.pk
    acts.apply(row, by=team, at=AT)
    acts.apply(row, by=team, at=AT)

    assert Antenne.objects.filter(name="Ain").count() == 1
    assert Event.objects.filter(name="import.applied").count() == 1
    assert Event.objects.filter(name="directory.changed", subject_type="directory.Change").count() == 1


def test_difference_that_moved_writes_nothing_and_says_who(book: Book, team: Person) -> None:
    row = sent(antennes("Chambre du Rhône;;69 01;;;", "Ain;1053;;;;"), team, "antennes")
    actions.set_zones(book.antenne, [("departement", "01")], by=team, at=AT + timedelta(minutes=2))

    with pytest.raises(DifferenceMoved) as moved:
        acts.apply(row, by=team, at=AT + timedelta(minutes=3))

    row.refresh_from_db()
    assert "Odile Brun à 10" in moved.value.message_fr
    assert (row.state, row.notice) == ("proposed", moved.value.message_fr)
    assert not Antenne.objects.filter(name="Ain").exists()
    assert ("zones ajoutées", "", "Rhône (69) (département)\u00a0: 4\u00a0communes gagnées") in differences(row)[
        "antenne modified Chambre du Rhône"
    ]

    acts.apply(row, by=team, at=AT + timedelta(minutes=4))

    assert book.antenne.zones.count() == 2


def test_change_elsewhere_in_the_book_does_not_prevent(book: Book, team: Person) -> None:
    row = sent(antennes("Ain;1053;;;;"), team, "antennes")
    actions.set_zones(book.antenne, [("departement", "01")], by=team, at=AT)

    assert acts.apply(row, by=team, at=AT).state == "applied"


def test_fault_in_the_middle_of_the_writing_leaves_nothing(
    book: Book, team: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sent(advisers("Chambre du Rhône;Ana Lopes;ana@metiers.example;;Relais;relais@metiers.example"), team)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("vigie.directory.importing.writing.record_each", broken)
    with pytest.raises(RuntimeError):
        acts.apply(row, by=team, at=AT)

    row.refresh_from_db()
    assert row.state == "proposed"
    assert not User.objects.filter(email="ana@metiers.example").exists()
    assert not Expert.objects.filter(email="relais@metiers.example").exists()


def test_sheet_tells_what_the_file_changed_and_who_applied_it(book: Book, team: Person) -> None:
    applied(antennes("Chambre du Rhône;;69 01;;;"), team, "antennes")

    step = history_of(book.antenne)[-1]
    assert (step.title, step.text) == ("Modification (zones ajoutées)", "Odile Brun")
    assert Change.objects.get().after == {"zones ajoutées": "Ain (01) (département)\u00a0: 1\u00a0commune gagnée"}


def test_abandoned_file_changes_nothing_and_can_be_sent_again(book: Book, team: Person) -> None:
    row = sent(antennes("Ain;1053;;;;"), team, "antennes")

    acts.abandon(row, by=team, at=AT)
    again = acts.abandon(row, by=team, at=AT)

    assert again.state == "abandoned"
    assert bytes(again.data) == b""
    assert sent(antennes("Ain;1053;;;;"), team, "antennes").pk != row.pk
    with pytest.raises(Refused):
        acts.apply(row, by=team, at=AT)


def test_nobody_else_sends_or_applies(book: Book, team: Person) -> None:
    row = sent(antennes("Ain;1053;;;;"), team, "antennes")

    with pytest.raises(Forbidden):
        sent(antennes("Ain;1053;;;;"), VISITOR, "antennes")
    for act in (acts.apply, acts.abandon, invitations.send_invitations):
        with pytest.raises(Refused):
            act(row, by=VISITOR, at=AT)


# --- large files ----------------------------------------------------------------------------------------------------
def test_large_file_is_read_then_applied_by_the_worker_even_run_twice(
    book: Book, team: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "LARGE_LINES", 2)
    text = antennes("A;;01;;;", "B;;01;;;", "C;;01;;;")
    with jobs.collected() as queued:
        row = sent(text, team, "antennes")
        assert row.state == "reading"
        for _twice in range(2):
            acts.read_job(at=AT, **queued[0].arguments)
        row.refresh_from_db()
        assert (row.state, row.line_count) == ("proposed", 3)
        assert acts.apply(row, by=team, at=AT).state == "applying"
        assert acts.apply(row, by=team, at=AT).state == "applying"
        assert [one.name for one in queued] == ["read_directory_import", "apply_directory_import"]
        assert acts.apply_job(at=AT, **queued[1].arguments) == "fichier.csv\u00a0: appliqué"
        assert acts.apply_job(at=AT, **queued[1].arguments) == "rien à appliquer"
    assert Antenne.objects.filter(name__in="ABC").count() == 3


def test_worker_sends_back_a_difference_that_moved(book: Book, team: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    row = sent(antennes("Chambre du Rhône;;01;;;", "B;;01;;;", "C;;01;;;"), team, "antennes")
    monkeypatch.setattr(acts, "LARGE_LINES", 2)
    with jobs.collected() as queued:
        acts.apply(row, by=team, at=AT)
        actions.set_zones(book.antenne, [("departement", "01")], by=team, at=AT)
        said = acts.apply_job(at=AT, **queued[0].arguments)

    row.refresh_from_db()
    assert (row.state, row.notice) == ("proposed", said)
    assert not Antenne.objects.filter(name="B").exists()


def test_a_file_whose_worker_was_killed_is_read_again_or_given_back(
    book: Book, team: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "LARGE_LINES", 2)
    soon, late = AT + timedelta(minutes=5), AT + timedelta(hours=1)
    with jobs.collected() as lost:
        row = sent(antennes("A;;01;;;", "B;;01;;;", "C;;01;;;"), team, "antennes")
    with jobs.collected() as queued:
        acts.resume(at=soon)
        assert not queued  # its worker may still be at it
        assert acts.resume(at=late) == "1\u00a0lecture reprise, 0\u00a0import rendu"
    assert [one.arguments for one in queued] == [lost[0].arguments]
    acts.read_job(at=late, **queued[0].arguments)
    row.refresh_from_db()
    with jobs.collected() as lost:
        acts.apply(row, by=team, at=late)
    acts.resume(at=late + timedelta(minutes=5))
    row.refresh_from_db()
    assert row.state == "applying"

    acts.resume(at=late + timedelta(hours=1))

    row.refresh_from_db()
    assert (row.state, row.notice) == ("proposed", acts.STOPPED)
    assert acts.apply_job(at=late, **lost[0].arguments) == "rien à appliquer"  # the one that was lost comes back
    assert not Antenne.objects.filter(name__in="ABC").exists()


# --- invitations ----------------------------------------------------------------------------------------------------
def test_each_new_person_receives_one_invitation_when_the_team_says_so(book: Book, team: Person) -> None:
    HabilitationFactory(user=User.objects.get(pk=team.user_id), role="adviser")
    row = applied(
        advisers("Chambre du Rhône;Ana Lopes;ana@metiers.example;;Relais;relais@metiers.example",
                 "Chambre du Rhône;Luc Roy;luc@metiers.example;;;"),
        team,
    )  # fmt: skip
    assert not OutgoingMessage.objects.exists()

    with jobs.collected() as queued:
        assert invitations.send_invitations(row, by=team, at=AT) == 2
        assert invitations.send_invitations(row, by=team, at=AT) == 0
        asked = [one for one in queued if one.name == invitations.INVITE_JOB]
        for _twice in range(2):
            invitations.invite_job(at=AT, **asked[0].arguments)

    assert sorted(OutgoingMessage.objects.values_list("recipient", "template")) == [
        ("ana@metiers.example", "accounts/mail/invitation"), ("luc@metiers.example", "accounts/mail/invitation"),
    ]  # fmt: skip
    ana = User.objects.get(email="ana@metiers.example")
    assert [(one.role, one.state, one.granted_by_id) for one in ana.habilitations.all()] == [
        ("expert", "granted", team.user_id)
    ]
    assert (ana.invited_at, ana.invited_by_id) == (AT, team.user_id)


def test_kept_text_is_that_of_the_file(book: Book, team: Person) -> None:
    text = antennes("Ain;1053;;;;")

    row = DirectoryImport.objects.get(pk=sent(text.encode("utf-16"), team, "antennes").pk)

    assert (row.text.lstrip("\ufeff"), row.encoding, bytes(row.data)) == (text, "UTF-16", b"")
    assert row.author_id == team.user_id
