"""What lists say of places is kept by firm; following a firm is a follow, with its motive and its time."""

from django.db import migrations, models

PLACES = """
INSERT INTO watchlists_firmplace (siren, departement)
SELECT DISTINCT entry.siren, place.departement FROM watchlists_entryplace place
JOIN watchlists_entry entry ON entry.id = place.entry_id
"""
FOLLOWS = """
INSERT INTO agents_follow (user_id, siren, origin, motive, comment, since, until, ending, ending_comment)
SELECT user_id, siren, 'personal', 'detection', '', since, {later}, '', '' FROM watchlists_subscription
"""
LATER = {"sqlite": "datetime(since, '+365 days')", "postgresql": "since + interval '365 days'"}


def carry_over(apps, schema_editor):
    schema_editor.execute(PLACES)
    schema_editor.execute(FOLLOWS.format(later=LATER[schema_editor.connection.vendor]))


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0001_initial"),
        ("companies", "0002_search_index"),
        ("watchlists", "0003_delivery_of_facts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FirmPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("siren", models.CharField(max_length=9)),
                ("departement", models.CharField(max_length=3)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["siren", "departement"], name="firm_place_once")],
                "indexes": [models.Index(fields=["departement", "siren"], name="firm_place")],
            },
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Firm",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("companies.company",),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("level", "none"), _negated=True),
                fields=["siren", "publication"],
                name="entry_ever_alerted",
            ),
        ),
        migrations.DeleteModel(name="EntryPlace"),
        migrations.DeleteModel(name="Subscription"),
    ]
