"""Browsers without a screen for the two sites: each request runs under that site's routes, middleware and database role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client, override_settings

from tests.acting import acting


class SiteClient(Client):
    """Django's test client, in one of the two sites. CSRF is checked, as in production."""

    def __init__(self, site: str, **options: Any) -> None:
        options.setdefault("enforce_csrf_checks", True)
        options.setdefault("raise_request_exception", False)
        super().__init__(**options)
        self.site = site

    def request(self, **request: Any) -> Any:
        public = self.site == "public"
        with (
            override_settings(
                ROOT_URLCONF=f"heedline.config.urls_{self.site}",
                MIDDLEWARE=settings.PUBLIC_MIDDLEWARE if public else settings.OFFICE_MIDDLEWARE,
                CSRF_COOKIE_NAME=f"hl_csrf_{'pub' if public else 'off'}_{settings.INSTANCE}",
            ),
            acting(self.site),
        ):
            return super().request(**request)
