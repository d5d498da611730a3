"""Subjects about which asking tells financial difficulties."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_table_marks")]

    operations = [
        migrations.AddField(
            model_name="subject",
            name="tells_difficulty",
            field=models.BooleanField(default=False, verbose_name="difficulté financière"),
        ),
    ]
