"""Routes of the public process."""

from django.urls import include, path

urlpatterns = [
    # first: a prefix is one comparison for a page, and the pages would be some thirty for a call of the API
    path("api/v1/", include("heedline.api.urls")),
    path("", include("heedline.web.reporter.urls")),
]

handler400 = "heedline.web.refusals.malformed"
handler403 = "heedline.web.refusals.csrf_failure"
handler404 = "heedline.web.refusals.not_found"
handler500 = "heedline.web.refusals.broken"
