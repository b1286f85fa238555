"""Tests for encoding and decoding keys, small sealed rows, passphrases and passkeys."""

import json
import zlib
from dataclasses import replace
from random import Random
from threading import Thread
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cases import cases

from heedline.vault import CannotOpen, bech32, keys, passkeys, passphrases, small
from heedline.vault.passphrases import Cost, WrappedSeed, unwrap_seed, wrap_seed

SEED = bytes(range(32))
QUICK = Cost(memory_kib=8 * 1024, iterations=1, lanes=1)
PHRASE = "Café drop-down abacus zoom yo-yo unit"
WRAPPED = wrap_seed(SEED, PHRASE, context=b"odile", cost=QUICK)


def test_keys_are_spelled_as_age_spells_them() -> None:
    public = keys.public_key(SEED)
    text, secret = keys.recipient_text(public), keys.identity_text(SEED)
    assert text.startswith("age1pq1")
    assert secret.startswith("AGE-SECRET-KEY-PQ-1")
    assert keys.parse_recipient(text) == public
    assert keys.parse_identity(f" {secret}\n") == SEED
    flipped = secret[:-1] + ("Q" if secret[-1] != "Q" else "P")
    for bad in ("", "age1pq1", flipped, secret.title(), text, "x" * 10_000, secret + "Q", "1" * 40):
        with pytest.raises(ValueError):
            keys.parse_identity(bad)
    for bad in ("", secret, text[:-1], text.replace("age1pq1", "age1"), keys.recipient_text(b"\xff" * 1_216)):
        with pytest.raises(ValueError):
            keys.parse_recipient(bad)


def test_a_key_has_one_spelling() -> None:
    """Bech32 carries four bits too many for 32 bytes; they must be zero."""
    words = [0] * 51 + [1]
    check = bech32._polymod([*bech32._expand("age-secret-key-pq-"), *words, 0, 0, 0, 0, 0, 0]) ^ 1
    words += [check >> 5 * (5 - i) & 31 for i in range(6)]
    text = "age-secret-key-pq-1" + "".join(bech32._ALPHABET[word] for word in words)
    with pytest.raises(ValueError, match="loose end"):
        keys.parse_identity(text)
    assert keys.parse_identity(keys.identity_text(bytes(32)).lower()) == bytes(32)


def test_signing_is_its_own_key() -> None:
    public = keys.signing_public(SEED)
    made = keys.sign(SEED, b"said")
    assert keys.verify(public, b"said", made)
    for bad in ((public, b"unsaid", made), (keys.signing_public(bytes(32)), b"said", made)):
        assert not keys.verify(*bad)
    for bad in (
        (public, b"said", b""),
        (b"", b"said", made),
        (public, b"said", made[:-1] + bytes([made[-1] ^ 1])),
    ):
        assert not keys.verify(*bad)
    assert keys.signing_key(SEED) != SEED
    assert public not in keys.public_key(SEED)


def test_fingerprints_can_be_read_aloud() -> None:
    prints = {keys.fingerprint(keys.signing_public(bytes([n]) * 32)) for n in range(50)}
    assert len(prints) == 50
    assert all(len(one) == 24 and not set(one) & set("ILOU") for one in prints)


def test_seeds_have_one_size() -> None:
    for way in (keys.public_key, keys.prepare, keys.identity_text, keys.signing_key, keys.signing_public):
        with pytest.raises(ValueError, match="32 bytes"):
            way(SEED[:-1])


@given(st.binary(max_size=300), st.binary(max_size=20))
@settings(max_examples=cases(60), deadline=None)
def test_a_row_opens_with_its_cookie_only(body: bytes, aad: bytes) -> None:
    mine = small.derive_keys(small.new_secret().encode(), "draft")
    theirs = small.derive_keys(small.new_secret().encode(), "draft")
    sealed = small.seal_small(mine.key, body, aad=aad)
    assert small.open_small(mine.key, sealed, aad=aad) == body
    changed = bytearray(sealed)
    changed[len(body) % len(sealed)] ^= 1
    for key, bad, what in (
        (theirs.key, sealed, aad),
        (mine.row_id, sealed, aad),
        (mine.key, sealed, aad + b"x"),
        (mine.key, bytes(changed), aad),
        (mine.key, sealed[:-1], aad),
        (mine.key, body, aad),
    ):
        with pytest.raises(CannotOpen):
            small.open_small(key, bad, aad=what)


def test_cookies_and_rows() -> None:
    secret = small.new_secret()
    assert len(secret) == 43
    draft, visit = (small.derive_keys(secret.encode(), purpose) for purpose in ("draft", "visit"))
    assert draft == small.derive_keys(secret.encode(), "draft")
    assert len({draft.row_id, draft.key, visit.row_id, visit.key, secret.encode()}) == 5
    assert small.derive_keys(b"", "draft").row_id != draft.row_id
    assert repr(draft) == "RowKeys()"
    assert small.same("a", b"a")
    assert not small.same("é", "e")
    with pytest.raises(ValueError, match="32 bytes"):
        small.seal_small(b"short", b"", aad=b"")
    assert len({small.seal_small(draft.key, b"", aad=b"") for _ in range(20)}) == 20


def test_words_have_keys_of_their_own() -> None:
    secret = small.new_secret().encode()
    row, visit = (small.derive_draft_keys(secret, purpose) for purpose in ("draft", "visit"))
    other = small.derive_keys(secret, "draft")
    assert row == small.derive_draft_keys(secret, "draft")
    assert len({row.row_id, row.key, visit.row_id, visit.key, other.row_id, other.key, secret}) == 7
    for length in (0, 64, 65, 8_000):  # a key of BLAKE2b has 64 bytes at most
        rows = {small.derive_draft_keys(b"x" * (length + more), "draft").row_id for more in range(3)}
        assert len(rows) == 3
    sealed = small.seal_words(row.key, b"words", aad=row.row_id)
    assert small.open_words(row.key, sealed, aad=row.row_id) == b"words"
    assert len({small.seal_words(row.key, b"", aad=b"") for _ in range(20)}) == 20
    with pytest.raises(ValueError, match="32 bytes"):
        small.seal_words(b"short", b"", aad=b"")
    item = small.seal_small(row.key, b"words", aad=row.row_id)
    for opening, bad in ((small.open_small, sealed), (small.open_words, item)):
        for first in (bad[:1], b"\1", b"\2"):
            with pytest.raises(CannotOpen):
                opening(row.key, first + bad[1:], aad=row.row_id)


def test_generated_passphrases() -> None:
    words = passphrases.word_list()
    assert len(words) == len(set(words)) == 7_776
    made = [passphrases.new_passphrase().split(" ") for _ in range(50)]
    assert all(len(phrase) == 6 and set(phrase) <= set(words) for phrase in made)
    assert len({word for phrase in made for word in phrase}) > 250


@pytest.mark.parametrize(
    "typed",
    [
        PHRASE,
        PHRASE.upper(),
        f"  {PHRASE.replace(' ', '   ')} ",
        PHRASE.replace("-", " "),
        PHRASE.replace(" ", "-"),
        normalize("NFD", PHRASE),
    ],
)
def test_typing_is_forgiven(typed: str) -> None:
    assert unwrap_seed(WRAPPED, typed, context=b"odile") == SEED


@pytest.mark.parametrize("typed", ["", " ", "-", PHRASE[:-1], PHRASE.replace("é", "e"), "a" * 300, "\udc80"])
def test_another_passphrase_opens_nothing(typed: str) -> None:
    with pytest.raises(CannotOpen):
        unwrap_seed(WRAPPED, typed, context=b"odile")


def test_a_wrapping_belongs_to_one_person_and_does_not_change() -> None:
    again = WrappedSeed.from_json(WRAPPED.to_json())
    assert again == WRAPPED
    for bad, context in (
        (again, b"otto"),
        (replace(again, salt=bytes(16)), b"odile"),
        (replace(again, params=Cost(9 * 1024, 1, 1)), b"odile"),
        (replace(again, sealed=bytes(len(again.sealed))), b"odile"),
        (replace(again, salt=b""), b"odile"),
    ):
        with pytest.raises(CannotOpen):
            unwrap_seed(bad, PHRASE, context=context)


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 2**21},
        {"memory_kib": 2**40},
        {"memory_kib": 1024},
        {"memory_kib": "8192"},
        {"memory_kib": True},
        {"memory_kib": 8192.0},
        {"iterations": 0},
        {"iterations": 11},
        {"lanes": 0},
        {"lanes": 64},
        {"salt": "AAAA"},
        {"salt": None},
        {"sealed": "!"},
        {"kdf": "pbkdf2"},
        {"v": 2},
    ],
)
def test_what_is_read_is_bounded(change: dict[str, object]) -> None:
    with pytest.raises(CannotOpen):
        WrappedSeed.from_json(json.dumps({**json.loads(WRAPPED.to_json()), **change}))


@pytest.mark.parametrize("text", ["", "[]", "1", "{}", "null", "[" * 1_000, "x" * 10_000])
def test_noise_is_no_wrapping(text: str) -> None:
    with pytest.raises(CannotOpen):
        WrappedSeed.from_json(text)


@pytest.mark.thorough
def test_the_standard_cost_is_what_the_design_says_and_works() -> None:
    assert Cost(256 * 1024, 3, 1) == passphrases.STANDARD
    wrapped = wrap_seed(SEED, PHRASE, context=b"odile")
    assert wrapped.params == passphrases.STANDARD
    assert PHRASE not in repr(wrapped)
    assert repr(WRAPPED) == f"WrappedSeed(params={QUICK!r})"


def test_callers_mistakes_are_value_errors() -> None:
    for seed, phrase in ((SEED[:-1], PHRASE), (SEED, " "), (SEED, "a" * 300)):
        with pytest.raises(ValueError):
            wrap_seed(seed, phrase, context=b"", cost=QUICK)


def test_no_more_than_two_derivations_at_once() -> None:
    held = passphrases._at_once
    opened: list[bytes] = []
    third = Thread(target=lambda: opened.append(unwrap_seed(WRAPPED, PHRASE, context=b"odile")))
    assert held.acquire(blocking=False)
    assert held.acquire(blocking=False)
    try:
        third.start()
        third.join(timeout=0.1)  # twenty times what it takes when it need not wait
        assert third.is_alive()
        assert opened == []
    finally:
        held.release()
        held.release()
    third.join(timeout=60)
    assert opened == [SEED]


def test_a_passkey_unwraps_its_own_seed() -> None:
    prf = bytes(reversed(range(32)))
    sealed = passkeys.wrap_seed(SEED, prf, context=b"odile")
    assert passkeys.unwrap_seed(sealed, prf, context=b"odile") == SEED
    for bad, output, context in (
        (sealed, SEED, b"odile"),
        (sealed, prf, b"otto"),
        (sealed[1:], prf, b"odile"),
    ):
        with pytest.raises(CannotOpen):
            passkeys.unwrap_seed(bad, output, context=context)
    with pytest.raises(CannotOpen):
        passkeys.unwrap_seed(sealed, b"", context=b"odile")
    with pytest.raises(ValueError, match="32 bytes"):
        passkeys.wrap_seed(SEED, b"", context=b"")


@given(st.binary(max_size=5_000), st.binary(min_size=32, max_size=32))
def test_words_in_a_row_open_as_they_were_sealed(words: bytes, key: bytes) -> None:
    sealed = small.seal_words(key, words, aad=b"row")
    assert small.open_words(key, sealed, aad=b"row") == words
    assert len(sealed) - small.OVERHEAD in small.STEPS
    with pytest.raises(CannotOpen):
        small.open_words(key, sealed, aad=b"another row")


@pytest.mark.parametrize("size", [0, 1, 3_895, 3_896, 3_897, 8_188, 8_189])
def test_words_up_to_the_first_step_are_not_compressed_and_none_tells_its_length(size: int) -> None:
    key = bytes(32)
    for words in (Random(size).randbytes(size), b"w" * size):
        sealed = small.seal_words(key, words, aad=b"row")
        assert small.open_words(key, sealed, aad=b"row") == words
        plain = small._open(small._WORDS, key, sealed, b"row")
        assert (plain[0] >> 7 == 1) is (size <= 3_896)
        assert len(plain) in small.STEPS


def test_a_row_holds_so_many_words_and_no_more() -> None:
    key = bytes(32)
    assert small.seal_words(key, b"word " * 100_000, aad=b"")
    for too_much in (b"w" * (small.MOST_WORDS + 1), Random(1).randbytes(70_000)):
        with pytest.raises(ValueError, match="not kept"):
            small.seal_words(key, too_much, aad=b"")


def test_what_unpacks_to_more_than_a_row_holds_is_not_unpacked() -> None:
    key = bytes(32)
    for packed in (zlib.compress(bytes(small.MOST_WORDS + 1)), zlib.compress(b"words")[:-3], b"no archive"):
        framed = len(packed).to_bytes(4) + packed
        with pytest.raises(CannotOpen):
            small.open_words(key, small._seal(small._WORDS, key, framed, b""), aad=b"")
