"""URL routes for the partner process."""

from django.urls import include, path

from heedline.desk_hooks import register

urlpatterns = [
    path("", include("heedline.web.partner.urls")),
    *(path("", include(desk.partner_urls)) for desk in register.desks() if desk.partner_urls),
]

handler400 = "heedline.web.refusals.malformed"
handler403 = "heedline.web.refusals.csrf_failure"
handler404 = "heedline.web.refusals.not_found"
handler500 = "heedline.web.refusals.broken"
