from django.apps import AppConfig


class TuningConfig(AppConfig):
    name = "vigie.tuning"
    label = "tuning"
    verbose_name = "réglages"
