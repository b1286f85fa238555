"""Browsers without a screen for the sites: each request runs under that site's routes, middleware and database role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client, override_settings

from tests.support.acting import acting


class SiteClient(Client):
    """Django's test client, in one of the sites. CSRF is checked, as in production."""

    def __init__(self, site: str, **options: Any) -> None:
        options.setdefault("enforce_csrf_checks", True)
        options.setdefault("raise_request_exception", False)
        options.setdefault("HTTP_ORIGIN", "http://testserver")  # as every browser says with a form
        super().__init__(**options)
        self.site = site

    def request(self, **request: Any) -> Any:
        with (
            override_settings(
                ROOT_URLCONF=f"heedline.config.urls_{self.site}",
                MIDDLEWARE=getattr(settings, f"{self.site.upper()}_MIDDLEWARE"),
                CSRF_COOKIE_NAME=f"hl_csrf_{self.site[:3]}_{settings.INSTANCE}",
            ),
            acting(self.site),
        ):
            return super().request(**request)
