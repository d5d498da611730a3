from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "vigie.campaigns"
    label = "campaigns"
    verbose_name = "campagnes"

    def ready(self) -> None:
        from vigie.campaigns import audiences, jobs
        from vigie.campaigns.queries.exporting import campaign_sheet
        from vigie.exports.registry import FOR_SHEETS, register_exporter

        audiences.register()
        jobs.register()
        register_exporter("campaign", campaign_sheet, formats=FOR_SHEETS)
