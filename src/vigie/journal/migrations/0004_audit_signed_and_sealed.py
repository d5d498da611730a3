"""Audit rows are signed one by one and chained apart; what R-20 asks has its columns.

The former chain, within the rows, goes; rows from before are signed as they stand. To undo: seals are lost.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from vigie.journal import append_only, audit


def unprotect(apps, schema_editor):
    append_only.unprotect(schema_editor.connection, append_only.AUDIT)


def sign_and_protect(apps, schema_editor):
    rows = apps.get_model("journal", "AuditEvent").objects
    rows.filter(object_type="watchlists.Entry", object_id__regex="^[0-9]{9}$").update(siren=models.F("object_id"))
    for row in rows.iterator(chunk_size=2000):
        rows.filter(pk=row.pk).update(mac=audit.sign(row))
    append_only.protect(schema_editor.connection, append_only.AUDIT, append_only.SEALS)


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0003_auditevent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(unprotect, migrations.RunPython.noop, elidable=False),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.CharField(max_length=64)),
                ('genuine', models.BooleanField(default=True)),
                ('sealed_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'ordering': ('seq',),
            },
        ),
        migrations.RemoveField(
            model_name='auditevent',
            name='hash',
        ),
        migrations.AddField(
            model_name='auditevent',
            name='actor_email',
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='entity',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='in_zone',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='ip_hash',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='mac',
            field=models.CharField(default='', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='auditevent',
            name='on_behalf_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='on_behalf_of_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='purpose',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='roles',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='segment',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='siren',
            field=models.CharField(blank=True, max_length=9),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='unlocked_by',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='zone',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('siren', ''), _negated=True), fields=['siren', 'at'], name='audit_siren'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['action', 'at'], name='audit_action'),
        ),
        migrations.AddField(
            model_name='auditseal',
            name='row',
            field=models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='seal', to='journal.auditevent'),
        ),
        migrations.RunPython(sign_and_protect, unprotect, elidable=False),
    ]
