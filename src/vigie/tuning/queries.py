"""What the settings are worth: read at the moment of an act, or kept some seconds for what every page asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404
from django.urls import reverse

from vigie.tuning.models import SettingChange, SettingValue
from vigie.tuning.rules import BY_NAME, BY_SLUG, SETTINGS, Kind, Setting, Value
from vigie.ui.components import ActButton, Cell, Column, Table
from vigie.ui.formats import counted, exact

KEPT_FOR = timedelta(seconds=5)
HISTORY_SHOWN = 50
_NEVER = datetime.min.replace(tzinfo=UTC)


def default(setting: Setting) -> Value:
    """What a setting is worth while nobody changes it."""
    found: Value = getattr(settings.VIGIE, setting.name) if setting.default is None else setting.default
    return found


def _worth(setting: Setting, stored: object) -> Value:
    """A stored value that no longer fits (bounds that a version changed) counts for nothing."""
    return stored if setting.fits(stored) else default(setting)  # type: ignore[return-value]


def current(name: str) -> Any:
    """What a setting is worth now, for an act. 1 query."""
    stored = SettingValue.objects.filter(name=name).values_list("value", flat=True).first()
    return _worth(BY_NAME[name], stored)


@dataclass
class _Kept:
    """What every page asks. Another process may have changed it: it is read again after KEPT_FOR."""

    stored: dict[str, object]
    until: datetime


_kept = _Kept({}, _NEVER)


def live(name: str, at: datetime) -> Any:
    """What a setting is worth, as it was read at most KEPT_FOR ago: for what every page asks. 1 query, or none.

    A database that is away leaves what was last read: the page itself will say what is wrong.
    """
    if at >= _kept.until:
        try:
            _kept.stored = dict(SettingValue.objects.order_by().values_list("name", "value"))
        except DatabaseError:
            return _worth(BY_NAME[name], _kept.stored.get(name))
        _kept.until = at + KEPT_FOR
    return _worth(BY_NAME[name], _kept.stored.get(name))


def forget() -> None:
    """The next page reads the settings again."""
    _kept.until = _NEVER


def keep(stored: dict[str, object], until: datetime) -> None:
    """For the test bench: what pages read until then, without a query."""
    _kept.stored, _kept.until = stored, until


# --- the pages --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SettingPage:
    """A setting: what it is worth, who changed it. button: back to what it starts from, when it is not."""

    setting: Setting
    value: str
    started: str
    button: ActButton | None
    history: Table


def said(setting: Setting, value: object) -> str:
    """A value as it is read."""
    if value is None:
        return f"{said(setting, default(setting))} (valeur de départ)"
    if setting.kind is Kind.SWITCH:
        return "en marche" if value else "à l’arrêt"
    if setting.kind is Kind.DAYS:
        return counted(int(str(value)), "jour")
    return f"«\u00a0{value}\u00a0»" if value else "vide"


def setting_named(slug: str) -> Setting:
    """The setting of this address; else 404."""
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def settings_table() -> Table:
    """2 queries."""
    stored = dict(SettingValue.objects.order_by().values_list("name", "value"))
    last: dict[str, SettingChange] = {}
    for one in SettingChange.objects.select_related("author", "setting").order_by("at", "pk"):
        last[one.setting.name] = one
    return Table(
        caption="Réglages",
        columns=(
            Column("Réglage", header=True), Column("Aujourd’hui"), Column("Valeur de départ"),
            Column("Dernier changement"),
        ),
        rows=tuple(
            (
                Cell(one.label, href=reverse("tuning:setting", args=[one.slug]), hint=one.told),
                said(one, _worth(one, stored.get(one.name))),
                said(one, default(one)),
                f"{exact(last[one.name].at)}, {last[one.name].author}" if one.name in last else "Jamais",
            )
            for one in SETTINGS
        ),
        caption_hidden=True,
    )  # fmt: skip


def setting_page(setting: Setting) -> tuple[SettingPage, int, Value]:
    """The page, the version that is on it, the value. 2 queries."""
    row = SettingValue.objects.filter(name=setting.name).first()
    value = _worth(setting, row.value if row else None)
    button = None
    if value != default(setting):
        button = ActButton(
            "Remettre la valeur de départ", reverse("tuning:reset", args=[setting.slug]), "reset", "tertiary",
            confirm=f"La valeur redeviendra\u00a0: {said(setting, default(setting))}.",
        )  # fmt: skip
    page = SettingPage(
        setting, said(setting, value), said(setting, default(setting)), button, _history(setting, row)
    )  # fmt: skip
    return page, row.version if row else 0, value


def _history(setting: Setting, row: SettingValue | None) -> Table:
    changes = SettingChange.objects.filter(setting=row).select_related("author")[:HISTORY_SHOWN] if row else ()
    return Table(
        caption="Qui a changé quoi",
        columns=(Column("Quand", header=True), Column("Qui"), Column("Avant"), Column("Après")),
        rows=tuple(
            (exact(one.at), str(one.author), said(setting, one.before), said(setting, one.after)) for one in changes
        ),
        empty="Personne ne l’a changé.",
        caption_hidden=True,
    )
