from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "vigie.statistics"
    label = "statistics"
    verbose_name = "statistiques"

    def ready(self) -> None:
        from vigie.exports.registry import FOR_DOCUMENTS, register_exporter
        from vigie.statistics import jobs
        from vigie.statistics.queries.partner import partner_document
        from vigie.statistics.queries.report import report

        jobs.register()
        register_exporter("actions_report", report, formats=FOR_DOCUMENTS)
        register_exporter("semester_report", partner_document, formats=FOR_DOCUMENTS)
