"""The header of an age v1 file, which seals the file key to its recipients.

The source is the C2SP age specification, with the ``mlkem768x25519`` recipient type. The header consists
of lines of text: a version line, stanzas (``-> type argument``, then base64 in lines of 64), and
``--- `` with a MAC over everything before it, under a key derived from the file key. Reading is strict
(each header has one valid encoding) and bounded.
"""

import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from hmac import digest as hmac_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import ENCAPSULATED_SIZE, SUITE, Opener, prepared

FILE_KEY_SIZE = 16
MOST_STANZAS = 32
LARGEST_HEADER = 64 * 1024
RECIPIENT_TYPE = b"mlkem768x25519"

_VERSION = b"age-encryption.org/v1\n"
_INFO = b"age-encryption.org/mlkem768x25519"
_BODY_SIZE = FILE_KEY_SIZE + 16
_COLUMNS = 64
_ARGUMENTS = re.compile(rb"[!-~]+(?: [!-~]+)*")


@dataclass(frozen=True)
class Stanza:
    """A stanza, which wraps the file key for one recipient.

    It holds the type and its arguments, and the wrapped key.
    """

    arguments: tuple[bytes, ...]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Header:
    """A parsed header.

    ``signed`` is the part covered by the MAC, up to and including ``---``.
    """

    stanzas: tuple[Stanza, ...]
    signed: bytes = field(repr=False)
    mac: bytes = field(repr=False)


def new_file_key() -> bytes:
    """Return a new file key of 16 random bytes, for a single payload.

    A key must never be used for two payloads.
    """
    return secrets.token_bytes(FILE_KEY_SIZE)


def write(file_key: bytes, recipients: Sequence[MLKEM768X25519PublicKey]) -> bytes:
    """Return a header that wraps the file key for each recipient.

    Raises ``ValueError`` for no recipients or too many.
    """
    if not 1 <= len(recipients) <= MOST_STANZAS:
        raise ValueError("a header has between 1 and 32 recipients")
    lines = [_VERSION]
    for recipient in recipients:
        lines += _written(file_key, recipient)
    return _closed(lines, file_key)


def end_of(data: bytes) -> int:
    """Return the position of the end of the header at the start of ``data``.

    Raises ``CannotOpen`` if there is no header within the size limit.
    """
    mark = data.find(b"\n---", 0, LARGEST_HEADER)
    end = data.find(b"\n", mark + 1, LARGEST_HEADER + 1) if mark >= 0 else -1
    if end < 0:
        raise CannotOpen
    return end + 1


def parse(data: bytes) -> Header:
    """Parse a complete header that has nothing after it.

    Raises ``CannotOpen`` for anything that the specification does not allow.
    """
    if len(data) > LARGEST_HEADER or not data.startswith(_VERSION) or not data.endswith(b"\n"):
        raise CannotOpen
    lines = data[len(_VERSION) : -1].split(b"\n")
    stanzas: list[Stanza] = []
    at = 0
    while lines[at].startswith(b"-> "):
        if len(stanzas) == MOST_STANZAS or not _ARGUMENTS.fullmatch(lines[at], 3):
            raise CannotOpen
        arguments = tuple(lines[at][3:].split(b" "))
        body: list[bytes] = []
        while True:  # a stanza's body ends with its first short line, which may be empty
            at += 1
            if at == len(lines) or len(lines[at]) > _COLUMNS:
                raise CannotOpen
            body.append(lines[at])
            if len(lines[at]) < _COLUMNS:
                break
        stanzas.append(Stanza(arguments, _unbase64(b"".join(body))))
        at += 1
        if at == len(lines):
            raise CannotOpen
    last = lines[at]
    if not stanzas or at != len(lines) - 1 or not last.startswith(b"--- "):
        raise CannotOpen
    mac = _unbase64(last[4:])
    if len(mac) != SHA256.digest_size:
        raise CannotOpen
    return Header(tuple(stanzas), data[: len(data) - len(last) - 1 + 3], mac)


def check(header: Header, file_key: bytes) -> None:
    """Verify the header's MAC with the file key. Raise ``CannotOpen`` if it does not match."""
    if not compare_digest(_mac(file_key, header.signed), header.mac):
        raise CannotOpen


def open_header(data: bytes, openers: Sequence[Opener]) -> bytes:
    """Return the file key, trying each opener on each stanza.

    A stanza does not say who it is for. Raises ``CannotOpen`` if no opener fits.
    """
    header = parse(data)
    sealed = [_sealed_key(stanza) for stanza in header.stanzas if stanza.arguments[0] == RECIPIENT_TYPE]
    if any(stanza.arguments[0] == b"scrypt" for stanza in header.stanzas):
        raise CannotOpen  # a passphrase stanza must stand alone, and we have none
    for opener in openers:
        key = prepared(opener)
        for one in sealed:
            try:
                file_key = SUITE.decrypt(one, key, info=_INFO)
            except (InvalidTag, ValueError):
                continue
            check(header, file_key)
            return file_key
    raise CannotOpen


def replaced(data: bytes, openers: Sequence[Opener], recipients: Sequence[MLKEM768X25519PublicKey]) -> bytes:
    """Return the header with the holder of `openers` replaced by `recipients`, for the same payload.

    Every other stanza is kept byte for byte, so nothing is ever sealed to a person just because a row says
    so. Raises ``CannotOpen`` if no opener fits, and ``ValueError`` if there would be too many recipients.
    """
    file_key = open_header(data, openers)
    stays = [stanza for stanza in parse(data).stanzas if not _is_for(stanza, openers)]
    if not 1 <= len(recipients) <= MOST_STANZAS - len(stays):
        raise ValueError("a header has between 1 and 32 recipients")
    lines = [_VERSION]
    for stanza in stays:
        body = _base64(stanza.body)
        split = [body[i : i + _COLUMNS] for i in range(0, len(body), _COLUMNS)] if body else []
        short = [] if split and len(split[-1]) < _COLUMNS else [b""]  # a body ends with a short line
        lines += [b"-> ", b" ".join(stanza.arguments), b"\n", *(line + b"\n" for line in (*split, *short))]
    lines += [line for recipient in recipients for line in _written(file_key, recipient)]
    return _closed(lines, file_key)


def _is_for(stanza: Stanza, openers: Sequence[Opener]) -> bool:
    if stanza.arguments[0] != RECIPIENT_TYPE:
        return False
    sealed = _sealed_key(stanza)
    for opener in openers:
        try:
            SUITE.decrypt(sealed, prepared(opener), info=_INFO)
        except (InvalidTag, ValueError):
            continue
        return True
    return False


def _written(file_key: bytes, recipient: MLKEM768X25519PublicKey) -> list[bytes]:
    sealed = SUITE.encrypt(file_key, recipient, info=_INFO)
    argument = _base64(sealed[:ENCAPSULATED_SIZE])
    body = _base64(sealed[ENCAPSULATED_SIZE:])  # 43 characters: always one short line
    return [b"-> ", RECIPIENT_TYPE, b" ", argument, b"\n", body, b"\n"]


def _closed(lines: Sequence[bytes], file_key: bytes) -> bytes:
    """Return the header lines with the MAC over them."""
    signed = b"".join((*lines, b"---"))
    return signed + b" " + _base64(_mac(file_key, signed)) + b"\n"


def _sealed_key(stanza: Stanza) -> bytes:
    if len(stanza.arguments) != 2 or len(stanza.body) != _BODY_SIZE:
        raise CannotOpen
    encapsulated = _unbase64(stanza.arguments[1])
    if len(encapsulated) != ENCAPSULATED_SIZE:
        raise CannotOpen
    return encapsulated + stanza.body


def _mac(file_key: bytes, signed: bytes) -> bytes:
    key = HKDF(SHA256(), 32, None, b"header").derive(file_key)
    return hmac_digest(key, signed, "sha256")


def _base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    """Return the decoded bytes, accepting only the encoding that ``_base64`` writes."""
    try:
        data = b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except Base64Error:
        raise CannotOpen from None
    if _base64(data) != text:
        raise CannotOpen
    return data
