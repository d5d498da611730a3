"""The starter taxonomy: complete, loaded once, never over what people edited."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.directory.factories import SubjectFactory
from vigie.directory.models import Subject, SubjectQuestion, Theme
from vigie.directory.taxonomy import CATCH_ALL_THEME, THEMES

pytestmark = pytest.mark.django_db
ALL = (*THEMES, CATCH_ALL_THEME)


def load() -> str:
    out = StringIO()
    call_command("load_taxonomy", stdout=out)
    return out.getvalue().strip()


def test_first_loading_writes_everything() -> None:
    load()

    assert list(Theme.objects.values_list("slug", flat=True)) == [theme.slug for theme in ALL]
    assert Subject.objects.count() == sum(len(theme.subjects) for theme in ALL)
    assert SubjectQuestion.objects.count() == sum(len(one.questions) for theme in ALL for one in theme.subjects)
    assert list(Subject.objects.filter(is_catch_all=True).values_list("slug", flat=True)) == [
        "autre-besoin-non-reference"
    ]
    told = Subject.objects.filter(tells_difficulty=True).order_by("slug")
    assert list(told.values_list("slug", flat=True)) == ["diagnostic", "tresorerie"]


def test_second_loading_writes_nothing() -> None:
    load()

    assert load().endswith("0 new.")


def test_what_people_edited_stays() -> None:
    load()
    Subject.objects.filter(slug="recruter").update(label="Embaucher", position=99)
    SubjectQuestion.objects.filter(key="recrutement_premier").update(label="Une première embauche ?")
    SubjectFactory(slug="sujet-de-l-equipe")
    Subject.objects.get(slug="eau").delete()

    assert load().endswith("1 new.")

    assert Subject.objects.get(slug="recruter").label == "Embaucher"
    assert SubjectQuestion.objects.get(key="recrutement_premier").label == "Une première embauche ?"
    assert Subject.objects.filter(slug="sujet-de-l-equipe").exists()
    assert Subject.objects.filter(slug="eau").exists()


def test_slugs_labels_and_keys_come_once() -> None:
    subjects = [one for theme in ALL for one in theme.subjects]

    assert len({one.slug for one in subjects}) == len({one.label for one in subjects}) == len(subjects)
    for one in subjects:
        assert len({question.key for question in one.questions}) == len(one.questions)
        for question in one.questions:
            assert len(question.answers) >= 2


def test_french_is_typed_as_it_is_printed() -> None:
    """Typographic apostrophes, and no plain space before a double sign."""
    words = [theme.label for theme in ALL] + [one.label for theme in ALL for one in theme.subjects]
    words += [q.label for theme in ALL for one in theme.subjects for q in one.questions]

    assert not [text for text in words if "'" in text or re.search(r" [?:;!»€]|« ", text)]
