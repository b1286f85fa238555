"""URLs of the partner site, including those for signing in."""

from __future__ import annotations

from django.urls import path

from heedline.web.entrance import urls as entrance
from heedline.web.partner import pages, sent_pages

urlpatterns = [
    path("", pages.home, name="home"),
    *entrance.urlpatterns,
    path("me/", pages.me, name="me"),
    path("help/", pages.helping, name="help"),
    path("w/", sent_pages.listing, name="my-work"),
    path("w/sent/<uuid:ref>/", sent_pages.one, name="sent"),
    path("w/sent/<uuid:ref>/files/<int:number>/", sent_pages.file, name="sent-file"),
    path("w/sent/<uuid:ref>/answer/", sent_pages.answer, name="sent-answer"),
]
