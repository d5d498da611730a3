"""The database refuses to change or delete an event, and has the table of its cache: after `migrate` all is there.

To undo: events can be changed again; the cache's table stays, empty or not, it holds nothing to keep.
"""

from django.core.management import call_command
from django.db import migrations

from vigie.journal import append_only


def protect(apps, schema_editor):
    append_only.protect(schema_editor.connection)


def unprotect(apps, schema_editor):
    append_only.unprotect(schema_editor.connection)


def create_cache_table(apps, schema_editor):
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunPython(protect, unprotect, elidable=False),
        migrations.RunPython(create_cache_table, migrations.RunPython.noop, elidable=False),
    ]
