"""The type of a request at the office site."""

from __future__ import annotations

from heedline.web.entrance.middleware import SignedInRequest


class OfficeRequest(SignedInRequest):
    """A request by somebody signed in at the office."""
