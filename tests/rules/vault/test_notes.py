"""Signed notes, checkpoints and cosignatures, against the published notes of Go's and of C2SP's papers."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.vault.notes import (
    COSIGNATURE,
    NotBelieved,
    Note,
    NoteKey,
    NoteSigner,
    TreeHead,
    signed_note,
)

# golang.org/x/mod/sumdb/note, note_test.go
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
PETER, ENOCH = NoteKey.from_text(PETER_KEY), NoteKey.from_text(ENOCH_KEY)

# c2sp.org/tlog-cosignature: the form of its example, whose keys are not published
SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def test_gos_note_is_signed_and_believed_byte_for_byte() -> None:
    peter = NoteSigner("PeterNeumann", b64decode(PETER_SECRET)[1:])
    assert str(peter.key) == PETER_KEY
    assert signed_note(TEXT, [peter.line(TEXT)]) == f"{TEXT}\n{PETER_LINE}"
    note = Note.from_text(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}")
    assert note.text == TEXT
    assert note.believe(PETER).name == "PeterNeumann"
    assert note.believe(ENOCH).name == "EnochRoot"
    assert note.line_of(PETER) == PETER_LINE


def test_gos_key_has_one_spelling() -> None:
    for i in range(len(PETER_KEY)):
        for j in range(i + 1, len(PETER_KEY) + 1):
            if (i, j) != (0, len(PETER_KEY)):
                with pytest.raises(ValueError, match="not the key"):
                    NoteKey.from_text(PETER_KEY[i:j])
    for place, one in enumerate(PETER_KEY):
        with pytest.raises(ValueError, match="not the key"):
            NoteKey.from_text(PETER_KEY[:place] + chr(ord(one) + 1) + PETER_KEY[place + 1 :])
    for other in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(ValueError, match="not the key"):
            NoteKey.from_text(other)


@pytest.mark.parametrize(
    "whole",
    [
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{PETER_LINE[:-1]}",
        f"\x01{TEXT}\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad Name')}",
        f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{TEXT}\n{PETER_LINE * 101}",
        "",
    ],
)
def test_what_go_calls_malformed_is_no_note(whole: str) -> None:
    with pytest.raises(NotBelieved):
        Note.from_text(whole).believe(PETER)


def test_a_signature_of_another_is_not_believed() -> None:
    spoiled = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]
    with pytest.raises(NotBelieved, match="wrong"):
        Note.from_text(f"{TEXT}\n{spoiled}").believe(PETER)
    with pytest.raises(NotBelieved, match="wrong"):
        Note.from_text(f"{TEXT[:-2]}!\n\n{PETER_LINE}").believe(PETER)
    with pytest.raises(NotBelieved, match="not signed by this key"):
        Note.from_text(f"{TEXT}\n{PETER_LINE}").believe(ENOCH)
    named = PETER_LINE.replace("PeterNeumann", "EnochRoot")
    with pytest.raises(NotBelieved, match="not signed by this key"):
        Note.from_text(f"{TEXT}\n{named}").believe(ENOCH)


def test_the_published_checkpoint_is_read() -> None:
    note = Note.from_text(SOFA)
    found = TreeHead.from_text(note.text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text == note.text
    assert [one.name for one in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert note.signatures[1].seconds == 1679315147  # the time that the paper prints beside it
    assert len(note.signatures[1].made) == 72


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n١\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        "a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nb\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotBelieved):
        TreeHead.from_text(text)


def test_a_witness_signs_the_time_too() -> None:
    witness = NoteSigner("witness.example.org/w1", bytes(range(32)), COSIGNATURE)
    text = TreeHead("log.example.org/1", 7, bytes(32)).text
    line = witness.line(text, seconds=1679315147)
    note = Note.from_text(signed_note(text, [line]))
    assert note.believe(witness.key).seconds == 1679315147
    later = Note(text, (note.signatures[0].__class__(
        witness.name, witness.key.hash, (1679315148).to_bytes(8) + note.signatures[0].made[8:]),))  # fmt: skip
    with pytest.raises(NotBelieved, match="wrong"):
        later.believe(witness.key)
    # the same secret as a log's key is another key: neither can be played for the other
    as_log = NoteSigner("witness.example.org/w1", bytes(range(32)))
    assert as_log.key.hash != witness.key.hash
    with pytest.raises(NotBelieved):
        note.believe(as_log.key)
    assert NoteKey.from_text(str(witness.key)) == witness.key
    assert "seed" not in repr(witness)


@given(st.text(max_size=300))
def test_anything_else_is_refused_in_one_way(whole: str) -> None:
    try:
        Note.from_text(whole)
    except NotBelieved:
        return
    assert whole.endswith("\n")
