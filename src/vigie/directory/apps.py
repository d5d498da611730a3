from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "vigie.directory"
    label = "directory"
    verbose_name = "annuaire"

    def ready(self) -> None:
        from vigie.accounts.teams import register_teams
        from vigie.directory import marks
        from vigie.directory.importing import jobs
        from vigie.directory.queries.lists import teams_of_user

        register_teams(teams_of_user)
        jobs.register()
        post_migrate.connect(marks.after_migrate, sender=self)
