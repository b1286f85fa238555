"""Signed notes and cosignatures, as specified by C2SP, for signing and witnessing the log's checkpoints.

A note is text followed by signature lines (c2sp.org/signed-note). A checkpoint is a note of three lines,
with the log's name, the number of leaves and the root (c2sp.org/tlog-checkpoint). A witness signs the
same three lines with the time at which it saw them (c2sp.org/tlog-cosignature, the Ed25519 form). Keys
are given as text in Go's form, which other verifiers also accept: ``name+hash+base64``.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from heedline.vault.base64_text import from_base64, to_base64

LOG_SIGNATURE = 1
"""The signature type of a log, which is Ed25519 over the text."""
COSIGNATURE = 4
"""The signature type of a witness, which is Ed25519 over a line, a time and the text."""

_MOST_SIGNATURES = 100
_LONGEST_NOTE = 1_000_000
_KEY_SIZE = 32
_HASH_SIZE = 32
_DASH = "— "


class NotBelieved(Exception):
    """Raised when a note is malformed or has no valid signature by the expected key.

    ``str()`` says which.
    """


@dataclass(frozen=True)
class NoteKey:
    """A public key, used to verify the signatures of a log or witness.

    It has a name, an Ed25519 public key and the kind of signer (log or witness).
    """

    name: str
    public: bytes
    kind: int = LOG_SIGNATURE

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != _KEY_SIZE or self.kind not in (1, 4):
            raise ValueError("not the key of a note")

    @property
    def hash(self) -> bytes:
        """Return the four bytes by which a signature line identifies its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        material = to_base64(bytes([self.kind]) + self.public)
        return f"{self.name}+{self.hash.hex()}+{material}"

    @classmethod
    def from_text(cls, text: str) -> "NoteKey":
        """Return the key encoded in ``name+hash+base64``.

        Raises ``ValueError`` for anything else.
        """
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
    """A signer of notes, with a name, a 32-byte Ed25519 seed and a kind (log or witness)."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = LOG_SIGNATURE

    @property
    def key(self) -> NoteKey:
        """Return the public key for verifying these signatures."""
        return NoteKey(self.name, self._private().public_key().public_bytes_raw(), self.kind)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def line(self, text: str, *, seconds: int = 0) -> str:
        """Return the signature line for this text, including its newline.

        A witness adds the time, in POSIX seconds. Raises ``ValueError`` if the text cannot be that of a note.
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
    """A signature line that has not yet been verified.

    It holds a name, four bytes that identify the key, and the signature.
    """

    name: str
    hash: bytes
    made: bytes

    @property
    def seconds(self) -> int:
        """Return the time at which a witness says it saw the note, in POSIX seconds."""
        return int.from_bytes(self.made[:8], "big")


@dataclass(frozen=True)
class Note:
    """A parsed note.

    Nothing in it is trusted before ``believe`` has been called.
    """

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def from_text(cls, whole: str) -> "Note":
        """Return the parsed note.

        Raises ``NotBelieved`` if the text is not a note.
        """
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
        """Verify this key's signature and return it.

        Raises ``NotBelieved`` if it is missing or wrong.
        """
        for one in self.signatures:
            if (one.name, one.hash) == (key.name, key.hash):
                if not _holds(self.text, one, key):
                    raise NotBelieved("The signature is wrong.")
                return one
        raise NotBelieved("It is not signed by this key.")

    def line_of(self, key: NoteKey) -> str:
        """Return the line with this key's signature, as it appears in the note.

        Raises ``NotBelieved``, like ``believe``.
        """
        one = self.believe(key)
        return f"{_DASH}{one.name} {to_base64(one.hash + one.made)}\n"


@dataclass(frozen=True)
class TreeHead:
    """A log's checkpoint, with its name, its number of entries and their root hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the three lines of the checkpoint."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def from_text(cls, text: str) -> "TreeHead":
        """Return the checkpoint in a note's text.

        Raises ``NotBelieved`` if there is none. Further lines are allowed and ignored.
        """
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
    """Return a note, made up of its text, a blank line and its signature lines."""
    return f"{text}\n{''.join(lines)}"


def check_text(text: str) -> None:
    """Raise ``ValueError`` if the text is not allowed in a note."""
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
