"""The content of an intelligence product in the 3x5x2 form, as stored in its sealed part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from heedline.index.words import legible
from heedline.intake.fields import tidy
from heedline.reports.lifecycle import NotNow
from heedline.vault.canonical import canonical

#: Source evaluation, intelligence assessment, and the codes of handling, with their names.
SOURCES: Final = {"1": "Reliable", "2": "Untested", "3": "Not reliable"}
ASSESSMENTS: Final = {
    "A": "Known directly to the source",
    "B": "Known indirectly to the source but corroborated",
    "C": "Known indirectly to the source",
    "D": "Not known",
    "E": "Suspected to be false",
}
HANDLING: Final = {"P": "Lawful sharing permitted", "C": "Lawful sharing permitted with conditions"}
ACTIONS: Final = {"A1": "Covert development", "A2": "Covert use", "A3": "Overt use"}
SANITISATION: Final = {"S1": "Delegated authority", "S2": "Consult the originator"}
CONFIDENCE: Final = {"high": "High", "medium": "Medium", "low": "Low"}
NOT_HELD: Final = "secret"
MARKINGS: Final = {"official": "OFFICIAL", "sensitive": "OFFICIAL-SENSITIVE", NOT_HELD: "SECRET or above"}
#: Names of the single texts, and the characters that each may have.
LIMITS: Final = {
    "purpose": 500,
    "title": 120,
    "subject": 300,
    "dated": 100,
    "risk": 2_000,
    "caveat": 500,
    "conditions": 2_000,
}
ITEM_LIMIT: Final = 2_000
MOST_ITEMS: Final = 12
MOST_REPORTS: Final = 20
#: Bytes of every stored product, so that its size does not say how long it is.
_SIZE: Final = 64 * 1024
#: A marking of SECRET or above, in capitals anywhere, also spaced out.
_SECRET: Final = re.compile(r"\bS ?E ?C ?R ?E ?T\b|\bTop Secret\b")
#: The same in any case where a marking stands: on a line of its own or at its start, in brackets, before "//" or "UK eyes
#: only", or after "marked" and the like. Elsewhere "secret" is a word like any other.
_SECRET_PLACED: Final = re.compile(
    r"^[^\w\n]*(?:uk[ -]+)?(?:top[ -]+)?secret[^\w\n]*$"
    r"|^[^\w\n]*(?:uk[ -]+)?(?:top[ -]+)?secret(?::| [-–—] )"
    r"|[(\[{](?:uk[ -]+)?(?:top[ -]+)?secret[)\]}]"
    r"|\bsecret\W{0,3}(?://|uk eyes only)"
    r"|\b(?:marked|marking|classified|classification)(?: is| as)?\W{1,3}(?:uk[ -]+)?(?:top[ -]+)?secret\b",
    re.IGNORECASE | re.MULTILINE,
)
TOO_LARGE: Final = "This is too much for one product. Split it into two."
#: Names of the codes, and what each may be.
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "marking": MARKINGS,
    "confidence": CONFIDENCE,
    "handling": HANDLING,
}


@dataclass(frozen=True, slots=True)
class GradedText:
    """A numbered item, or the provenance, with its own source evaluation and intelligence assessment."""

    text: str = field(repr=False)
    source: str = ""
    assessment: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing of it is filled in."""
        return not (self.text or self.source or self.assessment)

    @property
    def grade(self) -> str:
        """Return the grade as printed behind the text, such as "[2D]"."""
        return f"[{self.source or '?'}{self.assessment or '?'}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a product says. `texts` are those of LIMITS by name; `codes` has marking, confidence and handling.

    `reports` are the reports that it draws on. `kept` maps each marked passage that stays to the reason for it.
    `call_takers` are the officers who took those reports down. `concerns` say why a supervisor has to decide about the
    source first; a desk gives them their codes.
    """

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    codes: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    sanitisation: tuple[str, ...] = ()
    items: tuple[GradedText, ...] = ()
    provenance: GradedText = GradedText("")
    reports: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)
    call_takers: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()

    @classmethod
    def of_words(cls, words: Mapping[str, Any]) -> Self:
        """Return the product that decrypted words hold."""
        return cls(
            texts=words["texts"],
            codes=words["codes"],
            actions=tuple(words["actions"]),
            sanitisation=tuple(words["sanitisation"]),
            items=tuple(GradedText(*one) for one in words["items"]),
            provenance=GradedText(*words["provenance"]),
            reports=tuple(words["reports"]),
            kept=words["kept"],
            call_takers=tuple(words["call_takers"]),
            concerns=tuple(words["concerns"]),
        )

    def to_words(self) -> dict[str, Any]:
        """Return the product for sealing, always in the same number of bytes.

        Raises NotNow for a marking that is not stored here, for what is longer than its limit, and for more than fits.
        """
        self.refuse_unfit()
        words: dict[str, Any] = {
            "texts": dict(self.texts),
            "codes": dict(self.codes),
            "actions": list(self.actions),
            "sanitisation": list(self.sanitisation),
            "items": [[one.text, one.source, one.assessment] for one in self.items],
            "provenance": [self.provenance.text, self.provenance.source, self.provenance.assessment],
            "reports": list(self.reports),
            "kept": dict(self.kept),
            "call_takers": list(self.call_takers),
            "concerns": list(self.concerns),
            "pad": "",
        }
        room = _SIZE - len(canonical(words))
        if room < 0:
            raise NotNow(TOO_LARGE)
        return {**words, "pad": " " * room}

    def shared(self) -> Product:
        """Return what a recipient gets: neither the provenance, the risk assessment, the reports, their call-takers, the reasons for marks nor concerns."""
        texts = {name: text for name, text in self.texts.items() if name != "risk"}
        return replace(
            self, texts=texts, provenance=GradedText(""), reports=(), kept={}, call_takers=(), concerns=()
        )

    def refuse_unfit(self) -> None:
        """Raise NotNow for what may not even be stored as a draft, and ValueError for a code that does not exist."""
        if self.codes.get("marking") == NOT_HELD or any(_is_marked(one) for one in self.all_texts()):
            raise NotNow(
                "Material marked SECRET or above is not held here, and this was not saved.", about="marking"
            )
        for name, text in self.texts.items():
            if len(text) > LIMITS[name]:
                raise NotNow(f"Shorten this to {LIMITS[name]} characters or fewer.", about=name)
        for name, one in self.graded():
            if len(one.text) > ITEM_LIMIT:
                raise NotNow(f"Shorten this to {ITEM_LIMIT} characters or fewer.", about=name)
            if one.source not in ("", *SOURCES) or one.assessment not in ("", *ASSESSMENTS):
                raise ValueError("a grade that does not exist")
        if len(self.items) > MOST_ITEMS or len(self.reports) > MOST_REPORTS:
            raise NotNow(TOO_LARGE)
        known = all(value in ("", *_CODES[name]) for name, value in self.codes.items())
        if (
            not known
            or not set(self.actions) <= set(ACTIONS)
            or not set(self.sanitisation) <= set(SANITISATION)
        ):
            raise ValueError("a code that does not exist")

    def graded(self) -> tuple[tuple[str, GradedText], ...]:
        """Return the items and the provenance, each with the name of its field."""
        numbered = tuple((f"item{number}", one) for number, one in enumerate(self.items, 1))
        return (*numbered, ("provenance", self.provenance))

    def all_texts(self) -> tuple[str, ...]:
        """Return every text that a recipient would read, or a colleague."""
        return (*self.texts.values(), *(one.text for _, one in self.graded()))

    def shared_texts(self) -> tuple[str, ...]:
        """Return the texts that leave the desk: all but the provenance and the risk assessment, which stay sealed there."""
        told = (
            self.texts.get(name, "")
            for name in ("title", "subject", "dated", "purpose", "caveat", "conditions")
        )
        return (*told, *(one.text for one in self.items))

    def missing(self) -> dict[str, str]:
        """Return what keeps the product from being proposed for approval, by field. Empty if nothing does."""
        wrong: dict[str, str] = {}
        required = {
            "purpose": "Say what the product is for",
            "title": "Enter a title",
            "subject": "Enter the subject line",
            "dated": "Enter the date of the intelligence",
            "risk": "Write the risk assessment",
        }
        wrong |= {name: words for name, words in required.items() if not self.texts.get(name)}
        wrong |= {name: f"Choose the {name}" for name in _CODES if not self.codes.get(name)}
        if not self.items:
            wrong["item1"] = "Write at least one item"
        for name, one in self.graded():
            what = "the provenance" if name == "provenance" else f"item {name.removeprefix('item')}"
            if not one.text:
                wrong[name] = (
                    f"Write {what}" if name == "provenance" else f"Write {what}, or leave out its grades"
                )
            if not one.source:
                wrong[f"{name}_source"] = f"Choose the source evaluation of {what}"
            if not one.assessment:
                wrong[f"{name}_assessment"] = f"Choose the intelligence assessment of {what}"
        return wrong | self._wrong_handling()

    def _wrong_handling(self) -> dict[str, str]:
        if self.codes.get("handling") == "P":
            more = self.actions or self.sanitisation or self.texts.get("conditions")
            return (
                {"handling": "Handling code P has no action code, sanitisation code or conditions"}
                if more
                else {}
            )
        if self.codes.get("handling") != "C":
            return {}
        wrong = {}
        if len(self.actions) != 1:
            wrong["actions"] = "Choose exactly one action code for handling code C"
        if len(self.sanitisation) != 1:
            wrong["sanitisation"] = "Choose exactly one sanitisation code for handling code C"
        if not self.texts.get("conditions"):
            wrong["conditions"] = "Write the conditions of handling code C"
        return wrong


def _is_marked(text: str) -> bool:
    plain = legible(text)
    return bool(_SECRET.search(plain) or _SECRET_PLACED.search(plain))


def tidied(text: str, *, lines: bool = True) -> str:
    """Return typed text cleaned up for sealing."""
    return tidy(text, lines=lines).strip()
