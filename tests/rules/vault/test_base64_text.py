"""What is signed has one spelling."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.vault.base64_text import from_base64, to_base64
from heedline.vault.notes import NotBelieved, Note, NoteSigner, signed_note

LETTERS = string.ascii_letters + string.digits + "+/"


@given(st.binary(max_size=70))
def test_what_was_written_is_read(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@given(st.binary(min_size=1, max_size=40))
def test_no_other_last_letter_means_the_same(data: bytes) -> None:
    text = to_base64(data)
    last = len(text.rstrip("=")) - 1
    for letter in LETTERS:
        other = text[:last] + letter + text[last + 1 :]
        try:
            assert from_base64(other) != data or other == text
        except ValueError:
            assert other != text


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ==\n", " QQ==", "QQ=", "QQ====", "Q-==", "Ä", "Q Q=="])
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_base64(text)


def test_a_signature_line_cannot_be_respelt() -> None:
    signer = NoteSigner("log.example", bytes(32))
    line = signer.line("a\n1\nb\n").rstrip("\n")
    assert Note.from_text(signed_note("a\n1\nb\n", [line + "\n"])).believe(signer.key)
    last = len(line.rstrip("=")) - 1
    respelt = line[:last] + LETTERS[LETTERS.index(line[last]) ^ 1] + line[last + 1 :]
    with pytest.raises((NotBelieved, ValueError)):
        Note.from_text(signed_note("a\n1\nb\n", [respelt + "\n"])).believe(signer.key)
