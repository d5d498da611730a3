"""Changing a setting: what it was, what it becomes, by whom; told in the journal and in the audit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.journal import audit
from vigie.journal.actions import record
from vigie.kernel.errors import InvalidInput, TransitionRefused
from vigie.rights.person import Person
from vigie.rights.reach import require
from vigie.tuning.models import SettingChange, SettingValue
from vigie.tuning.queries import default, forget
from vigie.tuning.rules import BY_NAME, Value

RIGHT = "setting.edit"


@transaction.atomic
def change(name: str, value: Value | None, *, version: int, by: Person, at: datetime) -> SettingValue:
    """Writes the value; None, or what it starts from: again what it starts from. Nothing is written when it is so.

    TransitionRefused when somebody was quicker. It counts at once here, within seconds on the other servers.
    """
    require(by, RIGHT)
    setting = BY_NAME[name]
    if value is not None and not setting.fits(value):
        raise InvalidInput("setting_wrong", "Cette valeur n’est pas permise.", field="value")
    wanted = None if value == default(setting) else value
    SettingValue.objects.get_or_create(name=name)
    row = SettingValue.objects.select_for_update().get(name=name)
    if row.value == wanted and type(row.value) is type(wanted):
        return row
    if row.version != version:
        raise TransitionRefused(
            "setting_moved",
            "Un collègue a changé ce réglage pendant que vous écriviez. Rien n’a été enregistré\u00a0: comparez, puis "
            "enregistrez de nouveau.",
        )
    before, row.value = row.value, wanted
    row.version += 1
    row.save()
    SettingChange.objects.create(
        setting=row, version=row.version, before=before, after=wanted, author_id=by.user_id or 0, at=at
    )
    record("setting.changed", row, by=by, at=at, payload={"name": name, "version": row.version})
    details = {"name": name, "before": before, "after": wanted}
    audit.note("admin_setting", SettingValue._meta.label, name, by=by, at=at, details=details)
    forget()
    transaction.on_commit(forget)
    return row
