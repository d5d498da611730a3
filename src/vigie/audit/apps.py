from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vigie.audit"
    label = "audit"
    verbose_name = "audit"

    def ready(self) -> None:
        from vigie.audit import audiences, jobs

        audiences.register()
        jobs.register()
