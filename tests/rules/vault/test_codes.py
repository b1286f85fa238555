"""Receipt codes: forgiving in the hand, exact in effect."""

import random
import re
from contextlib import suppress
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cases import cases

from heedline.vault import keys
from heedline.vault.codes import (
    ALPHABET,
    LENGTH,
    NotACode,
    ReceiptCode,
    body_mac,
    code_from_key,
    derive,
    lookup_hash,
    new_code,
    parse,
    report_id_from_key,
)

KEY = bytes(range(16))
CODE = code_from_key(KEY, installation="north")


def test_the_form_of_a_code() -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{2}", CODE.grouped())
    assert parse(CODE.grouped()) == CODE
    assert len(CODE.spelled().split()) == LENGTH
    initials = {"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4"}
    initials |= {"five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"}
    words = CODE.spelled().replace(".", "").split()
    assert "".join(initials.get(word, word[0]) for word in words) == CODE.symbols


def test_a_known_code_stays_what_it_is() -> None:
    """Pinned: a change here would lock every reporter of every installation out."""
    assert CODE.grouped() == "MDA4-E6M6-MM1P-WN9Q-FZSY-B3"
    made = derive(CODE, installation="north")
    assert (
        lookup_hash(made.lookup_id).hex()
        == "f923161821ce30e8fdae15f9fc3fac9e28cbb1245654f865c990a38c08d0ea22"
    )
    assert keys.fingerprint(keys.public_key(made.reporter_seed)) == "E8R6-NV26-J4YR-PJ2R-5HFV"
    assert str(report_id_from_key(KEY, installation="north")) == "764db755-847b-40fd-a437-e2df02d77ad9"


def test_new_codes_differ_and_use_the_whole_alphabet() -> None:
    codes = {new_code().symbols for _ in range(300)}
    assert len(codes) == 300
    assert set("".join(codes)) == set(ALPHABET)


def test_every_single_wrong_symbol_is_corrected() -> None:
    for at in range(LENGTH):
        for wrong in ALPHABET + "?":
            typed = CODE.symbols[:at] + wrong + CODE.symbols[at + 1 :]
            assert parse(typed) == CODE


def test_two_wrong_symbols_never_give_the_code_that_was_meant() -> None:
    """The documented limit: about two thirds read as another code, the rest are refused, none as this one."""
    chance = random.Random(1)
    refused = 0
    for _ in range(1_000):
        typed = list(CODE.symbols)
        for at in chance.sample(range(LENGTH), 2):
            typed[at] = chance.choice([symbol for symbol in ALPHABET if symbol != typed[at]])
        try:
            assert parse("".join(typed)) != CODE
        except NotACode:
            refused += 1
    assert 230 <= refused <= 430


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda text: text.replace("-", " "),
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " – "),
        lambda text: "  " + " ".join(text) + "\n",
        lambda text: text.replace("1", "l").replace("0", "o").replace("V", "u"),
        lambda text: text.replace("1", "I").replace("0", "O"),
        lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in text),  # full-width
    ],
)
def test_ways_of_typing_are_forgiven(change: object) -> None:
    code = next(code for code in iter(new_code, None) if {"0", "1", "V"} <= set(code.symbols))
    assert callable(change)
    assert parse(change(code.grouped())) == code


@pytest.mark.parametrize("text", ["", "-", CODE.symbols[:-1], CODE.symbols + "0", "?" * 22, "A" * 100_000])
def test_what_is_no_code_is_refused_without_detail(text: str) -> None:
    with pytest.raises(NotACode) as caught:
        parse(text)
    assert str(caught.value) == "not a receipt code"


@given(st.text(max_size=60))
@settings(max_examples=cases(150), deadline=None)
def test_any_text_is_a_code_or_not(text: str) -> None:
    with suppress(NotACode):
        assert parse(parse(text).grouped()) == parse(text)


def test_only_well_formed_codes_exist() -> None:
    for symbols in ("", CODE.symbols.lower(), CODE.symbols[:-1] + ("0" if CODE.symbols[-1] != "0" else "1")):
        with pytest.raises(NotACode):
            ReceiptCode(symbols)


def test_keys_depend_on_code_and_installation_and_on_nothing_else() -> None:
    here = derive(CODE, installation="north")
    assert derive(parse(CODE.symbols.lower()), installation="north") == here
    there = derive(CODE, installation="south")
    other = derive(new_code(), installation="north")
    values = [
        v for keys_ in (here, there, other) for v in (keys_.lookup_id, keys_.reporter_seed, keys_.mac_key)
    ]
    assert len(set(values)) == 9
    assert {len(value) for value in values} == {32}
    assert lookup_hash(here.lookup_id) != here.lookup_id
    assert body_mac(here.mac_key, b"a") != body_mac(here.mac_key, b"b") != body_mac(there.mac_key, b"b")


def test_an_idempotency_key_gives_one_code_and_one_id() -> None:
    assert code_from_key(KEY, installation="north") == CODE
    assert code_from_key(KEY, installation="south") != CODE
    assert code_from_key(KEY + b"x", installation="north") != CODE
    made = report_id_from_key(KEY, installation="north")
    assert (made.version, made.variant) == (4, uuid4().variant)
    assert made != report_id_from_key(KEY, installation="south")
    for way in (code_from_key, report_id_from_key):
        with pytest.raises(ValueError, match="at least 16"):
            way(KEY[:15], installation="north")


def test_nothing_shows_its_content() -> None:
    assert repr(CODE) == "ReceiptCode()"
    assert repr(derive(CODE, installation="north")) == "CodeKeys()"
