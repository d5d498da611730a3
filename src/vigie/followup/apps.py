from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "vigie.followup"
    label = "followup"
    verbose_name = "accompagnements"

    def ready(self) -> None:
        from vigie.followup import audiences

        audiences.register()
