"""Addresses of the public API, under `/api/v1/`. No slash at the end: a redirect would lose a POST's body."""

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
