"""Size steps for padding objects, so that their size does not reveal a file's length.

Up to 2 MiB a size is a whole number of 64 KiB. Above that there are sixteen steps to each doubling, so padding adds
at most a sixteenth.
"""

from __future__ import annotations

CHUNK = 64 * 1024
_STEPS = 16
#: Zero bytes written at once.
_BLOCK = 1024 * 1024


def padded_size(length: int) -> int:
    """Return the padded size of a file of this length."""
    if length < 0:
        raise ValueError("a length is not negative")
    step = CHUNK
    while step * 2 * _STEPS <= length:
        step *= 2
    return max(CHUNK, -(-length // step) * step)


def blocks_of_padding(length: int, already: int = 0) -> list[bytes]:
    """Return the zero padding for a file of this length, in blocks.

    `already` of them were written before.
    """
    whole, rest = divmod(padded_size(length) - length - already, _BLOCK)
    block = bytes(_BLOCK) if whole else b""
    return [block] * whole + ([bytes(rest)] if rest else [])
