from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "vigie.ui"
    label = "ui"
    verbose_name = "interface"
