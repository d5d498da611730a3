"""The forms of the address book as they are sent: what is written, what is said of a mistake, a double sending."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import AntenneFactory, UserFactory, sign_in
from tests.conftest import visible_text
from tests.directory.conftest import Book
from tests.directory.factories import InstitutionSubjectFactory, SubjectFactory
from tests.matching.factories import MatchFactory
from vigie.accounts.models import Antenne, Institution
from vigie.directory.models import AnswerGrouping, Change, Expert, MatchFilter, Subject, SubjectQuestion, Theme
from vigie.territory.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "territory")]
HOSTILE = f"<script>alert('x')</script>\u202e {'A' * 5000}"


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), UserFactory(team=True, full_name="Odile Brun"))


def url(name: str, *args: object) -> str:
    return reverse(f"directory:{name}", args=args)


def said(response) -> str:
    """The text of the page, or of the one it leads to."""
    return visible_text(response.content.decode()).replace("\u00a0", " ")


def fill(desk: Client, page: str, **changes: object):
    """Sends the form of a page as it is shown, with these changes."""
    form = desk.get(page).context["form"]
    data: dict[str, object] = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False):
            data[bound.html_name] = value
    data |= changes
    return desk.post(page, {name: value for name, value in data.items() if value is not None}, follow=True)


# --- one of each kind ------------------------------------------------------------------------------------------------
def test_whole_address_book_is_typed_on_screen(book: Book, desk: Client) -> None:
    fill(desk, url("add", "institution"), name="Douane inventée", kind="expert_provider", accepts_unknown_nature="on")
    institution = Institution.objects.get(slug="douane-inventee")

    fill(desk, url("add_under", "antenne", "institution", institution.pk), name="Douane de l’Ain", level="local")
    antenne = Antenne.objects.get(institution=institution)
    fill(desk, url("zones", "antenne", antenne.pk), departement="01, rhone", commune="69123;")
    assert {zone.code for zone in antenne.zones.all()} == {"01", "69", "69123"}
    fill(desk, url("zones", "antenne", antenne.pk), departement="", commune="Villefranche-sur-Saône")

    fill(
        desk,
        url("add_under", "expert", "antenne", antenne.pk),
        full_name="Pôle d’action économique",
        email="Pae@Douane.example",
        phone="04 12 34 56 78",
    )
    expert = Expert.objects.get(antenne=antenne)
    assert expert.email == "pae@douane.example"

    fill(desk, url("add_under", "competence-institution", "institution", institution.pk), subject_id=book.subject.pk)
    own = institution.competences.get()
    fill(desk, url("add_under", "competence", "expert", expert.pk), institution_subject_id=own.pk, criteria="Export")
    person = UserFactory(antenne=antenne)
    fill(desk, url("add_under", "membre", "expert", expert.pk), user_id=person.pk)
    fill(
        desk,
        url("add_under", "filtre", "expert", expert.pk),
        accepted_naf="47.7 c, 4711F",
        excluded_legal_forms="57",
        excluded_communes="69123",
        subjects=[str(book.subject.pk)],
    )
    fill(desk, url("add_under", "reponses", "expert", expert.pk), **{f"question_{book.question.pk}": "true"})
    fill(
        desk,
        url("add_under", "question", "sujet", book.subject.pk),
        label="Est-ce un poste de cadre ?",
        short_label="Poste de cadre",
        answers="true = Oui\nfalse = Non\nnsp = Je ne sais pas",
    )

    assert [zone.code for zone in antenne.zones.all()] == ["69264"]
    assert expert.competences.get().criteria == "Export"
    assert [member.user for member in expert.members.all()] == [person]
    typed = MatchFilter.objects.get(expert=expert)
    assert typed.accepted_naf == ["477", "C", "4711F"]
    assert (typed.excluded_legal_forms, typed.excluded_communes) == (["57"], ["69123"])
    assert [condition.value for condition in AnswerGrouping.objects.get(expert=expert).conditions.all()] == ["true"]
    asked = SubjectQuestion.objects.get(subject=book.subject, key="poste_de_cadre")
    assert asked.answers[-1] == ["nsp", "Je ne sais pas"]
    sheet = said(desk.get(url("expert", expert.pk)))
    for words in ("section C", "SAS" if "SAS" in sheet else "actions simplifiée", "Lyon (69)", "Export"):
        assert words in sheet
    assert "Ajout : Condition sur l’entreprise" in sheet
    assert "Odile Brun" in sheet


def test_a_theme_and_its_subject_are_created_and_archived_on_screen(book: Book, desk: Client) -> None:
    fill(desk, url("add", "theme"), label="Transmission d’entreprise")
    theme = Theme.objects.get(slug="transmission-dentreprise")
    for _twice in range(2):
        fill(desk, url("add", "sujet"), theme_id=theme.pk, label="Trouver un repreneur")
    subject = theme.subjects.get()
    assert (subject.slug, subject.archived_at) == ("trouver-un-repreneur", None)

    page = fill(desk, url("add", "sujet"), theme_id=book.subject.theme_id, label="trouver un Repreneur")
    assert "Un sujet porte déjà ce nom, ou presque." in said(page)
    assert Subject.objects.filter(label__iexact="trouver un repreneur").count() == 1

    fill(desk, url("edit", "sujet", subject.pk), tells_difficulty="on")
    subject.refresh_from_db()
    assert subject.tells_difficulty
    fill(desk, url("edit", "sujet", subject.pk), archived="on")
    archived_at = Subject.objects.get(pk=subject.pk).archived_at
    assert archived_at is not None
    fill(desk, url("edit", "sujet", subject.pk), label="Trouver un repreneur fiable")
    subject.refresh_from_db()
    assert (subject.slug, subject.archived_at) == ("trouver-un-repreneur", archived_at)
    assert "archivé" in said(desk.get(url("theme", theme.pk)))
    fill(desk, url("edit", "sujet", subject.pk), archived=None)
    subject.refresh_from_db()
    assert subject.archived_at is None
    assert "archivage" in said(desk.get(url("subject", subject.pk)))


@pytest.mark.parametrize("kind", ["institution", "antenne", "expert"])
def test_condition_is_bound_to_its_owner(kind: str, book: Book, desk: Client) -> None:
    owner = getattr(book, kind)

    fill(desk, url("add_under", "filtre", kind, owner.pk), max_workforce="250")
    fill(desk, url("add_under", "reponses", kind, owner.pk), **{f"question_{book.question.pk}": "false"})

    assert MatchFilter.objects.get(max_workforce=250, **{kind: owner})
    assert AnswerGrouping.objects.get(conditions__value="false", **{kind: owner})


KINDS = ("institution", "antenne", "expert", "theme", "sujet", "competence", "filtre", "reponses", "question")


@pytest.mark.parametrize("kind", KINDS)
def test_form_sent_as_it_was_shown_changes_nothing(kind: str, book: Book, desk: Client) -> None:
    rows = {
        "theme": book.subject.theme,
        "sujet": book.subject,
        "competence": book.expert.competences.get(),
        "filtre": book.filter,
        "reponses": book.grouping,
    }
    row = rows.get(kind) or getattr(book, kind)

    response = fill(desk, url("edit", kind, row.pk))

    assert "C’est enregistré." in said(response)
    assert not Change.objects.exists()


def test_form_sent_twice_makes_one_row(book: Book, desk: Client) -> None:
    for _ in range(2):
        fill(
            desk,
            url("add_under", "expert", "antenne", book.antenne.pk),
            full_name="Équipe création",
            email="creation@chambre.example",
        )
        fill(desk, url("add_under", "filtre", "expert", book.expert.pk), max_workforce="250")

    assert Expert.objects.filter(full_name="Équipe création").count() == 1
    assert MatchFilter.objects.filter(max_workforce=250).count() == 1


def test_two_questions_of_the_same_words_have_two_keys(book: Book, desk: Client) -> None:
    for answers in ("a = A\nb = B", "c = C\nd = D"):
        fill(desk, url("add_under", "question", "sujet", book.subject.pk), label="Laquelle ?", answers=answers)

    assert set(book.subject.questions.values_list("key", flat=True)) == {"premier", "laquelle", "laquelle_2"}


# --- mistakes --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("accepted_naf", "9999Z", "Code d’activité inconnu : 9999Z"),
        ("accepted_naf", "Z", "Code d’activité inconnu"),
        ("excluded_naf", "boulangerie", "Code d’activité inconnu"),
        ("accepted_legal_forms", "3", None),
        ("accepted_legal_forms", "0001", None),
        ("excluded_legal_forms", "SARL", "Catégorie juridique inconnue : SARL"),
        ("excluded_communes", "69999", "fait aujourd’hui partie de Lyon"),
        ("excluded_communes", "Lyon", "n’est pas valide"),
        ("min_workforce", "-1", "supérieure ou égale à 0"),
        ("max_workforce", "1e9", "Saisissez un nombre entier"),
    ],
)
def test_code_that_does_not_exist_is_refused(
    field: str, typed: str, says: str | None, book: Book, desk: Client
) -> None:
    response = fill(desk, url("edit", "filtre", book.filter.pk), **{field: typed})

    if says is not None:
        assert says in said(response)
        assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        ("commune", "69999", "Utilisez le code 69123"),
        ("commune", "99999", "ne correspond"),
        ("commune", "Atlantis", "Aucune zone ne s’appelle « Atlantis »"),
        ("commune", "Ville", "Plusieurs zones répondent à « Ville »"),
        ("departement", "1234567", "n’est pas valide"),
        ("region", "Ain", "Aucune zone"),
        ("epci", "<script>", "Aucune zone"),
    ],
)
def test_wrong_zone_is_explained_and_what_was_typed_stays(
    kind: str, typed: str, says: str, book: Book, desk: Client
) -> None:
    response = fill(desk, url("zones", "antenne", book.antenne.pk), **{kind: typed})

    assert says in said(response)
    assert "<script>" not in response.content.decode().partition("<main")[2]
    assert [zone.code for zone in book.antenne.zones.all()] == ["69"]
    assert not Change.objects.exists()


def test_antenne_may_cover_hundreds_of_communes(book: Book, desk: Client) -> None:
    codes = [f"01{n:03d}" for n in range(100, 500)]
    Commune.objects.bulk_create(
        Commune(
            code=code, name=f"Commune {code}", name_folded=f"COMMUNE {code}", departement_code="01", region_code="84",
            kind="commune", vintage=2026,
        )
        for code in codes
    )  # fmt: skip
    page = url("zones", "antenne", book.antenne.pk)

    fill(desk, page, commune=" ".join(codes))
    fill(desk, page, region="84")

    assert book.antenne.zones.filter(zone_type="commune").count() == 400
    assert book.antenne.zones.count() == 402


@pytest.mark.parametrize(
    ("kind", "field", "typed"),
    [
        ("institution", "name", ""),
        ("institution", "name", HOSTILE),
        ("institution", "kind", "licorne"),
        ("institution", "accepted_natures", ["LICORNE"]),
        ("institution", "opco_region_codes", "999"),
        ("institution", "booking_url", "javascript:alert(1)"),
        ("antenne", "name", HOSTILE),
        ("antenne", "level", "galactic"),
        ("expert", "email", "pas une adresse"),
        ("expert", "phone", "<b>"),
        ("expert", "antenne_id", "999999"),
        ("expert", "antenne_id", "x"),
        ("competence", "institution_subject_id", "999999"),
        ("question", "answers", "sans signe"),
        ("question", "answers", "a = A\na = B"),
        ("filtre", "subjects", ["999999"]),
        ("filtre", "accepted_naf", "4711F " * 4000),
        ("sujet", "label", HOSTILE),
    ],
)
def test_wrong_value_is_refused_with_a_reason(kind: str, field: str, typed: object, book: Book, desk: Client) -> None:
    rows = {"competence": book.expert.competences.get(), "filtre": book.filter, "sujet": book.subject}
    row = rows.get(kind) or getattr(book, kind)

    response = fill(desk, url("edit", kind, row.pk), **{field: typed})

    assert response.status_code == 200
    assert response.context["form"].errors
    assert "<script>alert" not in response.content.decode()
    assert not Change.objects.exists()


def test_competence_and_colleague_of_another_institution_are_not_offered(book: Book, desk: Client) -> None:
    foreign, stranger = InstitutionSubjectFactory(), UserFactory()

    fill(desk, url("add_under", "competence", "expert", book.expert.pk), institution_subject_id=foreign.pk)
    fill(desk, url("add_under", "membre", "expert", book.expert.pk), user_id=stranger.pk)

    assert not Change.objects.exists()


def test_subject_of_a_competence_that_experts_hold_does_not_change(book: Book, desk: Client) -> None:
    own = book.institution.competences.get()

    fill(desk, url("edit", "competence-institution", own.pk), subject_id=SubjectFactory().pk)
    fill(desk, url("edit", "competence-institution", own.pk), description="Premier emploi")

    own.refresh_from_db()
    assert (own.subject, own.description) == (book.subject, "Premier emploi")


# --- removal ---------------------------------------------------------------------------------------------------------
def test_removal_refused_says_why_on_the_sheet(book: Book, desk: Client) -> None:
    MatchFactory(expert=book.expert)

    response = desk.post(url("remove", "expert", book.expert.pk), follow=True)

    assert response.redirect_chain[-1][0] == url("expert", book.expert.pk)
    assert "1 mise en relation attend encore cet expert : réassignez-la d’abord." in said(response)


def test_removal_sent_twice_is_said_quietly(book: Book, desk: Client) -> None:
    first = desk.post(url("remove", "filtre", book.filter.pk), follow=True)
    second = desk.post(url("remove", "filtre", book.filter.pk), follow=True)

    assert "est retiré de l’annuaire" in said(first)
    assert "Retrait : Condition sur l’entreprise" in said(desk.get(url("expert", book.expert.pk)))
    assert "n’est plus dans l’annuaire" in said(second)
    assert Change.objects.count() == 1


@pytest.mark.parametrize("kind", ["competence", "membre", "filtre", "reponses", "question", "expert", "antenne"])
def test_each_kind_leaves_from_the_page_that_shows_it(kind: str, book: Book, desk: Client) -> None:
    spare = AntenneFactory(institution=book.institution)
    if kind == "question":
        book.grouping.delete()
    rows = {
        "competence": book.expert.competences.get(),
        "membre": book.expert.members.get(),
        "filtre": book.filter,
        "reponses": book.grouping,
        "antenne": spare,
    }
    row = rows.get(kind) or getattr(book, kind)

    response = desk.post(url("remove", kind, row.pk), follow=True)

    assert response.status_code == 200
    assert "est retiré de l’annuaire" in said(response)


# --- the person's own page -------------------------------------------------------------------------------------------
def test_account_page_tells_the_teams_of_a_person(book: Book) -> None:
    client = sign_in(Client(), book.member)

    text = said(client.get("/mon-compte/"))

    assert "Équipe emploi" in text
    assert "Chambre du Rhône" in text


def test_account_page_leaves_out_a_team_that_left(book: Book, at: object) -> None:
    book.expert.deleted_at = at
    book.expert.save()

    assert "Équipe emploi" not in said(sign_in(Client(), book.member).get("/mon-compte/"))
