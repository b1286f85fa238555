from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "heedline.database"
    label = "database"
