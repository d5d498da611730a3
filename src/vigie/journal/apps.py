from django.apps import AppConfig
from django.core import checks


class JournalConfig(AppConfig):
    name = "vigie.journal"
    label = "journal"
    verbose_name = "journal"

    def ready(self) -> None:
        from vigie.journal import actions, audit_chain, audit_retention, delivery, jobs, outbox, running
        from vigie.journal.registry import check_events

        checks.register(check_events)
        jobs.register_job(
            outbox.DELIVER,
            delivery.deliver_message,
            label="Envoyer un courriel",
            trace=jobs.Trace.FAILURE,
        )
        jobs.register_job(
            "send_messages",
            delivery.send_messages,
            label="Envoyer les courriels que leur propre travail n’a pas envoyés",
            cron="* * * * *",
            rhythm="chaque minute",
            trace=jobs.Trace.ROW,
        )
        jobs.register_job(
            actions.BY_HAND,
            running.run_by_hand,
            label="Lancer un travail à la demande de l’équipe",
            trace=jobs.Trace.FAILURE,
        )
        jobs.register_job(
            "forget_old_traces",
            running.forget_old_traces,
            label="Effacer les comptes rendus et les compteurs périmés",
            cron="40 3 * * *",
            rhythm="chaque nuit à 3 h 40",
        )
        jobs.register_job(
            "seal_audit",
            audit_chain.seal_audit,
            label="Sceller les traces de l’audit",
            cron="* * * * *",
            rhythm="chaque minute",
            trace=jobs.Trace.ROW,
        )
        jobs.register_job(
            "purge_audit",
            audit_retention.purge_audit,
            label="Effacer les traces de l’audit au-delà de leur durée de conservation",
            cron="30 2 1 * *",
            rhythm="le 1er du mois à 2 h 30",
        )
