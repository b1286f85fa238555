"""Tests for canonical locators: hostile cases, idempotence, and extraction from running text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedline.specialist_desks.material.locators import (
    LocatorKind,
    account_locator,
    address_without_tracking,
    canonical,
    locators_in,
    read_locator_rules,
)
from heedline.specialist_desks.material.notice_rules.content import item_of
from tests.support.cases import cases
from tests.support.counting import calls

RULES = read_locator_rules(files("heedline.packs") / "uk")
#: Seconds of processor time for what takes a fraction of one, and minutes if a pattern goes back over the text.
SECONDS = 10


def _cases() -> Iterator[tuple[str, str]]:
    key = ""
    for line in (Path(__file__).parent / "locators.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            key = line[2:]
        elif line and not line.startswith("#"):
            yield (
                line.encode("raw_unicode_escape")
                .decode("raw_unicode_escape")
                .replace("\\\\", "\\")
                .replace("\\t", "\t"),
                key,
            )


CASES = list(_cases())


def test_there_are_enough_hostile_cases() -> None:
    assert len(CASES) >= 300
    assert len({written for written, _ in CASES}) == len(CASES)


def test_a_text_has_its_key() -> None:
    wrong = {}
    for written, key in CASES:
        found = canonical(written, RULES)
        if (found.key if found else "-") != key:
            wrong[written] = (found, key)
    assert wrong == {}


def test_keys_and_addresses_are_their_own_canonical_form() -> None:
    for written, _ in CASES:
        if found := canonical(written, RULES):
            again = canonical(found.key, RULES)
            assert again, written
            assert (again.key, again.platform, again.native_id) == (
                found.key,
                found.platform,
                found.native_id,
            )
            if found.address:
                opened = canonical(found.address, RULES)
                assert opened, written
                assert (opened.key, opened.address) == (found.key, found.address)


PIECES = st.sampled_from(
    [
        "https://", "hxxp://", "http:/", "//", "www.", "bad", "[.]", ".", "example", ".example", "x.com", "twitter.com", "youtu.be",
        "t.me", "/", "//", "/s/", "/status/", "12345", "AbCdEfGh_-1", "/watch", "?v=", "?", "&", "=", "utm_source=1", "#", "#/", "#!",
        "%41", "%2f", "%", "%%34%31", "@", ":", ":80", ":8080", "\\", " ", "ä", "ا", "\u200b", "web.archive.org/web/2020/", "archive.ph/2020/",
        "google.com/url?q=", "https%3A%2F%2F", "mega.nz/#!", "(", ")", "[", "]", "..", "/../", "+", "tg://resolve?domain=", "telegram: ",
        " on Telegram", "magnet:?xt=urn:btih:", "c12fe1c06bba254a9dc9f519b335aa7c1367a88a", "ipfs://", "account:x/", "translate.goog", "-",
        "urldefense.com/v3/__", "__;", "leads.example/?", "xn--", "．", "0x7f.1", "~", "|", "'", "*",
    ]
)  # fmt: skip


@pytest.mark.thorough
@settings(max_examples=cases(400), deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    if found := canonical(text, RULES):
        again = canonical(found.key, RULES)
        assert again
        assert again.key == found.key
        if found.address:
            opened = canonical(found.address, RULES)
            assert opened
            assert opened.key == found.key


@pytest.mark.thorough
@settings(max_examples=cases(200), deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=20).map("".join))
def test_a_text_of_any_kind_is_searched(text: str) -> None:
    keys = [one.key for one in locators_in(text, RULES)]
    assert len(keys) == len(set(keys))


def test_a_locator_takes_few_steps() -> None:
    """Some 200 calls of functions, which take 30 microseconds."""
    texts = [written for written, _ in CASES if len(written) < 300]
    assert calls(lambda: [canonical(one, RULES) for one in texts]) / len(texts) < 400


def test_an_archived_copy_is_kept_together_with_what_it_shows() -> None:
    found = canonical("https://web.archive.org/web/2020id_/http://www.bad.example/a?utm_source=x", RULES)
    assert found
    assert found.kind is LocatorKind.ARCHIVED
    assert found.address == "https://web.archive.org/web/2020id_/http://www.bad.example/a?utm_source=x"
    assert found.inside
    assert found.inside.key == "https://bad.example/a"


def test_the_address_is_what_was_written_and_the_key_what_it_is_known_by() -> None:
    found = canonical(
        "see hxxp://m.kiteboard[.]example/@A_b/posts/Ab12?utm_source=x#c".removeprefix("see "), RULES
    )
    assert found
    assert found.address == "http://m.kiteboard.example/@A_b/posts/Ab12?utm_source=x#c"
    assert (found.key, found.platform, found.native_id, found.kind) == (
        "https://kiteboard.example/posts/Ab12",
        "kiteboard",
        "Ab12",
        LocatorKind.POST,
    )


def test_an_account_is_named_by_two_answers() -> None:
    found = account_locator("Telegram", "@Some_Name", RULES)
    assert found
    assert found.key == "https://t.me/some_name"
    assert account_locator("An app nobody knows", "name", RULES) is None
    assert account_locator("Signal", "not a number", RULES) is None


def test_hosts_are_shown_in_both_scripts_with_a_warning() -> None:
    mixed = canonical("https://exаmple.example/", RULES)  # the third letter is Cyrillic
    assert mixed
    assert mixed.host.startswith("xn--")
    assert mixed.host_shown == "exаmple.example"
    assert mixed.mixes_scripts
    plain = canonical("https://bücher.example/", RULES)
    assert plain
    assert (plain.host_shown, plain.mixes_scripts) == ("bücher.example", False)


def test_a_defanged_address_is_no_link_and_says_where() -> None:
    found = canonical("https://bad.example/a.b?c=1.2", RULES)
    assert found
    assert found.defanged == "hxxps://bad[.]example/a.b?c=1.2"
    again = canonical(found.defanged, RULES)
    assert again
    assert again.key == found.key


TEXT = """I saw this on hxxps://bad[.]example/a, and again (https://bad.example/wiki/Thing_(film)).
He is @some_name on Telegram; also snapchat: bad_kid and Discord: nib#1234.
[the film](https://reelbox.example/watch?v=Ab12Cd&t=3) <https://bad.example/b>,https://bad.example/c
A copy: https://archive.example/web/2020/https://bad.example/d - and c.example. My mail is me@mail.example.
It is in the file film.mp4 at 10.30, e.g. on page 3.4. Spaced: hxxp :// spaced [.] example/x
"""


def test_every_locator_of_a_text_is_found_in_order() -> None:
    assert [one.key for one in locators_in(TEXT, RULES)] == [
        "https://bad.example/a",
        "https://bad.example/wiki/Thing_(film)",
        "https://t.me/some_name",
        "https://snapchat.com/add/bad_kid",
        "account:discord/nib#1234",
        "https://reelbox.example/watch?v=Ab12Cd",
        "https://bad.example/b",
        "https://bad.example/c",
        "https://archive.example/web/2020/https://bad.example/d",
        "https://bad.example/d",
        "https://c.example/",
        "https://spaced.example/x",
    ]


def test_one_page_named_forty_times_is_one_item() -> None:
    forms = [written for written, key in CASES if key == "https://bad.example/a"]
    assert len(forms) >= 40
    assert {one.key for one in locators_in("\n".join(forms), RULES)} >= {"https://bad.example/a"}


def test_a_long_text_is_searched_quickly() -> None:
    text = ("https://bad.example/" + "a" * 40 + " and more words of the kind that people write. ") * 100
    began = time.process_time()
    locators_in(text, RULES)
    assert time.process_time() - began < SECONDS
    for trap in (
        "[" * 5_000,
        "(" * 5_000,
        "a." * 3_000,
        "https://" * 1_000,
        "@" * 5_000,
        "telegram: " * 500,
        "%41" * 3_000,
        "1" * 9_000,
        "\n" * 9_000,
        "a on " * 1_800 + "1",
    ):
        began = time.process_time()
        canonical(trap, RULES)
        locators_in(trap, RULES)
        assert time.process_time() - began < SECONDS, trap[:10]


def test_a_link_that_can_name_its_sharer_is_short_and_told_to_nobody() -> None:
    for written in (
        "https://www.tiktok.com/t/ZTabc123/",
        "https://www.facebook.com/share/p/1AbCdEfGh/",
        "https://facebook.com/share/1AbCdEfGh?mibextid=x",
        "https://www.instagram.com/share/p/BAbCdEfGh",
        "https://www.reddit.com/r/Example/s/AbCdEfGhIj",
        "https://www.reddit.com/u/example/s/AbCdEfGhIj",
        "https://vm.tiktok.com/ZMabc123/",
    ):
        found = canonical(written, RULES)
        assert found
        assert found.kind is LocatorKind.SHORT, written
        assert address_without_tracking(found, RULES) == ""
        told = item_of(found, RULES, seen_on=date(2026, 11, 27))
        assert (told.address, told.description, told.native_id) == ("", "", "")
        again = canonical(found.key, RULES)
        assert again
        assert (again.key, again.kind) == (found.key, LocatorKind.SHORT)
