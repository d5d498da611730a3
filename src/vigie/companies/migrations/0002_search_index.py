from django.db import migrations

from vigie.companies import search_index


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(search_index.install, search_index.uninstall),
    ]
