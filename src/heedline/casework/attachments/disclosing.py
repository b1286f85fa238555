"""Attach individually chosen derivatives, never originals, to a disclosure.

The disclosure holds the key of each derivative inside its seal, so whoever can open its text can open its files. A file
has no name there, because a reporter may have chosen it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from heedline.casework.attachments import viewing
from heedline.casework.attachments.reading import kind_words
from heedline.casework.attachments.view_content import (
    VIEW,
    Derived,
    StoredObject,
    ViewContent,
    derived_of,
    keys_of,
    seal_content,
)
from heedline.casework.report.verb import FoundReport
from heedline.permits.capabilities import Capability
from heedline.vault.small import new_secret

#: The key under which the words of a disclosure list its files.
FILES = "files"


@dataclass(frozen=True)
class DisclosedFile:
    """A file attached to a disclosure, with its one-based number and description."""

    number: int
    container: UUID
    kind: str
    words: str
    derived: Derived = field(repr=False)


@dataclass(frozen=True)
class LaidToken:
    """A files site token and the database row that it needs."""

    token: str = field(repr=False)
    digest: bytes
    sealed: bytes = field(repr=False)
    stored: StoredObject


def chosen(found: FoundReport, files: Iterable[UUID]) -> list[dict[str, Any]]:
    """Return the text about these files to include in a disclosure.

    Raises Refused, NotHere for a file of another report, and NotNow for one without a derivative.
    """
    wanted = list(dict.fromkeys(files))
    if wanted:
        found.permit(Capability.VIEW_FILES)
    listed = []
    for container in wanted:
        entry, derived = viewing.derivative_of(found, container)
        listed.append({"file": str(container), "kind": entry.kind, "derived": asdict(derived)})
    return listed


def files_in(words: Mapping[str, Any]) -> tuple[DisclosedFile, ...]:
    """Return the files listed in a decrypted disclosure."""
    return tuple(
        DisclosedFile(
            number,
            UUID(one["file"]),
            str(one["kind"]),
            described(one["kind"], derived := derived_of(one["derived"])),
            derived,
        )
        for number, one in enumerate(words.get(FILES, ()), 1)
    )


def described(kind: str, derived: Derived) -> str:
    """Return a short description of a derivative, such as "PDF, 3 pages"."""
    shown = sum(one.role == "page" for one in derived.parts)
    if derived.pages <= 1:
        return kind_words(kind)
    pages = f"{derived.pages} pages" if shown >= derived.pages else f"{shown} of {derived.pages} pages"
    return f"{kind_words(kind)}, {pages}"


def token_for(file: DisclosedFile) -> LaidToken:
    """Return a files site token for one file of a disclosure."""
    assert file.derived.stored is not None  # noqa: S101 - for the type checker: `chosen` wrote it
    token = new_secret()
    keys = keys_of(token, VIEW)
    sealed = seal_content(ViewContent(file.kind, derived=file.derived), keys)
    return LaidToken(token, keys.row_id, sealed, file.derived.stored)
