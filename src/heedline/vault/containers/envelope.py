"""The frame inside a container, which states the content's identity and true length and adds padding.

An age file has no associated data, so the first line of the plaintext names the installation, the
container and the part. The reader says which one is expected, and a container moved to another place
does not open there. The line holds nothing else, because it must stay true when desks, keys and names
change. The padding reveals only the size steps 4, 8, 16, 32, 48 … KiB.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from heedline.vault.containers.container import Container, open_container, seal_to
from heedline.vault.errors import CannotOpen
from heedline.vault.keys import Opener, parsed

VERSION = 1
ROOM = 3_800
"""The largest body, in bytes, that always fits the smallest padded size.

This holds however long the names in the first line are.
"""

_SMALL_STEPS = (4 * 1024, 8 * 1024)
_STEP = 16 * 1024
_LENGTH_SIZE = 8
_INSTALLATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PART = re.compile(r"[a-z0-9._:-]{1,64}")
#: Halves of characters (surrogates), which JSON can carry and no page or index can encode, and what each is replaced by.
_HALF = re.compile(r"[\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def wrap(body: bytes, *, installation: str, container_id: UUID, part: str) -> bytes:
    """Return the framed and padded plaintext.

    ``installation`` is 1 to 64 letters, digits, ``.``, ``_`` or ``-``. ``part`` is 1 to 64 of the same
    characters, but only lower-case letters, and ``:``, such as ``report``, ``identity`` or ``file``. Raises
    ``ValueError`` otherwise.
    """
    framed = _first_line(installation, container_id, part) + len(body).to_bytes(_LENGTH_SIZE, "big") + body
    return framed + bytes(_padded_size(len(framed)) - len(framed))


def unwrap(plaintext: bytes, *, installation: str, container_id: UUID, part: str) -> bytes:
    """Return the body of a framed plaintext, after checking its frame and identity.

    Raises ``CannotOpen`` otherwise.
    """
    line = _first_line(installation, container_id, part)
    start = len(line) + _LENGTH_SIZE
    if len(plaintext) < start or not plaintext.startswith(line):
        raise CannotOpen
    end = start + int.from_bytes(plaintext[len(line) : start], "big")
    if end > len(plaintext) or len(plaintext) != _padded_size(end) or plaintext[end:].strip(b"\0"):
        raise CannotOpen
    return plaintext[start:end]


def seal_part(
    body: bytes, recipients: Sequence[bytes], *, installation: str, container_id: UUID, part: str
) -> Container:
    """Frame, pad and seal the body to each recipient's public key."""
    keys = [parsed(recipient) for recipient in recipients]
    return seal_part_to(body, keys, installation=installation, container_id=container_id, part=part)


def seal_part_to(
    body: bytes,
    recipients: Sequence[MLKEM768X25519PublicKey],
    *,
    installation: str,
    container_id: UUID,
    part: str,
) -> Container:
    """Frame, pad and seal the body to public keys that have already been parsed.

    Otherwise like ``seal_part``. One-time keys are cached nowhere.
    """
    framed = wrap(body, installation=installation, container_id=container_id, part=part)
    return seal_to(framed, recipients)


def open_part(
    container: Container, seeds: Sequence[Opener], *, installation: str, container_id: UUID, part: str
) -> bytes:
    """Open a container and return its body, after checking its frame and identity.

    Raises ``CannotOpen`` otherwise.
    """
    plaintext = open_container(container, seeds)
    return unwrap(plaintext, installation=installation, container_id=container_id, part=part)


def open_object(
    container: Container, seeds: Sequence[Opener], *, installation: str, container_id: UUID, part: str
) -> dict[str, Any]:
    """Open a container that holds a JSON object, and return the object with lone surrogates replaced.

    Raises ``CannotOpen`` like ``open_part``, and also if the body is anything else: everybody may seal to a public key.
    """
    return object_of(
        open_part(container, seeds, installation=installation, container_id=container_id, part=part)
    )


def object_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object in an opened body, with lone surrogates replaced.

    Raises ``CannotOpen`` if the body is anything else.
    """
    try:
        # given bytes, it would read UTF-16 and UTF-32 too, and half characters in them would not be found
        told = json.loads(body.decode("utf-8", "surrogatepass"))
        if not isinstance(told, dict):
            raise CannotOpen
        found: dict[str, Any] = _whole(told) if b"\\u" in body or b"\xed" in body else told
    except (ValueError, RecursionError):
        raise CannotOpen from None
    return found


def _whole(told: Any) -> Any:
    """Return a parsed JSON value with lone surrogates replaced."""
    match told:
        case str():
            return _HALF.sub(_REPLACEMENT, told)
        case dict():
            return {_HALF.sub(_REPLACEMENT, name): _whole(value) for name, value in told.items()}
        case list():
            return [_whole(value) for value in told]
    return told


def _first_line(installation: str, container_id: UUID, part: str) -> bytes:
    if not _INSTALLATION.fullmatch(installation) or not _PART.fullmatch(part):
        raise ValueError("not a name for an installation or a part")
    facts = {"v": VERSION, "installation": installation, "container": str(container_id), "part": part}
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"


def _padded_size(size: int) -> int:
    for step in _SMALL_STEPS:
        if size <= step:
            return step
    return -(-size // _STEP) * _STEP
