from django.apps import AppConfig


class PermitsConfig(AppConfig):
    name = "heedline.permits"
    label = "permits"

    def ready(self) -> None:
        """Register the check that specialist desks' codes do not clash with the core's, and settle what nobody may do."""
        from django.conf import settings

        from heedline.packs import load_pack
        from heedline.permits import (
            roles,
            vocabulary,  # noqa: F401
        )

        if not load_pack(settings.PACK).asks_identity:
            roles.withhold(roles.OF_IDENTITIES)
