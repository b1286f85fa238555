"""The redirect after a form has been posted."""

from __future__ import annotations

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """A redirect with status 303, so that Back and Reload never submit a form again."""

    status_code = 303
