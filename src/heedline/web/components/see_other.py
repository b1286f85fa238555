"""The redirect after a form has been posted."""

from __future__ import annotations

import re

from django.http import HttpResponse, HttpResponseRedirect

#: A path of this site that needs no escaping and names no other host.
_PLAIN = re.compile(r"/(?:[A-Za-z0-9_.-]+/)*(?:\?back=check)?")


class SeeOther(HttpResponseRedirect):
    """A redirect with status 303, so that Back and Reload never submit a form again."""

    status_code = 303

    @classmethod
    def here(cls, path: str) -> SeeOther:
        """Return a redirect to a path on this site.

        A plain path, as almost every one is, is not looked through again for a scheme or letters that have to be escaped.
        """
        if not _PLAIN.fullmatch(path):
            return cls(path)
        response = cls.__new__(cls)
        HttpResponse.__init__(response, charset="utf-8")  # as in the settings, without looking it up
        response.headers._store["location"] = ("Location", path)
        return response
