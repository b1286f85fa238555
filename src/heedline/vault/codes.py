"""Receipt codes, which are the reporter's only way back to their report.

A code has 22 symbols: 20 random ones (100 bits) and two check symbols. The alphabet is Crockford's base
32, which is the digits and the capital letters without I, L, O and U. Symbols that look like those
letters are read as 1, 1, 0 and V. A code is written as ``7Q2M-K9TD-3XAP-0WHE-5RJN-C6``.

The check symbols make it a Reed–Solomon code over GF(32), in which any two codes differ in at least
three places. **Any single wrong symbol is corrected.** Two or more wrong symbols cannot always be told
apart from one. About two thirds of such texts are read as some other code, and the rest are rejected.
Another code is no danger. It is as unlikely as any guess (2^-100) to be in use, so it is simply not
found, and it is never the code that was meant.

Even without the check symbols there would be 100 bits to guess, so no slow hash is needed. Codes never
appear in a URL, a title or a log, and are not shown in ``repr``.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac_digest
from uuid import UUID

from heedline.vault.keys import hkdf

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DATA_SYMBOLS = 20
LENGTH = 22
LONGEST_TYPED = 200

_GROUP = 4
_LOOK_ALIKE = str.maketrans("ILOU", "110V")
_SMALLEST_KEY = 16
# Whatever people put between groups: hyphens and dashes of all kinds, dots, commas, slashes, underscores.
_BETWEEN = frozenset("-‐‑‒–—―−﹣·.,:;/_'’\"")
_WORDS = {
    **dict(
        zip(
            "0123456789",
            ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            strict=True,
        )
    ),
    **{word[0]: word for word in ("Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel")},
    **{
        word[0]: word for word in ("Juliett", "Kilo", "Mike", "November", "Papa", "Quebec", "Romeo", "Sierra")
    },
    **{word[0]: word for word in ("Tango", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu")},
}


class NotACode(ValueError):
    """Raised when the text entered is not a receipt code.

    The error gives no detail and never contains what was typed.
    """

    def __init__(self) -> None:
        super().__init__("not a receipt code")


@dataclass(frozen=True)
class ReceiptCode:
    """A well-formed receipt code of 22 symbols with valid check symbols.

    Raises ``NotACode`` otherwise.
    """

    symbols: str = field(repr=False)

    def __post_init__(self) -> None:
        values = [_VALUE[symbol] for symbol in self.symbols if symbol in _VALUE]
        if not len(values) == len(self.symbols) == LENGTH or _syndromes(values) != (0, 0):
            raise NotACode

    def grouped(self) -> str:
        """Return the code for display and printing, in groups of four separated by hyphens."""
        return "-".join(self.symbols[i : i + _GROUP] for i in range(0, LENGTH, _GROUP))

    def spelled(self) -> str:
        """Return the code in a form for reading out over the telephone.

        Each symbol becomes a word, and each group ends with a full stop.
        """
        groups = self.grouped().split("-")
        return ". ".join(" ".join(_WORDS[symbol] for symbol in group) for group in groups)


@dataclass(frozen=True)
class CodeKeys:
    """The values derived from a receipt code, 32 bytes each.

    They are an id for looking up the report (only its hash is stored), a seed and a MAC key.
    """

    lookup_id: bytes = field(repr=False)
    reporter_seed: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)


def new_code() -> ReceiptCode:
    """Return a new random receipt code."""
    return _from_bits(secrets.randbits(5 * DATA_SYMBOLS))


def code_from_key(key: bytes, *, installation: str) -> ReceiptCode:
    """Return the receipt code derived from an idempotency key of at least 16 random bytes.

    Every host derives the same code.
    """
    _check_key(key)
    made = hkdf(key, label="receipt-code", context=installation.encode(), size=13)
    return _from_bits(int.from_bytes(made, "big") >> (8 * 13 - 5 * DATA_SYMBOLS))


def report_id_from_key(key: bytes, *, installation: str) -> UUID:
    """Return the report id derived from an idempotency key.

    It has the form of a random UUID (version 4).
    """
    _check_key(key)
    return UUID(bytes=hkdf(key, label="report-id", context=installation.encode(), size=16), version=4)


def parse(text: str) -> ReceiptCode:
    """Return the receipt code that a person typed, with one wrong symbol corrected.

    Raises ``NotACode`` for anything else.
    """
    if len(text) > LONGEST_TYPED:
        raise NotACode
    plain = unicodedata.normalize("NFKC", text).upper().translate(_LOOK_ALIKE)
    symbols = [c for c in plain if not c.isspace() and c not in _BETWEEN]
    if len(symbols) != LENGTH or sum(symbol not in _VALUE for symbol in symbols) > 1:
        raise NotACode
    # A symbol that is in no code, such as "?" for one that cannot be read, counts as the wrong one.
    corrected = _corrected([_VALUE.get(symbol, 0) for symbol in symbols])
    return ReceiptCode("".join(ALPHABET[value] for value in corrected))


def derive(code: ReceiptCode, *, installation: str) -> CodeKeys:
    """Derive the keys of a receipt code for this installation.

    The check symbols add nothing to them.
    """
    secret = code.symbols[:DATA_SYMBOLS].encode()
    context = installation.encode()
    return CodeKeys(
        lookup_id=hkdf(secret, label="code/lookup", context=context),
        reporter_seed=hkdf(secret, label="code/reporter", context=context),
        mac_key=hkdf(secret, label="code/mac", context=context),
    )


def lookup_hash(lookup_id: bytes) -> bytes:
    """Return the hash of a lookup id, which is stored in its place.

    Anyone who reads the table cannot use the hash to look up a report.
    """
    return sha256(b"heedline/v1/lookup\0" + lookup_id).digest()


def body_mac(mac_key: bytes, body: bytes) -> bytes:
    """Return a 32-byte MAC that identifies a retry with an identical body.

    A plain hash of the body could be guessed.
    """
    return hmac_digest(mac_key, b"heedline/v1/body\0" + body, "sha256")


def _check_key(key: bytes) -> None:
    if len(key) < _SMALLEST_KEY:
        raise ValueError("an idempotency key has at least 16 bytes")


def _from_bits(bits: int) -> ReceiptCode:
    values = [bits >> 5 * i & 31 for i in reversed(range(DATA_SYMBOLS))]
    return ReceiptCode("".join(ALPHABET[value] for value in [*values, *_check_symbols(values)]))


# GF(32) as polynomials over GF(2) modulo x^5 + x^2 + 1, whose root 2 generates all 31 non-zero elements.
_POLYNOMIAL = 0b100101
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}


def _powers() -> tuple[list[int], dict[int, int]]:
    exponents: list[int] = []
    element = 1
    for _ in range(31):
        exponents.append(element)
        element <<= 1
        if element & 32:
            element ^= _POLYNOMIAL
    return exponents, {element: exponent for exponent, element in enumerate(exponents)}


_EXP, _LOG = _powers()


def _times(a: int, b: int) -> int:
    return _EXP[(_LOG[a] + _LOG[b]) % 31] if a and b else 0


#: Every element times 2, and times 4.
_TWICE = [_times(element, 2) for element in range(32)]
_FOUR_TIMES = [_times(element, 4) for element in range(32)]


def _syndromes(values: list[int]) -> tuple[int, int]:
    """Return the two syndromes of a code word.

    They are its values as a polynomial (first symbol highest) at the generator's roots 2 and 4.
    """
    first = second = 0
    for value in values:
        first = _TWICE[first] ^ value
        second = _FOUR_TIMES[second] ^ value
    return first, second


def _check_symbols(values: list[int]) -> tuple[int, int]:
    """Return the two check symbols c and d that make both syndromes zero.

    They solve 2c+d = s1 and 4c+d = s2, where addition is xor.
    """
    first, second = _syndromes([*values, 0, 0])
    c = _times(first ^ second, _EXP[31 - _LOG[2 ^ 4]])
    return c, first ^ _times(2, c)


def _corrected(values: list[int]) -> list[int]:
    """Return the symbols with a single error corrected.

    An error e at the symbol of degree p gives the syndromes e·2^p and e·4^p, whose ratio is 2^p.
    """
    first, second = _syndromes(values)
    if not first and not second:
        return values
    if not first or not second:
        raise NotACode
    degree = (_LOG[second] - _LOG[first]) % 31
    if degree >= LENGTH:
        raise NotACode
    error = _EXP[(_LOG[first] - degree) % 31]
    fixed = list(values)
    fixed[LENGTH - 1 - degree] ^= error
    return fixed
