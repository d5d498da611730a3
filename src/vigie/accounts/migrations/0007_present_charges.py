"""Each reviewer goes on answering for the agents of his own body, as he did before charges were said."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def say_the_present(apps: Any, _editor: Any) -> None:
    """Whose habilitation of reviewer lives, and who has a body. Run again, it adds nothing."""
    habilitation, profile = apps.get_model("accounts", "Habilitation"), apps.get_model("accounts", "AgentProfile")
    charge = apps.get_model("accounts", "Charge")
    held = habilitation.objects.filter(role="reviewer").exclude(state__in=("revoked", "expired"))
    for one in profile.objects.filter(user_id__in=held.values("user_id")).order_by("pk"):
        charge.objects.get_or_create(user_id=one.user_id, entity_id=one.entity_id, segment=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_charges")]

    operations = [migrations.RunPython(say_the_present, migrations.RunPython.noop)]
