"""Routes of the public process."""

from django.urls import include, path

urlpatterns = [
    path("", include("heedline.web.reporter.urls")),
    path("api/v1/", include("heedline.api.urls")),
]
