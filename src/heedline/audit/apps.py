from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "heedline.audit"
    label = "audit"
