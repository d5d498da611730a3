from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "vigie.exports"
    label = "exports"
    verbose_name = "exports"

    def ready(self) -> None:
        from vigie.exports import audiences, jobs

        audiences.register()
        jobs.register()
