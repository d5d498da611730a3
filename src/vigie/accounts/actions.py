"""What is done to accounts and habilitations. Each act asks its right, records its event, and may be sent twice.

Signing in has its own file (``sign_in.py``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from vigie.accounts import rules
from vigie.accounts.account_changes import note_role
from vigie.accounts.change_log import keep_change
from vigie.accounts.charges import restart_charges
from vigie.accounts.models import Absence, Antenne, Habilitation, User
from vigie.accounts.queries import live_antenne, person_for, replacements
from vigie.accounts.rules import Invitation
from vigie.accounts.states import GRANTED, REQUESTED, REVOKED, SUSPENDED
from vigie.journal.actions import perform, record
from vigie.kernel.errors import Forbidden, InvalidInput, Refused
from vigie.kernel.period import paris_day
from vigie.kernel.text import clean_email, clean_line, clean_person_name, clean_phone
from vigie.rights.person import SYSTEM, Person
from vigie.rights.reach import require
from vigie.rights.table import Role
from vigie.territory.models import ZoneGroup
from vigie.territory.queries import check_zone
from vigie.ui.formats import counted

_CLEAN = {"full_name": clean_person_name, "job": clean_line, "phone": clean_phone, "email": clean_email}


# --- inviting -------------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(invitation: Invitation, *, by: Person, at: datetime) -> User:
    """The new account, its habilitations granted by the inviter, and the mail that tells how to sign in.

    The same invitation sent twice gives the same account. Raises InvalidInput for an address that has an account.
    """
    require(by, "account.invite")
    asked = _cleaned(invitation, at)
    rules.refuse_roles(asked.roles, asked.antenne_id)
    for role in asked.roles:
        checked_territory(role, asked.territory)
    rules.refuse_period(asked.starts_on or paris_day(at), asked.ends_on)
    known = User.objects.select_for_update().with_address(asked.email).first()
    if known is not None:
        return _same_invitation(known, asked, by, at)
    try:
        with transaction.atomic():
            user = _new_account(asked, by.user_id, at)
    except IntegrityError:  # somebody wrote the same address at the same instant
        return _same_invitation(User.objects.with_address(asked.email).get(), asked, by, at)
    for role in asked.roles:
        _request_and_grant(user, role, asked, granted_by=by.user_id, by=by, at=at)
    record("account.invited", user, by=by, at=at, payload={"roles": sorted(asked.roles)})
    return user


@transaction.atomic
def open_service(email: str, full_name: str, *, at: datetime) -> User:
    """The first member of the team, who will invite the others. Refused once the team has somebody."""
    today = paris_day(at)
    if Habilitation.objects.filter(role=Role.TEAM, user__is_active=True).in_force(today).exists():
        raise Refused("team_exists", "L’équipe compte déjà quelqu’un\u00a0: demandez-lui une invitation.")
    asked = _cleaned(Invitation(email=email, full_name=full_name, roles=(Role.TEAM,)), at)
    user = User.objects.with_address(asked.email).first() or _new_account(asked, None, at)
    _request_and_grant(user, Role.TEAM, asked, granted_by=user.pk, by=SYSTEM, at=at)
    record("account.invited", user, by=SYSTEM, at=at, payload={"roles": [Role.TEAM]})
    return user


def _cleaned(invitation: Invitation, at: datetime) -> Invitation:
    texts: dict[str, Any] = {name: clean(getattr(invitation, name)) for name, clean in _CLEAN.items()}
    roles = tuple(dict.fromkeys(Role(role) for role in invitation.roles))
    return replace(invitation, roles=roles, starts_on=invitation.starts_on or paris_day(at), **texts)


def _new_account(asked: Invitation, invited_by: int | None, at: datetime) -> User:
    if asked.antenne_id is not None:
        _live_antenne(asked.antenne_id)
    user = User(
        email=asked.email,
        full_name=asked.full_name,
        job=asked.job,
        phone=asked.phone,
        antenne_id=asked.antenne_id,
        invited_at=at,
        invited_by_id=invited_by,
    )
    _refuse_unreadable(user)
    user.save()
    return user


def _same_invitation(known: User, asked: Invitation, by: Person, at: datetime) -> User:
    """The account, when the invitation is the same click sent twice; else InvalidInput."""
    recent = known.invited_at is not None and at - known.invited_at <= rules.SAME_CLICK
    if recent and known.invited_by_id == by.user_id:
        held = set(known.habilitations.order_by().values_list("role", flat=True))
        if held == {role.value for role in asked.roles}:
            return known
    if not known.is_active:
        raise InvalidInput("account_closed", "Cette adresse est celle d’un compte fermé.", field="email")
    raise InvalidInput(
        "account_exists",
        "Cette personne a déjà un compte. Ouvrez sa fiche pour lui accorder une habilitation.",
        field="email",
    )


def _request_and_grant(
    user: User, role: Role, asked: Invitation, *, granted_by: int | None, by: Person, at: datetime
) -> None:
    antenne_id = asked.antenne_id if role is Role.MANAGER else None
    territory = checked_territory(role, asked.territory)
    period = (asked.starts_on or paris_day(at), asked.ends_on)
    habilitation = _request(user, role, antenne_id, *period, territory=territory, by=by, at=at)
    if habilitation.state == REQUESTED:
        perform(habilitation, "grant", by=by, at=at, changes={"granted_by_id": granted_by})
        note_role(habilitation, "grant", by=by, at=at)
        _start(habilitation, by, at)


# --- habilitations --------------------------------------------------------------------------------------------------
@transaction.atomic
def request_habilitation(
    user: User,
    role: Role,
    *,
    by: Person,
    at: datetime,
    antenne: Antenne | None = None,
    territory: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Habilitation:
    """A habilitation that waits for somebody to grant it; the one that already waits when it was asked before.

    antenne: the one a manager answers for; territory: that of a detection role, as typed. Raises InvalidInput when the
    person already has this habilitation.
    """
    require(by, "account.edit", user)
    first_day = starts_on or paris_day(at)
    rules.refuse_roles((role,), antenne.pk if antenne else user.antenne_id)
    rules.refuse_period(first_day, ends_on)
    antenne_id = None
    if role is Role.MANAGER:
        antenne_id = antenne.pk if antenne else user.antenne_id
    where = checked_territory(role, territory)
    return _request(user, role, antenne_id, first_day, ends_on, territory=where, by=by, at=at)


@transaction.atomic
def give_habilitation(
    user: User,
    role: Role,
    *,
    by: Person,
    at: datetime,
    antenne: Antenne | None = None,
    territory: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Habilitation:
    """Asks for a habilitation in somebody’s name and grants it, in one go; never one’s own."""
    period = {"starts_on": starts_on, "ends_on": ends_on}
    habilitation = request_habilitation(user, role, by=by, at=at, antenne=antenne, territory=territory, **period)
    return grant(habilitation, by=by, at=at)


def _request(
    user: User,
    role: Role,
    antenne_id: int | None,
    starts_on: date,
    ends_on: date | None,
    *,
    territory: str,
    by: Person,
    at: datetime,
) -> Habilitation:
    User.objects.select_for_update().get(pk=user.pk)  # two identical requests come one after the other
    same = Habilitation.objects.filter(user=user, role=role, antenne=antenne_id)
    held = same.exclude(state__in=Habilitation.LIFECYCLE.final_codes).order_by("pk").first()
    if held is not None and (held.state == REQUESTED or _same_click(held, by, at)):
        return held
    if held is not None:
        raise InvalidInput("habilitation_exists", "Cette personne a déjà cette habilitation.", field="role")
    habilitation = Habilitation.objects.create(
        user=user,
        role=role,
        antenne_id=antenne_id,
        territory=territory,
        starts_on=starts_on,
        ends_on=ends_on,
        requested_at=at,
    )
    told = {"role": role.value, "territory": territory} if territory else {"role": role.value}
    record("habilitation.requested", habilitation, by=by, at=at, payload=told)
    return habilitation


def checked_territory(role: Role, typed: str) -> str:
    """The territory of a habilitation as it is stored; InvalidInput names a code that is nobody's."""
    stored = rules.territory_for(role, typed)
    found = rules.parse_territory(stored) if stored else rules.Territory()
    named = ZoneGroup.objects.select_for_update().filter(code__in=found.groups, archived_at=None)  # not withdrawn now
    unknown = found.groups - set(named.values_list("code", flat=True) if found.groups else ())
    if unknown:
        names = ", ".join(f"{rules.NAMED}{code}" for code in sorted(unknown))
        raise InvalidInput("zone_unknown", f"Aucune zone ne s’appelle ainsi\u00a0: {names}.", field="territory")
    zones = found.zones
    for kind, code in sorted(zones):
        try:
            check_zone(kind, code)
        except InvalidInput as refused:
            raise InvalidInput(refused.code, refused.message_fr, field="territory") from None
    return stored


def request_in_name_of(user: User, role: Role, territory: str, *, by: Person, at: datetime) -> Habilitation:
    """A detection habilitation that waits for the team; the caller has asked the right of who vouches for it."""
    return _request(user, role, None, paris_day(at), None, territory=checked_territory(role, territory), by=by, at=at)


def _same_click(held: Habilitation, by: Person, at: datetime) -> bool:
    """True when this person has just granted it."""
    recent = at - held.requested_at <= rules.SAME_CLICK
    return recent and held.state == GRANTED and held.granted_by_id == by.user_id is not None


def grant(habilitation: Habilitation, *, by: Person, at: datetime) -> Habilitation:
    """Puts the habilitation in force, answered for by the person who grants it; never one's own."""
    return _decide(habilitation, "grant", GRANTED, by=by, at=at, changes={"granted_by_id": by.user_id})


def suspend(habilitation: Habilitation, *, by: Person, at: datetime) -> Habilitation:
    """Stops the habilitation until it is granted again, and closes the person's sessions."""
    return _decide(habilitation, "suspend", SUSPENDED, by=by, at=at)


def revoke(habilitation: Habilitation, *, by: Person, at: datetime) -> Habilitation:
    """Ends the habilitation for good, and closes the person's sessions."""
    return _decide(habilitation, "revoke", REVOKED, by=by, at=at)


@transaction.atomic
def _decide(
    habilitation: Habilitation,
    transition: str,
    target: str,
    *,
    by: Person,
    at: datetime,
    changes: dict[str, Any] | None = None,
) -> Habilitation:
    row = Habilitation.objects.select_for_update().get(pk=habilitation.pk)
    require(by, "habilitation.decide", row)
    if row.state == target:  # sent twice, or a colleague did the same
        return row
    rules.refuse_on_oneself(row.user_id, by.user_id)
    if target == GRANTED and not row.user.is_active:
        raise Refused("account_archived", "Ce compte est archivé. Rouvrez-le d’abord.")
    new = row.state == REQUESTED
    perform(row, transition, by=by, at=at, changes=changes)
    note_role(row, transition, by=by, at=at)
    if target != GRANTED:
        close_sessions(row.user_id)
    elif new:
        _start(row, by, at)
    return row


def _start(granted: Habilitation, by: Person, at: datetime) -> None:
    """A new reviewer answers for the agents of his body, until an administrator says otherwise."""
    if granted.role == Role.REVIEWER:
        restart_charges(granted.user, by=by, at=at)


def expire_habilitations(*, at: datetime) -> str:
    """Ends the habilitations whose last day is past (job of every night); gives the account. Can be run again."""
    today = paris_day(at)
    over = Habilitation.objects.filter(state__in=(GRANTED, SUSPENDED), ends_on__lt=today).order_by("pk")
    count = 0
    for habilitation in over:
        with transaction.atomic():
            row = Habilitation.objects.select_for_update().get(pk=habilitation.pk)
            if row.state in (GRANTED, SUSPENDED):
                perform(row, "expire", by=SYSTEM, at=at)
                note_role(row, "expire", by=SYSTEM, at=at)
                close_sessions(row.user_id)
                count += 1
    return counted(count, "habilitation expirée", "habilitations expirées")


# --- absences -------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_absence(
    user: User, *, starts_on: date, ends_on: date, replacement: User | None = None, by: Person, at: datetime
) -> Absence:
    """The days on which the person does not answer, in place of those that they overlap."""
    require(by, "account.edit", user)
    rules.refuse_absence(starts_on, ends_on, paris_day(at))
    if replacement is not None and not replacements(user).filter(pk=replacement.pk).exists():
        raise InvalidInput("replacement_unknown", "Choisissez un collègue de la même institution.", field="replacement")
    User.objects.select_for_update().get(pk=user.pk)
    wanted = {"starts_on": starts_on, "ends_on": ends_on, "replacement": replacement}
    overlapped = Absence.objects.filter(user=user, starts_on__lte=ends_on, ends_on__gte=starts_on)
    same = overlapped.filter(**wanted).first()
    if same is not None and overlapped.count() == 1:
        return same
    overlapped.delete()
    absence = Absence.objects.create(user=user, **wanted)
    payload = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    record("account.absence_set", user, by=by, at=at, payload=payload)
    return absence


@transaction.atomic
def cancel_absence(absence: Absence, *, by: Person, at: datetime) -> None:
    """Takes the absence back; nothing happens when it is already gone."""
    require(by, "account.edit", absence.user)
    payload = {"starts_on": absence.starts_on.isoformat(), "ends_on": absence.ends_on.isoformat(), "canceled": True}
    if Absence.objects.filter(pk=absence.pk).delete()[0]:
        record("account.absence_set", absence.user, by=by, at=at, payload=payload)


def erase_ended_absences(*, at: datetime) -> str:
    """Erases the absences that ended before today (job of every night): nobody needs to know them longer."""
    count, _per_model = Absence.objects.filter(ends_on__lt=paris_day(at)).delete()
    return counted(count, "absence terminée effacée", "absences terminées effacées")


# --- the account ----------------------------------------------------------------------------------------------------
@transaction.atomic
def change_account(user: User, changes: dict[str, Any], *, by: Person, at: datetime) -> User:
    """Writes what really changes among full_name, job, phone and, for the team, email and antenne_id.

    Raises Forbidden for a column that this person may not change, InvalidInput for what cannot be read.
    """
    require(by, "account.edit", user)
    if not set(changes) <= set(rules.editable_fields(by.is_team)):
        raise Forbidden("field_not_permitted", "Seule l’équipe peut changer ceci. Écrivez-lui.")
    row = User.objects.select_for_update().get(pk=user.pk)
    cleaned = {name: _CLEAN[name](value) if name in _CLEAN else value for name, value in changes.items()}
    written = sorted(name for name, value in cleaned.items() if getattr(row, name) != value)
    if not written:
        return row
    before = {name: getattr(row, name) for name in written}
    for name in written:
        setattr(row, name, cleaned[name])
    if "antenne_id" in written and row.antenne_id is not None:
        _live_antenne(row.antenne_id)
    _refuse_unreadable(row)
    if "email" in written and User.objects.with_address(row.email).exclude(pk=row.pk).exists():
        raise InvalidInput("account_exists", "Cette adresse est celle d’un autre compte.", field="email")
    row.save(update_fields=[*written, "search_text"])
    keep_change(row, before, {name: getattr(row, name) for name in written}, by=by, at=at)
    record("account.changed", row, by=by, at=at, payload={"fields": written})
    return row


@transaction.atomic
def accept_terms(user: User, *, by: Person, at: datetime) -> None:
    """Keeps the moment at which the person accepted the terms of use; the first one counts. Nobody does it for him."""
    if by.user_id != user.pk:
        raise Forbidden("terms_of_another", "Chacun accepte les conditions d’utilisation pour soi-même.")
    if User.objects.filter(pk=user.pk, terms_accepted_at__isnull=True).update(terms_accepted_at=at):
        record("account.changed", user, by=by, at=at, payload={"fields": ["terms_accepted_at"]})


@transaction.atomic
def second_factor_set(authenticator: Authenticator, code: str, *, at: datetime) -> None:
    """Notes that the person installed his second factor, and the code that proved it. Closes his sessions."""
    authenticator.data["taken"] = ["".join(code.split())]
    authenticator.save(update_fields=["data"])
    close_sessions(authenticator.user_id)
    record("account.second_factor_set", authenticator.user, by=person_for(authenticator.user, at), at=at)


@transaction.atomic
def forget_second_factor(user: User, *, at: datetime) -> None:
    """Notes that the person gave up his second factor, which django-allauth has just removed. Closes his sessions."""
    Authenticator.objects.filter(user=user).delete()
    close_sessions(user.pk)
    record("account.second_factor_removed", user, by=person_for(user, at), at=at)


@transaction.atomic
def remove_second_factor(user: User, *, by: Person, at: datetime) -> None:
    """For a person who lost his telephone and his codes: he sets another at his next sign-in. Closes his sessions."""
    require(by, "account.secure", user)
    rules.refuse_on_oneself(user.pk, by.user_id)
    if Authenticator.objects.filter(user=user).delete()[0]:
        close_sessions(user.pk)
        record("account.second_factor_removed", user, by=by, at=at)


def close_sessions(user_id: int) -> None:
    """Closes every session of the account, at its next request."""
    User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)


def _live_antenne(antenne_id: int) -> None:
    if live_antenne(antenne_id) is None:
        raise InvalidInput("antenne_unknown", "Cette antenne n’existe plus. Choisissez-en une autre.", field="antenne")


def _refuse_unreadable(user: User) -> None:
    """Raises InvalidInput with the first fault of the columns that people type."""
    try:
        user.clean_fields(exclude=["antenne", "invited_by", "last_login"])
    except ValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        raise InvalidInput(f"{field}_invalid", faults[0], field=field) from None
