"""Institutions, their antennes, the people who work there, and what each person is entitled to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from vigie.accounts.states import EXPIRED, HABILITATION, REQUESTED, REVOKED
from vigie.kernel.text import clean_email, fold
from vigie.kernel.zones import ZoneType
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import GRANTABLE, ROLE_LABELS, Reach
from vigie.territory.models import ZoneLine, blank_or_shape


class Institution(models.Model):
    """A national partner. The chamber and skills-operator rules of routing are columns here, not code."""

    class Kind(models.TextChoices):
        EXPERT_PROVIDER = "expert_provider", "Fournisseur d’experts"
        ACQUISITION = "acquisition", "Apporteur de demandes"
        OPCO = "opco", "Opérateur de compétences (OPCO)"

    name = models.CharField("nom", max_length=150, unique=True)
    slug = models.SlugField(max_length=150, unique=True)
    short_name = models.CharField("nom court", max_length=40, blank=True)
    kind = models.CharField("catégorie", max_length=20, choices=Kind.choices, default=Kind.EXPERT_PROVIDER)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    region_code = models.CharField("région (vide\u00a0: nationale)", max_length=3, blank=True)
    # Chamber rule (matching.md 4.3): empty = the institution accepts every activity nature.
    accepted_natures: Any = models.JSONField("natures d’activité acceptées", default=list, blank=True)
    accepts_craft_code = models.BooleanField(
        "accepte toute entreprise ayant un code d’activité artisanale", default=False
    )
    accepts_unknown_nature = models.BooleanField("accepte une nature d’activité inconnue", default=True)
    # Skills-operator rule (4.4): the operator of establishments located in these régions, whatever their agreement.
    opco_region_codes: Any = models.JSONField("OPCO d’office dans ces régions", default=list, blank=True)
    one_team_at_a_time = models.BooleanField("une seule équipe prend en charge un besoin", default=False)
    validates_visits = models.BooleanField("l’équipe valide les besoins déposés après une visite", default=False)
    booking_url = models.URLField("prise de rendez-vous", blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(siren="") | Q(siren__regex=r"\A[0-9]{9}\Z"),
                name="institution_siren_shape",
                violation_error_message="Un numéro SIREN compte 9 chiffres.",
            ),
            models.CheckConstraint(
                condition=blank_or_shape("region_code", ZoneType.REGION), name="institution_region_shape"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Antenne(models.Model):
    """A local office of an institution. Without zone, it covers something only when its level is national."""

    class Level(models.TextChoices):
        LOCAL = "local", "Locale"
        REGIONAL = "regional", "Régionale"
        NATIONAL = "national", "Nationale"

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="antennes"
    )  # experts depend on it
    name = models.CharField("nom", max_length=150)
    level = models.CharField("échelon", max_length=10, choices=Level.choices, default=Level.LOCAL)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    parent_is_chosen = models.BooleanField("antenne au-dessus choisie par l’équipe", default=False)
    booking_url = models.URLField("prise de rendez-vous", blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name"],
                condition=Q(deleted_at__isnull=True),
                name="antenne_name_in_institution",
                violation_error_message="Cette institution a déjà une antenne de ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="antenne_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AntenneZone(ZoneLine):
    """One zone covered by an antenne."""

    antenne = models.ForeignKey(Antenne, on_delete=models.CASCADE, related_name="zones")

    class Meta(ZoneLine.Meta):
        abstract = False
        constraints = [
            *ZoneLine.Meta.constraints,
            models.UniqueConstraint(
                fields=["antenne", "zone_type", "code"],
                name="antenne_zone_once",
                violation_error_message="Cette antenne couvre déjà cette zone.",
            ),
        ]
        indexes = [models.Index(fields=["zone_type", "code", "antenne"], name="antenne_zone_lookup")]


class FoldedField(models.TextField):
    """What a search reads: other columns of the row in capitals, without accent, written anew at each save."""

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.of = of
        kwargs.update(editable=False, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = fold(" ".join(str(getattr(model_instance, name)) for name in self.of))
        setattr(model_instance, self.attname, text)
        return text


class UserQuerySet(ReachQuerySet):
    REACHES = {
        Reach.OWN: lambda person: Q(pk=person.user_id),
        Reach.ANTENNE: lambda person: Q(antenne_id__in=person.managed_antennes),
    }

    def living(self) -> UserQuerySet:
        """Neither closed nor deleted."""
        return self.filter(is_active=True, deleted_at__isnull=True)

    def with_address(self, text: str) -> UserQuerySet:
        """The account of an address as it was typed."""
        return self.filter(email=clean_email(text))

    def named(self, text: str) -> UserQuerySet:
        """Those whose name or address holds every word of the text, whatever its accents and capitals."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_text__contains=word)
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Accounts are found by address, whatever its capitals. There is no password."""

    def get_by_natural_key(self, email: str | None) -> User:
        return self.with_address(email or "").get()


class User(AbstractBaseUser):
    """A natural person with an account. What he may do comes from his habilitations, nothing else.

    ``session_epoch`` is part of what every session of the account is checked against: adding one closes them all.
    """

    password = None  # type: ignore[assignment]  # no column: nothing to set, nothing to steal
    is_staff = False  # asked by django-allauth; there is no administration site
    email = models.EmailField("adresse électronique", unique=True)
    full_name = models.CharField("prénom et nom", max_length=150)
    job = models.CharField("fonction", max_length=120, blank=True)
    phone = models.CharField("téléphone", max_length=25, blank=True)
    antenne = models.ForeignKey(
        Antenne, null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )  # history
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # traceability
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    search_text = FoldedField(of=("full_name", "email"))
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField("archivé le", null=True, blank=True)
    sign_in_count = models.PositiveIntegerField("connexions", default=0, editable=False)
    # last_login is the sign-in of today's session: this is the one before, which its owner knows.
    previous_login = models.DateTimeField("connexion précédente", null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ("full_name",)
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case"),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(is_active=False), name="user_deleted_not_active"
            ),
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True) | Q(is_active=False), name="user_archived_not_active"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_session_auth_hash(self) -> str:
        """What a session must still match: another address or another epoch closes it."""
        return salted_hmac("vigie.accounts.session", f"{self.pk}:{self.email}:{self.session_epoch}").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the retired keys of the site, so that a change of key closes no session."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield salted_hmac(
                "vigie.accounts.session", f"{self.pk}:{self.email}:{self.session_epoch}", secret=secret
            ).hexdigest()

    def check_password(self, raw_password: str | None) -> bool:
        return False

    def has_usable_password(self) -> bool:
        return False

    def set_unusable_password(self) -> None:
        return None

    def set_password(self, raw_password: str | None) -> None:
        raise TypeError("accounts have no password")


class Absence(models.Model):
    """Days on which a person does not answer (both included), and who answers instead."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    replacement = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="remplacé par"
    )

    class Meta:
        ordering = ("starts_on",)
        indexes = [models.Index(fields=["user", "ends_on"], name="absence_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_start",
                violation_error_message="La fin de l’absence précède son début.",
            ),
            models.CheckConstraint(
                condition=Q(replacement__isnull=True) | ~Q(replacement=F("user")),
                name="absence_replaced_by_another",
                violation_error_message="Choisissez une autre personne que vous-même comme remplaçant.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_on} – {self.ends_on}"


class HabilitationQuerySet(ReachQuerySet):
    REACHES = {
        Reach.CHARGE: lambda person: Q(user_id__in=answered_for(person.user_id).values("user_id")),
    }

    def in_force(self, day: Any) -> HabilitationQuerySet:
        """Granted, and valid on that day."""
        return self.filter(state="granted", starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Habilitation(models.Model):
    """A role given to a person, by someone, for a period; a manager's names the antenne he answers for."""

    LIFECYCLE = HABILITATION

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="habilitations")  # proof of who could do what
    role = models.CharField("rôle", max_length=20, choices=[(role.value, ROLE_LABELS[role]) for role in GRANTABLE])
    antenne = models.ForeignKey(Antenne, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Of a detection role or of an animator: FR, or codes as R53 35 5301 243500139 (``rules.parse_territory``).
    territory = models.CharField("territoire", max_length=1000, blank=True)
    state = models.CharField("état", max_length=12, choices=HABILITATION.choices, default=REQUESTED)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    requested_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who answers for it
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        ordering = ("user", "role")
        constraints = [
            # Two rows rather than « nulls not distinct », which SQLite has not.
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(antenne__isnull=True) & ~Q(state__in=[REVOKED, EXPIRED]),
                name="habilitation_once",
                violation_error_message="Cette personne a déjà cette habilitation.",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "antenne"],
                condition=Q(antenne__isnull=False) & ~Q(state__in=[REVOKED, EXPIRED]),
                name="habilitation_once_per_antenne",
                violation_error_message="Cette personne est déjà responsable de cette antenne.",
            ),
            models.CheckConstraint(
                condition=Q(role="manager", antenne__isnull=False) | (~Q(role="manager") & Q(antenne__isnull=True)),
                name="habilitation_antenne_iff_manager",
                violation_error_message="Un responsable l’est d’une antenne\u00a0; les autres rôles n’en portent pas.",
            ),
            models.CheckConstraint(
                condition=(Q(role__in=["level_a", "level_b", "animator"]) & ~Q(territory=""))
                | (~Q(role__in=["level_a", "level_b", "animator"]) & Q(territory="")),
                name="habilitation_territory_iff_territorial",
                violation_error_message="Un agent de détection ou un animateur a un territoire\u00a0; les autres n’en "
                "portent pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(granted_by__isnull=False, granted_at__isnull=False),
                name="habilitation_granted_by_someone",
                violation_error_message="Une habilitation est accordée par quelqu’un.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[REVOKED, EXPIRED], ended_at__isnull=False)
                | (~Q(state__in=[REVOKED, EXPIRED]) & Q(ended_at__isnull=True)),
                name="habilitation_ended_iff_final",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="habilitation_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


# Django finds here the models of the application; those of public agents have their own file.
from vigie.accounts.models_agents import AgentProfile as AgentProfile  # noqa: E402
from vigie.accounts.models_changes import AccountChange as AccountChange  # noqa: E402
from vigie.accounts.models_charges import Charge as Charge  # noqa: E402
from vigie.accounts.models_charges import answered_for as answered_for  # noqa: E402
from vigie.accounts.models_identity import FederatedIdentity as FederatedIdentity  # noqa: E402
