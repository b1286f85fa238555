"""The gallery's addresses, for tests."""

from django.urls import include, path

urlpatterns = [path("gallery/", include("heedline.web.components.gallery"))]
