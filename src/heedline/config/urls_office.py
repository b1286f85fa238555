"""URL routes for the office process."""

from django.urls import include, path

from heedline.desk_hooks import register

urlpatterns = [
    path("", include("heedline.web.office.urls")),
    *(path("", include(desk.urls)) for desk in register.desks() if desk.urls),
]

handler400 = "heedline.web.refusals.malformed"
handler403 = "heedline.web.refusals.csrf_failure"
handler404 = "heedline.web.refusals.not_found"
handler500 = "heedline.web.refusals.broken"
