from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "vigie.campaigns"
    label = "campaigns"
    verbose_name = "campagnes"

    def ready(self) -> None:
        from vigie.campaigns import audiences, jobs
        from vigie.campaigns.actions.told import tell_opened
        from vigie.campaigns.queries.exporting import campaign_sheet
        from vigie.campaigns.queries.last_contacts import contacts_with, visits_to
        from vigie.campaigns.queries.loads import loads_of
        from vigie.exports.registry import FOR_SHEETS, register_exporter
        from vigie.followup.registry import register_loads, register_opened
        from vigie.watchlists.queries.contacts import register_contacts

        audiences.register()
        jobs.register()
        register_opened(tell_opened)
        register_loads(loads_of)
        register_contacts("campaigns", contacts_with)
        register_contacts("visits", visits_to)
        register_exporter("campaign", campaign_sheet, formats=FOR_SHEETS)
