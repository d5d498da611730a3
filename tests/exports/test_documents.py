"""Documents: the same content in Word and in PDF, the mark on each page, nothing read as markup."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests.exports import pdf_text
from tests.exports.factories import MARK, document
from vigie.exports.documents import Document, Facts, Grid, Points, Section
from vigie.exports.writers import pdf, word

MARKUP = ("**gras** __souligné__ [lien](http://x.example)", "<b>x</b> &amp; {{ page }} {% x %}", "=1+1", "\\u0041 {nb}")
MONTHS = tuple((f"2026-{number:03d}", f"{number}\u202f000\u00a0€") for number in range(200))
LONG = document(sections=(Section("Dettes", (Grid("Dettes par mois", ("Mois", "Montant"), MONTHS),)),))


def written(writer: Any, content: Document) -> bytes:
    file = io.BytesIO()
    writer.write(content, file, MARK)
    return file.getvalue()


def pages_of(content: Document) -> list[str]:
    return pdf_text.pages(written(pdf, content))


def folded(pages: list[str]) -> str:
    return " ".join("\n".join(pages).replace("\u00a0", " ").split())


def word_of(content: Document) -> Any:
    return docx.Document(io.BytesIO(written(word, content)))


# --- PDF ------------------------------------------------------------------------------------------------------------
def test_pdf_says_what_the_document_says() -> None:
    text = folded(pages_of(document()))

    for said in (
        "Menuiserie Durand", "Siren 123 456 782", "Version", "2026-06.1", "Identité", "Effectif", "12", "inconnu",
        "verrouillé", "L’été à l’œuvre : 12 € dus.", "Dettes", "Mois", "Montant", "2026-12", "12 000 €", "• Appeler",
    ):  # fmt: skip
        assert said in text, said


def test_each_page_of_a_pdf_bears_the_mark_and_its_number() -> None:
    pages = pages_of(LONG)

    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        text = folded([page])
        assert "EXP-7K2M-9QRT · Ada Liste (ada@antenne.example) · 18/03/2026 10:30" in text
        assert f"page {number} sur {len(pages)}" in text
        assert "Confidentiel." in text


def test_what_must_hold_on_one_page_is_written_smaller_and_says_the_same() -> None:
    """The fullest report of a département: twenty-eight ways of dividing its files, and what was done."""
    rows = tuple((f"Action\u00a0: mise en relation n° {number}", "12", "3") for number in range(50))
    full = document(
        sections=(Section("Accompagnements", (Grid("Répartition", ("Selon", "Ouverts", "En cours"), rows),)),)
    )

    assert len(pages_of(full)) == 2
    small = pages_of(replace(full, on_one_page=True))
    assert len(small) == 1
    assert all(f"relation n° {number} " in folded(small) for number in range(50))
    assert len(pages_of(replace(LONG, on_one_page=True))) > 1  # nothing is lost of what cannot


def test_what_already_holds_on_one_page_is_written_as_usual() -> None:
    assert written(pdf, replace(document(), on_one_page=True)) == written(pdf, document())


def test_table_goes_on_from_page_to_page_with_its_titles_and_loses_no_row() -> None:
    pages = pages_of(LONG)
    text = folded(pages)

    assert all(f"2026-{number:03d}" in text for number in range(200))
    assert all("Montant" in page for page in pages)


def test_heading_stays_with_the_table_that_follows() -> None:
    table = Grid("Dettes par mois", ("Mois", "Montant"), MONTHS[:2])
    for lines in range(30, 42):
        above = Section("Avant", tuple(f"Ligne {number}" for number in range(lines)))
        pages = pages_of(document(sections=(above, Section("Titre du tableau", (table,)))))

        assert [page for page in pages if "Titre du tableau" in page and "Montant" in page], lines


def test_pdf_tells_its_title_its_language_its_author_and_its_number() -> None:
    data = written(pdf, document())

    assert b"/Lang (fr-FR)" in data
    for name in (b"Title", b"Author", b"Keywords"):
        assert re.search(rb"/" + name + rb" \(", data), name
    assert b"EXP-7K2M-9QRT" in data
    assert b"D:20260318" in data
    assert b"/Outlines" in data


@pytest.mark.parametrize("text", MARKUP)
def test_nothing_of_a_text_is_markup_in_a_pdf(text: str) -> None:
    blocks = (text, Facts(((text, text),)), Points((text,)), Grid(text, (text, "b"), ((text, "c"),)))
    content = document(title=text, sections=(Section(text, blocks),))
    data = written(pdf, content)

    assert folded(pdf_text.pages(data)).count(text.split()[0]) >= 7
    assert b"/URI" not in data


def test_number_of_pages_cannot_be_typed_by_somebody() -> None:
    assert "{ {pages}}" in folded(pages_of(document(title="{{pages}}")))


def test_signs_without_drawing_are_shown_as_such() -> None:
    assert "Ça va □ 1 234-5" in folded(pages_of(document(title="Ça va 👍 1\u202f234\u20115")))


def test_cell_longer_than_a_page_goes_on() -> None:
    words = " ".join(f"mot{number:04d}" for number in range(2_000))
    text = folded(pages_of(document(sections=(Section("Note", (Grid("Notes", ("A", "B"), (("a", words),)),)),))))

    assert len(set(re.findall(r"mot\d{4}", text))) >= 1_980  # a word may be cut where a row ends


def test_long_facts_follow_on_the_next_page() -> None:
    facts = Facts(tuple((f"Fait {number}", "mot " * 300) for number in range(12)))
    pages = pages_of(document(sections=(Section("Faits", (facts,)),)))

    assert len(pages) > 1
    assert all(f"Fait {number}" in folded(pages) for number in range(12))


def test_wide_table_lies_down_and_an_empty_one_says_so() -> None:
    wide = Grid("Large", tuple("abcdefgh"), (tuple("12345678"),))
    empty = Grid("Vide", ("a",), (), empty="Aucune dette.")
    content = document(sections=(Section("S", (wide, empty)),))

    assert re.search(rb"/MediaBox \[0 0 841", written(pdf, content))
    assert "Aucune dette." in folded(pages_of(content))
    assert word_of(content).sections[0].page_width > word_of(content).sections[0].page_height


# --- Word -----------------------------------------------------------------------------------------------------------
def test_word_says_what_the_document_says_with_real_headings_lists_and_tables() -> None:
    read = word_of(document())
    paragraphs = [(one.style.name, one.text.replace("\u00a0", " ")) for one in read.paragraphs]

    assert ("Title", "Menuiserie Durand") in paragraphs
    assert ("Subtitle", "Siren 123 456 782") in paragraphs
    assert ("Heading 1", "Dettes") in paragraphs
    assert ("Heading 2", "À faire") in paragraphs
    assert ("List Bullet", "Appeler") in paragraphs
    assert ("Normal", "Dette : verrouillé") in paragraphs
    assert ("Normal", "Chiffre d’affaires : inconnu") in paragraphs
    table = read.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["Mois", "Montant"]
    assert len(table.rows) == 13
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:cantSplit")) is not None


def test_word_bears_the_mark_and_tells_its_language() -> None:
    read = word_of(document())
    said = read.core_properties

    assert "EXP-7K2M-9QRT · Ada Liste" in read.sections[0].footer.paragraphs[0].text
    assert read.sections[0].header.paragraphs[0].text.startswith("Confidentiel.")
    assert (said.title, said.language, said.keywords) == ("Menuiserie Durand", "fr-FR", "EXP-7K2M-9QRT")
    assert {one.get(qn("w:val")) for one in read.styles.element.iter(qn("w:lang"))} == {"fr-FR"}
    fields = [one.text for one in read.sections[0].footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize("text", MARKUP)
def test_nothing_of_a_text_is_markup_in_word(text: str) -> None:
    read = word_of(document(title=text, sections=(Section(text, (text, Grid(text, ("a",), ((text,),)))),)))

    assert [one.text for one in read.paragraphs if one.style.name == "Title"] == [text]
    assert read.tables[0].rows[1].cells[0].text == text
    assert not list(read.element.iter(qn("w:hyperlink")))


def test_characters_that_files_refuse_are_taken_out() -> None:
    read = word_of(document(title="a\x00b\ufffe\x0bc"))

    assert [one.text for one in read.paragraphs if one.style.name == "Title"] == ["abc"]
