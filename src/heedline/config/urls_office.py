"""URL routes for the office process."""

from django.urls import include, path

from heedline.config.specialist_desks import DeskRoutes
from heedline.desk_hooks import register

urlpatterns = [
    path("", include("heedline.web.office.urls")),
    *(path("", include(hook.office)) for hook in register.hooks(DeskRoutes) if hook.office),
]

handler400 = "heedline.web.refusals.malformed"
handler403 = "heedline.web.refusals.csrf_failure"
handler404 = "heedline.web.refusals.not_found"
handler500 = "heedline.web.refusals.broken"
