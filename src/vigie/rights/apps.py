from django.apps import AppConfig
from django.core import checks


class RightsConfig(AppConfig):
    name = "vigie.rights"
    label = "rights"
    verbose_name = "droits"

    def ready(self) -> None:
        from vigie.rights.checks import check_table

        checks.register(check_table)
