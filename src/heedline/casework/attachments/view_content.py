"""The content of a file token: the key to one file, sealed under the token.

The office writes it and the files process reads it. Neither stores the token.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from heedline.vault.small import RowKeys, derive_keys, open_small, seal_small

VIEW, ORIGINAL = "view", "original"


@dataclass(frozen=True)
class StoredObject:
    """A stored object with its key and the length of its content. The remaining bytes are padding."""

    object: str
    key: str = field(repr=False)
    size: int
    length: int


@dataclass(frozen=True)
class DerivedPart:
    """A part of a derivative's object, such as a page, poster frame, video, recording or text."""

    role: str
    number: int
    media: str
    start: int
    length: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Derived:
    """A derivative's location, its parts and the page count of the original."""

    stored: StoredObject | None
    parts: tuple[DerivedPart, ...] = ()
    pages: int = 0
    failure: str = ""


@dataclass(frozen=True)
class DerivativePlan:
    """The storage location and keys for a derivative that has yet to be made."""

    object: str
    key: str = field(repr=False)
    description: str
    description_key: str = field(repr=False)
    first_page: int
    pages: int


@dataclass(frozen=True)
class ViewContent:
    """The content that one token opens, with the original only for conversion or download."""

    kind: str
    sha256: str = field(repr=False, default="")
    name: str = ""
    derived: Derived | None = None
    original: StoredObject | None = None
    plan: DerivativePlan | None = None


def keys_of(token: str, purpose: str) -> RowKeys:
    """Derive the row id and the content key from a token."""
    return derive_keys(token.encode(), f"view-token/{purpose}")


def seal_content(content: ViewContent, keys: RowKeys) -> bytes:
    """Return the content sealed under a token or a capability."""
    return seal_small(keys.key, json.dumps(asdict(content)).encode(), aad=keys.row_id)


def open_content(sealed: bytes, keys: RowKeys) -> ViewContent:
    """Return the content that `seal_content` sealed.

    Raises CannotOpen.
    """
    found = json.loads(open_small(keys.key, sealed, aad=keys.row_id))
    return ViewContent(
        kind=found["kind"],
        sha256=found["sha256"],
        name=found["name"],
        derived=derived_of(found["derived"]) if found["derived"] else None,
        original=StoredObject(**found["original"]) if found["original"] else None,
        plan=DerivativePlan(**found["plan"]) if found["plan"] else None,
    )


def derived_of(found: dict[str, object]) -> Derived:
    """Return a derivative from its JSON form."""
    stored, parts = found["stored"], found["parts"]
    assert isinstance(parts, list)  # noqa: S101 - for the type checker: we wrote it
    return Derived(
        StoredObject(**stored) if isinstance(stored, dict) else None,
        tuple(DerivedPart(**one) for one in parts),
        int(str(found["pages"])),
        str(found["failure"]),
    )
