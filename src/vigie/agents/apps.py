from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "vigie.agents"
    label = "agents"
    verbose_name = "agents publics"
