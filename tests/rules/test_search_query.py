"""What an officer types into the search box: how it is understood, and where a text has it."""

from __future__ import annotations

import pytest

from heedline.casework.search.missing_words import MissingWord, instead
from heedline.casework.search.query import Sought, SoughtName, understood
from heedline.index.extraction.keys import of_name
from heedline.index.extraction.names import read_name
from heedline.index.extraction.near_words import other_endings
from heedline.index.extraction.values import Kind, Value
from heedline.index.terms import SearchKind, Unsearchable
from heedline.index.words import words_of
from heedline.packs import load_pack

RULES = load_pack("uk").matching
NAMES = RULES.names
W, P, B, N = SearchKind.WORDS, SearchKind.PHRASE, SearchKind.BEGINNING, SearchKind.NUMBER


@pytest.mark.parametrize(
    ("typed", "terms", "kind"),
    [
        ("Bridge  filmed", [(W, ("bridge",)), (W, ("filmed",))], W),
        ('"side door" man', [(P, ("side", "door")), (W, ("man",))], P),
        ('"side door', [(P, ("side", "door"))], P),
        ("brid*", [(B, ("brid",))], B),
        ("sam@post.example", [(P, ("sam", "post", "example"))], P),
        ("01632 960 123", [(N, ("632960123",))], N),
        ("+44 1632 960123 van", [(N, ("632960123",)), (W, ("van",))], N),
        ("AB12 CDE", [(P, ("ab12", "cde"))], P),
        ("NE1 4ST red", [(P, ("ne1", "4st")), (W, ("red",))], P),
        ("man man", [(W, ("man",))], W),
        ("gate 4", [(W, ("gate",)), (W, ("4",))], W),
    ],
)
def test_how_it_is_understood(
    typed: str, terms: list[tuple[SearchKind, tuple[str, ...]]], kind: SearchKind
) -> None:
    sought = understood(typed, RULES)
    assert [(term.kind, term.words) for term in sought.terms] == terms
    assert sought.kind is kind


@pytest.mark.parametrize(
    "typed", ["", "  ", "***", "ab*", "a.b*", '""', "x" * 201, " ".join(f"w{n}" for n in range(13))]
)
def test_what_cannot_be_searched_for_is_said(typed: str) -> None:
    with pytest.raises(Unsearchable) as why:
        understood(typed, RULES)
    assert str(why.value).endswith(".")


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("recruited", {"recruit", "recruits", "recruiting"}),
        ("hiding", {"hide", "hides", "hided"}),
        ("plan", {"plans", "planned", "planning"}),
        ("planning", {"plan", "plans", "planned"}),
        ("parties", {"party", "partied", "partying"}),
        ("watches", {"watch", "watched", "watching"}),
        ("calling", {"call", "calls", "called"}),
    ],
)
def test_a_word_is_searched_for_with_its_other_endings(word: str, others: set[str]) -> None:
    assert others <= set(other_endings(word))
    assert len(other_endings(word)) <= 12


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("string", "str"),
        ("caring", "car"),
        ("class", "clas"),
        ("virus", "viru"),
        ("need", "ne"),
        ("gas", "ga"),
    ],
)
def test_what_is_no_ending_is_not_taken_off(word: str, other: str) -> None:
    assert other not in other_endings(word)


@pytest.mark.parametrize("word", ["van", "4821", "ab12", "école", "вербует", ""])
def test_short_words_numbers_and_other_scripts_have_no_endings(word: str) -> None:
    assert other_endings(word) == []


@pytest.mark.parametrize(
    ("typed", "sides", "left_out"),
    [
        ("van OR lorry red", [["van"], ["lorry", "red"]], []),
        ("van AND red", [["van", "red"]], []),
        ("van -red", [["van"]], ["red"]),
        ('van -"side door"', [["van"]], ["side door"]),
        ("-red van OR lorry", [["van"], ["lorry"]], ["red"]),
        ("OR van OR", [["van"]], []),
        ("van or lorry", [["van", "or", "lorry"]], []),
        ('"van OR lorry"', [["van or lorry"]], []),
        ("e-mail", [["e mail"]], []),
        ("van - red", [["van", "red"]], []),
        ("-1001234567890 van", [["1001234567890", "van"]], []),
    ],
)
def test_or_joins_two_searches_and_minus_leaves_words_out(
    typed: str, sides: list[list[str]], left_out: list[str]
) -> None:
    sought = understood(typed, RULES)
    assert [[" ".join(term.words) for term in side.terms] for side in sought.sides] == sides
    assert [" ".join(term.words) for term in sought.left_out] == left_out


def test_names_on_both_sides_of_or_are_read_apart() -> None:
    read = [
        " ".join(reading.name.parts)
        for side in understood("Kevin Tierney OR Sean Tirney", RULES).sides
        for reading in side.readings
        if isinstance(reading, SoughtName) and len(reading.name.parts) > 1
    ]
    assert read == ["kevin tierney", "sean tirney"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-red", "Type something to search for"),
        ("a OR b OR c OR d OR e OR f OR g", "OR at most 5 times"),
        ("?! … ★★", "Signs and symbols alone"),
    ],
)
def test_a_search_for_nothing_is_refused_with_its_reason(typed: str, said: str) -> None:
    with pytest.raises(Unsearchable, match=said):
        understood(typed, RULES)


@pytest.mark.parametrize(
    ("typed", "missing", "offered"),
    [
        ("*belster*", ["belster"], ""),
        ("*belster* quillon", ["belster"], "quillon"),
        ('"side door" quillon', ["side door"], "quillon"),
        ("belster OR quillon", ["belster"], "quillon"),
        ("quillon -belster", [], "quillon -belster"),
    ],
)
def test_the_search_that_is_offered_instead_has_words(typed: str, missing: list[str], offered: str) -> None:
    words = [MissingWord(W, one, place=(at, at + len(one))) for one in missing for at in [typed.index(one)]]
    assert instead(typed, words) == offered


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("obriens", "At O’Brien’s.", ["O’Brien’s"]),
        ('"side door"', "The Side, door", ["Side, door"]),
        ("brid*", "bridges, Bridget, abridge", ["bridges", "Bridget"]),
        ("01632960123", "ring +44 (1632) 960-123 now", ["+44 (1632) 960-123"]),
        ("AB12CDE", "a van AB12 CDE outside", ["AB12 CDE"]),
        ("AB12 CDE", "a van ab12cde outside", ["ab12cde"]),
        ("ivan", "Иван", ["Иван"]),
        ("door", "the doors", ["doors"]),
        ('"door"', "the doors", []),
        (
            "recruiting",
            "He recruits, recruited a recruit. Recruitment.",
            ["recruits", "recruited", "recruit"],
        ),
        ("Banks", "the bank of the river", []),
    ],
)
def test_where_a_text_has_it(typed: str, text: str, found: list[str]) -> None:
    [term] = understood(typed, RULES).terms
    assert [text[start:end] for start, end in term.places(text)] == found


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("AB12 COE", "a van AB12 C0E outside", ["AB12 C0E"]),
        ("ab12c0e", "a van AB12 COE outside", ["AB12 COE"]),
        ("AB12 C0E", "a van AB12COE outside", ["AB12COE"]),
        ("FIZ 1234", "her car is F1Z 1234.", ["F1Z 1234"]),
        ("AB12 COE", "a van AB12 CDE outside, in 12 COE lane", []),
        ("AB 12 CDE", "a van AB12 CDE outside", ["AB12 CDE"]),
        ("ab 12 cde", "a van AB12CDE outside", ["AB12CDE"]),
        ("AB 12 CDE", "a van ab 12 cde outside", ["ab 12 cde"]),
    ],
)
def test_a_registration_is_found_with_signs_that_look_alike(typed: str, text: str, found: list[str]) -> None:
    [term] = understood(typed, RULES).terms
    assert [text[start:end] for start, end in term.places(text)] == found
    assert term.clause.keys == [f"registration:{term.plate}"]
    [exact] = understood(f'"{typed}"', RULES).terms
    assert not exact.plate, "quotation marks stand for the words themselves"


@pytest.mark.parametrize(
    "typed", ["4/9/2010", "4/9/10", "04.09.2010", "2010-09-04", "4 September 2010", "Sept 4th, 2010"]
)
def test_a_date_is_found_however_it_is_written(typed: str) -> None:
    [term] = understood(typed, RULES).terms
    for written in (
        "4/9/2010",
        "04.09.2010",
        "2010-09-04",
        "4th of September 2010",
        "September 4, 2010",
        "4 Medi 2010",
    ):
        text = f"He was born on {written}, he says, and not on 9/4/2010 or 5/9/2010."
        assert [text[start:end] for start, end in term.places(text)] == [written]
        assert term.may_be_in("".join(words_of(text)))
    [exact] = understood(f'"{typed}"', RULES).terms
    assert not exact.others, "quotation marks stand for the words themselves"


@pytest.mark.parametrize("typed", ["31/2/2010", "September 2010", "07700 900 201", "gate 4 2010"])
def test_what_is_no_whole_date_is_searched_for_as_it_is(typed: str) -> None:
    assert not any(term.is_date for term in understood(typed, RULES).terms)


@pytest.mark.parametrize(
    "typed", ["side door", "gate 4", "bill 101", "flat 10 lane", "room 101", "NE1 4ST", "boil 10"]
)
def test_ordinary_words_are_no_registration(typed: str) -> None:
    assert not any(term.plate for term in understood(typed, RULES).terms)


def names_of(sought: Sought) -> list[SoughtName]:
    """The readings of a search in which several words are a name."""
    return [one for one in sought.readings if isinstance(one, SoughtName) and one.keys]


def leads_to(sought: Sought, name: str) -> bool:
    """Whether a search looks up a key of this name, and then takes the two for alike."""
    keys = set(of_name(read_name(name, NAMES), NAMES))
    return any(
        keys & set(one.keys) and one.is_like(Value(Kind.NAME, name, name, ""), NAMES)
        for one in names_of(sought)
    )


@pytest.mark.parametrize(
    ("tradition", "typed", "name"),
    [
        ("irish", "Shivaun O'Brien", "Siobhán Ní Bhriain"),
        ("welsh", "Gwenlian Pritherch", "Gwenllian Prydderch"),
        ("arabic", "Layla Mansour", "ليلى منصور"),
        ("arabic", "Osama bin Qasim", "Oussama Benkacem"),
        ("arabic", "Yusuf al-Sattar Mansour", "Yousef Elsattar Mansoor"),
        ("chinese", "cheung wai keung", "Zhang Weiqiang"),
        ("somali", "Abdi Mohamed Ali", "Cabdi Maxamed Cali"),
        ("south-asian", "Mohammad Chowdhury", "Muhammed Choudhry"),
        ("polish", "Dembski Marek", "Marek Dębski"),
        ("english", "Bob Smyth", "Robert Smith"),
    ],
)
def test_a_name_leads_to_other_spellings(tradition: str, typed: str, name: str) -> None:
    assert leads_to(understood(typed, RULES), name), tradition
    assert leads_to(understood(f"{typed} quillon", RULES), name), "beside another word"
    assert not understood(f'"{typed}"', RULES).readings, "quotation marks stand for the words themselves"


def test_a_surname_is_looked_up_by_its_sound_behind_an_article() -> None:
    assert [
        one.name.parts for one in understood("ben sattar", RULES).readings if isinstance(one, SoughtName)
    ] == [("sattar",)]


def test_a_name_is_read_beside_other_words_if_its_forename_is_known() -> None:
    readings = names_of(understood("red van Siobhan Kelly 01632 960123", RULES))
    assert ("siobhan", "kelly") in {one.name.parts for one in readings}
    assert all("kelly" in one.name.parts or "siobhan" in one.name.parts for one in readings)
    shortest = next(one for one in readings if one.name.parts == ("siobhan", "kelly"))
    assert {term.kind for term in shortest.terms} == {W, N}
    assert not names_of(understood("side door of the bank", RULES))[1:], "only the whole text may be a name"
