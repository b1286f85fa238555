"""Normalises names, so that different spellings of one name match.

A name is cut into parts in lower-case Latin letters, without titles and particles. Each part has *sounds*: forms in which
letters that traditions write differently are one (`q` and `k`, `w` and `v`, Somali `x` and `h`), with vowels in three
classes. A part can have several sounds, because a spelling can be read in several ways. Its *skeletons* are its sounds
without vowels.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from anyascii import anyascii

from heedline.index.extraction.rules import NameRules

#: Longest name that is compared, in parts. What is longer is a list or a sentence.
MOST_PARTS = 6
#: Letters of a part that are compared. Keys and comparisons grow with the square of a part's length.
MOST_LETTERS = 40

_ARABIC = re.compile(r"[\u0600-\u06ff]")
#: "Son of", "daughter of" and "wife of", as South Indian names have them.
_SON_OF = re.compile(r"\b[sdw]/o\b")
_NOT_A_LETTER = re.compile(r"[^a-z\s-]+")
_ABD = re.compile(r"\bc?abd(?:[ue]l)?[\s-]+(?:(?:al|el|ul|il|ur|ar|ir|us|as|ush|ash|ir)[\s-]+)?(?=[a-z]{3})")
#: "Of the faith", as a word of its own: Nur al-Din, Saif ud Deen.
_DIN = re.compile(r"(?<=[a-z]{3})[\s-]+(?:al|el|ul|ad|ed|ud|id|eddine?)[\s-]+d(?:i|ee)ne?\b")
_JOINED_ABD = re.compile(r"^c?abd(?:[uei]l|[uei]r(?=r)|al|[uei])(?=[a-z]{3})")
#: "Brother" and "sister", as Gujarati joins them to a forename: Rameshbhai, Kantaben.
_GUJARATI = re.compile(r"(?<=[a-z]{4})(?:bhai|ben)$")
_JOINED_ARTICLE = re.compile(r"^(?:al|el)(?=[b-df-hj-np-tv-z][a-z]{3,}$)")
_NASAL = re.compile(r"(?<=[a-z])([oe])[nm](?=[bcdgkptz])")

#: Applied in this order to every part, each if the part has one of these letters or runs of letters: looking for one takes
#: a tenth of the time that a pattern takes.
_FOLDS = [
    (needs.split(), re.compile(pattern), to)
    for needs, pattern, to in (
        ("mc", r"^mc(?=[a-z]{2})", "mak"),
        ("mac", r"^mac(?=[a-z]{3})", "mak"),
        ("k", r"(?<=[sc])k[aiy]$|(?<=[sc])key$", "ki"),
        ("kn wr ps", r"^k(?=n)|^w(?=r)|^p(?=s)", ""),
        ("gh", r"(?<=[aeiou])ugh(?=t|$)|(?<=[aeiou])igh", ""),
        ("zcz shch scz", r"s?zcz|szcz|shch|scz", "sC"),
        ("cz ch", r"tsch|tch|cz|ch(?!r)", "C"),
        ("chr", r"chr", "kr"),
        ("sh sch sz rz zh", r"sch|sh|sz|rz|zh", "s"),
        ("dzh dj dg", r"dzh|dj|dg(?=[eiy])", "j"),
        ("ph", r"ph", "f"),
        ("x ksh", r"ksh|x", "ks"),
        ("dh dd", r"dh|dd", "d"),
        ("kh ck q", r"kh|ck|q", "k"),
        ("gh", r"^gh", "g"),
        ("gh", r"gh", ""),
        ("mb", r"mb$", "m"),
        ("ts tz", r"ts|tz", "C"),
        ("th", r"th", "t"),
        ("bh mh", r"^([bm])h", r"\1"),
        ("c", r"c(?=[eiy])", "s"),
        ("c", r"c", "k"),
        ("z", r"z", "s"),
        ("bh mh", r"bh|mh", "v"),
        ("w v", r"(?<=[aeiouy])[wv](?![aeiouy])", ""),
        ("w", r"w", "v"),
        ("h", r"(?<=.)h", ""),
        ("y", r"^y(?=[aeiou])", "Y"),
        ("a e i o u y", r"(?:[aeiouy])*[aeiouy]", None),
    )
]
_NOT_BARE = {pattern for _, pattern, _ in _FOLDS if pattern.pattern in {r"bh|mh", r"dh|dd"}}
#: Initials that are written as one word, as in "PJ Murphy".
_TWO_INITIALS = re.compile(r"[b-df-hj-np-tv-z]{2}")
_DOUBLED = re.compile(r"(.)\1+")
_A_VOWEL = re.compile(r"[aeiou]")
_FINAL_H = re.compile(r"h$")
#: The article in Arabic script, which is written together with its name.
_ARABIC_ARTICLE = re.compile(r"(?<!\w)ال(?=\w{2})")
_VOWELS = "aio"


def _vowel(run: re.Match[str]) -> str:
    """Return the class of a run of vowels.

    The classes are `a` for a and e, `i` for i and y, and `o` for o and u.
    """
    letters = run.group()
    if letters in {"ow", "ew"}:
        return "o"
    first = letters[0]
    if first == "y" or letters in {"ee", "ie", "ea", "i", "ii", "ei", "ey"}:
        return "i"
    return "o" if first in "ou" else "a" if first in "ae" else "i"


def likely_sound(part: str) -> str:
    """Return the most likely pronunciation of a part of a name that is written with vowels."""
    for needs, pattern, to in _FOLDS:
        for one in needs:
            if one in part:
                part = pattern.sub(_vowel if to is None else to, part)
                break
    return _DOUBLED.sub(r"\1", part)


def _consonants(part: str) -> str:
    """Return the folded spelling of a name part that is written without vowels.

    A doubled letter is kept, because in such a script it stands for two sounds.
    """
    part = part[:1] + re.sub(r"[wy]", "", part[1:])
    for _, pattern, to in _FOLDS:
        if to is not None and pattern not in _NOT_BARE:
            part = pattern.sub(to, part)
    return part


@lru_cache(maxsize=20_000)  # until `forget`
def sounds(part: str) -> tuple[str, ...]:
    """Return the possible pronunciations of a part of a name, most likely first."""
    if not _A_VOWEL.search(part):  # of a script that leaves vowels out
        return (_FINAL_H.sub("", _consonants(part)) or part,)
    readings = [part]
    if re.search(r"[^aeiouy]e$", part) and len(part) > 3:  # an e that is not heard: Brathwaite and Brathwait
        readings.append(part[:-1])
    if re.match(r"c[aeiou]", part):  # Somali ayn: Cabdi and Abdi, Cumar and Umar
        readings.append(part[1:])
    if "x" in part:  # Somali x: Xasan and Hasan
        readings.append(part.replace("x", "h"))
        if part.startswith("c"):
            readings.append(part[1:].replace("x", "h"))
    if re.search(r"aa|ee|ii|oo|uu|x", part) and re.search(
        r"[aeiou]c[aeiou]", part
    ):  # Somali ayn inside: Sucaad
        readings.append(re.sub(r"(?<=[aeiou])c(?=[aeiou])", "", part).replace("x", "h"))
    if re.match(r"b[ei]n[^n]", part) and len(part) > 6:  # Benkacem and bin Qasim
        readings.append(part[3:])
    if part.startswith(("kh", "x")):  # Khadija and Hadija
        readings.append("h" + part.removeprefix("kh").removeprefix("x"))
    if re.search(r"[a-z]mh|dh|[a-z]bh", part):  # Irish lenition that is not heard
        readings.append(re.sub(r"(?<=[a-z])mh|dh", "", part))
        readings.append(part.replace("bh", "b").replace("mh", "m"))
    if "ll" in part[:2]:  # Welsh
        readings.append(part.replace("ll", "l", 1))
    if "aic" in part or re.search(r"c(?=[eiy])", part):  # Celtic c, before e and i too: Ceri, Ciaran
        readings.append(re.sub(r"c(?=[eiy])", "k", part))
    if re.match(r"h[lnrv]", part):  # Ukrainian h and Russian g: Hryhoriy and Grigory
        readings.append(re.sub(r"(?<![cksz])h", "g", part))
    if part.startswith("ts"):  # Tigrinya: Tsegay and Segay
        readings.append(part[1:])
    if part.endswith("ng") and len(part) > 5:  # Boateng and Boaten
        readings.append(part[:-1])
    if part.endswith(("off", "eff")):  # Russian names by way of French: Petroff
        readings.append(part[:-2] + "v")
    if re.search(r"[a-z]c(?:ov|ev|yn|ko)", part):  # Slavic c: Kuznecov and Kuznetsov
        readings.append(re.sub(r"(?<=[a-z])c(?=ov|ev|yn|ko)", "ts", part))
    if part.endswith("ac"):  # Polish c
        readings.append(part[:-1] + "ts")
    if part.startswith("j"):  # Polish and Welsh j
        readings.append("y" + part[1:])
    if _NASAL.search(part):  # Polish nasal vowels: Zając and Zajonc, Dębski and Dembski
        readings.append(_NASAL.sub(lambda found: "a" if found[1] == "o" else "e", part))
    if "ch" in part:  # Polish and Welsh ch, Scottish loch
        readings.append(part.replace("ch", "k"))
    return tuple(dict.fromkeys(one for one in map(likely_sound, readings) if one))[:4]


@lru_cache(maxsize=20_000)  # until `forget`
def skeletons(part: str) -> tuple[str, ...]:
    """Return the possible pronunciations of a name part, with their vowels removed.

    A part that consists only of vowels keeps its first one.
    """
    found = (re.sub(r"[aio]", "", one) or one[:1] for one in sounds(part))
    return tuple(dict.fromkeys(found))


def forget() -> None:
    """Clear this process's cache of name parts and their sounds."""
    sounds.cache_clear()
    skeletons.cache_clear()


@dataclass(frozen=True, slots=True)
class Name:
    """A name divided into parts.

    `joined` holds the alternatives in which the parts of a double-barrelled name are written as one.
    """

    parts: tuple[str, ...]
    joined: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def canonical(self) -> str:
        """Return the parts joined by spaces."""
        return " ".join(self.parts)


def latin(text: str) -> str:
    """Transliterate text to lower-case Latin letters without diacritics."""
    if not text.isascii():
        text = _ARABIC_ARTICLE.sub("", text)
        text = anyascii(unicodedata.normalize("NFC", text))
    return text.casefold()


def plain(word: str) -> str:
    """Return a word of a name in lower-case Latin letters, without apostrophes."""
    return latin(word).replace("'", "").replace("’", "")


def spelling(text: str) -> str:
    """Return a name in the spelling used for look-up.

    It consists of lower-case Latin letters, spaces and hyphens.
    """
    plain = latin(text).replace("'", "").replace("’", "").replace("`", "").replace(".", " ")
    if "/" in plain:
        plain = _SON_OF.sub(" ", plain)
    return _NOT_A_LETTER.sub(" ", plain)


def read_name(text: str, rules: NameRules) -> Name:
    """Return a name divided into parts, without titles, particles and suffixes.

    It may have no parts.
    """
    titled = text.isascii() or not _ARABIC.search(text)
    plain = spelling(text)
    plain = _ABD.sub("abdul", plain)
    if "din" in plain or "deen" in plain:
        plain = _DIN.sub("uddin", plain)
    plain = _phrases(rules).sub(lambda found: found.group().replace(" ", ""), plain)
    words = plain.replace("-", " - ").split()
    parts: list[str] = []
    hyphens: list[int] = []
    patronymic = dropped = ""
    between: dict[int, str] = {}
    for word in words:
        if word == "-":
            hyphens.append(len(parts))
            continue
        if word in {"ap", "ab"} and parts:
            patronymic = word[1]
            continue
        if titled and (word in rules.particles or word in rules.titles or word in rules.suffixes):
            dropped = word if hyphens and hyphens[-1] == len(parts) else ""
            continue
        if patronymic:  # ap Rhys is Price, ab Owen is Bowen
            known = rules.surnames.get(f"a{patronymic} {word}")
            word, patronymic = min(known) if known else patronymic + word.removeprefix("h"), ""
        if dropped and parts:  # Noor-ul-Ain and Noorulain
            between[len(parts)] = dropped
        dropped = ""
        if not parts and _TWO_INITIALS.fullmatch(word) and text.isascii() and not _is_name(word, rules):
            parts += word
            continue
        parts.append(_without_article(word[:MOST_LETTERS], rules))
    parts = parts[:MOST_PARTS]
    joined = [
        (
            *parts[: at - 1],
            _without_article(parts[at - 1] + between.get(at, "") + parts[at], rules),
            *parts[at + 1 :],
        )
        for at in range(1, len(parts))
        if (at in hyphens or len(parts) > 2) and min(len(parts[at - 1]), len(parts[at])) > 1
    ]
    return Name(tuple(parts), tuple(joined))


@lru_cache(maxsize=4)
def _phrases(rules: NameRules) -> re.Pattern[str]:
    """Return a pattern for known two-word surnames, such as "st john"."""
    known = (one for one in rules.surnames if " " in one and not one.startswith(("ap ", "ab ", "ni ", "o ")))
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, known)))})\b")


def _is_name(word: str, rules: NameRules) -> bool:
    return word in rules.forenames or word in rules.surnames


def _without_article(word: str, rules: NameRules) -> str:
    """Return a name part without any Arabic article or Gujarati "brother" or "sister" joined to it.

    A joined "abd" is put into one spelling. Examples are Altamimi and Abdelrahman.
    """
    if _is_name(word, rules):
        return word
    if _GUJARATI.search(word):
        return _GUJARATI.sub("", word)
    if _JOINED_ABD.match(word):
        return _JOINED_ABD.sub("abdul", word)
    if _JOINED_ARTICLE.match(word) and len(word) >= 6:
        return word[2:]
    return word


def known_as(part: str, rules: NameRules, *, last: bool = False) -> frozenset[str]:
    """Return the names that this spelling is a variant of.

    A last part is also looked up among surnames.
    """
    found = rules.forenames.get(part, frozenset())
    if last or not found:
        found = found | rules.surnames.get(part, frozenset())
    return found


def pairs(name: Name) -> Sequence[tuple[str, str]]:
    """Return the pairs of name parts to look up, starting with the first and last part."""
    found: dict[tuple[str, str], None] = {}
    for parts in (name.parts, *name.joined):
        if len(parts) < 2:
            continue
        found[parts[0], parts[-1]] = None
        if len(parts) > 2:
            found[parts[0], parts[1]] = None
            found[parts[-2], parts[-1]] = None
            found[parts[1], parts[-1]] = None
    return tuple(found)


def readings(part: str, rules: NameRules) -> Iterable[str]:
    """Return the consonant skeletons of a name part and of the names that it is a variant of."""
    found = dict.fromkeys(skeletons(part))
    forenames = rules.forenames.get(part, frozenset())
    for canonical in sorted(known_as(part, rules, last=True), key=lambda one: (one not in forenames, one))[
        :3
    ]:
        found.update(dict.fromkeys(skeletons(canonical.replace(" ", ""))[:1]))
    return tuple(found)
