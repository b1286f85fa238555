"""Tests for what is and is not extracted from a report's texts and answers, and in which form."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.resources import files

import pytest

from heedline.index.extraction import name_comparison, name_finding
from heedline.index.extraction.comparison import compare
from heedline.index.extraction.extract import extract
from heedline.index.extraction.keys import MOST_NAME_KEYS, of_name
from heedline.index.extraction.names import read_name
from heedline.index.extraction.values import Extract, Kind, ReportText
from heedline.packs import load_pack

RULES = load_pack("uk").matching


def told(text: str, holds: str = "text") -> Extract:
    return extract([ReportText(text, holds, "Report")], RULES)


def found(kind: Kind, text: str, holds: str = "text") -> list[str]:
    return [value.canonical for value in told(text, holds).of(kind)]


@pytest.mark.parametrize(
    "text",
    [
        "01632 960123", "(01632) 960-123", "+44 1632 960123", "0044 1632 960 123", "+44 (0)1632 960123", "01632960123",
        "O1632 96O123", "٠١٦٣٢ ٩٦٠١٢٣", "ring 01632.960.123 after six",
    ],
)  # fmt: skip
def test_a_number_is_one_however_it_is_written(text: str) -> None:
    assert found(Kind.PHONE, text) == ["+441632960123"]


@pytest.mark.parametrize(
    "text", ["on 01.02.2026", "code 0123456", "order 00129384756601928374651", "2026-11-26", "0.5 to 0.75"]
)
def test_a_date_or_an_order_is_no_number(text: str) -> None:
    assert not found(Kind.PHONE, text)


@pytest.mark.parametrize("text", ["AB12 COE", "AB12C0E", "ab12coe", "AB12-C0E", "plate abl2 coe"])
def test_letters_and_digits_that_look_alike_are_one_on_a_plate(text: str) -> None:
    assert found(Kind.REGISTRATION, text) == ["AB12C0E"]


@pytest.mark.parametrize(
    "text", ["we went to see them", "in 12 was the year", "AB1 2CD", "MI5 and MI6", "on 10 Oct"]
)
def test_words_are_no_plate(text: str) -> None:
    assert not found(Kind.REGISTRATION, text)


def test_old_and_northern_irish_plates_are_read() -> None:
    assert found(Kind.REGISTRATION, "A123 BCD, ABC 123D and FIZ 1234") == ["A123BCD", "ABC123D", "F1Z1234"]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.forum.example/thread/12/", "forum.example/thread/12", "hxxps://forum[.]example/thread/12#top",
        "HTTP://m.Forum.example//thread/12?utm_source=x&fbclid=y.",
    ],
)  # fmt: skip
def test_a_web_address_is_one_however_it_is_copied(text: str) -> None:
    assert found(Kind.WEB, text) == ["forum.example/thread/12"]


def test_what_a_query_says_is_kept() -> None:
    assert found(Kind.WEB, "forum.example/view?id=7&b=2") == ["forum.example/view?b=2&id=7"]


@pytest.mark.parametrize("text", ["photo.jpg", "e.g. this", "I left.He came", "and.then"])
def test_a_file_or_two_sentences_are_no_web_address(text: str) -> None:
    assert not found(Kind.WEB, text)


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("he is @Danny_H99 there", "danny_h99"),
        ("https://t.me/Danny_H99?x=1", "danny_h99"),
        ("his insta: danny_h99", "danny_h99"),
        ("username is danny_h99.", "danny_h99"),
    ],
)
def test_an_account_is_read_from_text_address_and_word(text: str, handle: str) -> None:
    assert found(Kind.HANDLE, text) == [handle]


@pytest.mark.parametrize(
    "text", ["danny@unit.example", "https://t.me/joinchat/x", "instagram account deleted"]
)
def test_an_email_or_an_invitation_is_no_account(text: str) -> None:
    assert not found(Kind.HANDLE, text)


@pytest.mark.parametrize(("before", "host"), [("Danny.H+news", "GMail.com"), ("dannyh", "googlemail.com")])
def test_an_email_is_one_without_its_tag_and_dots(before: str, host: str) -> None:
    assert found(Kind.EMAIL, f"write to {before}@{host}.") == [
        f"dannyh@{host.casefold().replace('google', 'g')}"
    ]


def test_dots_count_where_the_provider_counts_them() -> None:
    assert found(Kind.EMAIL, "Danny.H+news@Unit.example") == ["danny.h@unit.example"]


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("DOB 12/03/1999", ["1999-03-12"]),
        ("born on 12 March 1999", ["1999-03-12"]),
        ("date of birth: March 12, 1999", ["1999-03-12"]),
        ("d.o.b. 12.3.99", ["1999-03-12"]),
        ("ur. 12 marca 1999", ["1999-03-12"]),
        ("born in March 1999", ["1999-03"]),
        ("born 03/1999", ["1999-03"]),
        ("born 31/02/1999", []),
        ("we met on 12/03/1999", []),
        ("born in 1999", []),
    ],
)
def test_a_birth_date_says_no_more_than_was_told(text: str, born: list[str]) -> None:
    assert found(Kind.BIRTH, text) == born


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("he lives at 14 Mill Lane, Leeds LS1 4AB.", ["LS14AB/14", "mill lane, leeds/14"]),
        ("Flat 3, 14 Mill Lane, LS1 4AB", ["LS14AB/14/3"]),
        ("14a Mill Lane LS14AB", ["LS14AB/14a"]),
        ("somewhere in LS1 4AB", []),
        ("He is 44. Seen at LS1 4AB", []),
    ],
)
def test_a_house_is_read_before_its_postcode(text: str, address: list[str]) -> None:
    assert found(Kind.ADDRESS, text) == address


def test_a_house_is_read_across_two_answers() -> None:
    both = extract(
        [ReportText("14 Mill Lane", "place", "Place"), ReportText("ls1 4ab", "postcode", "Place")], RULES
    )
    assert [value.canonical for value in both.of(Kind.ADDRESS)] == ["LS14AB/14"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("There is a man called Danny Harrow there.", ["danny harrow"]),
        ("I spoke to Caoimhe Gallagher on Monday", ["caoimhe gallagher"]),
        ("his name is mohammed hassan and he", ["mohammed hassan"]),
        ("Mr Tovey Brandle said so", ["tovey brandle"]),
        ("Yesterday Morning They Went", []),
        ("near Victoria Station and Mill Road", []),
        ("he was called names by them", []),
        ("Only Danny was there", []),
        ("the man called Husayn al-Tamimi spoke", ["husayn tamimi"]),
    ],
)
def test_names_are_read_from_text_by_careful_rules(text: str, names: list[str]) -> None:
    assert found(Kind.NAME, text) == names


def test_an_answer_may_hold_several_names() -> None:
    assert found(Kind.NAME, "Abdirahman Cali, or Abdi Ali", "name") == ["abdirahman cali", "abdi ali"]


def test_each_value_says_how_it_was_written_and_where() -> None:
    [value] = told("ring (01632) 960-123").of(Kind.PHONE)
    assert (value.written, value.source) == ("(01632) 960-123", "Report")


def test_what_is_read_is_in_no_traceback() -> None:
    assert "harrow" not in repr(told("a man called Danny Harrow, 01632 960123")).casefold()
    assert "960" not in repr(told("a man called Danny Harrow, 01632 960123"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Daniel Harrow", "Danny Harow"),
        ("Daniel Harrow", "Harrow Daniel"),
        ("Huw Parry-Jones", "Hugh Parryjones"),
        ("Cabdi Maxamed Cali", "Abdi Mohamed Ali"),
        ("Abd al-Aziz Sulayman", "Abdelaziz Suleiman"),
        ("محمد خالد", "Mohammed Khalid"),
    ],
)
def test_names_written_differently_share_a_key(one: str, other: str) -> None:
    keys = [set(of_name(read_name(name, RULES.names), RULES.names)) for name in (one, other)]
    assert keys[0] & keys[1]
    assert max(map(len, keys)) <= MOST_NAME_KEYS


def test_a_flood_of_values_is_cut() -> None:
    many = " ".join(f"0163296{number:04}" for number in range(2_000))
    assert len(told(many).values) <= 200
    assert len(told(many).keys) <= 400


@pytest.mark.thorough
def test_each_name_of_a_long_list_is_found_and_compared() -> None:
    """A list of members may name the one person whom an entry of the interest register is about."""
    forenames = (
        "Kevin",
        "Darya",
        "Tomasz",
        "Aisha",
        "Owen",
        "Priya",
        "Marek",
        "Leila",
        "Sean",
        "Ines",
        "Yusuf",
        "Freya",
    )
    surnames = (
        "Tierney",
        "Novak",
        "Hussain",
        "Pemberton",
        "Okafor",
        "Lindqvist",
        "Castellan",
        "Dragomir",
        "Weatherby",
    )
    listed = [f"{forename} {surname}" for surname in surnames for forename in forenames]
    members = told("\n".join(listed), "name")
    for name in (listed[0], listed[60], listed[-1]):
        alone = told(name, "name")
        assert {*alone.keys[:1]} <= {*members.keys}, name
        for one, other in ((members, alone), (alone, members)):
            assert compare(one, other, RULES) is not None, name


def test_capitals_of_every_script_are_looked_for() -> None:
    capitals = [one for one in map(chr, range(sys.maxunicode + 1)) if one.isupper() and one.isalpha()]
    assert all(name_finding._FIRST.match(f"{one}a B") for one in capitals)
    assert not any(found[1][0].isupper() for found in name_finding._FIRST.finditer("élan Vital"))


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "@" * 50_000,
        "0 " * 50_000,
        "www." * 20_000,
        "Danny-" * 20_000,
        "h" + "t" * 50_000,
        "1-" * 50_000,
    ],
)
@pytest.mark.timeout(5)
def test_no_text_holds_the_reader_up(text: str) -> None:
    told(text)


def test_what_is_read_for_a_comparison_lacks_only_what_the_index_finds_it_by() -> None:
    words = " ".join(f"{one}{other}word" for one in "abcdef" for other in "abcdef")
    texts = [ReportText(f"{words} of Jonas Bergmann, 01632 960123, twins", "text", "Report")]
    indexed, compared = (extract(texts, RULES, indexed=which) for which in (True, False))
    assert indexed.keys
    assert indexed.sketch
    assert compared == replace(indexed, keys=(), sketch=())
    assert extract(texts, RULES, compared=False) == replace(indexed, shingles=frozenset())
    assert indexed.shingles


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A lad at our club, Keevin Tierney, shows films.", "Keevin Tierney"),
        ("It was Micheall Harrow. He ran.", "Micheall Harrow"),
        ("we saw Daneil Fletcher\nand left", "Daneil Fletcher"),
        ("the one with the bag (Yousseff al-Karam) left", "Yousseff al-Karam"),
        ("I asked Robbert J Quested twice", "Robbert J Quested"),
        ("Keevin Tierney is first.", "Keevin Tierney"),
        ("He ran. Keevin Tierney ran.", "Keevin Tierney"),
        ("He ran!\n- “Keevin Tierney,” she said", "Keevin Tierney"),
    ],
)
def test_a_name_may_begin_with_a_misspelt_forename_in_a_sentence(text: str, name: str) -> None:
    assert [value.written for value in told(text).of(Kind.NAME)] == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # what stands inside a name
        ("I asked Morien ap Gwallter twice", ["Morien ap Gwallter"]),
        ("We saw Tazim bin Rowhan there", ["Tazim bin Rowhan"]),
        ("It was Vellu s/o Arumugam, they say", ["Vellu s/o Arumugam"]),
        ("We saw Bojanek al-Tarqi there", ["Bojanek al-Tarqi"]),
        # a surname that is known, or formed like one
        ("I heard Zubra Akhtar shout", ["Zubra Akhtar"]),
        ("Dobrek Malinowski left first.", ["Dobrek Malinowski"]),
        ("Then Ostap Havrylenko left", ["Ostap Havrylenko"]),
        ("Later Dunla McGroarty left", ["Dunla McGroarty"]),
        # a forename made of known parts
        ("I heard Gurlakhbir Something shout", []),
        ("I heard Sukhvinder Plaha shout", ["Sukhvinder Plaha"]),
        ("we saw Abdulmuqit Trelawny", ["Abdulmuqit Trelawny"]),
        # a Chinese surname beside two syllables, in either order
        ("They met Zheng Haoyu at noon", ["Zheng Haoyu"]),
        ("They met Haoyu Zheng at noon", ["Haoyu Zheng"]),
        ("They met Wing Kee at noon", []),
        ("They met Ho Wai Keung at noon", ["Ho Wai Keung"]),
        ("They met Wai Keung Ho at noon", ["Wai Keung Ho"]),
        ("They met Liu Jing at noon", ["Liu Jing"]),
        ("Feng Shui, Kung Fu and Long Wing Road", []),
        # African, Turkish and Kurdish names
        ("They met Adebisi Quibbly at noon", ["Adebisi Quibbly"]),
        ("They met Quibbly Ogunrinde at noon", ["Quibbly Ogunrinde"]),
        ("They met Tekleab Gebrezgi at noon", ["Tekleab Gebrezgi"]),
        ("They met Gülşah Quibbly at noon", ["Gülşah Quibbly"]),
        ("They met Hawkar Quibbly at noon", ["Hawkar Quibbly"]),
        ("Quibbled Danny Harrow Jones about it", ["Danny Harrow Jones"]),
        ("at the Student Quibbly Board", []),
        # words around a name
        ("my landlord, Orsel Quibbly, has it", ["Orsel Quibbly"]),
        ("I saw Orsel Quibbly's brother", ["Orsel Quibbly"]),
        ("I saw Orsel Quibbly, who waved", ["Orsel Quibbly"]),
        ("I saw Orsel Quibbly there", []),
        # the possessive, nicknames, and names in small letters
        ("Danny Harrow's van", ["Danny Harrow"]),
        ("with Danny 'Boxer' Harrow", ["Danny 'Boxer' Harrow"]),
        ("my cousin danny hussain said", ["danny hussain"]),
        ("my brother will be mark two", []),
        ("its zeynep yilmaz, i saw her", ["zeynep yilmaz"]),
        ("told jimmy lau's wife", ["jimmy lau"]),
        ("told abdul kadir osman that", ["abdul kadir osman"]),
        ("danny quibblethwaite and danny mcquibbly", ["danny quibblethwaite", "danny mcquibbly"]),
        ("it was dannny hussain", ["dannny hussain"]),
        ("danny instead, danny bradford and danny quibbled", []),
        ("john read it and mark will", []),
        # places, groups and firms
        ("by Danny Harrow Road", []),
        ("Jabhat al-Nusra and Hizb ut-Tahrir", []),
        ("from Abu Dhabi to Ras al-Khaimah", []),
        ("we met Emma Green there", ["Emma Green"]),
        ("we met on Victoria Green there", []),
        ("above Ali Kebabs or at Yusuf Motors", []),
    ],
)
def test_a_name_shows_itself_without_a_known_forename(text: str, names: list[str]) -> None:
    assert [value.written for value in told(text).of(Kind.NAME)] == names


@pytest.mark.parametrize(
    "text",
    [
        "Great Yarmouth is first.", "He ran. Keevin Park Rangers ran.", "Aryan Brotherhood is here.", "He said: KEEVIN TIERNEY did it.", "we saw Keevin tierney",
        "we met in Keevin Park", "by Keevin Tierney Road", "by Old Keevin Tierney", "in the Keevin Tierney", "at 12 Keevin Gate",
        "by Keevin Rail and by Summit Mary", "we saw Keevin, Tierney and others", "Market Square, Green Dragon and Station Road",
        "by Prince Street and on Northern Rail to Saint Mary", "on Friday Morning or in May Week", "from Saudi Arabia or Sierra Leone",
    ],
)  # fmt: skip
def test_capitals_without_a_known_forename_are_no_name(text: str) -> None:
    assert not told(text).of(Kind.NAME)


def test_no_council_force_or_organisation_of_the_pack_is_taken_for_a_misspelt_name() -> None:
    pack = load_pack("uk")
    councils = (
        (files("heedline.packs") / "uk/areas/councils.csv").read_text(encoding="utf-8").splitlines()[1:]
    )
    names = [row.split(",")[1] for row in councils]
    for owners in (pack.organisations, pack.desks, pack.forces, pack.regions):
        names += [one.name for one in owners.values()]
    for name in names:
        for value in told(f"It was {name} that wrote to us about it.").of(Kind.NAME):
            assert value.canonical.split()[0] in RULES.names.forenames, name


def test_misspelt_forenames_are_forgotten_with_the_rest() -> None:
    told("A lad at our club, Keevin Zatleby, shows films.")
    assert name_comparison.is_like_forename.cache_info().currsize
    name_comparison.forget()
    assert not name_comparison.is_like_forename.cache_info().currsize


@pytest.mark.parametrize(
    "text",
    [
        "I told Action Fraud, then I phoned Scotland Yard and Severn Trent.",
        "I asked Citizens Advice. They told Crimestoppers Online and emailed Adult Social Care.",
        "He visits Alton Towers and Tower Bridge, and visits Dewsbury Markaz on Fridays.",
        "The driver was a man Middle Eastern or Mixed Race, from Uber Eats.",
        "The manager Lidl Bradford sent. Rochdale Rd, 12, is opposite Victoria Coach Station.",
        "Al Qaeda and Al Shabaab videos, Salam Alaikum, and Jumma Mubarak to all.",
    ],
)
def test_no_office_group_or_place_of_everyday_reports_is_a_person(text: str) -> None:
    assert not found(Kind.NAME, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("HARGREAVES, Simon was outside the mosque.", "hargreaves simon"),
        ("Seen: Nowakowski, Pawel.", "nowakowski pawel"),
        ("The boss is Fitzgerald, Brendan (night shift).", "fitzgerald brendan"),
        ("About MARKLEWORTH Simon, who works nights.", "markleworth simon"),
        ("Nowakowski Pawel told me.", "nowakowski pawel"),
        ("HUSSAIN Tariq is back.", "hussain tariq"),
        ("TSUI, Hoi Man is back.", "tsui hoi man"),
        ("it was simon markleworth who did it", "simon markleworth"),
        ("the other one, simon markleworth, was there", "simon markleworth"),
    ],
)
def test_names_are_found_as_lists_and_forms_write_them(text: str, name: str) -> None:
    assert name in found(Kind.NAME, text)


@pytest.mark.parametrize(
    "text",
    [
        "please HELP James, he is scared",
        "I did NOT tell Ann, Peter or Simon.",
        "In Preston, Ann said so",
        "We went to Bolton, Michael.",
        "Wilson, James and Peter came",
        "BBC Simon, the reporter",
        "My friends Michael, John.",
        "it was simon himself who did it",
        "it was simon shouting who did it",
    ],
)
def test_stressed_words_places_and_lists_are_no_surnames(text: str) -> None:
    assert not found(Kind.NAME, text)


def test_a_date_beside_a_name_is_a_birth_date_unless_it_is_too_late() -> None:
    assert found(Kind.BIRTH, "Simon Hargreaves, 12.11.1985, was there") == ["1985-11-12"]
    assert found(Kind.BIRTH, "HARGREAVES, Simon (14/06/83) was there") == ["1983-06-14"]
    assert not found(Kind.BIRTH, "I met Simon Hargreaves 12/11/2025")
    assert not found(Kind.BIRTH, "I met Simon Hargreaves. 12/11/1985 is on the box")
