from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "heedline.intake"
    label = "intake"
