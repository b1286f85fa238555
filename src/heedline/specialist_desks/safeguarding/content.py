"""What a safeguarding case says: the person, the concern and the reports. All of it is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from heedline.casework.records import desk_parts
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.safeguarding import regimes
from heedline.specialist_desks.safeguarding.regimes import Regime

#: Bytes that every version has before it is sealed, whatever it says.
_SIZE: Final = 48 * 1024
#: The longest that each text may be, in characters.
LIMITS: Final = {"name": 200, "names": 400, "born": 100, "address": 400, "concern": 6_000, "plan": 8_000}
MOST_REPORTS: Final = 200
AGES: Final = {"child": "Under 18", "adult": "18 or over", "unknown": "Not known"}
#: What a concern is about. Violence without an ideology comes first, because it is the one that is overlooked.
CATEGORIES: Final = {
    "violence": "Fascination with extreme violence or mass casualty attacks",
    "school": "School massacre",
    "extreme-right": "Extreme right-wing",
    "islamist": "Islamist",
    "incel": "Incel",
    "other": "Another ideology",
    "mixed": "Mixed, conflicted or changing",
    "susceptible": "No ideology identified, but susceptible",
    "none": "No ideology identified",
}
#: Categories about violence, whatever lies behind it.
VIOLENT: Final = frozenset({"violence", "school"})
_CODES: Final = {"age": AGES, "category": CATEGORIES}
TOO_LARGE: Final = "That is more than one case can hold. Shorten the text."


@dataclass(frozen=True, slots=True)
class SupportCase:
    """A case as its officers write it. `codes` has the age, the category and the regime, and `reports` the ids of the reports in it.

    `read_to` is the time up to which reports that joined the case stand in `reports`, or "" (`cases.reports_of_case`).
    `decided` is the disclosure whose decision of the panel was recorded last, or "".
    `consent` is what was said about consent last, or empty (`consent.py`).
    """

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    reports: tuple[str, ...] = field(default=(), repr=False)
    read_to: str = ""
    decided: str = ""
    consent: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of_words(cls, words: Mapping[str, Any]) -> Self:
        """Return the case that a sealed text holds."""
        return cls(
            texts=words["texts"],
            codes=words["codes"],
            reports=tuple(words["reports"]),
            read_to=words["read_to"],
            decided=words["decided"],
            consent=words["consent"],
        )

    def to_words(self) -> dict[str, Any]:
        """Return the case for sealing, always in the same number of bytes.

        Raises NotNow for what is missing or too long, and ValueError for a code that does not exist.
        """
        self._refuse_unfit()
        words = {
            "texts": dict(self.texts),
            "codes": dict(self.codes),
            "reports": list(self.reports),
            "read_to": self.read_to,
            "decided": self.decided,
            "consent": dict(self.consent),
        }
        padded = desk_parts.padded(words, _SIZE)
        if padded is None or len(self.reports) > MOST_REPORTS:
            raise NotNow(TOO_LARGE)
        return padded

    @property
    def read_until(self) -> datetime | None:
        return datetime.fromisoformat(self.read_to) if self.read_to else None

    @property
    def regime(self) -> Regime:
        return regimes.rules().regimes[self.codes["regime"]]

    def _refuse_unfit(self) -> None:
        for name, text in self.texts.items():
            if len(text) > LIMITS[name]:
                raise NotNow(f"Shorten this to {LIMITS[name]} characters or fewer.", about=name)
        for name, missing in (
            ("name", "Enter the name, or how the person is described"),
            ("concern", "Say what the concern is"),
        ):
            if not self.texts.get(name):
                raise NotNow(missing, about=name)
        known = {**_CODES, "regime": regimes.rules().regimes}
        if any(self.codes.get(name) not in codes for name, codes in known.items()):
            raise ValueError("a code that does not exist")
