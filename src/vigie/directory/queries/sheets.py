"""The sheets of the address book: an institution, an antenne, an expert, a subject. One frozen dataclass a page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.urls import reverse

from vigie.accounts.models import Absence, Antenne, Habilitation, Institution
from vigie.directory.models import Expert, ExpertMember, Subject, Theme
from vigie.directory.queries.imports import exports_of
from vigie.directory.queries.sections import (
    Line,
    Section,
    Sheet,
    add_link,
    closed_if_removed,
    conditions_of,
    edit_link,
    history_of,
    remove_button,
)
from vigie.directory.rules import NATURES
from vigie.kernel.zones import ZoneType
from vigie.rights.table import Role
from vigie.territory.queries import zone_labels
from vigie.ui.components import Cell, Column, Fact, Link, Table
from vigie.ui.formats import listed

MOST_ROWS = 200


def institution_sheet(institution: Institution) -> Sheet:
    """An institution: its rules of routing, competences, antennes, filters. A constant number of queries."""
    antennes = _listed(institution.antennes.all())
    competences = institution.competences.select_related("subject__theme").order_by("subject__label", "description")
    sheet = Sheet(
        title=institution.name,
        kind="Institution",
        back=(Link("Annuaire", reverse("directory:home")),),
        facts=(
            Fact("Catégorie", institution.get_kind_display()),
            Fact("Natures d’activité acceptées", _natures(institution), missing="toutes"),
            Fact("Code d’activité artisanale", "accepté" if institution.accepts_craft_code else "sans effet"),
            Fact("Nature inconnue", "acceptée" if institution.accepts_unknown_nature else "refusée"),
            Fact("Une seule équipe par besoin", "oui" if institution.one_team_at_a_time else "non"),
            *_operator_facts(institution),
            Fact("Prise de rendez-vous", institution.booking_url, missing="aucune"),
        ),
        warnings=(),
        sections=(
            Section(
                "Compétences",
                tuple(
                    Line(
                        one.subject.label,
                        one.description,
                        edit=edit_link("competence-institution", one),
                        remove=remove_button("competence-institution", one),
                    )
                    for one in competences
                ),
                "Cette institution ne répond encore à aucun sujet.",
                add_link("competence-institution", institution),
                "Ajouter une compétence",
            ),
            *conditions_of(institution),
        ),
        tables=(_antenne_table(antennes),),
        history=history_of(institution),
        edit=edit_link("institution", institution),
        remove=remove_button("institution", institution),
        files=tuple(Link(f"Exporter\u00a0: {label}", href) for label, href in exports_of(institution.pk)),
        child=Link("Ajouter une antenne", add_link("antenne", institution)),
    )
    return closed_if_removed(sheet, institution.deleted_at)


def antenne_sheet(antenne: Antenne) -> Sheet:
    """An antenne: what it covers, its experts, its people, its filters."""
    zones = [(ZoneType(line.zone_type), line.code) for line in antenne.zones.all()]
    labels = zone_labels(zones)
    experts = list(
        antenne.experts.filter(deleted_at__isnull=True)
        .annotate(user_count=models.Count("users", distinct=True))
        .order_by("full_name")[:MOST_ROWS]
    )
    managers = Habilitation.objects.filter(antenne=antenne, role=Role.MANAGER, state="granted").select_related("user")
    people = list(antenne.users.filter(deleted_at__isnull=True, is_active=True).order_by("full_name")[:MOST_ROWS])
    under, national = _listed(antenne.children.all()), antenne.level == Antenne.Level.NATIONAL
    warnings = []
    if not zones and not national:
        warnings.append("Sans zone d’intervention, cette antenne ne reçoit aucun besoin.")
    sheet = Sheet(
        title=antenne.name,
        kind="Antenne",
        back=(
            Link("Annuaire", reverse("directory:home")),
            Link(antenne.institution.name, reverse("directory:institution", args=[antenne.institution_id])),
        ),
        facts=(
            Fact("Échelon", antenne.get_level_display()),
            Fact("Antenne au-dessus", str(antenne.parent or ""), href=_above(antenne), missing="aucune"),
            Fact(
                "Zones", listed([labels[zone] for zone in zones]), missing="toute la France" if national else "aucune"
            ),
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
            *conditions_of(antenne),
        ),
        tables=(*([_antenne_table(under, "Antennes au-dessous")] if under else []), _expert_table(experts)),
        history=history_of(antenne),
        edit=edit_link("antenne", antenne),
        zones=reverse("directory:zones", args=["antenne", antenne.pk]),
        remove=None if experts or people else remove_button("antenne", antenne),
        close=Link("Fermer cette antenne", reverse("directory:close", args=[antenne.pk]))
        if experts or people
        else None,
        child=Link("Ajouter un expert", add_link("expert", antenne)),
    )
    return closed_if_removed(sheet, antenne.deleted_at)


def expert_sheet(expert: Expert, today: date) -> Sheet:
    """An expert: where he answers, on what, under which conditions, and who reads his mail."""
    own = [(line.zone_type, line.code) for line in expert.zones.all()]
    inherited = [(line.zone_type, line.code) for line in expert.antenne.zones.all()]
    labels = zone_labels([*own, *inherited])
    members = list(expert.members.select_related("user").order_by("user__full_name"))
    sheet = Sheet(
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
            *conditions_of(expert),
        ),
        tables=(),
        history=history_of(expert),
        edit=edit_link("expert", expert),
        zones=reverse("directory:zones", args=["expert", expert.pk]),
        remove=remove_button("expert", expert),
    )
    return closed_if_removed(sheet, expert.deleted_at)


def theme_sheet(theme: Theme) -> Sheet:
    """A theme and its subjects. 3 queries."""
    subjects = list(theme.subjects.order_by("position", "label"))
    return Sheet(
        title=theme.label,
        kind="Thème",
        back=(Link("Annuaire", reverse("directory:home")), Link("Sujets", reverse("directory:subjects"))),
        facts=(Fact("Sujets ouverts aux demandes", str(sum(one.archived_at is None for one in subjects))),),
        warnings=(),
        sections=(
            Section(
                "Sujets",
                tuple(
                    Line(
                        one.label,
                        "archivé" if one.archived_at else "",
                        href=reverse("directory:subject", args=[one.pk]),
                        edit=edit_link("sujet", one),
                    )
                    for one in subjects
                ),
                "Aucun sujet n’est rangé sous ce thème.",
                reverse("directory:add", args=["sujet"]),
                "Ajouter un sujet",
            ),
        ),
        tables=(),
        history=history_of(theme),
        edit=edit_link("theme", theme),
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
            Fact("Situation", "archivé" if subject.archived_at else "ouvert aux demandes"),
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
                        edit=edit_link("question", one),
                        remove=remove_button("question", one),
                    )
                    for one in subject.questions.all()
                ),
                "Aucune question n’est posée pour ce sujet.",
                add_link("question", subject),
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
                "Aucune institution ne répond à ce sujet\u00a0: toute demande attendra une personne.",
            ),
        ),
        tables=(),
        history=history_of(subject),
        edit=edit_link("sujet", subject),
    )


# --- pieces ----------------------------------------------------------------------------------------------------
def _living_experts() -> models.Count:
    return models.Count("experts", filter=models.Q(experts__deleted_at__isnull=True), distinct=True)


def _operator_facts(institution: Institution) -> tuple[Fact, ...]:
    """What makes an institution the skills operator of a firm; nothing for the others."""
    if institution.kind != Institution.Kind.OPCO:
        return ()
    regions = zone_labels([(ZoneType.REGION, code) for code in institution.opco_region_codes])
    agreements = institution.agreements.values_list("idcc", flat=True).order_by("idcc")
    return (
        Fact("Conventions collectives", ", ".join(f"IDCC {idcc}" for idcc in agreements), missing="aucune"),
        Fact("Régions d’office", listed(sorted(regions.values())), missing="aucune"),
    )


def _natures(institution: Institution) -> str:
    return listed([NATURES.get(nature, nature).lower() for nature in institution.accepted_natures])


def _listed(antennes: models.QuerySet[Antenne]) -> list[Any]:
    """Those that are open, with their number of experts. 1 query."""
    rows = antennes.filter(deleted_at__isnull=True).annotate(expert_count=_living_experts())
    return list(rows.order_by("level", "name")[:MOST_ROWS])


def _above(antenne: Antenne) -> str:
    return reverse("directory:antenne", args=[antenne.parent_id]) if antenne.parent_id else ""


def _antenne_table(antennes: list[Any], caption: str = "Antennes") -> Table:
    return Table(
        caption=caption,
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
                    edit=edit_link("competence", one),
                    remove=remove_button("competence", one),
                )
                for one in competences
            ),
            "Sans compétence, cet expert ne reçoit aucun besoin.",
            add_link("competence", expert),
            "Ajouter une compétence",
        ),
        Section(
            "Personnes de l’équipe",
            tuple(
                Line(
                    str(one.user),
                    one.user.email,
                    href=reverse("accounts:person", args=[one.user_id]),
                    remove=remove_button("membre", one),
                )
                for one in members
            ),
            "Personne ne peut répondre depuis le site\u00a0: seule la boîte aux lettres reçoit les besoins.",
            add_link("membre", expert),
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
        empty="Aucun expert dans cette antenne.",
        keys=True,
    )


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
        warnings.append("Adresse sans utilisateur\u00a0: personne ne peut répondre sur le site.")
    return tuple(warnings)
