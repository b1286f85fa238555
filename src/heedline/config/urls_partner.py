"""URL routes of the partner process."""

from django.urls import include, path

urlpatterns = [path("", include("heedline.web.partner.urls"))]

handler400 = "heedline.web.refusals.malformed"
handler403 = "heedline.web.refusals.csrf_failure"
handler404 = "heedline.web.refusals.not_found"
handler500 = "heedline.web.refusals.broken"
