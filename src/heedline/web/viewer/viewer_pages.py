"""The pages of the files site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from heedline.web.declared import Audience, open_to
from heedline.web.viewer.policies import page


@open_to(Audience.HOLDER)
def front(request: HttpRequest) -> HttpResponse:
    """Say what this origin is for. Nothing is opened here without a token."""
    return page("viewer/front.html")
