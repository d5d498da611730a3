from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "vigie.demo"
    label = "demo"
    verbose_name = "démonstration"

    def ready(self) -> None:
        from vigie.demo.mailbox import DemoRelay
        from vigie.journal.relay import register_relay

        register_relay("demo", DemoRelay)
