from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "vigie.agents"
    label = "agents"
    verbose_name = "agents publics"

    def ready(self) -> None:
        from vigie.agents import audiences, jobs

        audiences.register()
        jobs.register()
