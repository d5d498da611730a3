from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "vigie.matching"
    label = "matching"
    verbose_name = "mise en relation"

    def ready(self) -> None:
        from vigie.directory.registry import Work, register_hold, register_work
        from vigie.matching import audiences, jobs, network_audiences
        from vigie.matching.actions import closing
        from vigie.matching.mails import company, experts, network, reminding
        from vigie.matching.queries.pending import needs_awaiting

        audiences.register()
        company.register()
        experts.register()
        network_audiences.register()
        network.register()
        reminding.register()
        jobs.register()
        register_hold(needs_awaiting)
        register_work(Work(closing.running, closing.hand_over))
