"""« Nouveautés »: the file that developers keep is read whole, and the page is public."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.conftest import visible_text
from vigie.portal.news import NewsUnreadable, all_news, read_news

GOOD = (
    "Mode d’emploi.\n\n## 1er mars 2026\n\n### Agents\n\n- Une chose : « elle ».\n- Une autre\n\n"
    "## 2 janvier 2026\n### Tous\n- A"
)


def test_the_file_of_the_project_is_read_whole() -> None:
    text = [line for one in all_news() for _who, lines in one.groups for line in lines]

    assert len(text) >= 10
    assert all(line.endswith(".") and len(line) < 200 for line in text)


def test_days_groups_and_sentences_are_read_in_order() -> None:
    first, second = read_news(GOOD)

    assert (first.day, second.day) == (date(2026, 3, 1), date(2026, 1, 2))
    assert first.groups == (("Agents", ("Une chose\u00a0: «\u00a0elle\u00a0».", "Une autre")),)
    assert read_news("Rien encore.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "## 32 mars 2026\n### A\n- b", "## mars 2026\n### A\n- b", "## 3 mars 2026\n- b", "## 3 mars 2026\n### A",
        "## 3 mars 2026", "## 3 mars 2026\n### A\nune ligne", "## 3 mars 2026\n### A\n- b\n## 3 mars 2026\n### A\n- b",
        "## 2 mars 2026\n### A\n- b\n## 3 mars 2026\n### A\n- b",
    ],
)  # fmt: skip
def test_a_file_badly_written_says_where(text: str) -> None:
    with pytest.raises(NewsUnreadable):
        read_news(text)


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_the_page_is_public_asks_nothing_of_the_base_and_is_at_the_foot_of_every_page() -> None:
    answer = Client().get("/nouveautes/")

    text = visible_text(answer.content.decode())
    assert answer.status_code == 200
    assert "23 novembre 2026" in text.replace("\u00a0", " ")
    assert "Administrateurs et équipe" in text
    assert 'href="/nouveautes/"' in Client().get("/aide/").content.decode()
    assert 'href="/nouveautes/"' in Client().get("/plan-du-site/").content.decode()
