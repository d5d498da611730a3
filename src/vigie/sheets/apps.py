from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "vigie.sheets"
    label = "sheets"
    verbose_name = "fiches"

    def ready(self) -> None:
        from vigie.exports.registry import FOR_DOCUMENTS, register_exporter
        from vigie.sheets.queries.export import EXPORT, sheet_document

        register_exporter(EXPORT, sheet_document, formats=FOR_DOCUMENTS)
