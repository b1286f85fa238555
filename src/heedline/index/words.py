"""Words to index in a text, with the other forms under which each can be found.

Case and accents are ignored, and apostrophes are left out. For a word in another script, its spelling in Latin letters is also
a form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from unicodedata import decimal

from anyascii import anyascii

from heedline.index import word_parts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Lengths of the beginnings by which a word is found.
BEGINNINGS = (3, 4, 5, 6, 8)
_BEGINNING = "b:"
#: The size of a form in an array, in bytes. Tokens are computed from these bytes.
_FORM = 16
LONGEST = word_parts.LONGEST
#: The last digits of a long number, by which it is found. Any digits before them are a country code or 0.
NUMBER = 9
_SHORTEST_NUMBER = 6
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´"))
#: Marks on letters, and invisible formatting characters. They neither separate words nor belong to a word.
_INVISIBLE = "\u00ad\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef"
_MARKS = f"\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed{_INVISIBLE}"
#: A zero-width space separates words in scripts that have no other space, but not before a Latin letter or a digit. A run of them
#: is matched once, not again from each of its characters, because a text of only such spaces would take hours.
_NO_SPACE = r"(?<!\u200b)\u200b++(?=[a-zA-Z0-9])"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|{_NO_SPACE}|['’‘ʼ`´](?=[^\W_]))*")
_UNSEEN = re.compile(rf"[{_INVISIBLE}]+|{_NO_SPACE}")
#: The characters that separate words in ASCII, and the apostrophes that do not.
_BETWEEN = {sign: " " for sign in range(128) if not chr(sign).isalnum()}
_WITHIN = re.compile(r"(?<=[a-z0-9])['`](?=[a-z0-9])")
_LEFT_OUT = re.compile(rf"[{_MARKS}\u200b'’‘ʼ`´]")
_DIGITS = re.compile(rf"\+?\d(?:(?:[{_INVISIBLE}\u200b]*[\s().+\-/]){{0,3}}[{_INVISIBLE}\u200b]*\d)+")
_GROUP = re.compile(rf"\d(?:[{_INVISIBLE}\u200b]*\d)*")
#: The most digits that are read as one number. A longer run is several numbers, and any of its groups may end one.
_ONE_NUMBER = 15
#: Letters of other scripts that look like Latin letters, and those Latin letters.
_LOOK_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУҮԚԜавеѕіјкмнорстхуһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυχι",
    "ABESIJKMHOPCTXYYQWabesijkmhopctxyhqwABEZHIKMNOPTYXavopuxi",
)
_SIGNS = re.compile(r"[^\W_]+")
#: A word with 's at its end. The length limit prevents repeated scans of a text that is one long word.
_POSSESSIVE = re.compile(
    rf"(?<![^\W_])([^\W_](?:[^\W_]|['’‘ʼ`´](?=[^\W_])){{0,{LONGEST - 1}}})['’‘ʼ`´][sS](?![^\W_])"
)
#: Words after which 's is not a possessive but short for "is", "has" or "us".
_SHORT_FOR_IS = frozenset(
    ["he", "here", "how", "it", "let", "she", "that", "there", "what", "when", "where", "who"]
)
#: A word that may be a name.
_CAPITAL = re.compile(r"(?<![^\W_])[A-Z][A-Za-z'’]{4,}+(?![^\W_])")
#: Two to four words joined by signs, in ASCII.
_COMPOUND = re.compile(
    r"(?<![^\W_])(?<![._-])[A-Za-z0-9]{1,20}(?:[._-][A-Za-z0-9]{1,20}){1,3}+(?![._-]?[^\W_])"
)
#: "The" in Arabic, which is written together with its word.
_ARTICLE = "\u0627\u0644"
_NOT_WORD = re.compile(r"[._-]")
_LATIN = re.compile(r"[A-Za-z0-9]")
#: Characters that phones and word processors insert, and the ASCII characters that separate or join words in the same way.
_TYPOGRAPHIC = dict.fromkeys("’‘", "'") | dict.fromkeys("“”–—…•£€\u00a0", " ")


def words_of(text: str) -> list[str]:
    """Return the words of a text in order."""
    plain = plainly_signed(text)
    if not plain.isascii():
        return [word for word, _, _ in placed(text)]
    plain = plain.lower()
    if "'" in plain or "`" in plain:
        plain = _WITHIN.sub("", plain)
    words = runs_of(plain)
    return words if max(map(len, words), default=0) <= LONGEST else [word[:LONGEST] for word in words]


def plainly_signed(text: str) -> str:
    """Return a text with typographic punctuation replaced by ASCII, which does not change its words.

    Nearly every message from a phone has such a character, and words are found much faster in a text that is all ASCII.
    """
    if not text.isascii():
        for sign, plain in _TYPOGRAPHIC.items():
            text = text.replace(sign, plain)
    return text


def legible(text: str) -> str:
    """Remove invisible characters from a text, and replace Latin lookalikes with Latin letters.

    Only words that also have a Latin letter or a digit are changed. AB12 with a Cyrillic A looks like a plate but would not be
    recognised as one.
    """
    return (
        text
        if text.isascii()
        else _SIGNS.sub(lambda found: latin_looking(found.group()), _UNSEEN.sub("", text))
    )


def latin_looking(word: str) -> str:
    """Replace the lookalike letters in a word that mixes them with Latin letters or digits. Return other words unchanged."""
    if word.isascii() or not _LATIN.search(word):
        return word
    read = word.translate(_LOOK_ALIKE)
    return read if read.isascii() else word


def runs_of(text: str) -> list[str]:
    """Return the runs of letters and digits in a text in ASCII."""
    return text.translate(_BETWEEN).split()


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text with its start and end position."""
    for found in _WORD.finditer(text):
        if word := _folded(found.group()):
            yield word[:LONGEST], found.start(), found.end()


def forms_of(texts: Iterable[str], words: Iterable[Sequence[str]]) -> tuple[set[str], set[str]]:
    """Return the forms found in these texts, and the words to be indexed by their prefixes as well.

    Forms are long numbers, registrations written with spaces, words without a possessive 's, Latin spellings, the beginnings of
    words in other scripts, and the parts of numbers, of words with letters and digits and of words with a capital letter
    (`word_parts.py`). A whole word is not one of its own beginnings, because the index finds every word as it is. A whole Latin
    spelling is.
    """
    forms, parted = set[str](), set[str]()
    for text in texts:
        for digits, _, _ in long_numbers(text):
            forms.add(f"n:{digits[-NUMBER:]}")
            forms.update(word_parts.of_number(digits))
        forms.update([f"w:{word}" for word, _, _ in compounds(text)])
        parted.update(_folded(word)[:LONGEST] for word in _CAPITAL.findall(text))
        owners = {owner(found.group()) for found in _POSSESSIVE.finditer(text)}
        forms.update([f"w:{one}" for one in owners - _SHORT_FOR_IS - {""}])
    begun: set[str] = set()
    for in_order in words:
        begun.update(in_order)
        joined = {word for word, _, _ in word_parts.joined(in_order)}
        forms.update([f"w:{word}" for word in joined])
        parted.update(filter(word_parts.PLATE.fullmatch, joined))
    if others := {word for word in begun if not word.isascii()}:
        latin = {spelled(word) for word in others} - {""}
        forms.update([f"w:{word}" for word in latin])
        forms.update([begun_by(word) for word in latin if len(word) in BEGINNINGS])
        forms.update(form for word in others for form in beginnings(word))
        forms.update([f"w:{word}" for word in map(without_article, others) if word])
        begun = begun - others | latin
    for word in filter(word_parts.is_mixed, begun):
        parted.add(word)
        forms.update([f"w:{piece}" for piece in word_parts.pieces_of(word)])
    for word in parted:
        forms.update(word_parts.of_word(word))
    return forms, begun


def compounds(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield words joined by hyphens, dots or underscores as one word without these characters, with its start and end.

    Somebody who has only heard an account's name may search for darkfern instead of dark_fern.
    """
    for found in _COMPOUND.finditer(text):
        yield _NOT_WORD.sub("", found.group()).casefold(), found.start(), found.end()


def without_article(word: str) -> str:
    """Return a word in Arabic script without the article that is written together with it, or ""."""
    return word.removeprefix(_ARTICLE) if word.startswith(_ARTICLE) and len(word) > len(_ARTICLE) + 2 else ""


def owner(written: str) -> str:
    """Return the word before a possessive 's, folded as in the index, or "" if a word does not end in 's."""
    found = _POSSESSIVE.fullmatch(written)
    return _folded(found[1])[:LONGEST] if found else ""


def beginnings_of(words: Collection[str]) -> tuple[npt.NDArray[np.bytes_], list[int]]:
    """Return the prefix forms of words in ASCII, and how many each word has.

    The array has `len(BEGINNINGS)` entries for each word. The word's own forms, all shorter than the word, come first.
    """
    import numpy as np

    room = BEGINNINGS[-1] + 1
    letters = np.array(list(words), f"S{room}").view(np.uint8).reshape(-1, room)
    forms = np.zeros((len(letters), len(BEGINNINGS), _FORM), np.uint8)
    forms[:, :, : len(_BEGINNING)] = np.frombuffer(_BEGINNING.encode(), np.uint8)
    for at, size in enumerate(BEGINNINGS):
        forms[:, at, len(_BEGINNING) : len(_BEGINNING) + size] = letters[:, :size]
    longer = letters[:, list(BEGINNINGS)] != 0
    return forms.reshape(-1).view(f"S{_FORM}"), np.count_nonzero(longer, axis=1).tolist()


def beginnings(word: str) -> Iterator[str]:
    """Yield the prefix forms of a word, leaving out prefixes as long as the word."""
    for size in BEGINNINGS:
        if len(word) <= size:
            return
        yield begun_by(word[:size])


def begun_by(letters: str) -> str:
    """Return the prefix form for these letters, whose number must be one of `BEGINNINGS`."""
    return f"{_BEGINNING}{letters}"


def starts_of(word: str) -> list[str]:
    """Return the prefixes of a word by which longer words can be found, shortest first.

    Longer words have them as forms (`begun_by`). The last one may be the word itself. A word that is too short has none.
    """
    return [word[:size] for size in BEGINNINGS if size <= len(word)]


def number_of(text: str) -> str:
    """Return the last nine digits of a text that is one long number, or "" if it has too few digits."""
    return next((number for number, _, _ in reversed(list(placed_numbers(text)))), "")


def placed_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the last nine digits of each long number in a text, however its digits are grouped, with its start and end."""
    return ((digits[-NUMBER:], start, end) for digits, start, end in long_numbers(text))


def long_numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the digits of each long number in a text, at most 15, with its start and end.

    Nothing but spaces and punctuation may stand between two numbers, so each group of digits may be the end of one.
    """
    for found in _DIGITS.finditer(text):
        digits, starts = "", list[int]()
        for group in _GROUP.finditer(text, found.start(), found.end()):
            digits += "".join(str(decimal(sign)) for sign in group.group() if sign.isdecimal())
            starts += [group.start()] * (len(digits) - len(starts))
            if len(digits) >= _SHORTEST_NUMBER:
                start = found.start() if len(digits) <= _ONE_NUMBER else starts[-NUMBER]
                yield digits[-_ONE_NUMBER:], start, group.end()


def spelled(word: str) -> str:
    """Return the Latin spelling of a word in another script."""
    return "".join(_WORD.findall(anyascii(latin_looking(word)).casefold().translate(_APOSTROPHES)))[:LONGEST]


def _folded(word: str) -> str:
    plain = word.casefold()
    if plain.isascii():
        return plain.translate(_APOSTROPHES)
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKD", plain))
