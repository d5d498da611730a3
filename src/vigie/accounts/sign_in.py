"""Signing in: what is counted, what is recorded, and how nothing tells whether an address has an account.

Limits are asked by address typed, never by account, and outside any transaction, so that a refusal is not forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.accounts.rules import CODE_LASTS, network_of
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.rights import limits
from vigie.rights.person import VISITOR, Person, PersonKind
from vigie.rights.table import SECOND_FACTOR
from vigie.ui.formats import hour

ACCOUNT = User._meta.label


@dataclass(frozen=True)
class Attempt:
    """Somebody who tries to sign in: with which e-mail address, from where, when."""

    email: str
    ip: str
    at: datetime


def count_attempt(attempt: Attempt) -> None:
    """Counts a code asked or typed; raises TooMany, whether the address has an account or not."""
    limits.check("sign_in_failure", attempt.email, attempt.at)
    limits.hit("sign_in_ip", attempt.ip, attempt.at)
    limits.hit("sign_in_email", attempt.email, attempt.at)


def count_code(attempt: Attempt) -> None:
    """Counts a mail that will leave, so that nobody’s mailbox is flooded; raises TooMany."""
    limits.hit("code_email", attempt.email, attempt.at)


def count_return(ip: str, at: datetime) -> None:
    """Counts a return from ProConnect; raises TooMany."""
    limits.hit("sign_in_ip", ip, at)


def code_asked(user: User, code: str, at: datetime) -> None:
    """Owes the mail that carries the code."""
    _owe_code(user, code, at)


@transaction.atomic
def code_asked_by_stranger(attempt: Attempt, code: str) -> None:
    """An address without account: the same writings, taken back, so that the time of the answer tells nothing."""
    nobody = User(pk=0, email=attempt.email)
    try:
        with transaction.atomic():
            _owe_code(nobody, code, attempt.at)
            raise _TakenBack
    except _TakenBack:
        record("account.unknown_asked", nobody, by=VISITOR, at=attempt.at, payload={"network": network_of(attempt.ip)})


class _TakenBack(Exception):
    """Undoes what was written for nobody."""


def _owe_code(user: User, code: str, at: datetime) -> None:
    half = len(code) // 2
    secret = {"code": f"{code[:half]} {code[half:]}", "expires": hour(at + CODE_LASTS), "name": user.full_name}
    record("account.code_asked", user, by=VISITOR, at=at, secret=secret)


def failed(user: User | None, attempt: Attempt, step: str) -> None:
    """Counts and records a wrong code; raises TooMany beyond the limit.

    step: ``code``, ``second_factor`` or ``identity``. The audit has the same row for an address without account: the
    time of the answer tells nothing.
    """
    payload = {"step": step, "network": network_of(attempt.ip)}
    with transaction.atomic():
        record("account.sign_in_failed", user or User(pk=0), by=VISITOR, at=attempt.at, payload=payload)
        key = str(user.pk) if user else ""
        audit.note(
            "login_failed", ACCOUNT, key, by=_claimed(user), at=attempt.at, result=audit.DENIED, details={"step": step}
        )
    limits.hit("sign_in_failure", attempt.email, attempt.at)


def _claimed(user: User | None) -> Person:
    """Whom somebody says he is, without any right, so that the auditor finds the failures of an account."""
    return Person(PersonKind.USER, name=str(user), user_id=user.pk, email=user.email) if user else VISITOR


@dataclass(frozen=True)
class Opening:
    """How a session opens. previous: the sign-in before this one."""

    remembered: bool
    second_factor: bool
    proconnect: bool
    previous: datetime | None


@transaction.atomic
def succeeded(user: User, attempt: Attempt, how: Opening) -> None:
    """Counts and records the opening of a session; a success ends a row of failures.

    Those who read or watch over confidential data are written in the audit too.
    """
    User.objects.filter(pk=user.pk).update(sign_in_count=F("sign_in_count") + 1, previous_login=how.previous)
    limits.forget("sign_in_failure", attempt.email)
    person = person_for(user, attempt.at)
    payload = {"remembered": how.remembered, "second_factor": how.second_factor, "network": network_of(attempt.ip)}
    record("account.signed_in", user, by=person, at=attempt.at, payload=payload)
    if person.roles & SECOND_FACTOR:
        told = {"method": "proconnect" if how.proconnect else "code", "second_factor": how.second_factor}
        audit.note("login", ACCOUNT, str(user.pk), by=person, at=attempt.at, details=told)


def ended(person: Person, at: datetime) -> None:
    """Writes in the audit that the person signed out, as ``succeeded`` wrote that he came."""
    if person.roles & SECOND_FACTOR or person.read_only:
        audit.note("logout", ACCOUNT, str(person.user_id), by=person, at=at)
