"""The address book: what needs are about, who answers them, where, and for which firms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models import Antenne, FoldedField, Institution, User
from vigie.directory.states import ABANDONED, APPLIED, FAULTY, IMPORT, SAME
from vigie.rights.reach import ReachQuerySet
from vigie.territory.models import ZoneLine


class Theme(models.Model):
    """A group of subjects."""

    label = models.CharField("intitulé", max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        ordering = ("position", "label")

    def __str__(self) -> str:
        return self.label


class Subject(models.Model):
    """What a need is about: the unit of routing. ``is_catch_all``: no expert is chosen by itself, a person reads it.

    ``tells_difficulty``: who asks about it tells financial difficulties, and agents may take it up in a file.
    """

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="subjects")  # needs refer to it
    label = models.CharField("intitulé", max_length=150, unique=True)
    slug = models.SlugField(max_length=150, unique=True)
    position = models.PositiveSmallIntegerField("rang", default=0)
    is_catch_all = models.BooleanField("autre besoin\u00a0: lu par une personne", default=False)
    tells_difficulty = models.BooleanField("difficulté financière", default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("theme__position", "position", "label")

    def __str__(self) -> str:
        return self.label


class SubjectQuestion(models.Model):
    """A question asked on the form for a subject; ``answers``: [[stored value, French label], …]."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=60)
    label = models.CharField("question", max_length=250)
    short_label = models.CharField("intitulé court", max_length=80, blank=True)
    answers: Any = models.JSONField("réponses possibles", default=list)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        ordering = ("subject", "position")
        constraints = [models.UniqueConstraint(fields=["subject", "key"], name="question_key_in_subject")]

    def __str__(self) -> str:
        return self.label


class InstitutionSubject(models.Model):
    """A competence of an institution: a subject, split by a description when it has the same subject several times."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="competences")
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="institution_subjects"
    )  # experts refer to it
    description = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        ordering = ("institution", "subject", "description")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "subject", "description"],
                name="institution_subject_once",
                violation_error_message="Cette institution a déjà cette compétence.",
            )
        ]

    def __str__(self) -> str:
        return self.description or str(self.subject)


class Expert(models.Model):
    """A person or a team mailbox that receives needs. Its own zones, if any, replace those of its antenne."""

    antenne = models.ForeignKey(Antenne, on_delete=models.PROTECT, related_name="experts")  # routing and history
    full_name = models.CharField("nom", max_length=150)
    email = models.EmailField("adresse électronique")
    phone = models.CharField("téléphone", max_length=25, blank=True)
    job = models.CharField("fonction", max_length=120, blank=True)
    users = models.ManyToManyField(User, through="ExpertMember", related_name="experts")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    search_text = FoldedField(of=("full_name", "email"))

    class Meta:
        ordering = ("full_name",)
        indexes = [models.Index(fields=["antenne"], name="expert_antenne_live", condition=Q(deleted_at__isnull=True))]

    def __str__(self) -> str:
        return self.full_name


class ExpertMember(models.Model):
    """A user who belongs to an expert team."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "user"],
                name="expert_member_once",
                violation_error_message="Cette personne est déjà dans cette équipe.",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class ExpertZone(ZoneLine):
    """One zone of an expert's own territory."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="zones")

    class Meta(ZoneLine.Meta):
        abstract = False
        constraints = [
            *ZoneLine.Meta.constraints,
            models.UniqueConstraint(
                fields=["expert", "zone_type", "code"],
                name="expert_zone_once",
                violation_error_message="Cet expert couvre déjà cette zone.",
            ),
        ]
        indexes = [models.Index(fields=["zone_type", "code", "expert"], name="expert_zone_lookup")]


class ExpertSubject(models.Model):
    """A competence of an expert: one competence of his institution, with his own criteria in words."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="competences")
    institution_subject = models.ForeignKey(
        InstitutionSubject, on_delete=models.CASCADE, related_name="expert_subjects"
    )
    criteria = models.TextField("critères d’intervention", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "institution_subject"],
                name="expert_subject_once",
                violation_error_message="Cet expert a déjà cette compétence.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.expert}\u00a0: {self.institution_subject}"


class FirmCondition(models.Model):
    """What an institution, an antenne or an expert asks of the firm or of the answers. Exactly one owner."""

    institution = models.ForeignKey(
        Institution, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    antenne = models.ForeignKey(Antenne, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss")
    expert = models.ForeignKey(Expert, null=True, blank=True, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True


def _one_owner() -> Q:
    """Institution, antenne or expert: one and only one."""
    condition = Q(institution__isnull=False, antenne__isnull=True, expert__isnull=True)
    condition |= Q(institution__isnull=True, antenne__isnull=False, expert__isnull=True)
    condition |= Q(institution__isnull=True, antenne__isnull=True, expert__isnull=False)
    return condition


class MatchFilter(FirmCondition):
    """Conditions on the company (matching.md 4.5). Filters of one owner that share a ``group`` are alternatives."""

    group = models.CharField("groupe d’alternatives", max_length=40, blank=True)
    subjects = models.ManyToManyField(Subject, blank=True, related_name="+", verbose_name="sujets (vide\u00a0: tous)")
    min_years = models.PositiveSmallIntegerField("plus de … années d’existence", null=True, blank=True)
    max_years = models.PositiveSmallIntegerField("moins de … années d’existence", null=True, blank=True)
    min_workforce = models.PositiveIntegerField("effectif minimum", null=True, blank=True)
    max_workforce = models.PositiveIntegerField("effectif strictement inférieur à", null=True, blank=True)
    accepted_naf: Any = models.JSONField("codes NAF acceptés", default=list, blank=True)
    excluded_naf: Any = models.JSONField("codes NAF exclus", default=list, blank=True)
    accepted_legal_forms: Any = models.JSONField("catégories juridiques acceptées", default=list, blank=True)
    excluded_legal_forms: Any = models.JSONField("catégories juridiques exclues", default=list, blank=True)
    excluded_communes: Any = models.JSONField("communes exclues", default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_one_owner(),
                name="match_filter_one_owner",
                violation_error_message="Un filtre appartient à une institution, une antenne ou un expert.",
            ),
        ]

    def __str__(self) -> str:
        return self.group or "Condition sur l’entreprise"


class AnswerGrouping(FirmCondition):
    """A set of expected answers (matching.md 4.6): all of a grouping, one grouping of an owner."""

    label = models.CharField("intitulé", max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_one_owner(),
                name="answer_grouping_one_owner",
                violation_error_message="Un groupe de réponses appartient à une institution, une antenne ou un expert.",
            ),
        ]

    def __str__(self) -> str:
        return self.label or "Réponses attendues"


class AnswerCondition(models.Model):
    """One expected answer of a grouping."""

    grouping = models.ForeignKey(AnswerGrouping, on_delete=models.CASCADE, related_name="conditions")
    question = models.ForeignKey(SubjectQuestion, on_delete=models.CASCADE, related_name="+")
    value = models.CharField("réponse attendue", max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["grouping", "question"], name="answer_condition_once")]


class CollectiveAgreement(models.Model):
    """A collective agreement (IDCC) and the skills operator it designates; filled from the labour ministry's table."""

    idcc = models.CharField(max_length=4, primary_key=True)
    label = models.CharField(max_length=250, blank=True)
    opco = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="agreements")  # routing depends on it

    def __str__(self) -> str:
        return f"IDCC {self.idcc}"


class Change(models.Model):
    """One edit of the directory by the team: what, and the values before and after (the journal points here)."""

    target_type = models.CharField(max_length=60)
    target_id = models.CharField(max_length=40)
    target_label = models.CharField(max_length=200)
    # The row whose sheet tells it: the target itself, or what the target is a line of.
    sheet_type = models.CharField(max_length=60, default="")
    sheet_id = models.CharField(max_length=40, default="")
    before: Any = models.JSONField(default=dict)
    after: Any = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at",)
        indexes = [models.Index(fields=["sheet_type", "sheet_id"], name="change_sheet")]

    def __str__(self) -> str:
        return self.target_label


class DirectoryImport(models.Model):
    """A file sent by the team to change the address book: its text, what it would change, what became of it."""

    LIFECYCLE = IMPORT

    class Kind(models.TextChoices):
        ANTENNES = "antennes", "Antennes"
        ADVISERS = "advisers", "Conseillers et experts"

    kind = models.CharField("contenu", max_length=10, choices=Kind.choices)
    state = models.CharField("état", max_length=10, choices=IMPORT.choices, default=IMPORT.initial)
    file_name = models.CharField("fichier", max_length=150)
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField(default=bytes)  # as received, until it is read
    text = models.TextField(blank=True)
    separator = models.CharField(max_length=1, blank=True)
    encoding = models.CharField("encodage", max_length=20, blank=True)
    by_record = models.BooleanField(default=False)
    line_count = models.PositiveIntegerField("lignes", default=0)
    error_count = models.PositiveIntegerField("erreurs", default=0)
    warning_count = models.PositiveIntegerField("avertissements", default=0)
    counts: Any = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    notice = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",  # who answers for it
    )
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    invitations_asked_at = models.DateTimeField(null=True)

    objects = ReachQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["sha256"], name="directory_import_file")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[FAULTY, SAME, APPLIED, ABANDONED], ended_at__isnull=False)
                | (~Q(state__in=[FAULTY, SAME, APPLIED, ABANDONED]) & Q(ended_at__isnull=True)),
                name="directory_import_ended_iff_final",
                violation_error_message="Un import porte une date de fin si et seulement s’il est terminé.",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRemark(models.Model):
    """An error or a warning of a file; line 0: the whole file."""

    directory_import = models.ForeignKey(DirectoryImport, on_delete=models.CASCADE, related_name="remarks")
    severity = models.CharField(max_length=8)
    line = models.PositiveIntegerField(default=0)
    column = models.CharField(max_length=250, blank=True)
    value = models.CharField(max_length=120, blank=True)
    message = models.CharField(max_length=500)

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["directory_import", "severity"], name="import_remark_list")]

    def __str__(self) -> str:
        return self.message


class ImportEntry(models.Model):
    """What a file says of one antenne, team or person: what would be, was, created, modified or left.

    changes: [[what, before, after], …] in French.
    """

    class Verdict(models.TextChoices):
        CREATED = "created", "Créé"
        MODIFIED = "modified", "Modifié"
        REDUCED = "reduced", "Modifié, avec un retrait"
        UNCHANGED = "unchanged", "Inchangé"

    class Kind(models.TextChoices):
        ANTENNE = "antenne", "Antenne"
        TEAM = "team", "Équipe"
        PERSON = "person", "Personne"

    directory_import = models.ForeignKey(DirectoryImport, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    label = models.CharField(max_length=300)
    under = models.CharField(max_length=320, blank=True)
    target_id = models.PositiveBigIntegerField(null=True)
    changes: Any = models.JSONField(default=list)
    search_text = FoldedField(of=("label", "under"))

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["directory_import", "kind", "verdict"], name="import_entry_list")]

    def __str__(self) -> str:
        return self.label


class TableMark(models.Model):
    """The mark of the last change of a table, written by the triggers of ``marks`` in the transaction of the change.

    writer: on PostgreSQL the transaction, several may stand side by side; on SQLite always 0.
    """

    table_name = models.CharField(max_length=63)
    writer = models.BigIntegerField(default=0)
    value = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table_name", "writer"], name="table_mark_once")]

    def __str__(self) -> str:
        return self.table_name
