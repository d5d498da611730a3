from django.apps import AppConfig


class TrialsConfig(AppConfig):
    """Declares the events of the trials in whatever process uses their settings, the job worker too."""

    name = "bench.trials"
    label = "trials"

    def ready(self) -> None:
        from bench.trials import news

        news.install()
