"""URL routes for the public API, under `/api/v1/`.

Paths have no trailing slash, because a redirect would lose the body of a POST.
"""

from __future__ import annotations

from django.urls import path

from heedline.api import views

app_name = "api"
urlpatterns = [
    path("reports", views.reports, name="reports"),
    path("mailbox", views.mailbox, name="mailbox"),
    path("mailbox/messages", views.mailbox_messages, name="mailbox-messages"),
    path("openapi.json", views.description, name="openapi"),
]
