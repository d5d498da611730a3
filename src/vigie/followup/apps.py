from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "vigie.followup"
    label = "followup"
    verbose_name = "accompagnements"
