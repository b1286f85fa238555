"""Searches for part of a word or number, in a real index in memory: what is found, where a text has it, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedline.casework.search.query import understood
from heedline.index import words
from heedline.index.terms import Unsearchable
from heedline.packs import load_pack
from tests.quality.searches import World

RULES = load_pack("uk").matching
TEXTS = [
    "He drove off in ZZ99 ABC before nine.",
    "The van was ZZ99ABC, I am sure.",
    "It was a zz 99 abc, grey.",
    "On the plate stood Z Z 9 9 A B C in red.",
    "Ring +44 1632 960321 after six.",
    "my number is 01632 960 321 or 07700 900123",
    "He writes as @darkwolf77 and as grey.heron.post@mail.example there.",
    "Then Wojtasiewicz came, and the abc of it is dull.",
    "Room 99 has a fault, code 4521.",
    "Her car is QX21 WOL and she was there in 2019.",
    "It began in 2019 with a letter to 020 7946 2019.",
]
PLATES = {0, 1, 2, 3}


@pytest.fixture(scope="module")
def world() -> World:
    return World(TEXTS, RULES)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("*99ABC", PLATES),
        ("99ABC", PLATES),
        ("99 ABC", PLATES),
        ("*9AB*", PLATES),
        ("ZZ99A*", PLATES),
        ("zz99", PLATES),
        ("ZZ99 ABC", PLATES),
        ("ABC", {0, 1, 2, 7}),
        ("*ABC", {*PLATES, 7}),
        ("*321", {4, 5}),
        ("*0321", {4, 5}),
        ("*60 321", {4, 5}),
        ("0321", {4, 5}),
        ("960321", {4, 5}),
        ("01632 96*", {4, 5}),
        ("*1632*", {4, 5}),
        ("900123", {5}),
        ("01632 960321 07700 900123", {5}),
        ("07700 900123, 01632 960321", {5}),
        ("wolf", set()),
        ("*wolf*", {6}),
        ("darkwolf", {6}),
        ("*quiet@mail.example", set()),
        ("*eron*", {6}),
        ("*post@mail.example", {6}),
        ("*siewicz", {7}),
        ("*tasie*", {7}),
        ("*tasie", set()),
        ("2019", {9, 10}),
        ("*2019", {9, 10}),
        ("4521", {8}),
        ('"99ABC"', {2}),
        ("*WOL", {9}),
    ],
)
def test_a_part_finds_what_has_it_and_nothing_else(world: World, typed: str, found: set[int]) -> None:
    assert world.listed(typed)[0] == found
    [*terms] = understood(typed, RULES).terms
    for number in found:
        assert all(term.places(TEXTS[number]) for term in terms), TEXTS[number]


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("*99ABC", "the ZZ99ABC and", ["ZZ99ABC"]),
        ("99ABC", "the ZZ99 ABC and", ["ZZ99 ABC"]),
        ("*321", "on 01632 960 321 now", ["01632 960 321"]),
        ("*wolf*", "a darkwolf77 here", ["darkwolf77"]),
        ("abc", "the ZZ99ABC and", ["ZZ99ABC"]),
        ("14 rd", "at 14 Elm Road", ["14", "Road"]),
    ],
)
def test_the_whole_word_or_number_is_marked(typed: str, text: str, found: list[str]) -> None:
    marked = list[tuple[int, int]]()
    for start, end in sorted(
        {place for term in understood(typed, RULES).terms for place in term.places(text)}
    ):
        if not marked or start >= marked[-1][1]:
            marked.append((start, end))
    assert [text[start:end] for start, end in marked] == found


@pytest.mark.parametrize("typed", ["*12*", "*ab", "*321*", "**", "*a@mail.example"])
def test_too_short_a_part_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(Unsearchable) as why:
        understood(typed, RULES)
    assert str(why.value).endswith(".")


@settings(deadline=None)
@given(st.text("zZ9aAbB1 -'’Éж*", max_size=60), st.text("zZ9aAbB1 ", min_size=3, max_size=8))
def test_the_index_proposes_every_text_that_has_a_part(text: str, typed: str) -> None:
    """Whatever a term marks in a text, the text's forms and words let the index find."""
    try:
        terms = understood(typed, RULES).terms
    except Unsearchable:
        return
    in_order = words.words_of(text)
    forms, begun = words.forms_of([text], [in_order])
    forms.update(f"w:{word}" for word in in_order)
    forms.update(form for word in begun for form in words.beginnings(word))
    for term in terms:
        if term.kind == "phrase" or not term.places(text):
            continue
        clause = term.clause
        either = [form in forms for form in (*clause.forms, *(f"w:{one}" for one, *_ in clause.phrases))]
        assert any(either) or any(forms.issuperset(group) for group in clause.together)


OTHERWISE = [
    "It is on HTTPS://www.dark-ferns.example/join and nowhere else.",
    "The site is darkferns dot example, he said.",
    "Write to grey dot heron at mail dot example.",
    "He calls himself dark_fern77 online.",
    "They live at Flat 3, 14 Elm Road, NE6 1AA.",
    "They meet at 9 Tanyard Ln on Fridays.",
    "Her postcode is G20 OAB.",
    "He was born 14/02/91, I think.",
    "Ask for Declan Tierney.",
    "Tell Deklan Tirney I called.",
    "The tierneys are loud.",
    "The tenant is J. Majchrzak, and Marek B. Wozniak has left.",
    "Ask for Joanna Majchrzak or Ivan Majchrzak.",
    "It is on https://www.streetwatch.example/users/owl?tab=posts too.",
    "السيارة أمام البيت",
    "اسمه محمود الحسيني وهو جار",
    "The plate was ZZ5? KTR, I think.",
    "A van, ZZ51KTR, was outside.",
    "His date of birth is 04092010.",
    "They meet in Block 12 of it.",
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("http://dark-ferns.example/join", {0}),
        ("darkferns.example", {1}),
        ("grey.heron@mail.example", {2}),
        ("darkfern77", {3}),
        ("dark-fern77", {3}),
        ("14 Elm Rd NE6 1AA", {4}),
        ("14 elm rd", {4}),
        ("9 Tanyard Lane", {5}),
        ("G20 0AB", {6}),
        ("14 February 1991", {7}),
        ("14.2.91", {7}),
        ("Tierney", {8, 9}),
        ("Teirny", {8, 9}),
        ("tierny", {8, 9}),
        ("called Tierny", {9}),
        ("Joanna Majchrzak", {11, 12}),
        ("J Majchrzak", {11, 12}),
        ("J. Majchrzek", {11, 12}),
        ("Jan Majchrzak", {11}),
        ("B Wozniak", {11}),
        ("https://streetwatch.example/users/owl", {13}),
        ("streetwatch.example/users", {13}),
        ("سيارة", {14}),
        ("السيارة", {14}),
        ("al-Husseini", {15}),
        ("Husayni", {15}),
        ("ZZ5? KTR", {16, 17}),
        ("?Z51KTR", {17}),
        ("4 September 2010", {18}),
        ("04092010", {18}),
        ("block12*", {19}),
        ("*block12*", {19}),
        ("*block12", {19}),
        ("darkfern77*", {3}),
    ],
)
def test_what_is_written_in_another_way_is_found(typed: str, found: set[int]) -> None:
    exact, similar = World(OTHERWISE, RULES).listed(typed)
    assert exact | similar == found


@pytest.mark.parametrize(
    ("typed", "others"),
    [("wolf*", False), ("wolfman*", True), ("wojtasiewicz*", True), ("*wolf*", True), ("wolf", False)],
)
def test_a_search_says_whether_the_index_may_list_too_much(typed: str, others: bool) -> None:
    """The index has no beginnings of seven letters: wolfmakers was counted for wolfman* and never shown."""
    sought = understood(typed, RULES)
    assert sought.proposes_others is others
    listed = World(["Some wolfmakers came.", "The wojtasiepicz house."], RULES)
    assert listed.lists(typed, 0) is (typed == "wolf*")


def test_a_long_beginning_does_not_propose_a_shorter_word() -> None:
    [term] = understood("wolfman*", RULES).terms
    assert term.clause.phrases == [["wolfman"]]
