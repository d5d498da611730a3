"""Who read what: append-only like the events. To undo: the table goes, with what it proves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vigie.journal import append_only


def protect(apps, schema_editor):
    append_only.protect(schema_editor.connection, append_only.AUDIT)


def unprotect(apps, schema_editor):
    append_only.unprotect(schema_editor.connection, append_only.AUDIT)


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_append_only_and_cache'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('actor_name', models.CharField(blank=True, max_length=200)),
                ('action', models.CharField(max_length=40)),
                ('result', models.CharField(choices=[('allowed', 'permis'), ('denied', 'refusé')], max_length=8)),
                ('object_type', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=60)),
                ('reach', models.CharField(blank=True, max_length=400)),
                ('request_id', models.CharField(blank=True, max_length=40)),
                ('details', models.JSONField(default=dict)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['object_type', 'object_id', 'at'], name='audit_object'), models.Index(fields=['actor', 'at'], name='audit_actor')],
            },
        ),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
