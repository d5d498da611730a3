"""The pages of auditors: refusals, firms out of the territory, and the lists on which a firm was shown."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

SHOWN = "audit_firms_shown"


def found_by_firm(apps: Any, editor: Any) -> None:
    """SQLite has no index of what a list holds: there, the pages of lists of the days asked are read."""
    if editor.connection.vendor == "postgresql":
        # As « details__firms__contains » writes it, else it is of no use.
        editor.execute(
            f"CREATE INDEX {SHOWN} ON journal_auditevent USING gin ((details -> 'firms') jsonb_path_ops) "
            "WHERE action = 'list_view'"
        )


def forgotten(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX IF EXISTS {SHOWN}")


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_first_release'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('result', 'denied')), fields=['at'], name='audit_denied'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('in_zone', False)), fields=['at'], name='audit_out_of_zone'),
        ),
        migrations.RunPython(found_by_firm, forgotten, elidable=False),
    ]
