"""The tables of the first release: what the migrations it replaces had come to, written at once.

A base that has them all is taken as it stands; `replaces` may go when no such base is left.
"""

import django.db.models.deletion
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models

import vigie.rights.person
from vigie.first_release import FirstRelease
from vigie.journal import append_only


def protect(apps, schema_editor):
    append_only.protect(schema_editor.connection, *append_only.TABLES)


def unprotect(apps, schema_editor):
    append_only.unprotect(schema_editor.connection, *append_only.TABLES)


def create_cache_table(apps, schema_editor):
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)



class Migration(FirstRelease):
    replaces = [
        ("journal", "0001_initial"),
        ("journal", "0002_append_only_and_cache"),
        ("journal", "0003_auditevent"),
        ("journal", "0004_audit_signed_and_sealed"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=60)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("succeeded", models.BooleanField(null=True)),
                ("account", models.CharField(blank=True, max_length=500)),
                ("progress", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("-started_at",),
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_name", models.CharField(blank=True, max_length=200)),
                ("actor_email", models.CharField(blank=True, max_length=254)),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("on_behalf_of_name", models.CharField(blank=True, max_length=200)),
                ("roles", models.CharField(blank=True, max_length=200)),
                ("segment", models.CharField(blank=True, max_length=40)),
                ("entity", models.CharField(blank=True, max_length=200)),
                ("zone", models.CharField(blank=True, max_length=200)),
                ("reach", models.CharField(blank=True, max_length=400)),
                ("action", models.CharField(max_length=40)),
                ("result", models.CharField(choices=[("allowed", "permis"), ("denied", "refusé")], max_length=8)),
                ("object_type", models.CharField(max_length=60)),
                ("object_id", models.CharField(max_length=60)),
                ("siren", models.CharField(blank=True, max_length=9)),
                ("in_zone", models.BooleanField(null=True)),
                ("unlocked_by", models.CharField(blank=True, max_length=40)),
                ("purpose", models.CharField(blank=True, max_length=200)),
                ("ip_hash", models.CharField(blank=True, max_length=32)),
                ("request_id", models.CharField(blank=True, max_length=40)),
                ("details", models.JSONField(default=dict)),
                ("mac", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(fields=["object_type", "object_id", "at"], name="audit_object"),
                    models.Index(fields=["actor", "at"], name="audit_actor"),
                    models.Index(
                        condition=models.Q(("siren", ""), _negated=True), fields=["siren", "at"], name="audit_siren"
                    ),
                    models.Index(fields=["action", "at"], name="audit_action"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "row",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="seal",
                        to="journal.auditevent",
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("genuine", models.BooleanField(default=True)),
                ("sealed_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ("seq",),
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("user", "user"),
                            ("company", "company"),
                            ("system", "system"),
                            ("visitor", "visitor"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_name", models.CharField(blank=True, max_length=200)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=40)),
                ("payload", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "ordering": ("at", "pk"),
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "at"], name="event_subject"),
                    models.Index(fields=["name", "at"], name="event_name_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("actor_kind", vigie.rights.person.PersonKind["USER"]), ("actor__isnull", False)),
                            models.Q(
                                models.Q(("actor_kind", vigie.rights.person.PersonKind["USER"]), _negated=True),
                                ("actor__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="event_actor_iff_user",
                        violation_error_message="Un événement porte un compte si et seulement si une personne l’a causé.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="journal.event"
                    ),
                ),
                ("template", models.CharField(max_length=80)),
                ("audience", models.CharField(max_length=60)),
                ("recipient", models.CharField(max_length=254)),
                ("recipient_name", models.CharField(blank=True, max_length=200)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.CharField(max_length=40)),
                ("unique_key", models.CharField(max_length=300, unique=True)),
                ("message_id", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "En attente"),
                            ("claimed", "Envoi en cours"),
                            ("sent", "Parti"),
                            ("failed", "Échec"),
                            ("canceled", "Annulé"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("held", models.BooleanField(default=False)),
                ("next_attempt_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("mail_subject", models.CharField(blank=True, max_length=300)),
                ("secret", models.JSONField(blank=True, null=True)),
            ],
            options={
                "ordering": ("due_at", "pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["next_attempt_at"], name="message_to_send"
                    ),
                    models.Index(
                        condition=models.Q(("state", "claimed")), fields=["claimed_at"], name="message_claimed"
                    ),
                    models.Index(fields=["subject_type", "subject_id"], name="message_subject"),
                    models.Index(fields=["state", "-created_at"], name="message_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["sent", "failed", "canceled"])),
                            models.Q(("ended_at__isnull", True), ("state__in", ["waiting", "claimed"])),
                            _connector="OR",
                        ),
                        name="message_ended_iff_final",
                        violation_error_message="Un courriel porte une date de fin si et seulement s’il est terminé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "claimed"), _negated=True),
                            ("claimed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_claimed_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "failed", "canceled"]), _negated=True),
                            ("secret__isnull", True),
                            _connector="OR",
                        ),
                        name="message_secret_erased",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="message_failed_says_why",
                        violation_error_message="Un courriel en échec dit pourquoi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gte", models.F("created_at"))), name="message_due_after_creation"
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, unprotect, elidable=False),
        migrations.RunPython(create_cache_table, migrations.RunPython.noop, elidable=False),
    ]
