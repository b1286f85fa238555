"""What a site tells about its addresses that take files."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from heedline.casework.intake.drafting import Draft


class FileDrafts(Protocol):
    """The addresses of one site that take files, and the drafts behind them."""

    def adds(self, path: str) -> bool:
        """Return whether this path accepts a form that uploads one file."""
        ...

    def upload_in(self, path: str) -> UUID | None:
        """Return the id of the resumable upload that this path names, or None."""
        ...

    def draft_for(self, environ: WSGIEnvironment) -> Draft | None:
        """Return the draft to which this request adds a file, or None if its sender has none that takes files."""
        ...
