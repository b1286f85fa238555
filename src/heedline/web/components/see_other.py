"""The redirect after a form was posted."""

from __future__ import annotations

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: the browser gets that address, so that Back and Reload never send a form again."""

    status_code = 303
