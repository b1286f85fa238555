"""Officers' notes on a report.

Notes are sealed to the same keys as the report itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import Locked, NoRoom, SealingStopped
from heedline.casework.keys.directory import Addressee, directory
from heedline.casework.report.verb import FoundReport
from heedline.desk_hooks import register
from heedline.desks.models import EpochKeyRow
from heedline.intake.fields import tidy
from heedline.permits.compiled_query import CompiledQuery
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.reports.stored import StoredPart
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container
from heedline.vault.keys import Opener

#: Every sort of part that the core adds to a report. A specialist desk registers its own.
SEALED_PARTS = frozenset(
    {
        "note",
        "message",
        "reply",
        "release",
        "asked-before",
        "language",
        "translation",
        "sent",
        "answer",
        "link",
        "subject",
    }
)


#: Letters that a reason or a statement needs at least, where "." or "yes" would say nothing.
FEWEST_LETTERS: Final = 10


#: Words that are typed to get past a box, and say nothing wherever a reason is asked for.
EMPTY_WORDS: Final = frozenset(
    {"above", "as", "asap", "asdf", "bar", "blah", "checked", "done", "fine", "foo", "ignore", "na", "nil"}
    | {"no", "none", "nothing", "ok", "okay", "qwerty", "reason", "same", "see", "tbc", "tbd", "test"}
    | {"tested", "testing", "text", "the", "todo", "various", "yes"}
)
SAYS_NOTHING = "Write a reason that a colleague can understand. A word such as “ok” or “test” does not count."
_WORD: Final = re.compile(r"[^\W_]+")


def says_nothing(text: str) -> bool:
    """Return whether a reason has no word of two characters that says something, such as ".", "x" or "n/a"."""
    words = _WORD.findall(text.casefold())
    return not any(
        len(word) > 1 and (word.isdigit() or len(set(word)) > 1) and word not in EMPTY_WORDS for word in words
    )


def says_too_little(text: str) -> bool:
    """Return whether a reason or a statement says nothing, or has fewer than `FEWEST_LETTERS` letters."""
    return says_nothing(text) or sum(map(str.isalpha, text)) < FEWEST_LETTERS


def reason(text: str, *, longest: int, missing: str, lines: bool = True) -> str:
    """Validate an officer's reason and return it, cleaned up for sealing.

    Raises NoRoom if it is too long. Raises NotNow with the text `missing` if it says nothing.
    """
    text = written(text, longest=longest, missing=missing, lines=lines)
    if says_nothing(text):
        raise NotNow(missing)
    return text


def written(text: str, *, longest: int, missing: str, lines: bool = True) -> str:
    """Validate an officer's typed text and return it, cleaned up for sealing.

    Raises NoRoom if it is too long. Raises NotNow with the text `missing` if nothing was typed.
    """
    text = tidy(text, lines=lines).strip()
    if len(text) > longest:
        raise NoRoom
    if not text:
        raise NotNow(missing)
    return text


_EPOCHS: Final = CompiledQuery[EpochKeyRow](
    lambda epochs: EpochKeyRow.objects.filter(id__in=epochs).only("desk_id")
)
_HEADER: Final = CompiledQuery[SealedHeader](
    lambda report: SealedHeader.objects.filter(report_id=report, part="report").only("epochs")
)


def public_keys_of(epochs: list[UUID]) -> list[bytes]:
    """Return the trusted public keys of these epochs.

    Raises SealingStopped for an epoch that no statement names.
    """
    known = directory()
    desks = {row.id: row.desk_id for row in _EPOCHS.rows(epochs)}
    keys = []
    for epoch in epochs:
        found = known.epoch(str(desks.get(epoch)), str(epoch))
        if found is None:
            raise SealingStopped
        keys.append(found.kem)
    return keys


def recipients(report_id: UUID) -> list[UUID]:
    """Return the ids of the epochs to which a report is sealed."""
    (header,) = _HEADER.rows(report_id)
    return list(header.epochs)


@dataclass(frozen=True, slots=True)
class SealedParts(register.Hook):
    """The kinds of sealed part that a specialist desk adds, each with its text.

    Such a part is written with `seal`, and is then addressed to other keys, disposed of, backed up and restored like every part of its report.
    """

    words: Mapping[str, str]

    def codes(self) -> Iterable[str]:
        return self.words


def refuse_unknown(part: str) -> None:
    """Raise NotRegistered if this kind of sealed part is unknown.

    The core and the registered desks define the known kinds.
    """
    if part not in SEALED_PARTS and all(part not in hook.words for hook in register.hooks(SealedParts)):
        raise register.NotRegistered(f"No part of a report is called {part}.")


def store(report_id: UUID, part: str, container_id: UUID, container: Container, epochs: list[UUID]) -> None:
    """Store a sealed part of a report, with its header and payload in separate tables."""
    refuse_unknown(part)
    SealedHeader.objects.create(
        container=container_id, report_id=report_id, part=part, header=container.header, epochs=epochs
    )
    digest = hashlib.sha256(container.payload).digest()
    SealedPayload.objects.create(
        container=container_id, report_id=report_id, payload=container.payload, sha256=digest
    )


def seal(
    found: FoundReport, words: dict[str, Any], *, also: Addressee | None = None, part: str = "note"
) -> UUID:
    """Seal an officer's text to the desk's keys and return the id of the container.

    `also` is a desk to which the report is about to go. The text is then sealed to that desk too. Raises NotNow for a
    reason that says nothing.
    """
    if (why := words.get("reason")) and says_nothing(why):
        raise NotNow(SAYS_NOTHING)
    if not found.by.unlocked:
        raise Locked
    epochs = recipients(found.report.id)
    if also is not None and also.epoch not in epochs:
        epochs = [*epochs, also.epoch]
    container_id = uuid4()
    sealed = envelope.seal_part(
        canonical(words),
        public_keys_of(epochs),
        installation=settings.INSTALLATION,
        container_id=container_id,
        part=part,
    )
    store(found.report.id, part, container_id, sealed, epochs)
    return container_id


def open_words(
    container_id: UUID, header: bytes, payload: bytes, seeds: Sequence[Opener], part: str
) -> dict[str, Any]:
    """Decrypt text that an officer or a reporter wrote.

    Raises CannotOpen.
    """
    return envelope.open_object(
        Container(bytes(header), bytes(payload)),
        seeds,
        installation=settings.INSTALLATION,
        container_id=container_id,
        part=part,
    )


def opened_of(
    parts: Iterable[StoredPart], sort: str, ring: Keyring
) -> Iterator[tuple[StoredPart, dict[str, Any]]]:
    """Yield the parts of one kind with their decrypted text, leaving out any that cannot be opened."""
    for part in parts:
        if part.part == sort:
            with suppress(CannotOpen):
                seeds = ring.for_any(part.epochs)
                yield part, open_words(part.container, part.header, part.payload, seeds, sort)
