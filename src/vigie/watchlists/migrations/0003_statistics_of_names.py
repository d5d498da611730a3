"""PostgreSQL learns how many names hold a word: it guessed seven of 350,000, and read places one by one for all."""

from typing import Any

from django.db import migrations

NAME = "watchlists_entry_upper_name"


def known(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        # As « icontains » writes it, else it is of no use.
        editor.execute(f'CREATE STATISTICS {NAME} ON (UPPER("name"::text)) FROM watchlists_entry')


def forgotten(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP STATISTICS IF EXISTS {NAME}")


class Migration(migrations.Migration):
    dependencies = [("watchlists", "0002_facts_changed_by_table")]

    operations = [migrations.RunPython(known, forgotten, elidable=False)]
