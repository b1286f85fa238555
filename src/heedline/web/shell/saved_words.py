"""Restore forms from text that was saved from a late submission."""

from __future__ import annotations

from heedline.web.components.forms import Field, Form
from heedline.web.entrance.kept_words import kept_for
from heedline.web.entrance.middleware import SignedInRequest


def restored(request: SignedInRequest, fields: tuple[Field, ...]) -> Form | None:
    """Return the form filled with text saved from a late submission, or None if there is none.

    The text is not validated.
    """
    posted = kept_for(request, request.attendance) if request.method == "GET" else None
    if posted is None:
        return None
    return Form(fields, values={each.name: each.read(posted) for each in fields})
