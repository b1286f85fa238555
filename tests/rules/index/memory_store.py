"""A page store in memory, for tests without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from heedline.index.paging import SealedPage


class MemoryStore:
    """The sealed pages of one index in a dictionary."""

    def __init__(self, place: bytes = b"test/1") -> None:
        self.place = place
        self.pages: dict[int, SealedPage] = {}
        self.reads = 0

    def size(self) -> int:
        return len(self.pages)

    def read(self, number: int) -> Mapping[int, SealedPage]:
        self.reads += 1
        return {number: self.pages[number]} if number in self.pages else {}

    def read_all(self, numbers: Sequence[int]) -> Mapping[int, SealedPage]:
        self.reads += 1
        return {number: self.pages[number] for number in numbers if number in self.pages}

    def write(self, pages: Mapping[int, SealedPage], size: int) -> None:
        self.pages = {number: page for number, page in {**self.pages, **pages}.items() if number < size}
