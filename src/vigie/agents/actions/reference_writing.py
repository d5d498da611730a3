"""Creating, changing, withdrawing a zone, a network, a profile of work, a body. Nothing is ever deleted.

A change that gives or takes access is made only with the mark of the effects that were on the screen: the figures are
counted again here, and others are shown again first. Nobody makes a change that moves his own access.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from vigie.accounts.models_agents import Network
from vigie.agents.models import ReferenceChange
from vigie.agents.queries.reference_effects import effects, used_by
from vigie.agents.reference_kinds import ENTITY, NETWORK, SEGMENT, ZONE, Kind, Values
from vigie.agents.reference_rules import Effects
from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.kernel.text import fold
from vigie.kernel.zones import ZoneType
from vigie.rights.person import Person
from vigie.rights.reach import may, require
from vigie.territory.models import Zone

RIGHT = "reference.edit"
ACTS = ReferenceChange.Act
EVENTS = {
    ACTS.CREATED: "reference.created", ACTS.CHANGED: "reference.changed",
    ACTS.WITHDRAWN: "reference.withdrawn", ACTS.RESTORED: "reference.restored",
}  # fmt: skip
# Networks that the service itself names: the meeting of the CODEFI, the contacts that the CRP read.
NAMED_BY_THE_SERVICE = frozenset({Network.CODEFI, "crp"})
_ZONE_CODE, _SLUG = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*"), re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
FRANCE_NAMES = frozenset({fold("France entière"), fold("France"), "FR"})


class EffectsMoved(Refused):
    """The change gives or takes access, and its author has not seen these figures."""

    def __init__(self, found: Effects) -> None:
        super().__init__("effects_unseen", "Relisez ce que ce changement donne ou retire, puis confirmez.")
        self.effects = found


class Moved(TransitionRefused):
    """Somebody changed it meanwhile."""

    def __init__(self, row: Any, kind: Kind) -> None:
        last = ReferenceChange.objects.filter(kind=kind.code, object_id=row.pk).select_related("author").first()
        who = f"{last.author} a" if last else "Quelqu’un a"
        super().__init__(
            "reference_moved",
            f"{who} changé {kind.the} pendant que vous écriviez. Rien n’a été enregistré\u00a0: comparez avec les "
            "valeurs actuelles, corrigez, puis enregistrez de nouveau.",
        )
        self.row = row


def create(kind: Kind, values: Values, *, form_token: str, by: Person, at: datetime) -> Any:
    """Adds one, that nothing uses yet; the same form sent twice adds one."""
    require(by, RIGHT)
    try:
        return _made(kind, form_token, by) or _create(kind, values, form_token, by, at)
    except IntegrityError:  # somebody sent the same form, or took the same code, at the same moment
        made = _made(kind, form_token, by)
        if made is None:
            name = "code" if "code" in kind.fields else "name"
            raise InvalidInput("code_taken", "Un collègue vient de prendre ce nom ou ce code.", field=name) from None
        return made


def _made(kind: Kind, form_token: str, by: Person) -> Any:
    made = ReferenceChange.objects.filter(form_token=form_token, kind=kind.code, author_id=by.user_id).first()
    return kind.model.objects.get(pk=made.object_id) if made is not None else None


@transaction.atomic
def _create(kind: Kind, values: Values, form_token: str, by: Person, at: datetime) -> Any:
    row = kind.model()
    _refuse_wrong(kind, None, values)
    kind.put(row, values)
    row.save()
    _write(kind, row, ACTS.CREATED, {}, values, Effects(), by, at, form_token)
    return row


@transaction.atomic
def change(kind: Kind, pk: int, values: Values, *, version: int, seen: str = "", by: Person, at: datetime) -> Any:
    """Writes the new values. Moved when somebody was quicker; EffectsMoved when its effects were not read."""
    require(by, RIGHT)
    row = _locked(kind, pk)
    before = kind.values(row)
    values = {**before, **values, **{name: before[name] for name in kind.fixed}}
    if values == before:
        return row  # nothing new, or the same form sent twice
    if row.version != version:
        raise Moved(row, kind)
    if row.archived_at is not None:
        raise TransitionRefused("reference_withdrawn", f"Remettez d’abord {kind.the} en service.")
    _refuse_wrong(kind, row, values)
    found = effects(kind, row, values, at)
    if by.user_id in found.users:
        raise Forbidden(
            "own_access",
            "Ce changement toucherait à votre propre habilitation. Demandez-le à un autre administrateur.",
        )
    if found.any and not may(by, "reference.open"):
        raise Refused(
            "access_moves",
            "Ce changement donne ou retire un accès à des agents\u00a0: demandez-le à un administrateur.",
        )
    if found.any and seen != found.mark():
        raise EffectsMoved(found)
    kind.put(row, values)
    _save(row)
    _write(kind, row, ACTS.CHANGED, before, values, found, by, at, "")
    return row


@transaction.atomic
def withdraw(kind: Kind, pk: int, *, by: Person, at: datetime) -> Any:
    """Closes it at this date: it is no longer offered. Refused while something living uses it."""
    require(by, RIGHT)
    row = _locked(kind, pk)
    if row.archived_at is not None:
        return row
    if kind is NETWORK and row.code in NAMED_BY_THE_SERVICE:
        raise Refused("reference_needed", "Le service lui-même se sert de ce réseau\u00a0: il ne se retire pas.")
    used = used_by(kind, row)
    if used:
        raise Refused(
            "reference_used", f"{used}. Changez-les d’abord\u00a0: {kind.the} ne se retire pas tant qu’on s’en sert."
        )
    row.archived_at = at
    _save(row)
    _write(kind, row, ACTS.WITHDRAWN, {}, {}, Effects(), by, at, "")
    return row


@transaction.atomic
def restore(kind: Kind, pk: int, *, by: Person, at: datetime) -> Any:
    """Offers it again, as it was."""
    require(by, RIGHT)
    row = _locked(kind, pk)
    if row.archived_at is None:
        return row
    _refuse_wrong(kind, row, kind.values(row))
    row.archived_at = None
    _save(row)
    _write(kind, row, ACTS.RESTORED, {}, {}, Effects(), by, at, "")
    return row


def _locked(kind: Kind, pk: int) -> Any:
    return kind.model.objects.select_for_update().get(pk=pk)


def _save(row: Any) -> None:
    row.version += 1
    row.save()


def _write(
    kind: Kind, row: Any, act: str, before: Values, after: Values, found: Effects, by: Person, at: datetime,
    form_token: str,
) -> None:  # fmt: skip
    """The history, the journal and the audit of one act."""
    changed = {name for name in after if before.get(name) != after[name]}
    told = found.told()
    written = ReferenceChange.objects.create(
        kind=kind.code, object_id=row.pk, act=act, version=row.version, effects=told, author_id=by.user_id or 0, at=at,
        before={name: before[name] for name in sorted(changed) if name in before},
        after={name: after[name] for name in sorted(changed)}, form_token=form_token,
    )  # fmt: skip
    payload = {"kind": kind.code, "id": row.pk, "version": row.version, "fields": sorted(changed), **told}
    record(EVENTS[ACTS(act)], written, by=by, at=at, payload=payload)
    details = {**payload, "act": str(act)}
    if kind is ZONE and "departements" in changed:
        details["before"], details["after"] = before.get("departements", []), after["departements"]
    audit.note("admin_reference", kind.model._meta.label, str(row.pk), by=by, at=at, details=details)


# --- what is refused --------------------------------------------------------------------------------------------------
def _refuse_wrong(kind: Kind, row: Any, values: Values) -> None:
    """InvalidInput names the field at fault; row: the one that is changed, None for a new one."""
    others = kind.model.objects.exclude(pk=row.pk) if row is not None else kind.model.objects.all()
    name = "name" if kind is ENTITY else "label"
    if not fold(values[name]):
        raise InvalidInput("name_empty", "Écrivez un nom, avec des lettres ou des chiffres.", field=name)
    if any(fold(other) == fold(values[name]) for other in others.values_list(name, flat=True)):
        raise InvalidInput("name_taken", "Ce nom est déjà pris, accents et capitales mis à part.", field=name)
    if "code" in values and row is None:
        _refuse_code(kind, values["code"])
    if kind is ZONE:
        _refuse_zone(row, values)
    if kind is SEGMENT and values["network"]:
        known = Network.objects.filter(code=values["network"], archived_at=None)
        if not known.exists():
            raise InvalidInput("network_unknown", "Choisissez un réseau en service.", field="network")
    if kind is ENTITY and values["siret"] and others.filter(siret=values["siret"]).exists():
        raise InvalidInput("siret_taken", "Une autre administration a déjà ce SIRET.", field="siret")


def _refuse_code(kind: Kind, code: str) -> None:
    shape, words = (
        (_ZONE_CODE, "capitales, chiffres et tirets (GRAND-OUEST)")
        if kind is ZONE
        else (_SLUG, "minuscules, chiffres et tirets (grand-ouest)")
    )
    if not shape.fullmatch(code):
        raise InvalidInput("code_shape", f"Un code s’écrit en {words}, sans accent ni espace.", field="code")
    if kind.model.objects.filter(code=code).exists():
        raise InvalidInput("code_taken", "Ce code est déjà pris. Un code retiré ne sert plus.", field="code")


def _refuse_zone(row: Any, values: Values) -> None:
    wanted = set(values["departements"])
    if not wanted:
        raise InvalidInput("zone_empty", "Une zone tient au moins un département.", field="departements")
    rows = Zone.objects.filter(zone_type__in=(ZoneType.DEPARTEMENT, ZoneType.REGION)).order_by()
    places = list(rows.values_list("zone_type", "code", "name", "region_code"))
    known = {code for kind, code, _name, _up in places if kind == ZoneType.DEPARTEMENT}
    unknown = sorted(wanted - known - set(row.departements if row is not None else ()))
    if unknown:
        words = "Département inconnu" if len(unknown) == 1 else "Départements inconnus"
        raise InvalidInput("departement_unknown", f"{words}\u00a0: {', '.join(unknown)}.", field="departements")
    label = fold(values["label"])
    if label in FRANCE_NAMES:
        raise InvalidInput("name_reserved", "Ce nom est celui de la France entière.", field="label")
    for kind, code, name, _up in places:
        held = {code} if kind == ZoneType.DEPARTEMENT else {d for k, d, _n, up in places if up == code and k != kind}
        if fold(name) == label and held != wanted:
            raise InvalidInput(
                "name_of_a_place",
                f"{name} est déjà le nom d’un territoire qui n’a pas ces départements. Prenez un autre nom.",
                field="label",
            )
