from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "vigie.agents"
    label = "agents"
    verbose_name = "agents publics"

    def ready(self) -> None:
        from vigie.agents import audiences, jobs
        from vigie.agents.queries import users_export
        from vigie.exports.registry import FOR_SHEETS, register_exporter

        audiences.register()
        jobs.register()
        register_exporter(users_export.CODE, users_export.users_sheet, formats=FOR_SHEETS)
