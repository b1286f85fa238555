"""What the record of a visit says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, Self

from heedline.intake.fields import tidy
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.protection.recommendation import Recommendation

#: The texts of a visit with the most characters of each.
LIMITS: Final[Mapping[str, int]] = {"time": 40, "visitors": 200, "attendees": 1_000, "seen": 10_000}
NO_DAY: Final = "Enter the date of the visit."
FAR_DAY: Final = "Enter a date within a year of today."
NO_VISITORS: Final = "Say who visits the site."
NO_ATTENDEES: Final = "Say who was there for the organisation before the report is given."
NO_SEEN: Final = "Write what was seen before the report is given."
_FAR: Final = timedelta(days=366)
_ONE_LINE: Final = frozenset({"time", "visitors"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFacts:
    """What the record of a visit says. `site` is the site's record, and `texts` are those of LIMITS by name.

    The recommendations are numbered from one, in their order. `report` is what was sent to the organisation, or "" if its report
    was given in another way.
    """

    site: str
    day: date
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    recommendations: tuple[Recommendation, ...] = field(default=(), repr=False)
    report: str = field(default="", repr=False)

    @classmethod
    def of_words(cls, words: Mapping[str, Any]) -> Self:
        """Return the visit that decrypted words hold."""
        return cls(
            site=words["site"],
            day=date.fromisoformat(words["day"]),
            texts=words["texts"],
            recommendations=tuple(Recommendation.of_words(one) for one in words["recommendations"]),
            report=words["report"],
        )

    def tidied(self, today: date) -> VisitFacts:
        """Return the visit with its texts cleaned up for sealing.

        Raises NotNow, with the name of the field as `about`, for a day far from today, a missing or too long a text.
        """
        if not abs(self.day - today) <= _FAR:
            raise NotNow(FAR_DAY, about="day")
        texts = {name: tidy(self.texts.get(name, ""), lines=name not in _ONE_LINE).strip() for name in LIMITS}
        for name, text in texts.items():
            if len(text) > LIMITS[name]:
                raise NotNow(f"Shorten this to {LIMITS[name]} characters or fewer.", about=name)
        if not texts["visitors"]:
            raise NotNow(NO_VISITORS, about="visitors")
        return replace(self, texts=texts)

    def unreported(self) -> str:
        """Return what is missing before the visit's report can be given, or ""."""
        if not self.texts["attendees"]:
            return NO_ATTENDEES
        return "" if self.texts["seen"] else NO_SEEN

    def to_words(self) -> dict[str, Any]:
        """Return the visit for sealing."""
        return {
            "site": self.site,
            "day": self.day.isoformat(),
            "texts": dict(self.texts),
            "recommendations": [one.to_words() for one in self.recommendations],
            "report": self.report,
        }
