"""Every address of the partners' site: those of coming in, and its own."""

from __future__ import annotations

from django.urls import path

from heedline.web.entrance import urls as entrance
from heedline.web.partner import pages

urlpatterns = [
    path("", pages.home, name="home"),
    *entrance.urlpatterns,
    path("me/", pages.me, name="me"),
    path("help/", pages.helping, name="help"),
    path("w/", pages.sent, name="my-work"),
]
