"""The kinds of desks, by code, with what stewards call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heedline.desk_hooks import register
from heedline.desk_hooks.register import SpecialistDesk

#: The column `desks_desk.kind` is as wide.
LONGEST = 20
_REPORTS = {"activity": "Activity", "advice": "Advice"}
_OTHERS = {"authoriser": "Authorisers of identities", "partner": "Partner: receives disclosures"}


@dataclass(frozen=True, slots=True)
class DeskKind(register.Hook):
    """The kind of the desks at which a specialist desk's officers work, called by the specialist desk's own code."""

    code: str
    label: str

    def fault(self, desk: SpecialistDesk) -> str:
        """Return a reason if the kind is not called by the desk's code, or the database has no room for it."""
        if self.code != desk.code:
            return f"The kind of desk {self.code} is not called {desk.code}, as its specialist desk is."
        if self.code in {*_REPORTS, *_OTHERS}:
            return f"The core has a kind of desk called {self.code}."
        return f"{self.code} is longer than {LONGEST} characters." if len(self.code) > LONGEST else ""


def desk_kinds() -> Mapping[str, str]:
    """Return the label of each kind of desk: those that receive reports, then authorisers and partners."""
    added = {one.code: one.label for one in register.hooks(DeskKind)}
    return {**_REPORTS, **added, **_OTHERS}
