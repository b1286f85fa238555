"""Finds pages that SQLite has freed and not reused, which still contain old data.

Format: https://sqlite.org/fileformat2.html, section 1.5. A trunk page has the number of the next trunk, how
many leaves follow, and their numbers. A leaf is never read until it has been written again.
"""

from __future__ import annotations

from heedline.index.paging import BODY, Damaged, PageFile

_FIRST_TRUNK = 32
_IN_USE = 8


def unused(file: PageFile) -> dict[int, int]:
    """Return the number of bytes still in use at the start of each freed page.

    Pages are numbered from 0. Raises Damaged.
    """
    kept: dict[int, int] = {}
    trunk = _number(file.body(0), _FIRST_TRUNK)
    while trunk:
        page, end = file.body(trunk - 1), 0
        leaves = _number(page, 4)
        end = _IN_USE + 4 * leaves
        if end > BODY or trunk - 1 in kept:
            raise Damaged
        kept[trunk - 1] = end
        kept |= {_number(page, at) - 1: 0 for at in range(_IN_USE, end, 4)}
        trunk = _number(page, 0)
    return kept


def _number(page: bytes, at: int) -> int:
    return int.from_bytes(page[at : at + 4])
