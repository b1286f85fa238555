"""URL routes for the public process."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = [
    # first: a prefix is one comparison for a page, and the pages would be some thirty for a call of the API
    path("api/v1/", include("heedline.api.urls")),
    # `/cy/tell/`: the language of a page is in its address; `web.public.shell.languages` reads it
    *i18n_patterns(path("", include("heedline.web.public.urls")), prefix_default_language=False),
]

handler400 = "heedline.web.refusals.malformed"
handler403 = "heedline.web.refusals.csrf_failure"
handler404 = "heedline.web.refusals.not_found"
handler500 = "heedline.web.refusals.broken"
