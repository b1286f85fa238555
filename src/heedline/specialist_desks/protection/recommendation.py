"""One recommendation of a visit: what, how important, who at the organisation, by when, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, Self

from heedline.intake.fields import tidy
from heedline.reports.lifecycle import NotNow

#: The texts of a recommendation with the most characters of each.
LIMITS: Final[Mapping[str, int]] = {"what": 2_000, "owner": 200, "said": 2_000}
PRIORITIES: Final[Mapping[str, str]] = {"high": "High", "medium": "Medium", "low": "Low"}
MOST: Final = 40
TOO_MANY: Final = f"A visit has up to {MOST} recommendations."
NO_TEXT: Final = "Write what is recommended."
NO_PRIORITY: Final = "Choose the priority."
NO_OWNER: Final = "Say who at the organisation it is for."
NO_DAY: Final = "Enter the date by which it is to be done."
NO_STATE: Final = "Choose what became of it."
NO_REASON: Final = "Say why the organisation declined it."


class Became(StrEnum):
    """What became of a recommendation."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A recommendation. `owner` is somebody at the organisation, and `said` is what they said of it when it was followed up."""

    what: str = field(repr=False)
    priority: str
    owner: str = field(repr=False)
    by: date
    became: Became = Became.OPEN
    said: str = field(default="", repr=False)

    @classmethod
    def of_words(cls, words: Mapping[str, Any]) -> Self:
        """Return the recommendation that decrypted words hold."""
        return cls(
            what=words["what"],
            priority=words["priority"],
            owner=words["owner"],
            by=date.fromisoformat(words["by"]),
            became=Became(words["became"]),
            said=words["said"],
        )

    def tidied(self) -> Recommendation:
        """Return the recommendation with its texts cleaned up for sealing.

        Raises NotNow, with the name of the field as `about`, for a missing or too long a text, and for no priority.
        """
        texts = {
            name: tidy(text, lines=name != "owner").strip()
            for name, text in (("what", self.what), ("owner", self.owner))
        }
        for name, missing in (("what", NO_TEXT), ("owner", NO_OWNER)):
            if not texts[name]:
                raise NotNow(missing, about=name)
            if len(texts[name]) > LIMITS[name]:
                raise NotNow(f"Shorten this to {LIMITS[name]} characters or fewer.", about=name)
        if self.priority not in PRIORITIES:
            raise NotNow(NO_PRIORITY, about="priority")
        return replace(self, what=texts["what"], owner=texts["owner"])

    def to_words(self) -> dict[str, Any]:
        """Return the recommendation for sealing."""
        return {
            "what": self.what,
            "priority": self.priority,
            "owner": self.owner,
            "by": self.by.isoformat(),
            "became": str(self.became),
            "said": self.said,
        }
