"""Forms of the rows of the address book: how things are typed. What is refused for a reason is refused by the actions.

One class per kind of row; ``FORMS`` says which kinds can be edited on screen, and under what they are added.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import slugify

from vigie.accounts.models import Antenne, Institution, User
from vigie.directory import actions
from vigie.directory.forms.codes import CodesField, official_codes
from vigie.directory.forms.row import RowForm
from vigie.directory.forms.taxonomy import QuestionForm, SubjectForm, ThemeForm
from vigie.directory.models import (
    AnswerGrouping,
    Expert,
    ExpertMember,
    ExpertSubject,
    InstitutionSubject,
    MatchFilter,
    Subject,
    SubjectQuestion,
    Theme,
)
from vigie.directory.rules import NATURES, read_legal_forms, read_naf, read_words
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.ui.fields import CleanLineField, CleanTextField, EmailField, PhoneField


class InstitutionForm(RowForm):
    """An institution and its rules of routing."""

    title = "Institution"
    columns = (
        "name", "short_name", "kind", "accepted_natures", "accepts_craft_code", "accepts_unknown_nature",
        "one_team_at_a_time", "opco_region_codes", "booking_url",
    )  # fmt: skip
    name = CleanLineField(label="Nom", max_length=150)
    short_name = CleanLineField(label="Nom court", max_length=40, required=False)
    kind = forms.ChoiceField(label="Catégorie", choices=Institution.Kind.choices)
    accepted_natures = forms.MultipleChoiceField(
        label="Natures d’activité acceptées",
        choices=list(NATURES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\u00a0: toutes les entreprises sont acceptées.",
    )
    accepts_craft_code = forms.BooleanField(
        label="Accepte toute entreprise qui a un code d’activité artisanale", required=False
    )
    accepts_unknown_nature = forms.BooleanField(
        label="Accepte une entreprise dont la nature d’activité est inconnue", required=False
    )
    one_team_at_a_time = forms.BooleanField(
        label="Une seule équipe prend en charge un besoin",
        required=False,
        help_text="Quand une équipe prend en charge, les autres équipes de l’institution sont prévenues et couvertes.",
    )
    opco_region_codes = CodesField(
        label="Régions où cet OPCO est désigné quelle que soit la convention collective",
        reader=read_words,
        help_text="Codes officiels, pour un opérateur de compétences seulement\u00a0: 06 pour Mayotte",
    )
    booking_url = forms.URLField(label="Adresse de prise de rendez-vous", required=False, assume_scheme="https")

    def initial_of(self, row: Institution) -> dict[str, Any]:
        return super().initial_of(row) | {"opco_region_codes": ", ".join(row.opco_region_codes)}

    def clean_opco_region_codes(self) -> list[str]:
        return official_codes(ZoneType.REGION, self.cleaned_data["opco_region_codes"])

    def changes(self) -> dict[str, Any]:
        changes = super().changes()
        if self.row.pk is None:
            changes["slug"] = slugify(changes["name"])[:150] or "institution"
        return changes


class AntenneForm(RowForm):
    """An antenne; its zones have their own page."""

    title = "Antenne"
    columns = ("name", "level", "booking_url")
    name = CleanLineField(label="Nom", max_length=150)
    level = forms.ChoiceField(label="Échelon", choices=Antenne.Level.choices)
    booking_url = forms.URLField(label="Adresse de prise de rendez-vous", required=False, assume_scheme="https")
    above = forms.TypedChoiceField(
        label="Antenne au-dessus",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Vigie la déduit des échelons et des zones. Choisissez-la seulement si elle se trompe.",
    )

    def prepare(self) -> None:
        sisters = Antenne.objects.filter(institution=self.row.institution_id, deleted_at__isnull=True)
        known = list(sisters.exclude(pk=self.row.pk).order_by("name").values_list("pk", "name"))
        self.fields["above"].choices = [("", "Celle que Vigie déduit"), *known]  # type: ignore[attr-defined]
        self.initial["above"] = self.row.parent_id if self.row.parent_is_chosen else None

    def changes(self) -> dict[str, Any]:
        chosen = self.cleaned_data["above"]
        parent = {"parent_id": chosen} if chosen else {}
        return super().changes() | parent | {"parent_is_chosen": bool(chosen)}


class ExpertForm(RowForm):
    """An expert: a person, or a team mailbox."""

    title = "Expert"
    columns = ("full_name", "email", "phone", "job", "antenne_id")
    full_name = CleanLineField(label="Nom de la personne ou de l’équipe", max_length=150)
    email = EmailField(label="Adresse électronique qui reçoit les besoins")
    phone = PhoneField(label="Téléphone", required=False)
    job = CleanLineField(label="Fonction", max_length=120, required=False)
    antenne_id = forms.TypedChoiceField(label="Antenne", coerce=int)

    def prepare(self) -> None:
        antennes = Antenne.objects.filter(institution=self.row.antenne.institution_id, deleted_at__isnull=True)
        self.fields["antenne_id"].choices = list(antennes.values_list("pk", "name"))  # type: ignore[attr-defined]
        self.initial["antenne_id"] = self.row.antenne_id


class InstitutionSubjectForm(RowForm):
    """A competence of an institution."""

    title = "Compétence de l’institution"
    columns = ("subject_id", "description")
    subject_id = forms.TypedChoiceField(label="Sujet", coerce=int)
    description = CleanLineField(
        label="Précision",
        max_length=200,
        required=False,
        help_text="Pour distinguer deux compétences d’une même institution sur un même sujet.",
    )

    def prepare(self) -> None:
        subjects = Subject.objects.filter(archived_at__isnull=True).select_related("theme")
        if self.row.pk:  # experts hold it: only its words can change
            subjects = Subject.objects.filter(pk=self.row.subject_id).select_related("theme")
        self.fields["subject_id"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one.theme.label}\u00a0: {one.label}") for one in subjects
        ]


class CompetenceForm(RowForm):
    """A competence of an expert, among those of his institution."""

    title = "Compétence"
    columns = ("institution_subject_id", "criteria")
    institution_subject_id = forms.TypedChoiceField(label="Compétence de l’institution", coerce=int)
    criteria = CleanTextField(
        label="Critères d’intervention", required=False, rows=3, help_text="Lus par l’équipe et les collègues."
    )

    def prepare(self) -> None:
        held = InstitutionSubject.objects.filter(institution=self.row.expert.antenne.institution_id)
        self.fields["institution_subject_id"].choices = [  # type: ignore[attr-defined]
            (one.pk, " — ".join(filter(None, (one.subject.label, one.description))))
            for one in held.select_related("subject")
        ]


class MemberForm(RowForm):
    """A person who answers in the name of an expert."""

    title = "Personne de l’équipe"
    columns = ("user_id",)
    user_id = forms.TypedChoiceField(
        label="Personne", coerce=int, help_text="Parmi les personnes rattachées à l’institution."
    )

    def prepare(self) -> None:
        people = User.objects.living().filter(antenne__institution=self.row.expert.antenne.institution_id)
        self.fields["user_id"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"{one.full_name} ({one.email})") for one in people.order_by("full_name")
        ]


class FilterForm(RowForm):
    """Conditions on the firm; all that are filled must hold."""

    title = "Condition sur l’entreprise"
    columns = (
        "min_years", "max_years", "min_workforce", "max_workforce", "accepted_naf", "excluded_naf",
        "accepted_legal_forms", "excluded_legal_forms", "excluded_communes", "group",
    )  # fmt: skip
    codes = ("accepted_naf", "excluded_naf", "accepted_legal_forms", "excluded_legal_forms", "excluded_communes")
    subjects = forms.MultipleChoiceField(
        label="Sujets concernés",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucun choisi\u00a0: tous les sujets.",
    )
    field_order = ("min_years", "max_years", "min_workforce", "max_workforce", *codes, "group", "subjects")
    min_years = forms.IntegerField(label="Plus de … années d’existence", required=False, min_value=0, max_value=200)
    max_years = forms.IntegerField(label="Moins de … années d’existence", required=False, min_value=0, max_value=200)
    min_workforce = forms.IntegerField(label="Effectif minimum", required=False, min_value=0, max_value=1_000_000)
    max_workforce = forms.IntegerField(
        label="Effectif strictement inférieur à", required=False, min_value=0, max_value=1_000_000
    )
    accepted_naf = CodesField(
        label="Activités acceptées", reader=read_naf, help_text="Codes NAF ou débuts de codes\u00a0: 4711F, 47.7, C"
    )
    excluded_naf = CodesField(label="Activités exclues", reader=read_naf)
    accepted_legal_forms = CodesField(
        label="Catégories juridiques acceptées", reader=read_legal_forms, help_text="5710, ou 57 pour toutes les SAS"
    )
    excluded_legal_forms = CodesField(label="Catégories juridiques exclues", reader=read_legal_forms)
    excluded_communes = CodesField(
        label="Communes exclues", reader=read_words, help_text="Codes officiels\u00a0: 01457, 2A004"
    )
    group = CleanLineField(
        label="Groupe d’alternatives",
        required=False,
        max_length=40,
        help_text="Deux conditions du même groupe sont des alternatives\u00a0: l’une ou l’autre suffit.",
    )

    def prepare(self) -> None:
        subjects = Subject.objects.filter(archived_at__isnull=True).values_list("pk", "label")
        self.fields["subjects"].choices = [(str(pk), label) for pk, label in subjects]  # type: ignore[attr-defined]

    def initial_of(self, row: MatchFilter) -> dict[str, Any]:
        initial = {name: getattr(row, name) for name in self.columns if name not in self.codes}
        initial |= {name: ", ".join(getattr(row, name)) for name in self.codes}
        initial["subjects"] = [str(one.pk) for one in row.subjects.all()] if row.pk else []
        return initial

    def clean_excluded_communes(self) -> list[str]:
        return official_codes(ZoneType.COMMUNE, self.cleaned_data["excluded_communes"])

    def write(self, *, by: Person, at: datetime) -> MatchFilter:
        subjects = Subject.objects.filter(pk__in=self.cleaned_data["subjects"])
        return actions.save_filter(self.row, self.changes(), subjects, by=by, at=at)


class GroupingForm(RowForm):
    """Expected answers: one field per question of the subjects that the owner answers."""

    title = "Réponses attendues"
    columns = ("label",)
    label = CleanLineField(label="Intitulé", max_length=100, required=False)

    def prepare(self) -> None:
        held = dict(self.row.conditions.values_list("question_id", "value")) if self.row.pk else {}
        self.questions = {f"question_{one.pk}": one for one in _questions(self.row)}
        for name, question in self.questions.items():
            self.fields[name] = forms.ChoiceField(
                label=question.label,
                required=False,
                choices=[("", "Sans importance"), *((str(v), str(label)) for v, label in question.answers)],
            )
            self.initial[name] = held.get(question.pk, "")

    def write(self, *, by: Person, at: datetime) -> AnswerGrouping:
        answers = {q: self.cleaned_data[name] for name, q in self.questions.items() if self.cleaned_data[name]}
        return actions.save_grouping(self.row, self.cleaned_data["label"], answers, by=by, at=at)


def _questions(row: AnswerGrouping) -> list[SubjectQuestion]:
    """The questions of the subjects that the owner's institution answers."""
    if row.institution_id is not None:
        institution = row.institution_id
    else:
        owner = row.antenne or (row.expert.antenne if row.expert else None)
        institution = owner.institution_id if owner else 0
    subjects = InstitutionSubject.objects.filter(institution=institution).values("subject")
    return list(SubjectQuestion.objects.filter(subject__in=subjects).order_by("subject__label", "position"))


_ANY_OWNER = {"institution": "institution", "antenne": "antenne", "expert": "expert"}

# kind in the address → (model, form, column of the owner for each kind of owner)
FORMS: dict[str, tuple[type, type[RowForm], dict[str, str]]] = {
    "institution": (Institution, InstitutionForm, {}),
    "antenne": (Antenne, AntenneForm, {"institution": "institution"}),
    "expert": (Expert, ExpertForm, {"antenne": "antenne"}),
    "theme": (Theme, ThemeForm, {}),
    "sujet": (Subject, SubjectForm, {}),
    "competence-institution": (InstitutionSubject, InstitutionSubjectForm, {"institution": "institution"}),
    "competence": (ExpertSubject, CompetenceForm, {"expert": "expert"}),
    "membre": (ExpertMember, MemberForm, {"expert": "expert"}),
    "question": (SubjectQuestion, QuestionForm, {"sujet": "subject"}),
    "filtre": (MatchFilter, FilterForm, _ANY_OWNER),
    "reponses": (AnswerGrouping, GroupingForm, _ANY_OWNER),
}
