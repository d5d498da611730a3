from django.apps import AppConfig


class WatchlistsConfig(AppConfig):
    name = "vigie.watchlists"
    label = "watchlists"
    verbose_name = "listes de détection"

    def ready(self) -> None:
        from vigie.agents.registry import register_firms
        from vigie.journal.jobs import Trace, register_job
        from vigie.watchlists import (
            audiences,
            audiences_corrections,
            audiences_follows,
            audiences_news,
            exporters,
            jobs_corrections,
        )
        from vigie.watchlists.actions import following, lateness, news, opening, opinions, reception, watching
        from vigie.watchlists.queries.alerted import alerted_places, open_lines

        register_firms(alerted_places, open_lines)
        audiences.register()
        audiences_corrections.register()
        audiences_follows.register()
        audiences_news.register()
        jobs_corrections.register()
        exporters.register()
        for name, function, label in (
            ("receive_publications", reception.receive_new, "Recevoir les listes et les faits"),
            ("open_publications", opening.open_due, "Ouvrir les listes à leur date"),
            ("find_list_news", news.find_list_news, "Relever ce qu’une liste ouverte dit des entreprises suivies"),
            ("watch_incoming", watching.watch_incoming, "Lancer le calcul d’un dépôt complet"),
            ("tell_runs", watching.tell_runs, "Prévenir de ce que le calcul a rencontré"),
        ):
            register_job(name, function, label=label, cron="* * * * *", rhythm="chaque minute", trace=Trace.ROW)
        register_job(
            "watch_calendar",
            lateness.watch_calendar,
            label="Prévenir des listes et des sources en retard",
            cron="0 8 * * *",
            rhythm="chaque jour à 8 h",
        )
        register_job(
            "warn_of_ends",
            following.warn_of_ends,
            label="Prévenir les agents dont des suivis arrivent à leur terme",
            cron="20 7 * * *",
            rhythm="chaque matin à 7 h 20",
        )
        register_job(
            "send_opinions",
            opinions.send_opinions,
            label="Transmettre les avis des agents au calcul",
            cron="30 4 * * *",
            rhythm="chaque nuit",
        )
