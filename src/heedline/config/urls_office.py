"""Routes of the office process."""

from django.urls import include, path

urlpatterns = [path("", include("heedline.web.officer.urls"))]
