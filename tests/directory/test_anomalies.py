"""What is wrong in the address book: every rule of the table finds its fault, only it, and says where to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import AT, AntenneFactory, HabilitationFactory, InstitutionFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from tests.directory.factories import ExpertFactory, InstitutionSubjectFactory, SubjectFactory
from vigie.directory.queries.anomalies import ANOMALIES, READ, counts, found
from vigie.directory.queries.marks import forget, marks
from vigie.journal.models import Event, OutgoingMessage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
TODAY = date(2026, 3, 18)


def _refused(email: str) -> None:
    event = Event.objects.create(name="account.invited", at=AT, actor_kind="system", subject_type="x", subject_id="1")
    OutgoingMessage.objects.create(
        event=event, template="t", audience="a", recipient=email, subject_type="x", subject_id="1", unique_key=email,
        message_id=email, state="failed", error="refusée", created_at=AT, due_at=AT, next_attempt_at=AT, ended_at=AT,
    )  # fmt: skip


def _national(book: Book) -> None:
    book.antenne.level = "national"
    book.antenne.save()


def _twin(book: Book, **changed: object) -> None:
    member = UserFactory(expert=True, antenne=book.antenne)
    ExpertFactory(antenne=book.antenne, subject=book.subject, members=[member], **changed)


# rule → what makes the fault in a book that has none, and the name of the sheet that mends it
FAULTS: dict[str, tuple[Callable[[Book], object], str]] = {
    "antenne_without_zone": (lambda book: book.antenne.zones.all().delete(), "Chambre du Rhône"),
    "antenne_without_expert": (
        lambda book: AntenneFactory(institution=book.institution, name="Vide", zones=[("departement", "01")]), "Vide",
    ),
    "national_with_zones": (_national, "Chambre du Rhône"),
    "antenne_zone_gone": (lambda book: book.antenne.zones.update(code="97"), "Chambre du Rhône"),
    "antenne_twice": (
        lambda book: ExpertFactory(
            antenne=AntenneFactory(institution=book.institution, name="CHAMBRE DU RHONE", zones=[("region", "84")]),
            subject=book.subject, members=[book.member],
        ),
        "CHAMBRE DU RHONE",
    ),
    "expert_without_user": (lambda book: book.expert.members.all().delete(), "Équipe emploi"),
    "expert_without_competence": (lambda book: _without_competence(book), "Équipe emploi"),
    "expert_address_twice": (lambda book: _twin(book, email=book.expert.email.upper()), "Équipe emploi"),
    "expert_name_twice": (lambda book: _twin(book, full_name="EQUIPE EMPLOI"), "Équipe emploi"),
    "expert_address_refused": (lambda book: _refused(book.expert.email), "Équipe emploi"),
    "expert_zone_gone": (lambda book: book.expert.zones.update(code="69999"), "Équipe emploi"),
    "person_address_refused": (lambda book: _refused(book.member.email), "Paul Petit"),
    "habilitation_missing": (lambda book: book.member.habilitations.all().delete(), "Paul Petit"),
    "subject_uncovered": (
        lambda book: InstitutionSubjectFactory(
            institution=book.institution, subject=SubjectFactory(label="Exporter")
        ),
        "Exporter",
    ),
}  # fmt: skip


def _without_competence(book: Book) -> None:
    _twin(book)  # the subject stays covered
    book.expert.competences.all().delete()


def test_every_rule_has_its_fault_here() -> None:
    assert set(FAULTS) == {rule.code for rule in ANOMALIES}
    assert len({rule.label for rule in ANOMALIES}) == len(ANOMALIES)


def test_each_table_that_the_rules_read_is_watched(book: Book) -> None:
    with CaptureQueriesContext(connection) as asked:
        list(found(TODAY))

    read = " ".join(query["sql"] for query in asked.captured_queries)
    assert set(re.findall(r"\b(?:FROM|JOIN) \"(\w+)\"", read)) == set(READ)


def test_book_in_order_has_no_anomaly(book: Book) -> None:
    assert {code: n for code, n in counts(TODAY, marks()).items() if n} == {}
    assert list(found(TODAY)) == []


@pytest.mark.parametrize("code", FAULTS)
def test_rule_finds_its_fault_alone_and_leads_to_its_sheet(code: str, book: Book) -> None:
    make, name = FAULTS[code]
    make(book)

    told = counts(TODAY, marks())
    rows = [(one, label) for one, _target, label, _place, _under, _antenne in found(TODAY)]

    assert {one for one, n in told.items() if n} == {code}
    assert (code, name) in rows
    assert len(rows) == told[code]
    page = sign_in(Client(), UserFactory(team=True)).get(reverse("directory:anomalies"), {"nature": code})
    link = next(line for line in page.content.decode().split("<a ") if f">{name}</a>" in line).split('"')[1]
    assert link.startswith(("/equipe/annuaire/", "/equipe/personnes/"))


def test_two_teams_of_one_name_are_told_apart_by_their_antennes(book: Book) -> None:
    elsewhere = AntenneFactory(institution=book.institution, name="Chambre de l’Ain", zones=[("departement", "01")])
    member = UserFactory(expert=True, antenne=elsewhere)
    ExpertFactory(antenne=elsewhere, subject=book.subject, members=[member], full_name="EQUIPE EMPLOI")
    answer = sign_in(Client(), UserFactory(team=True)).get(reverse("directory:anomalies"))
    text = visible_text(answer.content.decode())

    assert "Équipe emploi Chambre du Rhône Équipes de même nom" in text
    assert "EQUIPE EMPLOI Chambre de l’Ain Équipes de même nom" in text
    assert "Lignes à corriger" not in text  # they are to verify


def test_page_keeps_to_an_institution_and_counts_show_on_the_home_page(book: Book) -> None:
    other = AntenneFactory(institution=InstitutionFactory(name="Autre institution"), name="Ailleurs")
    book.antenne.zones.all().delete()
    client = sign_in(Client(), UserFactory(team=True, antenne=other))

    here = client.get(reverse("directory:anomalies"), {"institution": str(book.institution.pk)})
    text = visible_text(here.content.decode())

    assert "1 anomalie" in text.replace("\u00a0", " ")
    assert "Ailleurs" not in text
    home = visible_text(client.get(reverse("directory:home")).content.decode()).replace("\u00a0", " ")
    assert "Anomalies : 3, dont 2 à corriger" in home
    for asked in ({"nature": "licorne"}, {"institution": "x"}, {"institution": "9" * 30}, {"page": "deux"}):
        assert client.get(reverse("directory:anomalies"), asked).status_code == 200


@pytest.mark.parametrize("name", ["anomalies", "antennes", "home", "imports"])
def test_queries_do_not_grow_with_rows(name: str, book: Book) -> None:
    client = sign_in(Client(), UserFactory(team=True))
    client.get(reverse("directory:home"))  # the first page counts itself in the rate limits
    few = _queries(client, name)
    for _ in range(20):
        antenne = AntenneFactory(institution=book.institution)
        ExpertFactory(antenne=antenne, email=book.expert.email, members=[UserFactory(antenne=antenne)])
    HabilitationFactory(user=book.member, role="manager", antenne=book.antenne)

    assert _queries(client, name) == few <= 20


def _queries(client: Client, name: str) -> int:
    """With nothing kept: once they are, the pages ask less."""
    forget()
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(f"directory:{name}")).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"Chambre du Rhône", "Nationale", "Régionale"}),
        ({"echelon": "national"}, {"Nationale"}),
        ({"region": "32"}, {"Régionale"}),
        ({"region": "84"}, {"Chambre du Rhône"}),
        ({"q": "rhone"}, {"Chambre du Rhône"}),
        ({"anomalie": "antenne_without_expert"}, {"Nationale", "Régionale"}),
        ({"institution": "9999999"}, {"Chambre du Rhône", "Nationale", "Régionale"}),
    ],
)
def test_antennes_are_listed_by_filter(asked: dict[str, str], expected: set[str], book: Book) -> None:
    from vigie.territory.models import Zone

    Zone.objects.create(zone_type="region", code="32", name="Hauts", name_folded="HAUTS", vintage=2026)
    AntenneFactory(institution=book.institution, name="Nationale", level="national")
    AntenneFactory(institution=book.institution, name="Régionale", level="regional", zones=[("region", "32")])

    page = sign_in(Client(), UserFactory(team=True, antenne=book.antenne)).get(reverse("directory:antennes"), asked)
    text = page.content.decode()

    assert {one for one in ("Chambre du Rhône", "Nationale", "Régionale") if f">{one}</a>" in text} == expected
