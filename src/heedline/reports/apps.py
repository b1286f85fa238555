from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "heedline.reports"
    label = "reports"
