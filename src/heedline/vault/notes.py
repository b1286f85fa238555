"""Signed notes and cosignatures, as C2SP writes them down: how the log's checkpoints are signed and witnessed.

A note is text with signature lines under it (c2sp.org/signed-note). A checkpoint is a note of three lines: whose log,
how many leaves, which root (c2sp.org/tlog-checkpoint). A witness signs the same three lines with the time at which it
saw them (c2sp.org/tlog-cosignature, the Ed25519 form). Keys are given as text in Go's form, which other verifiers take
too: ``name+hash+base64``.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from heedline.vault.base64_text import from_base64, to_base64

LOG_SIGNATURE = 1
"""Signature type of a log: Ed25519 over the text."""
COSIGNATURE = 4
"""Signature type of a witness: Ed25519 over a line, a time and the text."""

_MOST_SIGNATURES = 100
_LONGEST_NOTE = 1_000_000
_KEY_SIZE = 32
_HASH_SIZE = 32
_DASH = "— "


class NotBelieved(Exception):
    """The note has no valid signature of the key that was asked for, or has another form. ``str()`` says which."""


@dataclass(frozen=True)
class NoteKey:
    """Whose signature is looked for: a name, an Ed25519 public key, and what it signs (log or witness)."""

    name: str
    public: bytes
    kind: int = LOG_SIGNATURE

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != _KEY_SIZE or self.kind not in (1, 4):
            raise ValueError("not the key of a note")

    @property
    def hash(self) -> bytes:
        """Four bytes by which a signature line says which key it is of."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        material = to_base64(bytes([self.kind]) + self.public)
        return f"{self.name}+{self.hash.hex()}+{material}"

    @classmethod
    def from_text(cls, text: str) -> "NoteKey":
        """The key behind ``name+hash+base64``; ``ValueError`` for anything else."""
        try:
            name, hashed, material = text.strip().split("+", 2)
            raw = from_base64(material)
            key = cls(name, raw[1:], raw[0])
        except (ValueError, IndexError):
            raise ValueError("not the key of a note") from None
        if str(key) != text.strip() or hashed != key.hash.hex():
            raise ValueError("not the key of a note")
        return key


@dataclass(frozen=True)
class NoteSigner:
    """Somebody who signs notes: a name, an Ed25519 seed of 32 bytes, log or witness."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = LOG_SIGNATURE

    @property
    def key(self) -> NoteKey:
        """What others check by."""
        return NoteKey(self.name, self._private().public_key().public_bytes_raw(), self.kind)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def line(self, text: str, *, seconds: int = 0) -> str:
        """The signature line under this text, with its newline. A witness says when: POSIX seconds.

        ``ValueError`` when the text cannot be a note's.
        """
        check_text(text)
        if self.kind == COSIGNATURE:
            stamp = seconds.to_bytes(8, "big")
            made = stamp + self._private().sign(_cosigned(text, seconds))
        else:
            made = self._private().sign(text.encode())
        return f"{_DASH}{self.name} {to_base64(self.key.hash + made)}\n"


@dataclass(frozen=True)
class Signature:
    """A signature line: a name, four bytes that say which key, what was signed with it. Not yet believed."""

    name: str
    hash: bytes
    made: bytes

    @property
    def seconds(self) -> int:
        """When a witness says that it saw the note (POSIX seconds)."""
        return int.from_bytes(self.made[:8], "big")


@dataclass(frozen=True)
class Note:
    """A note taken apart. Nothing of it is believed before ``believe``."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def from_text(cls, whole: str) -> "Note":
        """Take a note apart; ``NotBelieved`` when it is none."""
        text, split, below = whole.rpartition("\n\n")
        text += "\n"
        lines = below.removesuffix("\n").split("\n")
        try:
            if (
                not split
                or not below.endswith("\n")
                or len(whole) > _LONGEST_NOTE
                or len(lines) > _MOST_SIGNATURES
            ):
                raise ValueError
            check_text(text)
            found = tuple(_signature(line) for line in lines)
        except ValueError:
            raise NotBelieved("This is not a signed note.") from None
        return cls(text, found)

    def believe(self, key: NoteKey) -> Signature:
        """The signature of this key, once it has been checked; ``NotBelieved`` when there is none or it is wrong."""
        for one in self.signatures:
            if (one.name, one.hash) == (key.name, key.hash):
                if not _holds(self.text, one, key):
                    raise NotBelieved("The signature is wrong.")
                return one
        raise NotBelieved("It is not signed by this key.")

    def line_of(self, key: NoteKey) -> str:
        """The line with this key's signature, as it stands in the note; ``NotBelieved`` like ``believe``."""
        one = self.believe(key)
        return f"{_DASH}{one.name} {to_base64(one.hash + one.made)}\n"


@dataclass(frozen=True)
class TreeHead:
    """What a log says of itself: whose it is, how many leaves it has, their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> "TreeHead":
        """The checkpoint in a note's text; ``NotBelieved`` when it is none. Further lines are allowed and ignored."""
        try:
            origin, size, root, *more = text.removesuffix("\n").split("\n")
            found = cls(origin, int(size), from_base64(root))
            fine = (
                origin
                and size.isascii()
                and size.isdecimal()
                and str(found.size) == size
                and len(found.root) == _HASH_SIZE
                and all(more)
            )
        except ValueError:
            fine = False
        if not fine:
            raise NotBelieved("This is not a checkpoint.")
        return found


def signed_note(text: str, lines: Iterable[str]) -> str:
    """A note: its text, a blank line, signature lines."""
    return f"{text}\n{''.join(lines)}"


def check_text(text: str) -> None:
    """``ValueError`` unless this can be the text of a note."""
    if not text.endswith("\n") or any(ord(one) < 32 and one != "\n" for one in text):
        raise ValueError("not the text of a note")


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(one.isspace() or ord(one) < 32 for one in name)


def _signature(line: str) -> Signature:
    if not line.startswith(_DASH):
        raise ValueError("not a signature line")
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = from_base64(encoded)
    if not _is_name(name) or len(raw) < 5:
        raise ValueError("not a signature line")
    return Signature(name, raw[:4], raw[4:])


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _holds(text: str, one: Signature, key: NoteKey) -> bool:
    message, made = text.encode(), one.made
    if key.kind == COSIGNATURE:
        if len(made) != 72 or one.seconds >= 1 << 63:
            return False
        message, made = _cosigned(text, one.seconds), made[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(made, message)
    except InvalidSignature:
        return False
    return True
