"""URL routes for the files process."""

from django.urls import include, path

urlpatterns = [path("", include("heedline.web.viewer.urls"))]

handler400 = "heedline.web.viewer.refused.not_found"
handler403 = "heedline.web.viewer.refused.not_found"
handler404 = "heedline.web.viewer.refused.not_found"
handler500 = "heedline.web.viewer.refused.broken"
