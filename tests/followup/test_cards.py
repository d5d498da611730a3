"""The cards of a former board: each with its fate, all or none, harmless when taken up again (S-40)."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from tests.accounts.factories import person
from tests.conftest import visible_text
from tests.followup.factories import ELSEWHERE, HERE, MOMENT, colleague, network, opened_file, token, workplace
from tests.followup.test_pages import As
from vigie.accounts.models import User
from vigie.agents.models import Follow
from vigie.followup.actions import cards as acts
from vigie.followup.actions.terms import load_followup_terms
from vigie.followup.models import CardsImport, Comment, Followup, Member, Snapshot, Summary, Workplace
from vigie.followup.queries.cards import KNOWN, LEFT, MAKE, WRONG, Fate, fates_of, mark_of
from vigie.followup.rules_cards import COLUMNS, example_lines, read_cards
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.statistics.followups import OTHERWISE, origin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]

TODAY = date(2026, 7, 8)
SAID = ("À corriger", "Fantôme", "Corrigez ces lignes")
HEADERS = tuple(one.label for one in COLUMNS)


def line(siret: str = "", **told: str) -> list[str]:
    return [siret, *(told.get(one.code, "") for one in COLUMNS[1:])]


def csv(*lines: list[str], headers: tuple[str, ...] = HEADERS) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    return "\r\n".join(";".join(map(cell, one)) for one in (headers, *lines)).encode()


def read(user: User, data: bytes, *, name: str = "cartes.csv", reader: str = "codefi", rank: int = 0) -> CardsImport:
    return acts.read(
        data, name, motive="source_interne", comment="", network=network(reader) if reader else None,
        form_token=f"{token(rank)}-cartes", by=person(user, MOMENT), at=MOMENT,
    )  # fmt: skip


def fates(row: CardsImport) -> list[Fate]:
    return fates_of(row, person(row.author, MOMENT), MOMENT)


def apply(row: CardsImport, seen: str | None = None) -> CardsImport:
    by = person(row.author, MOMENT)
    return acts.apply(row, seen=mark_of(fates(row)) if seen is None else seen, by=by, at=MOMENT)


@pytest.fixture
def ada() -> User:
    load_followup_terms()
    return colleague("Ada Liste")


@pytest.fixture
def places() -> list[Workplace]:
    return [workplace(f"Atelier {rank}") for rank in range(4)]


# --- what a line says -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"siret": "123"}, "« 123 » n’est pas un SIRET"),
        ({"siret": ""}, "Le SIRET manque"),
        ({"column": "En vacances"}, "La liste « En vacances » n’est pas connue"),
        ({"begun": "31/02/2024"}, "La date « 31/02/2024 » ne se lit pas"),
        ({"begun": "demain"}, "La date « demain » ne se lit pas"),
        ({"begun": "01/01/2030"}, "La date du 01/01/2030 n’est pas possible"),
        ({"begun": "02/01/2024", "ended": "01/01/2024", "column": "Terminé"}, "La fin précède le début"),
        ({"ended": "01/01/2024"}, "Une fin est dite"),
        ({"criticality": "extrême"}, "La criticité « extrême » n’est pas connue"),
        ({"text": "x" * 20_001}, "compte plus de 20000 caractères"),
        ({"participants": " ".join(f"a{n}@b.example" for n in range(31))}, "Plus de 30 personnes"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(told: dict[str, str], said: str) -> None:
    cells = tuple(line(**{"siret": "29000000900016", **told}))

    cards, wrong = read_cards(HEADERS, [(7, cells)], TODAY)

    assert cards == ()
    assert wrong[0].line == 7
    assert said in wrong[0].said.replace("\u00a0", " ")


def test_the_model_of_the_file_is_a_good_one() -> None:
    headers, *lines = example_lines()

    cards, wrong = read_cards(headers, [(rank, cells) for rank, cells in enumerate(lines, 2)], TODAY)

    assert (len(cards), wrong) == (1, ())
    assert (cards[0].criticality, cards[0].begun, cards[0].words) == (
        "moderate",
        "2024-03-15",
        ("Dette sociale", "Urssaf"),
    )


def test_columns_are_known_by_other_names_and_words_come_from_several() -> None:
    headers = ("Nom du tableau", "siret", "Difficultés", "Labels", "LISTE", "Début")
    cells = ("CRP", "290 000 009 00016", "Contentieux", "CIRI, AR-PB", "Accompagnement terminé", "2024-03-01T10:00:00Z")

    [card], _wrong = read_cards(headers, [(2, cells)], TODAY)

    assert (card.siret, card.state, card.begun) == ("29000000900016", "completed", "2024-03-01")
    assert card.words == ("Contentieux", "CIRI", "AR-PB")


# --- the file as a whole ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "c.csv", "vide"), (csv(headers=("Entreprise",)), "c.csv", "aucune ligne"),
        (csv(["x"], headers=("Entreprise",)), "c.csv", "La colonne « SIRET » manque"),
        (csv(*[line("29000000900016", card=str(n)) for n in range(301)]), "c.csv", "plus de 300 cartes"),
        (b"PK\x03\x04 casse", "c.xlsx", "abîmé"), (b"SIRET\n\x00\x01\x02", "c.csv", "pas un tableau lisible"),
        (b"SIRET\n1", "c.xlsm", "macros"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_kept(
    ada: User, data: bytes, name: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(ada, data, name=name)

    assert said in refused.value.message_fr.replace("\u00a0", " ")
    assert not CardsImport.objects.exists()


def test_a_workbook_is_read_as_text_and_no_formula_is_computed(ada: User, places: list[Workplace]) -> None:
    book = Workbook()
    book.active.append(list(HEADERS))  # type: ignore[union-attr]
    hostile = '=HYPERLINK("http://malice.example","Cliquez")'
    book.active.append(line(places[0].siret, comments="Appeler lundi", text="<script>alert(1)</script>"))  # type: ignore[union-attr]
    book.active.append(line(places[1].siret, comments=hostile))  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)

    row = apply(read(ada, file.getvalue(), name="cartes.xlsx"))

    assert row.files.count() == 2
    assert list(Comment.objects.values_list("text", flat=True)) == [
        "Appeler lundi"
    ]  # its last value was never computed
    assert Summary.objects.get().text == "<script>alert(1)</script>"  # a text: the page escapes it


def test_a_formula_of_a_csv_stays_a_text_that_exports_guard(ada: User, places: list[Workplace], as_: As) -> None:
    row = apply(read(ada, csv(line(places[0].siret, comments="=1+1", text="@SUM(A1)"))))

    assert Comment.objects.get().text == "=1+1"
    page = as_(ada).get(reverse("followup:file", args=[row.files.get().pk]), {"onglet": "codefi"})
    assert "=1+1" in visible_text(page.content.decode())


# --- the fate of each card --------------------------------------------------------------------------------------------
def test_each_line_has_its_fate(ada: User, places: list[Workplace]) -> None:
    far, shut = workplace("Au loin", ELSEWHERE), workplace("Fermée", HERE, is_active=False)
    opened_file(ada, places[0])
    row = read(
        ada,
        csv(
            line(places[0].siret),
            line(places[1].siret, card="a", referents="inconnu@ailleurs.example", words="Urssaf, Licorne"),
            line(places[1].siret, card="b"),
            line(places[1].siret, card="c", column="Accompagnement terminé", begun="01/02/2024", ended="01/03/2024"),
            line(places[2].siret, column="Pas d’accompagnement"),
            line(far.siret),
            line(shut.siret),
            line("29999999900012", column="Bizarre"),
        ),
    )

    found = [(one.line, one.kind) for one in fates(row)]

    assert found == [(2, LEFT), (3, MAKE), (4, LEFT), (5, MAKE), (6, LEFT), (7, WRONG), (8, LEFT), (9, WRONG)]
    made = fates(row)[1]
    assert made.notes == (
        "Sans habilitation, laissés\u00a0: inconnu@ailleurs.example.",
        "Mots inconnus, laissés\u00a0: Licorne.",
    )
    assert "Vous en serez référent" in made.said


def test_one_line_to_correct_and_nothing_is_taken_up(ada: User, places: list[Workplace]) -> None:
    row = read(ada, csv(line(places[0].siret), line("123")))

    with pytest.raises(Refused):
        apply(row)

    assert not Followup.objects.exists()
    row.refresh_from_db()
    assert row.state == "read"


def test_cards_become_files_with_their_people_their_words_and_their_dates(ada: User, places: list[Workplace]) -> None:
    bob, cleo = colleague("Bob Urssaf", "dgfip"), colleague("Cleo Lille", territory="59")
    row = apply(
        read(
            ada,
            csv(
                line(
                    places[0].siret, begun="15/03/2024", referents="bob@agents.example", participants=cleo.email,
                    criticality="Élevée", words="Dette sociale; Urssaf", text="Deux clients.", comments="Rappeler.",
                ),
                line(places[1].siret, column="Accompagnement terminé", begun="01/02/2024", ended="01/03/2024",
                     referents="bob@agents.example"),
                line(places[2].siret, column="Sous surveillance"),
            ),
        )
    )  # fmt: skip

    first, over, watched = row.files.order_by("pk")
    assert [(one.state, one.source) for one in (first, over, watched)] == [
        ("in_progress", "board"), ("completed", "board"), ("under_surveillance", "board"),
    ]  # fmt: skip
    assert (first.started_on, first.criticality, first.modified_at) == (date(2024, 3, 15), "high", MOMENT)
    assert {term.label for term in first.terms.all()} == {"Dette sociale", "Urssaf"}
    assert [(one.user, one.role) for one in first.members.present()] == [(bob, "referent"), (cleo, "participant")]
    assert [one.user for one in watched.members.present()] == [ada]
    assert (Summary.objects.get().text, Comment.objects.get().author) == ("Deux clients.", ada)
    # a running file opens its firm, one that is over does not; each opening is in the audit, with who did it
    assert set(Follow.objects.values_list("user", "file_id")) == {
        (bob.pk, first.pk),
        (cleo.pk, first.pk),
        (ada.pk, watched.pk),
    }
    assert AuditEvent.objects.filter(action="unlock").count() == 3
    assert over.ended_at is not None
    assert paris_day(over.ended_at) == date(2024, 3, 1)
    assert Snapshot.objects.filter(event="file.imported").count() == 3
    # one mail for each, whatever the cards
    assert sorted(OutgoingMessage.objects.values_list("recipient", flat=True)) == sorted([bob.email, cleo.email])
    row.refresh_from_db()
    assert (row.state, row.cards, row.wrong) == ("applied", [], [])


def test_a_card_over_for_long_moves_no_figure_and_opens_no_firm(ada: User, places: list[Workplace]) -> None:
    row = apply(read(ada, csv(line(places[0].siret, column="Terminé", begun="01/02/2020", ended="01/03/2020"))))

    made = row.files.get()
    assert made.created_at < MOMENT - timedelta(days=2000)
    assert not Follow.objects.exists()
    assert origin(made.source, made.motive, alerted=True) == OTHERWISE


def test_the_same_file_again_makes_nothing_more(ada: User, places: list[Workplace]) -> None:
    data = csv(line(places[0].siret, card="a"), line(places[1].siret, card="b"))
    row = read(ada, data)
    seen = mark_of(fates(row))
    for _twice in range(2):
        apply(row, seen)

    again = read(ada, data, rank=1)

    assert [one.kind for one in fates(again)] == [KNOWN, KNOWN]
    assert Followup.objects.count() == 2
    assert read(ada, data, rank=1).pk == again.pk  # the form sent twice


def test_what_changed_since_it_was_read_is_shown_again(ada: User, places: list[Workplace]) -> None:
    row = read(ada, csv(line(places[0].siret), line(places[1].siret)))
    seen = mark_of(fates(row))
    opened_file(ada, places[1])

    with pytest.raises(Refused, match="La base a changé"):
        apply(row, seen)

    assert row.files.count() == 0
    assert apply(row).files.count() == 1


def test_it_is_all_or_none(ada: User, places: list[Workplace], monkeypatch: pytest.MonkeyPatch) -> None:
    row = read(ada, csv(*[line(place.siret) for place in places]))
    real, made = acts.tell, []

    def third_time_wrong(*args: Any, **kwargs: Any) -> Any:
        made.append(1)
        if len(made) == 3:
            raise OSError("the disk is full")
        return real(*args, **kwargs)

    monkeypatch.setattr(acts, "tell", third_time_wrong)
    with pytest.raises(OSError, match="disk"):
        apply(row)

    assert (Followup.objects.count(), Member.objects.count(), OutgoingMessage.objects.count()) == (0, 0, 0)


def test_texts_go_to_a_network_of_the_author_or_are_left(ada: User, places: list[Workplace]) -> None:
    with pytest.raises(InvalidInput, match="Choisissez l’un de vos réseaux"):
        read(ada, csv(line(places[0].siret, text="Secret")), reader="dgfip")

    row = read(ada, csv(line(places[0].siret, text="Secret")), reader="")

    assert fates(row)[0].notes == ("Ses textes sont laissés\u00a0: aucun réseau n’est choisi.",)
    apply(row)
    assert not Summary.objects.exists()


def test_the_file_of_somebody_else_does_not_exist(ada: User, places: list[Workplace], as_: As) -> None:
    row = read(ada, csv(line(places[0].siret)))
    other = colleague("Bob Urssaf", "dgfip")

    assert as_(other).get(reverse("followup:cards_import", args=[row.pk])).status_code == 404
    with pytest.raises(Forbidden):
        acts.apply(row, seen="", by=person(other, MOMENT), at=MOMENT)


def test_the_fates_ask_the_same_queries_whatever_the_cards(ada: User, django_assert_num_queries: Any) -> None:
    rows = [
        read(ada, csv(*[line(workplace().siret, referents=ada.email) for _card in range(count)]), rank=count)
        for count in (2, 12)
    ]
    by = person(ada, MOMENT)
    for row in rows:
        with django_assert_num_queries(5):
            fates_of(row, by, MOMENT)


# --- the pages --------------------------------------------------------------------------------------------------------
def test_a_file_is_sent_read_again_and_taken_up_on_its_pages(ada: User, places: list[Workplace], as_: As) -> None:
    client: Client = as_(ada)
    data = csv(line(places[0].siret, title="Atelier"), line("123", title="Fantôme"))
    page = reverse("followup:cards")
    wrong = client.post(
        page, {"file": SimpleUploadedFile("c.csv", b"Nom\nx"), "motive": "detection", "form_token": token()}
    )
    assert wrong.status_code == 422
    assert "La colonne « SIRET » manque" in visible_text(wrong.content.decode()).replace("\u00a0", " ")

    sent = {"file": SimpleUploadedFile("c.csv", data), "motive": "source_interne", "form_token": token(1)}
    shown = client.post(page, sent, follow=True)
    text = visible_text(shown.content.decode())
    assert {"À corriger", "Fantôme", "Corrigez ces lignes"} <= {said for said in SAID if said in text}
    assert "Reprendre ces cartes" not in text

    sent = {"file": SimpleUploadedFile("c.csv", csv(line(places[0].siret))), "motive": "source_interne"}
    shown = client.post(page, {**sent, "form_token": token(2)}, follow=True)
    assert "1 carte lue : 1 sera reprise." in visible_text(shown.content.decode()).replace("\u00a0", " ")
    row = CardsImport.objects.first()
    assert row is not None
    here = reverse("followup:cards_import", args=[row.pk])
    done = client.post(here, {"transition": "apply", "seen": mark_of(fates(row))}, follow=True)
    assert "Les cartes sont reprises" in visible_text(done.content.decode())
    assert "1 accompagnement repris" in visible_text(done.content.decode())
    model = client.get(reverse("followup:cards_model"))
    assert model.content.decode().startswith('\ufeff"SIRET";')
