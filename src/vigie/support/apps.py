from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "vigie.support"
    label = "support"
    verbose_name = "aide et avis"

    def ready(self) -> None:
        from vigie.support import audiences, jobs

        audiences.register()
        jobs.register()
