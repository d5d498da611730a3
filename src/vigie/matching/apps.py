from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "vigie.matching"
    label = "matching"
    verbose_name = "mise en relation"

    def ready(self) -> None:
        from vigie.matching import audiences, jobs
        from vigie.matching.mails import company, experts

        audiences.register()
        company.register()
        experts.register()
        jobs.register()
