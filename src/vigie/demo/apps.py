from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class DemoConfig(AppConfig):
    name = "vigie.demo"
    label = "demo"
    verbose_name = "démonstration"

    def ready(self) -> None:
        from vigie.connectors.fakes import data, proconnect
        from vigie.demo.identities import personas
        from vigie.demo.mailbox import DemoRelay
        from vigie.demo.sample_files import links
        from vigie.demo.stock_writer import of_the_register, provider
        from vigie.directory.registry import register_samples
        from vigie.journal.relay import register_relay

        register_relay("demo", DemoRelay)
        proconnect.register(personas)
        if settings.VIGIE.mode == "demo":
            register_samples(links)
            data.register(provider(Path(settings.VAR) / "demo-world"), of_the_register)
