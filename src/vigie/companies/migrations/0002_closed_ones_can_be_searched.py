from __future__ import annotations

from typing import Any

from django.db import migrations

from vigie.companies import search_index


def install(apps: Any, editor: Any) -> None:
    """On SQLite the one index holds closed establishments already."""
    search_index.install_closed(editor)


class Migration(migrations.Migration):
    dependencies = [("companies", "0001_first_release")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
