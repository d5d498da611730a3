from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "vigie.sheets"
    label = "sheets"
    verbose_name = "fiches"
