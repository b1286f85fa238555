"""What two reports share, in which words and how strong; and what speaks against it."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest

from heedline.index.extraction import name_comparison, names, near_words
from heedline.index.extraction.comparison import Caution, Resemblance, Strength, compare
from heedline.index.extraction.extract import extract
from heedline.index.extraction.names import sounds
from heedline.index.extraction.values import Extract, ReportText
from heedline.packs import load_pack
from tests.quality.labelled_reports import SETS
from tests.quality.measuring import name_pairs

RULES = load_pack("uk").matching


def told(text: str) -> Extract:
    return extract([ReportText(text, "text", "Report")], RULES)


def found(one: str, other: str, **shared: int) -> Resemblance | None:
    return compare(
        told(one), told(other), RULES, {key.replace("_", ":"): number for key, number in shared.items()}
    )


def codes(resemblance: Resemblance | None) -> list[str]:
    return [reason.code for reason in resemblance.reasons] if resemblance else []


def test_one_kind_is_possible_and_two_are_strong() -> None:
    phone = found("ring 01632 960123", "his number: +44 1632 960123")
    both = found("Danny Harrow, 01632 960123", "called Daniel Harow, 01632960123")
    assert phone is not None
    assert phone.strength is Strength.POSSIBLE
    assert both is not None
    assert (both.strength, codes(both)) == (Strength.STRONG, ["phone", "name-sound"])


def test_a_reason_says_what_each_report_wrote() -> None:
    both = found("van AB12 COE", "saw ab12c0e")
    assert both is not None
    assert [(one.mine, one.theirs) for one in both.reasons] == [("AB12 COE", "ab12c0e")]


@pytest.mark.parametrize("unread", ["ZZ99 AB?", "zz99 ab*", "ZZ99 A_D", "Z?99 ABD", "ZZ?9ABD", "?Z99 ABD"])
def test_a_registration_with_one_unreadable_character_meets_the_whole_one(unread: str) -> None:
    whole = "A grey van, ZZ99 ABD, stood there."
    for one, other in ((f"A van, {unread}, stood at the gate.", whole), (whole, f"Was it {unread}")):
        assert set(told(one).keys) & set(told(other).keys), "the index finds it"
        both = found(one, other)
        assert both is not None
        assert (both.strength, codes(both)) == (Strength.POSSIBLE, ["registration-part"])
    named = found(f"Danny Harrow drives {unread}", "Danny Harrow drives ZZ99 ABD")
    assert named is not None
    assert named.strength is Strength.POSSIBLE, "an unreadable character is no second kind"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It began with ZZ99?", "ZZ99 ABD"),
        ("ZZ99 A??", "ZZ99 ABD"),
        ("Was it ZZ99 AB?", "ZZ99 AXD"),
        ("ZZ99 AB?", "ZZ99 A?D"),
        ("Is it 9pm? No, 12*3 ABC", "Z123 ABC"),
        ("*123 ABC was written on it", "Z123 ABC"),
        ("Why 99? He said so.", "ZZ99 ABD"),
    ],
)
def test_a_shorter_part_of_a_registration_meets_none(one: str, other: str) -> None:
    assert found(one, other) is None


def test_a_registration_that_may_be_that_of_many_reports_shows_none() -> None:
    assert found("ZZ99 AB?", "ZZ99 ABD", registration_ZZ99ABD=9) is None


def test_an_answer_with_an_unread_sign_is_no_shorter_registration() -> None:
    read = extract([ReportText("ZZ99 AB?", "registration", "Answer")], RULES)
    assert [one.canonical for one in read.values] == ["ZZ99AB?"]
    both = extract([ReportText("ZZ99 AB? or CD12 EFG", "registration", "Answer")], RULES)
    assert [one.canonical for one in both.values] == ["ZZ99AB?", "CD12EFG"]


def test_the_same_file_alone_is_strong_unless_many_have_it() -> None:
    def with_file(name: str, text: str = "It hung there.") -> Extract:
        return extract(
            [ReportText(text, "text", "Report"), ReportText(f"{'ab' * 32} {name}", "file", "File")], RULES
        )

    both = compare(with_file("a.jpg"), with_file("b.jpg"), RULES)
    assert both is not None
    assert (both.strength, codes(both), both.cautions) == (Strength.STRONG, ["file"], (Caution.COPY,))
    assert [(one.mine, one.theirs) for one in both.reasons] == [("a.jpg", "b.jpg")]
    assert compare(with_file("a.jpg"), with_file("a.jpg"), RULES, {f"file:{'ab' * 32}": 9}) is None
    crowd = " ".join(f"07700 900{number:03}" for number in range(300))
    assert compare(with_file("a.jpg", crowd), with_file("b.jpg"), RULES) is not None


def test_an_account_and_its_address_are_one_kind() -> None:
    both = found("https://t.me/danny_h99", "t.me/Danny_H99")
    assert both is not None
    assert (both.strength, set(codes(both))) == (Strength.POSSIBLE, {"handle", "web"})


def test_what_many_have_links_nobody_and_is_said() -> None:
    one, other = "Ring 01632 960700", "The school is on 01632 960700"
    shared = {"phone:+441632960700": 12}
    assert compare(told(one), told(other), RULES, shared) is None
    named = compare(told(f"Danny Harrow. {one}"), told(f"Danny Harrow. {other}"), RULES, shared)
    assert named is not None
    assert named.strength is Strength.POSSIBLE
    assert [one.shared_by for one in named.reasons] == [0, 12]


def test_a_common_name_counts_beside_a_number() -> None:
    one, other = told("Danny Harrow, 01632 960123"), told("Danny Harrow 01632 960123")
    common = {key: 40 for key in one.keys if key.startswith("name:")}
    both = compare(one, other, RULES, common)
    assert both is not None
    assert both.strength is Strength.STRONG
    assert compare(told("Danny Harrow"), told("Danny Harrow"), RULES, common) is None


@pytest.mark.parametrize(
    ("one", "other", "caution"),
    [
        ("Tom Lee, born 1/2/1960, 3 Elm Row YO1 7AA", "Tom Lee, born 5/6/1990, 3 Elm Row YO1 7AA", Caution.GENERATIONS),
        ("Tom Lee snr, 3 Elm Row YO1 7AA", "Tom Lee, 3 Elm Row YO1 7AA", Caution.GENERATIONS),
        ("Tom Lee, born 1/2/1990, 3 Elm Row YO1 7AA", "Tom Lee, born 5/6/1990, 3 Elm Row YO1 7AA", Caution.BORN_APART),
        ("Tom Lee, born 1/2/1990, 3 Elm Row YO1 7AA", "Paul Lee, born 1/2/1990, 3 Elm Row YO1 7AA", Caution.TWINS),
        ("Tom Lee, 3 Elm Row YO1 7AA, 01632 960123", "Rosa Diaz, 3 Elm Row YO1 7AA, 01632 960123", Caution.HOUSEHOLD),
        ("Tom Lee, 3 Elm Row YO1 7AA, 01632 960123", "T. Lee, 3 Elm Row YO1 7AA, 01632 960123", Caution.INITIAL),
    ],
)  # fmt: skip
def test_two_people_are_never_called_strong(one: str, other: str, caution: Caution) -> None:
    both = found(one, other)
    assert both is not None
    assert both.strength is Strength.POSSIBLE
    assert caution in both.cautions


@pytest.mark.parametrize("other", ["M. Kowalczyk", "M. Kowalchyk"])
def test_a_forename_that_is_only_an_initial_supports_another_reason_and_is_not_a_different_name(
    other: str,
) -> None:
    both = found("Mariusz Kowalczyk, 01632 960123", f"{other} rang from 01632 960123")
    assert both is not None
    assert (both.strength, codes(both)) == (Strength.POSSIBLE, ["phone", "name-initial"])
    assert both.cautions == (Caution.INITIAL,)
    assert found("Mariusz Kowalczyk was there", f"{other} was there") is None, "it links nothing by itself"
    apart = found("Janusz Kowalczyk, 01632 960123", f"{other} rang from 01632 960123")
    assert apart is not None
    assert apart.cautions == (Caution.HOUSEHOLD,)


def test_a_month_of_birth_adds_and_does_not_count() -> None:
    assert found("born in March 1999", "born 12/03/1999") is None
    both = found("Danny Harrow, born in March 1999", "Danny Harrow, born 12/03/1999")
    assert both is not None
    assert (both.strength, codes(both)) == (Strength.POSSIBLE, ["name", "birth-month"])


def test_a_postcode_alone_is_no_reason() -> None:
    assert found("near LS1 4AB", "behind LS1 4AB") is None


def test_a_copy_is_called_a_copy_and_no_second_source() -> None:
    text = (
        "On Saturday at noon somebody will attack the shopping centre near the old bus station, says a friend at the "
        "council. Police know already and keep quiet to avoid panic, so keep your children at home and share this."
        " Do not use the underground car park, and tell the neighbours before the weekend."
    )
    both = found(text, "fwd " + text.replace("Saturday", "Sunday"))
    assert both is not None
    assert (both.strength, both.cautions) == (Strength.POSSIBLE, (Caution.COPY,))


def test_nothing_shared_is_nothing_said() -> None:
    assert found("a red car", "a blue van") is None


def test_what_is_left_out_for_a_comparison_never_changes_it() -> None:
    for situation in SETS.values():
        for one, other in permutations(situation, 2):
            mine = one.read(RULES)
            less = other.read(RULES, against=mine)
            assert compare(mine, less, RULES) == compare(mine, other.read(RULES), RULES)
            assert not less.keys


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Hamid Sattar", "Hamida Sattar", False),  # a woman's name made of a man's
        ("Abdul Karim Sattar", "Abdul Qahir Sattar", False),  # told apart by what follows "servant of"
        ("Abdul Karim Sattar", "Abdelkareem Sattar", True),
        ("Hryhorenko Oksana", "Grihorenko Oksana", True),
        ("Ivan Petroff", "Ivan Petrov", True),
        ("Nareshbhai Vora", "Naresh Vora", True),
        ("Cheung Ka-lok", "Zhang Ka Lok", True),
        ("Wai Keung Cheung", "Zhang Weiqiang", True),
        ("Hsieh Kuo-hsiung", "Xie Guoxiong", True),
        ("Zhang Weiming", "Zhang Weimin", True),  # n for ng
        ("Zhang Weimin", "Zhang Weijun", False),
        ("Lin Hao", "Liu Hao", False),
        ("Sukru Ozturk", "Şükrü Öztürk", True),
        ("Kwabena Oforri", "Kobina Ofori", True),
        ("Nur al-Din Sattar", "Nooruddin Sattar", True),
        ("J. P. Harrow", "John Paul Harrow", True),
        ("JP Harrow", "John Paul Harrow", True),
        ("J. P. Harrow", "John Frank Harrow", False),
        ("J. Harrow", "John Harrow", False),
        ("Hassan Ali Sattar", "Hussein Ali Sattar", False),  # also with two parts joined
        ("Vellu s/o Arumugam", "Vellu Arumugam", True),
        ("Seán Ó Ceallaigh", "Sean Kelly", True),
        ("Seán Mac Cionaoith", "Sean McKenna", True),
    ],
)
def test_names_are_told_apart_as_their_traditions_form_them(one: str, other: str, alike: bool) -> None:
    first, second = (names.read_name(name, RULES.names) for name in (one, other))
    assert (name_comparison.alike(first, second, RULES.names) is not None) == alike


@pytest.mark.parametrize(
    ("typed", "there", "near"),
    [
        ("tirny", "the Tierney boy", "Tierney"),
        ("fetherstine", "by Featherstone", "Featherstone"),
        ("shonnesy", "with O’Shaughnessy", ""),
        ("mural", "in Moral", "Moral"),
        ("moral", "in Marls", ""),
        ("tirny", "tiny", "tiny"),
    ],
)
def test_two_letters_may_differ_in_long_words_and_in_those_that_sound_alike(
    typed: str, there: str, near: str
) -> None:
    assert near_words.nearest(typed, there.split(), RULES.names) == near


def test_a_long_word_is_looked_up_by_sounds_that_are_one_consonant_away() -> None:
    same, near = near_words.sounds_near("tirny", RULES.names)
    assert same == ["s:trn"]
    assert not near
    same, near = near_words.sounds_near("fetherstone", RULES.names)
    assert len(near) < 400
    assert set(near_words.sounds_near("featherstome", RULES.names)[0]) & set(near)


def test_consonants_alone_tell_no_two_names_apart_that_sound_alike() -> None:
    parts = sorted({part for pair in name_pairs() for part in f"{pair.one} {pair.other}".lower().split()})
    near = name_comparison.SOUNDS_ALIKE
    for one, other in pairwise(parts):
        whole = min(apart(mine, theirs) for mine in sounds(one) for theirs in sounds(other))
        assert (name_comparison._sound_apart(one, other) <= near) == (whole <= near), (one, other)


def apart(mine: str, theirs: str) -> float:
    """Return the distance of two sounds, always computed as a whole."""
    vowels = name_comparison._VOWELS
    if not (set(mine) & vowels and set(theirs) & vowels):
        mine, theirs = name_comparison._bare(mine), name_comparison._bare(theirs)
    cost = name_comparison._cost(mine, theirs)
    if cost and (mine[-1:] in vowels) != (theirs[-1:] in vowels):
        cost += name_comparison._FINAL
    return cost / max(len(mine), len(theirs))
