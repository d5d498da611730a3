from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "vigie.agents"
    label = "agents"
    verbose_name = "agents publics"

    def ready(self) -> None:
        from vigie.accounts.reviews import register_reviews
        from vigie.agents import audiences, jobs
        from vigie.agents.queries import reviewing, users_export
        from vigie.exports.registry import FOR_SHEETS, register_exporter

        audiences.register()
        jobs.register()
        register_reviews(reviewing.SOURCE)
        register_exporter(users_export.CODE, users_export.users_sheet, formats=FOR_SHEETS)
