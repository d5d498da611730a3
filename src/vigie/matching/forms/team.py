"""What the team types: the filters of the queue, an expert looked for, another subject with its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms

from vigie.directory.models import Subject, SubjectQuestion
from vigie.matching.forms.desk import _date_field
from vigie.matching.queries.need import questions_of
from vigie.matching.queries.team import QueueChoices
from vigie.matching.queries.team_queue import QueueFilters
from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm

SubjectChoices = list[tuple[str, Any]]


class QueueFilterForm(DsfrForm):
    """The filters of the queue, kept in the address; what cannot be read does not filter."""

    q = CleanLineField(
        label="Rechercher", required=False, help_text="Entreprise, SIRET, personne, courriel ou mots de la demande"
    )
    theme = forms.TypedChoiceField(label="Thème", required=False, coerce=int, empty_value=None)
    region = forms.ChoiceField(label="Région", required=False)
    motif = forms.ChoiceField(label="Motif d’attente", required=False)
    etiquette = forms.TypedChoiceField(label="Étiquette", required=False, coerce=int, empty_value=None)
    depuis = _date_field("Reçue à partir du")
    jusqu_au = _date_field("Reçue jusqu’au")

    def __init__(self, *args: Any, choices: QueueChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, tuple[str, Sequence[tuple[Any, str]]]] = {
            "theme": ("Tous", choices.themes),
            "region": ("Toutes", choices.regions),
            "motif": ("Tous", choices.reasons),
            "etiquette": ("Toutes", choices.tags),
        }
        for name, (every, lines) in named.items():
            self.fields[name].choices = [("", every), *lines]  # type: ignore[attr-defined]

    def filters(self) -> QueueFilters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return QueueFilters(
            q=data.get("q", ""),
            theme=data.get("theme"),
            region=data.get("region", ""),
            reason=data.get("motif", ""),
            tag=data.get("etiquette"),
            since=data.get("depuis"),
            until=data.get("jusqu_au"),
        )


def subject_choices(subjects: Iterable[Subject]) -> SubjectChoices:
    """The subjects under their themes, for a list to choose from. Their themes are loaded."""
    grouped = groupby(subjects, key=lambda subject: subject.theme.label)
    return [(theme, [(str(one.pk), one.label) for one in held]) for theme, held in grouped]


class SubjectForm(DsfrForm):
    """The subject the need is about."""

    sujet = forms.TypedChoiceField(
        label="Sujet",
        coerce=int,
        error_messages={
            "required": "Choisissez un sujet.",
            "invalid_choice": "Ce sujet n’est plus proposé. Choisissez-en un autre.",
        },
    )

    def __init__(self, *args: Any, subjects: Iterable[Subject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sujet"].choices = [("", "Choisir"), *subject_choices(subjects)]  # type: ignore[attr-defined]


class AnswersForm(DsfrForm):
    """The questions of a subject; none has to be answered."""

    def __init__(self, *args: Any, questions: Iterable[SubjectQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = tuple(questions)
        for question in self.questions:
            self.fields[f"q_{question.key}"] = forms.ChoiceField(
                label=question.label,
                required=False,
                choices=[("", "Sans réponse"), *(tuple(answer) for answer in question.answers)],
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choisissez une réponse de la liste."},
            )

    def answers(self) -> dict[str, str]:
        """Question key → value, for those that are answered."""
        given = {question.key: self.cleaned_data.get(f"q_{question.key}", "") for question in self.questions}
        return {key: value for key, value in given.items() if value}


def answers_form(subject: Subject, given: Mapping[str, str], data: Any = None) -> AnswersForm:
    """The questions of the subject, with what is known already. 1 query."""
    initial = {f"q_{key}": value for key, value in given.items()}
    return AnswersForm(data, questions=questions_of(subject.pk), initial=initial)


class ExpertSearchForm(DsfrForm):
    """An expert, by his name, his antenne, his institution or somebody of his team."""

    expert = CleanLineField(
        label="Ajouter un expert", required=False, max_length=100, help_text="Nom, antenne, institution ou personne"
    )
