from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "heedline.permits"
    label = "permits"

    def ready(self) -> None:
        """Register the check that specialist desks' codes do not clash with the core's."""
        from heedline.permits import vocabulary  # noqa: F401
