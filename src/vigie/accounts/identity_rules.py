"""What ProConnect’s word is worth here, without a database: an identity is proved, a right never is.

An identity already known is recognised by its provider and its ``sub``; else by the address of an account. An account
that another identity already opens asks for a code sent to its address: nobody takes it over in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from vigie.kernel.errors import Forbidden
from vigie.rights.table import DETECTION, STEWARDS

# Roles whose sessions are short, and that ProConnect opens: those of the detection side.
GUARDED = DETECTION | STEWARDS
RECENT = timedelta(minutes=15)


@dataclass(frozen=True)
class Told:
    """What the provider tells of who signs in. auth_time: seconds, 0 when it was not asked for.

    roles: what he is (agent_public…), one space between two; empty: nothing of it; None: the provider does not say.
    """

    idp_id: str
    sub: str
    email: str
    siret: str
    acr: str
    sid: str = ""
    auth_time: int = 0
    roles: str | None = None


class Way(StrEnum):
    """How somebody is recognised, or why not."""

    KNOWN = "known"
    ATTACH = "attach"
    ASK_CODE = "ask_code"
    UNKNOWN = "unknown"
    ARCHIVED = "archived"


def way(*, identity_known: bool, account_found: bool, account_open: bool, other_identity: bool) -> Way:
    """account_found: by the identity, else by the address. other_identity: another one opens this account."""
    if not account_found:
        return Way.UNKNOWN
    if not account_open:
        return Way.ARCHIVED
    if identity_known:
        return Way.KNOWN
    return Way.ASK_CODE if other_identity else Way.ATTACH


def employer_changed(known: str, told: str) -> bool:
    """True when both SIRET are known and differ: the person works elsewhere now."""
    return bool(known) and bool(told) and known != told


PUBLIC = "agent_public"
SIDES = frozenset({"agent_public_etat", "agent_public_territorial"})


def role_changed(known: str, told: str | None, *, same_identity: bool) -> bool:
    """True when the person is no longer the public agent that he was: none any more, or of the other side.

    A role said more finely (agent_public, then agent_public_etat) is the same one. Another identity provider may not
    fill roles: from it, only the other side counts.
    """
    if told is None or not known:
        return False
    before, now = set(known.split()), set(told.split())
    was, is_now = ({role for role in roles if role.startswith(PUBLIC)} for roles in (before, now))
    if was and not is_now:
        return same_identity
    left, come = was & SIDES, is_now & SIDES
    return bool(left and come) and not left & come


@dataclass(frozen=True)
class Reason:
    """A page of refusal: its title, what happened, what to do. other_account: another ProConnect account may help."""

    title: str
    text: tuple[str, ...]
    other_account: bool = True


REASONS: dict[str, Reason] = {
    "second_factor_missing": Reason(
        "Second facteur nécessaire",
        (
            "ProConnect vous a reconnu, mais par un seul facteur\u00a0: un mot de passe ne suffit pas pour entrer ici.",
            "Activez la double authentification du compte que vous utilisez avec ProConnect, puis recommencez. Le "
            "service informatique de votre administration peut vous y aider.",
        ),
    ),
    "unknown": Reason(
        "Accès non ouvert",
        (
            "ProConnect vous a reconnu, mais aucun compte de Vigie ne porte votre adresse électronique.",
            "Vigie s’ouvre sur habilitation. Demandez-la au responsable des habilitations de votre administration, ou "
            "à l’équipe de Vigie\u00a0: dites votre service, votre fonction et votre territoire.",
            "Vous avez plusieurs adresses professionnelles\u00a0? Essayez avec celle à laquelle vous avez été invité.",
        ),
    ),
    "not_open": Reason(
        "Accès non ouvert",
        (
            "Votre compte existe, mais aucune habilitation n’est en cours\u00a0: elle n’est pas encore accordée, "
            "ou n’a pas commencé.",
            "Demandez-la au responsable des habilitations de votre administration, ou à l’équipe de Vigie.",
        ),
    ),
    "ended": Reason(
        "Habilitation terminée",
        (
            "Votre habilitation a pris fin, ou elle vous a été retirée\u00a0: plus aucune page de Vigie ne vous est "
            "ouverte. Votre nom reste sur vos écrits.",
            "Vous exercez encore ces fonctions\u00a0? Demandez une nouvelle habilitation au responsable de votre "
            "administration, ou à l’équipe de Vigie.",
        ),
    ),
    "suspended": Reason(
        "Habilitation à confirmer",
        (
            "Votre habilitation est suspendue. Aucune donnée ne vous est ouverte tant qu’elle n’est pas confirmée.",
            "Le responsable des habilitations de votre administration ou l’équipe de Vigie peut la rétablir.",
        ),
    ),
    "employer_changed": Reason(
        "Habilitation à confirmer",
        (
            "ProConnect annonce un autre établissement employeur que celui que nous connaissions. Par prudence, votre "
            "habilitation est suspendue et les données réservées vous sont fermées.",
            "L’équipe vient d’en être prévenue par courriel. Vous avez changé de poste, ou votre administration de "
            "numéro SIRET\u00a0? Écrivez-lui\u00a0: elle confirmera votre habilitation.",
        ),
    ),
    "role_changed": Reason(
        "Habilitation à confirmer",
        (
            "ProConnect n’annonce plus le même statut d’agent public que celui que nous connaissions. Par prudence, "
            "votre habilitation est suspendue et les données réservées vous sont fermées.",
            "L’équipe vient d’en être prévenue par courriel. Vous avez changé de fonctions, ou votre administration a "
            "changé ce qu’elle dit de vous ? Écrivez-lui : elle confirmera votre habilitation.",
        ),
    ),
    "archived": Reason(
        "Compte archivé",
        (
            "Votre compte est archivé\u00a0: il ne permet plus de se connecter. Votre nom reste sur ce que vous avez "
            "écrit.",
            "C’est une erreur, ou vous reprenez vos fonctions\u00a0? Écrivez à l’équipe.",
        ),
    ),
}


class NotAdmitted(Forbidden):
    """ProConnect proved who somebody is, and he may not enter: ``code`` is one of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code, REASONS[code].text[0])


class CodeNeeded(Forbidden):
    """The account is already opened by another identity: a code sent to its address must attach this one."""

    def __init__(self, user_id: int, told: Told) -> None:
        super().__init__("code_needed", "Confirmez par le code envoyé à votre adresse.")
        self.user_id = user_id
        self.told = told
