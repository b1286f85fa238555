"""Bech32 as age uses it for its keys, which is BIP 173 without the length limit of 90 characters."""

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUE = {symbol: value for value, symbol in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_LONGEST = 4_096


def encode(prefix: str, data: bytes) -> str:
    """Return ``prefix``, "1", the data and six checksum characters, all in lower case."""
    words = _regroup(data, 8, 5, pad=True)
    check = _polymod([*_expand(prefix), *words, 0, 0, 0, 0, 0, 0]) ^ 1
    words += [(check >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(_ALPHABET[word] for word in words)


def decode(prefix: str, text: str) -> bytes:
    """Decode the data that follows ``prefix``.

    Raises ``ValueError`` for anything that ``encode`` would not have written. Bech32 may be written entirely
    in capitals (as age writes its secret keys), but never in mixed case.
    """
    lower = text.lower()
    if len(text) > _LONGEST or text not in (lower, text.upper()):
        raise ValueError("not a bech32 text")
    found, _, rest = lower.rpartition("1")
    if found != prefix or len(rest) < 6 or any(symbol not in _VALUE for symbol in rest):
        raise ValueError("not a bech32 text of this kind")
    words = [_VALUE[symbol] for symbol in rest]
    if _polymod([*_expand(prefix), *words]) != 1:
        raise ValueError("a bech32 text with a typing error")
    return bytes(_regroup(words[:-6], 5, 8, pad=False))


def _expand(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATOR):
            if top >> i & 1:
                check ^= generator
    return check


def _regroup(values: bytes | list[int], width: int, to: int, *, pad: bool) -> list[int]:
    out: list[int] = []
    held = bits = 0
    for value in values:
        held = held << width | value
        bits += width
        while bits >= to:
            bits -= to
            out.append(held >> bits)
            held &= (1 << bits) - 1
    if pad and bits:
        out.append(held << (to - bits))
    elif not pad and (bits >= width or held):
        raise ValueError("a bech32 text with a loose end")
    return out
