"""URLs of the files site. None names a report, a file or a person: each is a random token or capability."""

from __future__ import annotations

from django.urls import path

from heedline.web.viewer import viewer_pages

urlpatterns = [
    path("", viewer_pages.front, name="viewer-front"),
]
