"""The request type of the office site."""

from __future__ import annotations

from heedline.web.entrance.middleware import SignedInRequest


class OfficeRequest(SignedInRequest):
    """A request from an officer signed in at the office site."""
