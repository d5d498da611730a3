from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "vigie.statistics"
    label = "statistics"
    verbose_name = "statistiques"

    def ready(self) -> None:
        from vigie.statistics import jobs

        jobs.register()
