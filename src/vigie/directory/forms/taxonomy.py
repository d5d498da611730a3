"""Forms of what needs are about: themes, subjects, questions. Slugs and keys never change."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from vigie.directory import actions
from vigie.directory.forms.row import RowForm
from vigie.directory.models import Subject, SubjectQuestion, Theme
from vigie.rights.person import Person
from vigie.ui.fields import CleanLineField, CleanTextField


class ThemeForm(RowForm):
    """A theme: what subjects are listed under; its slug never changes."""

    title = "Thème"
    columns = ("label",)
    label = CleanLineField(label="Intitulé", max_length=100)

    def changes(self) -> dict[str, Any]:
        changes = super().changes()
        if self.row.pk is None:
            changes |= {"slug": slugify(changes["label"])[:100] or "theme", "position": Theme.objects.count()}
        return changes


class SubjectForm(RowForm):
    """A subject; its slug never changes, and it is archived rather than taken away."""

    title = "Sujet"
    columns = ("theme_id", "label", "tells_difficulty")
    theme_id = forms.TypedChoiceField(label="Thème", coerce=int)
    label = CleanLineField(label="Intitulé", max_length=150)
    tells_difficulty = forms.BooleanField(
        label="Difficulté financière",
        required=False,
        help_text="Une demande sur ce sujet peut devenir l’accompagnement que tient l’expert habilité qui la prend, et "
        "les agents habilités du territoire savent qu’elle existe, sans son texte.",
    )
    archived = forms.BooleanField(
        label="Archivé",
        required=False,
        help_text="Plus aucune demande ne peut être faite sur ce sujet. Celles qui existent suivent leur cours.",
    )

    def prepare(self) -> None:
        themes = list(Theme.objects.values_list("pk", "label"))
        self.fields["theme_id"].choices = [("", "Choisir"), *themes]  # type: ignore[attr-defined]
        if self.row.pk is None:
            del self.fields["archived"]
        else:
            self.initial["archived"] = self.row.archived_at is not None

    def write(self, *, by: Person, at: datetime) -> Any:
        changes = self.changes()
        if self.row.pk is None:
            sisters = Subject.objects.filter(theme=changes["theme_id"])
            changes |= {"slug": slugify(changes["label"])[:150] or "sujet", "position": sisters.count()}
        else:
            archived = self.cleaned_data["archived"]
            changes["archived_at"] = (self.row.archived_at or at) if archived else None
        return actions.save(self.row, changes, by=by, at=at)


class QuestionForm(RowForm):
    """A question of the form of a subject; one answer per line, as « valeur = intitulé »."""

    title = "Question"
    columns = ("label", "short_label", "answers")
    label = CleanLineField(label="Question", max_length=250)
    short_label = CleanLineField(label="Intitulé court", max_length=80, required=False)
    answers = CleanTextField(
        label="Réponses possibles",
        rows=4,
        help_text="Une par ligne\u00a0: valeur = intitulé. Exemple\u00a0: true = Oui",
    )

    def initial_of(self, row: SubjectQuestion) -> dict[str, Any]:
        lines = "\n".join(f"{value} = {label}" for value, label in row.answers)
        return {"label": row.label, "short_label": row.short_label, "answers": lines or "true = Oui\nfalse = Non"}

    def clean_answers(self) -> list[list[str]]:
        found = []
        for line in self.cleaned_data["answers"].splitlines():
            value, sign, label = (part.strip() for part in line.partition("="))
            if not (value and sign and label):
                raise ValidationError(f"Ligne mal écrite\u00a0: «\u00a0{line}\u00a0». Exemple\u00a0: true = Oui")
            found.append([value[:60], label[:120]])
        if len({value for value, _label in found}) < len(found):
            raise ValidationError("Deux réponses portent la même valeur. Donnez-leur des valeurs différentes.")
        return found

    def changes(self) -> dict[str, Any]:
        changes = super().changes()
        if self.row.pk is None:
            sisters = SubjectQuestion.objects.filter(subject=self.row.subject_id)
            key = slugify(changes["short_label"] or changes["label"])[:50].replace("-", "_") or "question"
            taken = set(sisters.values_list("key", flat=True))
            changes["key"] = next(one for n in count(1) if (one := key if n == 1 else f"{key}_{n}") not in taken)
            changes["position"] = len(taken)
        return changes
