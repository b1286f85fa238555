"""The protocol by which a site describes its upload URLs."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID
from wsgiref.types import WSGIEnvironment

from heedline.casework.intake.drafting import Draft


class FileDrafts(Protocol):
    """A site's upload URLs, and the drafts that they belong to."""

    def adds(self, path: str) -> bool:
        """Return whether this path accepts a single-file upload form."""
        ...

    def upload_in(self, path: str) -> UUID | None:
        """Return the id of the resumable upload that this path names, or None."""
        ...

    def draft_for(self, environ: WSGIEnvironment) -> Draft | None:
        """Return the draft that this request uploads to, or None if the sender has none that accepts files."""
        ...
