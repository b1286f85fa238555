from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "heedline.dispatch"
    label = "dispatch"
