"""The marks of the tables that the pages of the address book are worked out from, and the triggers that write them."""

from typing import Any

from django.db import migrations, models

from vigie.directory import marks


def watch(apps: Any, editor: Any) -> None:
    marks.install(editor.connection)


def leave(apps: Any, editor: Any) -> None:
    marks.uninstall(editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_reference_versions"),
        ("directory", "0001_first_release"),
        ("journal", "0001_first_release"),
        ("territory", "0002_zone_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="TableMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_name", models.CharField(max_length=63)),
                ("writer", models.BigIntegerField(default=0)),
                ("value", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("table_name", "writer"), name="table_mark_once")],
            },
        ),
        migrations.RunPython(watch, leave, elidable=False),
    ]
