"""Tests for the identity-only rule: what it asks about, what it ignores, and that it can be explained."""

from __future__ import annotations

import random

import pytest

from heedline.jobs.demonstration.scenario import read_reports
from heedline.packs import load_pack
from heedline.packs.rules.behaviour import words_of

PACK = load_pack("uk")


def asked(account: str, *, kind: str = "activity", language: str = "en") -> bool:
    return PACK.behaviour.only_who(account, kind=kind, language=language)


@pytest.mark.parametrize(
    "account",
    [
        "There is a Muslim family next door.",
        "He has a long BEARD and goes to the mosque every day",
        "New people in number 12, foreigners, I think from Syria. Please check.",
        "Two men in robes at the bus stop",
        "A Muslim man called Ahmed Example lives at number 12.",
        "So-called refugees, one of them is called Sami.",
    ],
)
def test_who_somebody_is_and_nothing_more_is_asked_about(account: str) -> None:
    assert asked(account)
    assert asked(account, kind="person")


@pytest.mark.parametrize(
    "account",
    [
        "A man with a beard filmed the side doors of the station.",
        "My brother has converted and says that he will hurt people.",
        "He wears a robe and bought forty litres of acid.",
        "The imam called for a war against his neighbours.",
        "A man with a beard called me and calls others every night.",
        "The Syrian family called the school.",
        "Something is wrong at number 12.",
        "",
        "Sąsiad jest muzułmaninem.",
    ],
)
def test_behaviour_and_everything_unclear_is_left_alone(account: str) -> None:
    assert not asked(account)


def test_only_the_kinds_and_languages_of_the_pack_are_asked() -> None:
    assert not asked("He is a Muslim.", kind="online")
    assert not asked("He is a Muslim.", language="fr")
    assert set(PACK.behaviour.who) == set(PACK.languages)


@pytest.mark.parametrize(
    "account",
    [
        "Omar Hassan, phone 01632 960123, post code NE6 1AA",
        "Photo attached.",
        "A security guard in this building",
        "Something is wrong at number 12.",
        "",
    ],
)
def test_labels_of_details_do_not_say_what_was_done(account: str) -> None:
    assert not PACK.behaviour.says_what_was_done(account, language="en")


def test_a_word_of_doing_or_saying_says_what_was_done() -> None:
    told = "A taxi driver, phone 01632 960123, said that he will hurt people."
    assert PACK.behaviour.says_what_was_done(told, language="en")
    assert not PACK.behaviour.says_what_was_done(told, language="fr"), "no words are known of it"


@pytest.mark.parametrize(
    ("language", "who", "did"),
    [
        ("cy", "Mae teulu Mwslimaidd drws nesaf.", "Mae dyn o'r mosg yn ffilmio'r drysau."),
        ("pl", "Jest tu nowy sąsiad, muzułmanin z brodą.", "Muzułmanin z brodą kupił dużo nawozu."),
        ("ar", "جارنا الجديد مسلم وله لحية", "جارنا المسلم اشترى سمادا كثيرا"),
        ("ur", "ہمارا نیا پڑوسی مسلمان ہے، اس کی داڑھی ہے", "پڑوسی مسلمان ہے اور اس نے بہت کھاد خریدی"),
        ("so", "Deriskayaga cusub waa muslim gadh leh", "Ninka muslimka ah wuxuu iibsaday bacrimin badan"),
    ],
)
def test_each_language_has_words_of_its_own(language: str, who: str, did: str) -> None:
    assert asked(who, language=language)
    assert not asked(did, language=language)
    assert PACK.behaviour.says_what_was_done(did, language=language)
    assert not PACK.behaviour.says_what_was_done(who, language=language)


def test_of_the_demonstrations_reports_those_without_behaviour_are_asked_about() -> None:
    told = [
        (one["told"].get("kind", "activity"), one["told"]["narrative"])
        for one in read_reports(PACK)
        if one["told"].get("language", "en") == "en" and "narrative" in one["told"]
    ]
    assert len(told) > 20
    assert [words[:24] for kind, words in told if asked(words, kind=kind)] == [
        "There is a new family on",
        "A man with a beard and a",
    ]


def test_words_of_a_text_in_ascii_are_those_of_any_text() -> None:
    chance = random.Random(91)
    for _ in range(3_000):
        account = "".join(chance.choices("aBz-'’ .1_\n\x1f", k=chance.randint(0, 14)))
        assert words_of(account) == words_of(f"é {account}")[1:]
