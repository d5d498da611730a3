"""Codes typed in a form: activities, legal categories, zones (as codes or as names)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from vigie.directory.rules import is_code, read_zones
from vigie.kernel.errors import InvalidInput
from vigie.kernel.text import fold
from vigie.kernel.zones import ZONE_LABELS, ZoneType
from vigie.territory.queries import check_zone, search_zones, zone_labels
from vigie.ui.fields import CleanTextField
from vigie.ui.forms import DsfrForm

# An antenne may cover a whole département commune by commune.
LONGEST = 20_000


class CodesField(CleanTextField):
    """Codes typed with commas or spaces, read by a rule."""

    def __init__(self, *, reader: Callable[[str], list[str]], **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(required=False, max_length=LONGEST, **kwargs)
        self.reader = reader

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        try:
            return self.reader(super().clean(value))
        except InvalidInput as refused:
            raise ValidationError(refused.message_fr, code=refused.code) from None


def official_codes(kind: ZoneType, codes: list[str]) -> list[str]:
    """The codes in their official writing; the error of a field otherwise."""
    try:
        return [check_zone(kind, code) for code in codes]
    except InvalidInput as refused:
        raise ValidationError(refused.message_fr, code=refused.code) from None


_ZONE_HINTS = {
    ZoneType.COMMUNE: "Codes officiels (69123) ou noms, séparés par des virgules",
    ZoneType.EPCI: "Numéros SIREN ou noms, séparés par des virgules",
    ZoneType.EMPLOYMENT_AREA: "Codes (8421) ou noms, séparés par des virgules",
    ZoneType.DEPARTEMENT: "Codes (69, 2A) ou noms, séparés par des virgules",
    ZoneType.REGION: "Codes (84) ou noms, séparés par des virgules",
}


class ZonesForm(DsfrForm):
    """The zones of an antenne or of an expert: one field per kind, codes typed with commas or spaces."""

    def __init__(self, *args: Any, held: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = zone_labels(held)
        for kind, label in ZONE_LABELS.items():
            now = ", ".join(name for (one, _code), name in names.items() if one == kind)
            hint = f"{_ZONE_HINTS[kind]}. Aujourd’hui\u00a0: {now}." if now else f"{_ZONE_HINTS[kind]}."
            self.fields[kind.value] = CodesField(label=label, reader=read_zones, help_text=hint)
            self.initial[kind.value] = ", ".join(code for one, code in held if one == kind)

    def zones(self) -> list[tuple[str, str]]:
        """(kind, code) pairs, the names replaced by their codes."""
        return [(kind.value, code) for kind in ZoneType for code in self.cleaned_data[kind.value]]

    def clean(self) -> dict[str, Any]:
        for kind in ZoneType:
            try:
                self.cleaned_data[kind.value] = [_zone_code(kind, typed) for typed in self.cleaned_data.get(kind, [])]
            except InvalidInput as refused:
                self.add_error(kind.value, refused.message_fr)
        return self.cleaned_data


def _zone_code(kind: ZoneType, typed: str) -> str:
    """The official code of what was typed: a code, or the name of one zone and no other."""
    if is_code(typed):
        return check_zone(kind, typed)
    found = search_zones(kind, typed, 6)
    same = [one for one in found if fold(one.label.partition(" (")[0]) == fold(typed)]
    chosen = same if len(same) == 1 else found
    if len(chosen) == 1:
        return chosen[0].code
    if not chosen:
        raise InvalidInput(
            "zone_name_unknown", f"Aucune zone ne s’appelle «\u00a0{typed[:60]}\u00a0». Vérifiez l’orthographe."
        )
    names = ", ".join(f"{one.label}, code {one.code}" for one in chosen[:5])
    raise InvalidInput(
        "zone_name_shared",
        f"Plusieurs zones répondent à «\u00a0{typed[:60]}\u00a0»\u00a0: {names}. Écrivez le code de la bonne.",
    )
