from django.apps import AppConfig
from django.core import checks


class JournalConfig(AppConfig):
    name = "vigie.journal"
    label = "journal"
    verbose_name = "journal"

    def ready(self) -> None:
        from vigie.journal.registry import check_events

        checks.register(check_events)
