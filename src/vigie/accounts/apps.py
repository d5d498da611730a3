from django.apps import AppConfig
from django.core import checks


class AccountsConfig(AppConfig):
    name = "vigie.accounts"
    label = "accounts"
    verbose_name = "comptes"

    def ready(self) -> None:
        from vigie.accounts import actions, audiences, session
        from vigie.accounts.checks import check_no_password
        from vigie.journal.jobs import register_job

        audiences.register()
        checks.register(check_no_password)
        register_job(
            "expire_habilitations",
            actions.expire_habilitations,
            label="Faire expirer les habilitations échues",
            cron="10 0 * * *",
            rhythm="chaque nuit à 0 h 10",
        )
        register_job(
            "erase_ended_absences",
            actions.erase_ended_absences,
            label="Effacer les absences terminées",
            cron="15 0 * * *",
            rhythm="chaque nuit à 0 h 15",
        )
        register_job(
            "erase_ended_sessions",
            session.erase_ended,
            label="Effacer les sessions terminées",
            cron="20 0 * * *",
            rhythm="chaque nuit à 0 h 20",
        )
