"""URLs of the files site, which consist of random tokens and name no report, file or person."""

from __future__ import annotations

from django.urls import path, register_converter

from heedline.web.viewer import viewer_pages


class SecretConverter:
    """URL path converter for tokens and capabilities: 256 random bits in 43 base64url characters."""

    regex = "[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SecretConverter, "secret")

urlpatterns = [
    path("", viewer_pages.front, name="viewer-front"),
    path("t/<secret:token>/", viewer_pages.use_token, name="viewer-token"),
    path("o/<secret:token>/", viewer_pages.original, name="viewer-original"),
    path("v/<secret:capability>/", viewer_pages.view, name="viewer"),
    path("v/<secret:capability>/minute/", viewer_pages.minute, name="viewer-minute"),
    path("v/<secret:capability>/<slug:role>/<int:number>/", viewer_pages.content, name="viewer-content"),
]
