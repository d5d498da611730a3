from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "vigie.companies"
    label = "companies"
    verbose_name = "entreprises"
