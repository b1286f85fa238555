from django.apps import AppConfig


class DesksConfig(AppConfig):
    name = "heedline.desks"
    label = "desks"
