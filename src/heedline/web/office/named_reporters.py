"""Pages that exist only where reporters may say who they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404

from heedline.packs import load_pack


def where_named[V: Callable[..., Any]](view: V) -> V:
    """Answer that the page is not there if the pack never asks reporters who they are (ADR 190)."""

    @wraps(view)
    def shown(*args: Any, **values: Any) -> Any:
        if not load_pack(settings.PACK).asks_identity:
            raise Http404
        return view(*args, **values)

    return shown  # type: ignore[return-value]
