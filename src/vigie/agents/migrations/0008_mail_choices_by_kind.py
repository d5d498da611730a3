from django.db import migrations, models

FILES_AND_LISTS = ("comment", "summary", "action", "list", "facts")
SAID_AT_ONCE = ("state", "joined", "requested", "quiet")  # a digest left them as they were
FIRMS = ("proceeding", "alert", "aggravation", "plan_started", "plan_broken", "debt")


def by_kind(apps, schema_editor):
    """Each line keeps the rhythm that the one choice for files and lists gave it, and that of firms without its own."""
    for row in apps.get_model("agents", "MailChoice").objects.all():
        chosen = dict.fromkeys((*FILES_AND_LISTS, *FIRMS), row.rhythm)
        if row.rhythm != "daily":
            chosen |= dict.fromkeys(SAID_AT_ONCE, row.rhythm)
        row.kinds = chosen | row.kinds
        row.save(update_fields=["kinds"])


def in_one(apps, schema_editor):
    """Back: the rhythm of comments stands for all."""
    for row in apps.get_model("agents", "MailChoice").objects.all():
        row.rhythm = row.kinds.get("comment", "daily")
        row.kinds = {kind: row.kinds[kind] for kind in FIRMS if kind in row.kinds}
        row.save(update_fields=["rhythm", "kinds"])


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0007_asked_moves'),
        ('followup', '0002_handover'),  # it brings choices as they were before
    ]

    operations = [
        migrations.AddField(
            model_name='mailchoice',
            name='past',
            field=models.JSONField(default=list, verbose_name='choix des derniers jours'),
        ),
        migrations.RunPython(by_kind, in_one),
        migrations.RemoveField(model_name='mailchoice', name='rhythm'),
    ]
