"""The starter subjects already loaded get the mark that a new installation gives them; the team may take it away."""

from typing import Any

from django.db import migrations

STARTERS = ("tresorerie", "diagnostic")  # as in taxonomy.py on that day


def mark(apps: Any, editor: Any) -> None:
    apps.get_model("directory", "Subject").objects.filter(slug__in=STARTERS).update(tells_difficulty=True)


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_subject_tells_difficulty")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
