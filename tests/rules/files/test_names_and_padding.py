"""Tests for the displayed names of files and the padded sizes of their objects."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.files.names import LONGEST_NAME, NAMELESS, shown_name
from heedline.files.padding import blocks_of_padding, padded_size

HOSTILE = [
    "..",
    "/",
    "\\",
    "\0",
    "\n",
    "\r",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\ud800",
    "\x1b[2J",
    "%00",
    "<script>",
    "a" * 300,
    "é",
    "ￜ",
    ".",
    " ",
]


def check(name: str) -> None:
    shown = shown_name(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert not set(shown) & {"/", "\\"}
    assert all(unicodedata.category(one)[0] != "C" for one in shown)
    assert shown == shown.strip(". ")
    assert shown_name(shown) == shown


@pytest.mark.thorough
def test_ten_thousand_hostile_names_are_only_names() -> None:
    draw = random.Random(15)
    for _ in range(10_000):
        check("".join(draw.choice(HOSTILE) for _ in range(draw.randint(0, 8))))


@given(st.text())
def test_any_name_can_be_shown(name: str) -> None:
    check(name)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("IMG_0001.HEIC", "IMG_0001.HEIC"),
        ("Foto vom Zaun (2).jpg", "Foto vom Zaun (2).jpg"),
        ("../../../etc/passwd", "passwd"),
        ("photo.jpg\0.exe", "photo.jpg.exe"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", NAMELESS),
        ("...", NAMELESS),
        (f"{'x' * 200}.pdf", f"{'x' * 79}…{'x' * 16}.pdf"),
    ],
)
def test_a_name_keeps_what_people_know_it_by(given_name: str, shown: str) -> None:
    assert shown_name(given_name) == shown


@given(st.integers(0, 2_000_000_000))
def test_padding_adds_at_most_a_sixteenth_(length: int) -> None:
    size = padded_size(length)
    assert size >= length
    assert size % 65536 == 0
    assert size - length <= max(65536, length // 16 + 1)
    assert padded_size(size) == size


def test_few_sizes_are_told_apart() -> None:
    assert len({padded_size(length) for length in range(0, 100_000_000, 10_007)}) < 16 * 9


def test_the_blocks_of_padding_fill_a_file_up() -> None:
    for length in (0, 1, 65536, 65537, 70_000_000):
        assert sum(map(len, blocks_of_padding(length))) == padded_size(length) - length
