from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "heedline.permits"
    label = "permits"

    def ready(self) -> None:
        """Register the check that desks and the core share no code."""
        from heedline.permits import vocabulary  # noqa: F401
