"""The files listed in the sealed draft of an unfinished report or message.

Their contents are objects in storage, sealed under keys that only the draft has (`casework.attachments`).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file received into a draft but not yet sent.

    `length` counts the bytes of the file, and `size` those of its padded object. `taken_at` is in ISO format.
    """

    container: UUID
    object: UUID
    key: bytes = field(repr=False)
    name: str = field(repr=False)
    kind: str
    media: str
    length: int
    sha256: str = field(repr=False)
    size: int
    scan: str
    taken_at: str

    def entry(self) -> dict[str, Any]:
        """Return the file's entry for the manifest sealed in the report or message."""
        return {
            "container": str(self.container),
            "object": str(self.object),
            "name": self.name,
            "kind": self.kind,
            "media": self.media,
            "length": self.length,
            "sha256": self.sha256,
            "scan": self.scan,
        }

    def kept(self) -> dict[str, Any]:
        """Return the file as a JSON-serialisable dictionary, to be stored in the draft."""
        key = base64.b64encode(self.key).decode()
        return {**self.entry(), "key": key, "size": self.size, "taken_at": self.taken_at}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> DraftFile:
        """Rebuild a file from the result of `kept`."""
        return cls(
            container=UUID(kept["container"]),
            object=UUID(kept["object"]),
            key=base64.b64decode(kept["key"]),
            name=kept["name"],
            kind=kept["kind"],
            media=kept["media"],
            length=kept["length"],
            sha256=kept["sha256"],
            size=kept["size"],
            scan=kept["scan"],
            taken_at=kept["taken_at"],
        )


@dataclass(frozen=True, slots=True)
class DraftUpload:
    """A file whose upload has been announced but is not complete.

    `upload` identifies it in addresses. How much of it has arrived is only in its object.
    """

    upload: UUID
    object: UUID
    key: bytes = field(repr=False)
    name: str = field(repr=False)
    length: int

    def kept(self) -> dict[str, Any]:
        """Return the upload as a JSON-serialisable dictionary, to be stored in the draft."""
        key = base64.b64encode(self.key).decode()
        return {
            "upload": str(self.upload),
            "object": str(self.object),
            "key": key,
            "name": self.name,
            "length": self.length,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> DraftUpload:
        """Rebuild an upload from the result of `kept`."""
        key = base64.b64decode(kept["key"])
        return cls(UUID(kept["upload"]), UUID(kept["object"]), key, kept["name"], kept["length"])
