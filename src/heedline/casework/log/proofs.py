"""Creates and verifies log proofs in C2SP's text formats.

Needs neither the database nor settings. A proof of an event is a `c2sp.org/tlog-proof` with the event's
canonical line in its `extra` field. A proof of growth is the body of C2SP's `add-checkpoint` request,
which contains the old size, the hashes and the later checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from heedline.audit import leaves
from heedline.audit.tree import HASH_SIZE, is_consistent, is_included, leaf_hash
from heedline.vault.base64_text import from_base64, to_base64
from heedline.vault.notes import NotBelieved, Note, NoteKey, TreeHead

EVENT_PROOF = "c2sp.org/tlog-proof@v1"
#: What stands above a checkpoint in a mail.
MAIL_MARK = "Log checkpoint"
_MOST_HASHES = 63
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True).encode


class Unreadable(Exception):
    """Raised when malformed input makes it impossible to verify the log.

    `str()` says what was expected.
    """


def note_of_mail(mail: str) -> str | None:
    """Return the signed note of a checkpoint found anywhere in an email, or None."""
    lines = [line.strip() for line in mail.splitlines()]
    for place, line in enumerate(lines[:-5]):
        if line == MAIL_MARK:
            name, size, root, first, second = lines[place + 1 : place + 6]
            return f"{name}\n{size}\n{root}\n\n— {name} {first}{second}\n"
    return None


def read_note(text: str) -> Note:
    """Return the signed note from a file that holds the note itself or an email containing one.

    Raises Unreadable.
    """
    for found in (text, note_of_mail(text)):
        if found is not None:
            try:
                note = Note.from_text(found)
                TreeHead.from_text(note.text)
            except NotBelieved:
                continue
            return note
    raise Unreadable("There is no signed checkpoint in it")


def read_event(line: bytes) -> dict[str, Any]:
    """Parse the canonical line of an event, given without its newline.

    Raises Unreadable for any other line.
    """
    try:
        event = json.loads(line)
        same = isinstance(event, dict) and event.keys() == leaves.FIELDS and _encode(event).encode() == line
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise Unreadable("This is not an event in its canonical form")
    found: dict[str, Any] = event
    return found


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    try:
        found = tuple(from_base64(line) for line in lines)
    except ValueError:
        found = (b"",)
    if len(found) > _MOST_HASHES or any(len(one) != HASH_SIZE for one in found):
        raise Unreadable("Its hashes cannot be read")
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19 and str(int(text)) == text):
        raise Unreadable("It has a number that is none")
    return int(text)


@dataclass(frozen=True, slots=True)
class EventProof:
    """A proof that an event is included in the log to which a checkpoint commits.

    Positions are counted from 0.
    """

    event: bytes
    position: int
    hashes: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """Return the proof in C2SP's format."""
        lines = [EVENT_PROOF, f"extra {to_base64(self.event)}", f"index {self.position}"]
        return "\n".join([*lines, *(to_base64(one) for one in self.hashes)]) + f"\n\n{self.note}"

    @classmethod
    def from_text(cls, text: str) -> EventProof:
        """Parse a proof.

        Raises Unreadable.
        """
        above, _, note = text.partition("\n\n")
        head, extra, index, *rest = [*above.split("\n"), "", ""]
        if head != EVENT_PROOF or not extra.startswith("extra ") or not index.startswith("index "):
            raise Unreadable("This is not the proof of an event")
        try:
            event = from_base64(extra.removeprefix("extra "))
        except ValueError:
            raise Unreadable("Its event cannot be read") from None
        read_event(event)
        read_note(note)
        return cls(event, _number(index.removeprefix("index ")), _hashes(rest[:-2]), note)

    @property
    def holds(self) -> bool:
        """Return whether the event is at the stated position in the tree of its checkpoint.

        The signature is verified elsewhere.
        """
        tree = TreeHead.from_text(read_note(self.note).text)
        return is_included(leaf_hash(self.event), self.position, tree.size, self.hashes, tree.root)


@dataclass(frozen=True, slots=True)
class Growth:
    """A proof that the log to which a checkpoint commits extends an earlier log of `old` events."""

    old: int
    hashes: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        """Return the proof as the body of an `add-checkpoint` request."""
        lines = "".join(f"{to_base64(one)}\n" for one in self.hashes)
        return f"old {self.old}\n{lines}\n{self.note}"

    @classmethod
    def from_text(cls, text: str) -> Growth:
        """Parse a proof.

        Raises Unreadable.
        """
        above, _, note = text.partition("\n\n")
        first, *rest = above.split("\n")
        if not first.startswith("old "):
            raise Unreadable("This is not a proof of growth")
        read_note(note)
        return cls(_number(first.removeprefix("old ")), _hashes(rest), note)

    def holds_from(self, before: TreeHead) -> bool:
        """Return whether the later log extends the log of the checkpoint `before`.

        The signature is verified elsewhere.
        """
        now = TreeHead.from_text(read_note(self.note).text)
        return self.old == before.size and is_consistent(
            before.size, now.size, before.root, now.root, self.hashes
        )


def read_key(text: str) -> NoteKey:
    """Parse a public key of the form `name+hash+base64`.

    Raises Unreadable.
    """
    try:
        return NoteKey.from_text(text)
    except ValueError:
        raise Unreadable("This is not the public key of a log or a witness") from None


def same_log(key: NoteKey, origin: str) -> NoteKey | None:
    """Return the key under this origin's name, or None if the origin belongs to another log.

    A restored log continues under the same name with the next number.
    """
    name, _, number = key.name.rpartition("/")
    other, _, later = origin.rpartition("/")
    if not name or name != other or not (number.isdecimal() and later.isdecimal()):
        return key if key.name == origin else None
    return NoteKey(origin, key.public, key.kind)
