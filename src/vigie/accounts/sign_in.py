"""Signing in: what is counted, what is recorded, and how nothing tells whether an address has an account.

Limits are asked by address typed, never by account, and outside any transaction, so that a refusal is not forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.accounts.rules import CODE_LASTS, network_of
from vigie.journal.actions import record
from vigie.rights import limits
from vigie.rights.person import VISITOR
from vigie.ui.formats import hour


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

    step: ``code``, ``second_factor`` or ``identity``.
    """
    payload = {"step": step, "network": network_of(attempt.ip)}
    record("account.sign_in_failed", user or User(pk=0), by=VISITOR, at=attempt.at, payload=payload)
    limits.hit("sign_in_failure", attempt.email, attempt.at)


def succeeded(user: User, attempt: Attempt, *, remembered: bool, second_factor: bool) -> None:
    """Records the opening of a session; a success ends a row of failures."""
    limits.forget("sign_in_failure", attempt.email)
    payload = {"remembered": remembered, "second_factor": second_factor, "network": network_of(attempt.ip)}
    record("account.signed_in", user, by=person_for(user, attempt.at), at=attempt.at, payload=payload)
