"""R-24: no raw visit is kept. What is known of a reading is a row of the audit, whose address is hashed."""

from __future__ import annotations

from django.apps import apps
from django.db import models

# Kept with a page or a person: none of these says where somebody came from, nor with what.
SIGNS = ("user_agent", "referrer", "referer", "ip_address", "remote_addr", "browser", "device")


def test_no_table_holds_what_a_browser_says_of_a_visitor() -> None:
    held = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("vigie.")
        for field in model._meta.get_fields()
        if isinstance(field, models.GenericIPAddressField) or any(sign in field.name for sign in SIGNS)
    ]

    assert held == []
