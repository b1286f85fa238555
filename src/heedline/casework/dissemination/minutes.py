"""The minutes of a panel about one case: who was there, dissent and actions. They are part of the decision that its chair signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from heedline.reports.lifecycle import NotNow

#: The headings under which the parts of the minutes stand in the signed text, in their order. The reasons come first.
HEADINGS: Final = {
    "present": "Present",
    "apologies": "Apologies",
    "conflicts": "Conflicts of interest",
    "dissent": "Dissent",
    "actions": "Actions",
}
#: The longest that each part may be, in characters.
LONGEST: Final = 2_000
WHO_WAS_THERE: Final = "Write one person on each line: the name, a comma, and the organisation"


@dataclass(frozen=True, slots=True)
class PanelMinutes:
    """The parts of the minutes besides the reasons. `present` has a line for each person: name, comma, organisation."""

    present: str = field(repr=False)
    apologies: str = field(default="", repr=False)
    conflicts: str = field(default="", repr=False)
    dissent: str = field(default="", repr=False)
    actions: str = field(default="", repr=False)

    @classmethod
    def of_answer(cls, said: Mapping[str, Any]) -> Self | None:
        """Return the minutes sealed with an answer, or None if there are none or they differ from its signed text."""
        try:
            found = cls(**{name: str(said["minutes"][name]) for name in HEADINGS})
        except (KeyError, TypeError):
            return None
        reasons, _, _ = str(said.get("text", "")).partition(f"\n\n{HEADINGS['present']}\n")
        return found if said.get("text") == found.text(reasons) else None

    def to_words(self) -> dict[str, str]:
        return asdict(self)

    def text(self, reasons: str) -> str:
        """Return the text that the chair signs: the reasons, and each part of the minutes under its heading."""
        parts = ((heading, str(getattr(self, name))) for name, heading in HEADINGS.items())
        return "\n\n".join([reasons, *(f"{heading}\n{text}" for heading, text in parts if text)])

    @property
    def organisations(self) -> int:
        """Return how many organisations were at the meeting."""
        return len({_organisation(line).casefold() for line in self.present.splitlines()})

    def refuse_unfit(self) -> None:
        """Raise NotNow if nobody was there, somebody has no organisation, or a part is too long."""
        lines = self.present.splitlines()
        if not lines or not all(_organisation(line) for line in lines):
            raise NotNow(WHO_WAS_THERE, about="present")
        for name in HEADINGS:
            if len(getattr(self, name)) > LONGEST:
                raise NotNow(f"Shorten this to {LONGEST} characters or fewer.", about=name)


def _organisation(line: str) -> str:
    return line.rpartition(",")[2].strip() if "," in line else ""
