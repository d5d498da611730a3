"""What agents type in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q

from vigie.agents.models import Follow
from vigie.agents.rules_mails import RHYTHMS, Group, Row
from vigie.directory.models import Subject
from vigie.followup.actions.files import Fields
from vigie.followup.models import Analysis, FirmContact, Followup, Term
from vigie.followup.queries.lists import SORTS, Filters
from vigie.followup.states import FOLLOWUP
from vigie.matching.rules.visits import CONSENTS, NO_CONSENT, VISIT_CONSENT
from vigie.ui.fields import CleanLineField, CleanTextField, EmailField, PersonNameField, PhoneField
from vigie.ui.forms import DsfrForm, FormTokenMixin

KINDS = (Term.Kind.DIFFICULTY, Term.Kind.REDIRECT, Term.Kind.SERVICE, Term.Kind.SECTOR, Term.Kind.LABEL)
PLURALS = {
    Term.Kind.DIFFICULTY: "Difficultés", Term.Kind.REDIRECT: "Réorientations hors CODEFI",
    Term.Kind.SERVICE: "Instances concernées", Term.Kind.SECTOR: "Filières", Term.Kind.LABEL: "Étiquettes",
}  # fmt: skip


# The words by which lists are filtered, difficulties apart: kind → name of its group.
FILTERED = {
    Term.Kind.LABEL: "Étiquettes", Term.Kind.SECTOR: "Filières", Term.Kind.ACTION: "Actions réalisées",
    Term.Kind.SERVICE: "Instances concernées", Term.Kind.REDIRECT: "Réorientations hors CODEFI",
}  # fmt: skip


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={
            "invalid": "Cette date n’est pas valide. Exemple\u00a0: 31/12/2026", "required": "Indiquez une date.",
        },
    )  # fmt: skip


class FilesFilterForm(DsfrForm):
    """The filters of the lists, kept in the address; what cannot be read does not filter."""

    q = CleanLineField(label="Entreprise", required=False, max_length=120, help_text="Nom, SIREN ou SIRET")
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *FOLLOWUP.choices])
    criticite = forms.ChoiceField(
        label="Criticité", required=False, choices=[("", "Toutes"), *Followup.Criticality.choices]
    )
    departement = forms.ChoiceField(label="Département", required=False)
    difficulte = forms.TypedChoiceField(label="Difficulté", required=False, coerce=int, empty_value="")
    mot = forms.TypedChoiceField(
        label="Étiquette, filière, action ou instance", required=False, coerce=int, empty_value=""
    )
    analyse = forms.ChoiceField(
        label="Difficulté à l’analyse", required=False, choices=[("", "Sans importance"), *Analysis.Verdict.choices]
    )
    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *Analysis.Nature.choices])
    intervention = forms.ChoiceField(
        label="Type d’intervention", required=False, choices=[("", "Tous"), *Analysis.Intervention.choices]
    )
    canal = forms.ChoiceField(
        label="Canal de l’échange", required=False, choices=[("", "Tous"), *Analysis.Channel.choices]
    )
    echange = day_field("Échange depuis le", required=False)
    retard = forms.BooleanField(label="Étape en retard", required=False)
    tri = forms.ChoiceField(label="Trier la liste par", required=False, choices=SORTS)

    def __init__(
        self, *args: Any, departements: Sequence[str], terms: Mapping[str, Sequence[tuple[int, str]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departement"].choices = [("", "Tous"), *((code, code) for code in departements)]  # type: ignore[attr-defined]
        self.fields["difficulte"].choices = [("", "Toutes"), *terms.get(Term.Kind.DIFFICULTY, ())]  # type: ignore[attr-defined]
        groups = [(name, terms[kind]) for kind, name in FILTERED.items() if terms.get(kind)]
        self.fields["mot"].choices = [("", "Sans importance"), *groups]  # type: ignore[attr-defined]

    def filters(self) -> Filters:
        """The filters that could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            q=data.get("q", ""),
            states=(data["etat"],) if data.get("etat") else (),
            criticality=data.get("criticite", ""),
            departement=data.get("departement", ""),
            difficulty=data.get("difficulte") or 0,
            word=data.get("mot") or 0,
            verdict=data.get("analyse", ""),
            nature=data.get("nature", ""),
            intervention=data.get("intervention", ""),
            channel=data.get("canal", ""),
            talked_from=data["echange"].isoformat() if data.get("echange") else "",
            late=data.get("retard", False),
            sort=data.get("tri", ""),
        )


class FieldsForm(DsfrForm):
    """The fields of a file. Actions are not here: what was done is noted after the analysis of a talk."""

    criticality = forms.ChoiceField(
        label="Criticité",
        choices=Followup.Criticality.choices,
        help_text="Priorité du CODEFI\u00a0: urgence, emploi, enjeu stratégique, sensibilité",
    )
    next_step = CleanLineField(label="Prochaine étape", required=False, max_length=200)
    next_step_on = day_field("Date de la prochaine étape", required=False)
    size = forms.ModelChoiceField(
        label="Taille du groupe", required=False, queryset=Term.objects.none(), empty_label="Inconnue"
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(Term.objects.filter(archived_at=None))
        held = (kwargs.get("initial") or {}).get("size")  # a size that is no longer offered stays on the file
        sizes = Term.objects.filter(Q(archived_at=None) | Q(pk=getattr(held, "pk", held)), kind=Term.Kind.SIZE)
        self.fields["size"].queryset = sizes  # type: ignore[attr-defined]
        self.offered = {str(term.pk): term for term in offered}
        for kind in KINDS:
            self.fields[kind] = forms.MultipleChoiceField(
                label=PLURALS[kind],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(str(term.pk), term.label) for term in offered if term.kind == kind],
            )

    def written(self) -> Fields:
        """What was typed; the form must be valid."""
        data = self.cleaned_data
        terms = [self.offered[pk] for kind in KINDS for pk in data[kind]]
        return Fields(data["criticality"], data["size"], terms, data["next_step"], data["next_step_on"])

    @property
    def kinds(self) -> list[forms.BoundField]:
        return [self[kind] for kind in KINDS]


def initial_of(followup: Followup) -> dict[str, Any]:
    """The fields of a file, as the form shows them."""
    held: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for term in followup.terms.filter(kind__in=KINDS):
        held[term.kind].append(str(term.pk))
    names = ("criticality", "size", "next_step", "next_step_on", "version")
    return {name: getattr(followup, name) for name in names} | held


class MotiveMixin(forms.Form):
    """Why a file is opened. motive, comment: only when the firm is not already open to the person."""

    motive = forms.ChoiceField(
        label="Pourquoi ouvrez-vous les données de cette entreprise",
        choices=[("", "Choisissez"), *Follow.Motive.choices],
        required=False,
    )
    comment = CleanLineField(label="Précision", required=False, max_length=500)

    def __init__(self, *args: Any, motive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not motive:
            del self.fields["motive"], self.fields["comment"]


class OpenForm(MotiveMixin, FormTokenMixin, FieldsForm):
    """A new file."""


class DuplicateForm(MotiveMixin, FormTokenMixin, DsfrForm):
    """The continuation of a completed file."""


class MailsForm(DsfrForm):
    """« Mes courriels »: a rhythm for each kind. rows: the kinds that may be told to the person."""

    def __init__(self, *args: Any, rows: Mapping[str, Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for kind, row in rows.items():
            self.fields[kind] = forms.ChoiceField(
                label=row.label, choices=list(RHYTHMS.items()), widget=forms.RadioSelect,
                error_messages={"required": "Choisissez un rythme."},
            )  # fmt: skip

    @property
    def rhythms(self) -> list[str]:
        """The columns."""
        return list(RHYTHMS.values())

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The lines of the table, as the page groups them."""
        grouped = {group: [self[kind] for kind, row in self.rows.items() if row.group == group] for group in Group}
        return [(str(group), fields) for group, fields in grouped.items() if fields]

    def chosen(self) -> dict[str, str]:
        """Kind → rhythm."""
        return {kind: self.cleaned_data[kind] for kind in self.rows}


class AnalysisForm(FormTokenMixin, DsfrForm):
    """A talk with the firm and what it taught."""

    talked_on = day_field("Date de l’échange")
    channel = forms.ChoiceField(label="Canal", choices=Analysis.Channel.choices)
    verdict = forms.ChoiceField(label="Après l’échange", choices=Analysis.Verdict.choices, widget=forms.RadioSelect)
    nature = forms.ChoiceField(
        label="Nature de la difficulté", required=False, choices=[("", "Choisissez"), *Analysis.Nature.choices],
        help_text="À dire quand la difficulté est confirmée",
    )  # fmt: skip
    intervention = forms.ChoiceField(
        label="Type d’intervention", required=False, choices=[("", "Choisissez"), *Analysis.Intervention.choices],
        help_text="De même\u00a0: prévention avant la difficulté, remédiation pendant, curation en procédure",
    )  # fmt: skip
    nature.conditional = intervention.conditional = True  # type: ignore[attr-defined]


class ActionForm(FormTokenMixin, DsfrForm):
    """An action really done, and the talk that justifies it."""

    analysis = forms.ModelChoiceField(
        label="Échange qui la justifie", queryset=Analysis.objects.none(), empty_label=None,
        error_messages={"required": "Notez d’abord un échange avec l’entreprise."},
    )  # fmt: skip
    term = forms.ModelChoiceField(label="Action réalisée", queryset=Term.objects.none(), empty_label="Choisissez")
    done_on = day_field("Date de l’action")

    def __init__(self, *args: Any, followup: Followup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        analysis: Any = self.fields["analysis"]
        analysis.queryset = Analysis.objects.filter(followup=followup)
        analysis.label_from_instance = lambda one: f"{one.talked_on:%d/%m/%Y}, {one.get_verdict_display().lower()}"
        self.fields["term"].queryset = Term.objects.filter(kind=Term.Kind.ACTION, archived_at=None)  # type: ignore[attr-defined]


class SummaryForm(DsfrForm):
    """The summary of a network. version: the one that was read."""

    text = CleanTextField(
        label="Synthèse", required=False, max_length=20_000, rows=16,
        help_text="Trois paragraphes\u00a0: présentation, difficultés, actions et calendrier. Mise en forme Markdown.",
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class RestoreForm(DsfrForm):
    """Taking back a former version of a summary. version: the one of the day, as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CommentForm(FormTokenMixin, DsfrForm):
    """A comment of a network."""

    text = CleanTextField(
        label="Commentaire", max_length=5_000, rows=5,
        help_text="Pour prévenir un participant tout de suite, écrivez @Prénom Nom. Mise en forme Markdown.",
    )  # fmt: skip


class ContactForm(FormTokenMixin, DsfrForm):
    """Somebody of the firm."""

    first_name = PersonNameField(label="Prénom", required=False, max_length=80, autocomplete="off")
    last_name = PersonNameField(label="Nom", max_length=80, autocomplete="off")
    function = forms.ChoiceField(label="Fonction", choices=FirmContact.Function.choices)
    phone = PhoneField(label="Téléphone", required=False, max_length=25)
    mobile = PhoneField(label="Téléphone mobile", required=False, max_length=25)
    email = EmailField(label="Adresse électronique", required=False)
    notes = CleanTextField(label="Notes", required=False, max_length=2_000, rows=4)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_token"}


class ReferForm(FormTokenMixin, DsfrForm):
    """The need of the firm, for an adviser. The person met must agree."""

    subject = forms.ModelChoiceField(label="Sujet", queryset=Subject.objects.none(), empty_label="Choisissez")
    content = CleanTextField(
        label="Le besoin, dans les mots de l’entreprise", max_length=6_000, rows=6,
        help_text="L’expert lit ce texte. N’y mettez rien de la détection ni de cet accompagnement.",
    )  # fmt: skip
    full_name = PersonNameField(label="Prénom et nom de la personne à rappeler", max_length=150, autocomplete="off")
    phone = PhoneField(label="Téléphone", required=False, max_length=25)
    email = EmailField(label="Adresse électronique", required=False)
    talked_on = day_field("Date de votre échange avec elle")
    consent = forms.BooleanField(label=CONSENTS[VISIT_CONSENT], error_messages={"required": NO_CONSENT})

    def __init__(self, *args: Any, subjects: Sequence[Subject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["subject"]
        field.queryset = Subject.objects.filter(pk__in=[one.pk for one in subjects])
