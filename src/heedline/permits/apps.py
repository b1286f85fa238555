from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "heedline.permits"
    label = "permits"
