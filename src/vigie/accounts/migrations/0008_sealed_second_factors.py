"""Second factors written before they were sealed at rest."""

from django.db import migrations

from vigie.accounts.sealed import Unreadable, seal, unseal

SECRETS = ("secret", "seed")  # of the application, of the recovery codes


def seal_all(apps, schema_editor):
    for factor in apps.get_model("mfa", "Authenticator").objects.select_for_update():
        clear = {name: factor.data[name] for name in SECRETS if name in factor.data and not _sealed(factor.data[name])}
        if clear:
            factor.data |= {name: seal(text) for name, text in clear.items()}
            factor.save(update_fields=["data"])


def open_all(apps, schema_editor):
    for factor in apps.get_model("mfa", "Authenticator").objects.select_for_update():
        factor.data |= {name: unseal(factor.data[name]) for name in SECRETS if name in factor.data}
        factor.save(update_fields=["data"])


def _sealed(text):
    try:
        unseal(text)
    except Unreadable:
        return False
    return True


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_last_login_says_it"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal_all, open_all)]
