"""The sheets of the address book: an institution, an antenne, an expert, a subject. One frozen dataclass a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.urls import reverse

from vigie.accounts.models import Absence, Antenne, Habilitation, Institution
from vigie.directory.models import (
    AnswerGrouping,
    Change,
    Expert,
    ExpertMember,
    MatchFilter,
    Subject,
)
from vigie.journal.models import Event
from vigie.kernel.nomenclature.naf import naf_label
from vigie.rights.table import Role
from vigie.territory.queries import zone_labels
from vigie.ui.components import ActButton, Cell, Column, Fact, Link, Step, Table
from vigie.ui.formats import counted, day_short, listed

HISTORY = 20
MOST_ROWS = 200


@dataclass(frozen=True)
class Line:
    """A line of a sheet: what it says, and what can be done to it."""

    title: str
    detail: str = ""
    href: str = ""
    edit: str = ""
    remove: ActButton | None = None


@dataclass(frozen=True)
class Section:
    """A titled group of lines; add: the address of the form that adds one."""

    title: str
    lines: tuple[Line, ...]
    empty: str
    add: str = ""
    add_label: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page of the address book."""

    title: str
    kind: str
    back: tuple[Link, ...]
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    history: tuple[Step, ...]
    edit: str
    zones: str = ""
    remove: ActButton | None = None


def institution_sheet(institution: Institution) -> Sheet:
    """An institution: its rules of routing, competences, antennes, filters. A constant number of queries."""
    antennes = list(
        institution.antennes.filter(deleted_at__isnull=True)
        .annotate(expert_count=_living_experts())
        .order_by("level", "name")[:MOST_ROWS]
    )
    competences = institution.competences.select_related("subject__theme").order_by("subject__label", "description")
    return Sheet(
        title=institution.name,
        kind="Institution",
        back=(Link("Annuaire", reverse("directory:home")),),
        facts=(
            Fact("Catégorie", institution.get_kind_display()),
            Fact("Natures d’activité acceptées", _natures(institution), missing="toutes"),
            Fact("Code d’activité artisanale", "accepté" if institution.accepts_craft_code else "sans effet"),
            Fact("Nature inconnue", "acceptée" if institution.accepts_unknown_nature else "refusée"),
            Fact("Une seule équipe par besoin", "oui" if institution.one_team_at_a_time else "non"),
            Fact("Prise de rendez-vous", institution.booking_url, missing="aucune"),
        ),
        warnings=(),
        sections=(
            Section(
                "Compétences",
                tuple(
                    Line(str(one.subject), one.description, remove=_remove("competence-institution", one))
                    for one in competences
                ),
                "Cette institution ne répond encore à aucun sujet.",
                _add("competence-institution", institution),
                "Ajouter une compétence",
            ),
            *_conditions(institution),
        ),
        tables=(_antenne_table(antennes),),
        history=_history(institution),
        edit=_edit("institution", institution),
        remove=_remove("institution", institution),
    )


def antenne_sheet(antenne: Antenne) -> Sheet:
    """An antenne: what it covers, its experts, its people, its filters."""
    zones = [(line.zone_type, line.code) for line in antenne.zones.all()]
    labels = zone_labels(zones)
    experts = list(
        antenne.experts.filter(deleted_at__isnull=True)
        .annotate(user_count=models.Count("users", distinct=True))
        .order_by("full_name")[:MOST_ROWS]
    )
    managers = Habilitation.objects.filter(antenne=antenne, role=Role.MANAGER, state="granted").select_related("user")
    people = antenne.users.filter(deleted_at__isnull=True, is_active=True).order_by("full_name")[:MOST_ROWS]
    warnings = []
    if not zones and antenne.level != Antenne.Level.NATIONAL:
        warnings.append("Sans zone d’intervention, cette antenne ne reçoit aucun besoin.")
    return Sheet(
        title=antenne.name,
        kind="Antenne",
        back=(
            Link("Annuaire", reverse("directory:home")),
            Link(antenne.institution.name, reverse("directory:institution", args=[antenne.institution_id])),
        ),
        facts=(
            Fact("Échelon", antenne.get_level_display()),
            Fact("Antenne au-dessus", str(antenne.parent or ""), missing="aucune"),
            Fact("Zones", listed([labels[zone] for zone in zones]), missing="aucune"),
            Fact("Responsables", listed([str(one.user) for one in managers]), missing="aucun"),
            Fact("Prise de rendez-vous", antenne.booking_url, missing="celle de l’institution"),
        ),
        warnings=tuple(warnings),
        sections=(
            Section(
                "Personnes",
                tuple(Line(str(user), user.job, href=reverse("accounts:person", args=[user.pk])) for user in people),
                "Aucune personne n’est rattachée à cette antenne.",
                reverse("accounts:invite"),
                "Inviter une personne",
            ),
            *_conditions(antenne),
        ),
        tables=(_expert_table(experts),),
        history=_history(antenne),
        edit=_edit("antenne", antenne),
        zones=reverse("directory:zones", args=["antenne", antenne.pk]),
        remove=_remove("antenne", antenne),
    )


def expert_sheet(expert: Expert, today: date) -> Sheet:
    """An expert: where he answers, on what, under which conditions, and who reads his mail."""
    own = [(line.zone_type, line.code) for line in expert.zones.all()]
    inherited = [(line.zone_type, line.code) for line in expert.antenne.zones.all()]
    labels = zone_labels([*own, *inherited])
    members = list(expert.members.select_related("user").order_by("user__full_name"))
    return Sheet(
        title=expert.full_name,
        kind="Expert",
        back=(
            Link("Annuaire", reverse("directory:home")),
            Link(
                expert.antenne.institution.name,
                reverse("directory:institution", args=[expert.antenne.institution_id]),
            ),
            Link(expert.antenne.name, reverse("directory:antenne", args=[expert.antenne_id])),
        ),
        facts=(
            Fact("Adresse électronique", expert.email),
            Fact("Téléphone", phone=expert.phone),
            Fact("Fonction", expert.job),
            Fact("Zones", _territory_sentence(expert, own, inherited, labels)),
        ),
        warnings=_expert_warnings(expert, [one.user_id for one in members], own, inherited, today),
        sections=(
            *_team_sections(expert, members),
            *_conditions(expert),
        ),
        tables=(),
        history=_history(expert),
        edit=_edit("expert", expert),
        zones=reverse("directory:zones", args=["expert", expert.pk]),
        remove=_remove("expert", expert),
    )


def subject_sheet(subject: Subject) -> Sheet:
    """A subject: its questions, and the institutions that answer it."""
    held = subject.institution_subjects.select_related("institution").filter(institution__deleted_at__isnull=True)
    return Sheet(
        title=subject.label,
        kind="Sujet",
        back=(Link("Annuaire", reverse("directory:home")), Link("Sujets", reverse("directory:subjects"))),
        facts=(
            Fact("Thème", subject.theme.label),
            Fact("Choix des experts", "par une personne" if subject.is_catch_all else "par les règles"),
        ),
        warnings=(),
        sections=(
            Section(
                "Questions du formulaire",
                tuple(
                    Line(
                        one.label,
                        listed([str(label) for _value, label in one.answers]),
                        edit=_edit("question", one),
                        remove=_remove("question", one),
                    )
                    for one in subject.questions.all()
                ),
                "Aucune question n’est posée pour ce sujet.",
                _add("question", subject),
                "Ajouter une question",
            ),
            Section(
                "Institutions",
                tuple(
                    Line(
                        one.institution.name,
                        one.description,
                        href=reverse("directory:institution", args=[one.institution_id]),
                    )
                    for one in held.order_by("institution__name", "description")
                ),
                "Aucune institution ne répond à ce sujet : toute demande attendra une personne.",
            ),
        ),
        tables=(),
        history=_history(subject),
        edit=_edit("sujet", subject),
    )


# --- pieces -------------------------------------------------------------------------------------------------------
def _living_experts() -> models.Count:
    return models.Count("experts", filter=models.Q(experts__deleted_at__isnull=True), distinct=True)


def _natures(institution: Institution) -> str:
    return ", ".join(nature.replace("_", " ").lower() for nature in institution.accepted_natures)


def _antenne_table(antennes: list[Any]) -> Table:
    return Table(
        caption="Antennes",
        columns=(Column("Antenne", header=True), Column("Échelon"), Column("Experts", numeric=True)),
        rows=tuple(
            (
                Cell(one.name, href=reverse("directory:antenne", args=[one.pk])),
                one.get_level_display(),
                str(one.expert_count),
            )
            for one in antennes
        ),
        empty="Cette institution n’a pas encore d’antenne.",
        keys=True,
    )


def _team_sections(expert: Expert, members: list[ExpertMember]) -> tuple[Section, Section]:
    """What an expert answers, and who reads his mail."""
    competences = expert.competences.select_related("institution_subject__subject").order_by(
        "institution_subject__subject__label"
    )
    return (
        Section(
            "Compétences",
            tuple(
                Line(
                    str(one.institution_subject.subject),
                    " — ".join(filter(None, (one.institution_subject.description, one.criteria))),
                    edit=_edit("competence", one),
                    remove=_remove("competence", one),
                )
                for one in competences
            ),
            "Sans compétence, cet expert ne reçoit aucun besoin.",
            _add("competence", expert),
            "Ajouter une compétence",
        ),
        Section(
            "Personnes de l’équipe",
            tuple(
                Line(
                    str(one.user),
                    one.user.email,
                    href=reverse("accounts:person", args=[one.user_id]),
                    remove=_remove("membre", one),
                )
                for one in members
            ),
            "Personne ne peut répondre depuis le site : seule la boîte aux lettres reçoit les besoins.",
            _add("membre", expert),
            "Ajouter une personne",
        ),
    )


def _expert_table(experts: list[Any]) -> Table:
    return Table(
        caption="Experts",
        columns=(Column("Expert", header=True), Column("Adresse"), Column("Personnes", numeric=True)),
        rows=tuple(
            (
                Cell(one.full_name, href=reverse("directory:expert", args=[one.pk]), hint=one.job),
                one.email,
                str(one.user_count),
            )
            for one in experts
        ),
        empty="Cette antenne n’a pas encore d’expert.",
        keys=True,
    )


def _conditions(owner: Institution | Antenne | Expert) -> tuple[Section, Section]:
    """The filters and the expected answers of an owner."""
    filters = owner.matchfilters.prefetch_related("subjects").order_by("pk")
    groupings = owner.answergroupings.prefetch_related("conditions__question").order_by("pk")
    return (
        Section(
            "Conditions sur l’entreprise",
            tuple(
                Line(
                    filter_sentence(one),
                    _scope(one),
                    edit=_edit("filtre", one),
                    remove=_remove("filtre", one),
                )
                for one in filters
            ),
            "Aucune condition : toutes les entreprises sont acceptées.",
            _add("filtre", owner),
            "Ajouter une condition",
        ),
        Section(
            "Réponses attendues aux questions",
            tuple(
                Line(_grouping_sentence(one), one.label, edit=_edit("reponses", one), remove=_remove("reponses", one))
                for one in groupings
            ),
            "Aucune réponse n’est attendue : toutes sont acceptées.",
            _add("reponses", owner),
            "Ajouter un groupe de réponses",
        ),
    )


def filter_sentence(row: MatchFilter) -> str:
    """A filter in words: « plus de 3 ans d’existence, moins de 50 salariés »."""
    parts = []
    if row.min_years is not None:
        parts.append(f"plus de {counted(row.min_years, 'an')} d’existence")
    if row.max_years is not None:
        parts.append(f"moins de {counted(row.max_years, 'an')} d’existence")
    if row.min_workforce is not None:
        parts.append(f"au moins {counted(row.min_workforce, 'salarié')}")
    if row.max_workforce is not None:
        parts.append(f"moins de {counted(row.max_workforce, 'salarié')}")
    parts += _codes("activités", row.accepted_naf, [naf_label(code) or code for code in row.accepted_naf])
    parts += _codes("sauf les activités", row.excluded_naf, [naf_label(code) or code for code in row.excluded_naf])
    parts += _codes("catégories juridiques", row.accepted_legal_forms, row.accepted_legal_forms)
    parts += _codes("sauf les catégories juridiques", row.excluded_legal_forms, row.excluded_legal_forms)
    parts += _codes("sauf les communes", row.excluded_communes, row.excluded_communes)
    return listed(parts) if parts else "Aucune condition"


def _codes(words: str, codes: list[str], labels: list[str]) -> list[str]:
    return [f"{words} {', '.join(labels)}"] if codes else []


def _scope(row: MatchFilter) -> str:
    labels = [subject.label for subject in row.subjects.all()]
    scope = f"Pour : {', '.join(labels)}" if labels else "Pour tous les sujets"
    return f"{scope}. Alternative « {row.group} »." if row.group else f"{scope}."


def _grouping_sentence(row: AnswerGrouping) -> str:
    words = []
    for one in row.conditions.all():
        answers = dict((str(value), str(label)) for value, label in one.question.answers)
        words.append(f"{one.question.short_label or one.question.label} : {answers.get(one.value, one.value)}")
    return listed(words) if words else "Aucune réponse"


def _territory_sentence(
    expert: Expert, own: list[tuple[str, str]], inherited: list[tuple[str, str]], labels: dict[Any, str]
) -> str:
    if own:
        return f"{listed([labels[zone] for zone in own])} (remplace les zones de son antenne)"
    if expert.antenne.level == Antenne.Level.NATIONAL:
        return "toute la France (antenne nationale)"
    if not inherited:
        return ""
    return f"{listed([labels[zone] for zone in inherited])} (zones de son antenne)"


def _expert_warnings(
    expert: Expert, user_ids: list[int], own: list[Any], inherited: list[Any], today: date
) -> tuple[str, ...]:
    warnings = []
    if expert.deleted_at is not None:
        warnings.append(f"Retiré de l’annuaire le {day_short(expert.deleted_at)}.")
    if not own and not inherited and expert.antenne.level != Antenne.Level.NATIONAL:
        warnings.append("Sans zone d’intervention, cet expert ne reçoit aucun besoin.")
    absent = set(
        Absence.objects.filter(user__in=user_ids, starts_on__lte=today, ends_on__gte=today).values_list(
            "user_id", flat=True
        )
    )
    if user_ids and absent == set(user_ids):
        warnings.append("Toute l’équipe est absente aujourd’hui.")
    if not user_ids:
        warnings.append("Adresse sans utilisateur : personne ne peut répondre sur le site.")
    return tuple(warnings)


def _history(obj: models.Model) -> tuple[Step, ...]:
    """The last edits of the row, and who made them; 2 queries."""
    changes = list(Change.objects.filter(target_type=obj._meta.label, target_id=str(obj.pk))[:HISTORY])
    events = Event.objects.filter(subject_type=Change._meta.label, subject_id__in=[str(one.pk) for one in changes])
    authors = {event.subject_id: event.actor_name for event in events}
    return tuple(Step(_change_title(one), one.at, authors.get(str(one.pk), "")) for one in reversed(changes))


def _change_title(change: Change) -> str:
    if not change.before:
        return "Ajout"
    if not change.after:
        return "Retrait"
    touched = [name for name, value in change.after.items() if change.before.get(name) != value]
    return f"Modification : {listed(touched)}" if touched else "Modification"


def _add(kind: str, parent: models.Model) -> str:
    return reverse("directory:add_under", args=[kind, _owner_kind(parent), parent.pk])


def _owner_kind(parent: models.Model) -> str:
    names = {Institution: "institution", Antenne: "antenne", Expert: "expert", Subject: "sujet"}
    return names[type(parent)]


def _edit(kind: str, obj: models.Model) -> str:
    return reverse("directory:edit", args=[kind, obj.pk])


def _remove(kind: str, obj: models.Model) -> ActButton:
    return ActButton(
        "Retirer",
        reverse("directory:remove", args=[kind, obj.pk]),
        style="tertiary",
        confirm=f"« {obj} » sera retiré de l’annuaire. L’historique est gardé.",
    )
