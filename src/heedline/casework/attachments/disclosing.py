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
from heedline.reports.lifecycle import NotNow
from heedline.vault.small import new_secret

#: The key under which the words of a disclosure list its files.
FILES = "files"


@dataclass(frozen=True)
class ChosenFile:
    """A file, or one page group from a long document, that an officer sends with a disclosure."""

    file: UUID
    group: int = 1


@dataclass(frozen=True)
class DisclosedFile:
    """A file attached to a disclosure, with its one-based number and description.

    `group` is the group of a document's pages, from 1.
    """

    number: int
    container: UUID
    kind: str
    words: str
    derived: Derived = field(repr=False)
    group: int = 1


@dataclass(frozen=True)
class LaidToken:
    """A files site token, with the data to store in its database row."""

    token: str = field(repr=False)
    digest: bytes
    sealed: bytes = field(repr=False)
    stored: StoredObject


def chosen(found: FoundReport, files: Iterable[ChosenFile]) -> list[dict[str, Any]]:
    """Return the entries that list these files in a disclosure.

    Raises Refused, NotHere for a file of another report, and NotNow for one without a derivative.
    """
    wanted = list(dict.fromkeys(files))
    if wanted:
        found.permit(Capability.VIEW_FILES)
    listed = []
    for one in wanted:
        entry, derived = viewing.derivative_of(found, one.file, one.group)
        if not derived.parts:
            raise NotNow("These pages could not be shown, so there is nothing to send.")
        listed.append(
            {"file": str(one.file), "kind": entry.kind, "derived": asdict(derived), "group": one.group}
        )
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
            one["group"],
        )
        for number, one in enumerate(words.get(FILES, ()), 1)
    )


def pages_left_out(files: Iterable[DisclosedFile]) -> bool:
    """Return whether a disclosure includes only some pages of a document."""
    shown: dict[tuple[UUID, int], int] = {}
    for one in files:
        document = (one.container, one.derived.pages)
        shown[document] = shown.get(document, 0) + sum(part.role == "page" for part in one.derived.parts)
    return any(0 < count < pages for (_, pages), count in shown.items())


def described(kind: str, derived: Derived) -> str:
    """Return a description of a derivative, such as "PDF, 3 pages" or "PDF, pages 21 to 40 of 45"."""
    numbers = [one.number for one in derived.parts if one.role == "page"]
    if derived.pages <= 1 or not numbers:
        return kind_words(kind)
    first, last = min(numbers), max(numbers)
    if len(numbers) >= derived.pages:
        return f"{kind_words(kind)}, {derived.pages} pages"
    pages = f"pages {first} to {last}" if first < last else f"page {first}"
    return f"{kind_words(kind)}, {pages} of {derived.pages}"


def token_for(file: DisclosedFile) -> LaidToken:
    """Return a files site token for one file of a disclosure."""
    assert file.derived.stored is not None  # noqa: S101 - for the type checker: `chosen` wrote it
    token = new_secret()
    keys = keys_of(token, VIEW)
    sealed = seal_content(ViewContent(file.kind, derived=file.derived), keys)
    return LaidToken(token, keys.row_id, sealed, file.derived.stored)
