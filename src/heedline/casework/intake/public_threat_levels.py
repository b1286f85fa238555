"""The threat levels that the public site shows: those that were read at their source recently enough."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings

from heedline.casework.intake.last_read import LastRead
from heedline.packs import load_pack
from heedline.reports import door
from heedline.reports.door import PublicThreatLevel

__all__ = ["PublicThreatLevel", "forget", "is_current", "shown_for"]


def _read() -> tuple[PublicThreatLevel, ...]:
    return door.threat_levels(load_pack(settings.PACK).threat_level.desk)


_known = LastRead(_read)


def shown_for(report_kind: str, today: date) -> tuple[PublicThreatLevel, ...]:
    """Return the levels to show where this kind of report begins, in the order of the pack's scopes.

    None but for the kind that the desk of the levels takes. None that is too old, and none with a code that the pack does not know.
    """
    pack = load_pack(settings.PACK)
    rules = pack.threat_level
    if report_kind not in pack.desks[rules.desk].kinds:
        return ()
    found = {one.scope: one for one in _known.latest() or ()}
    return tuple(
        found[scope]
        for scope in rules.scopes
        if scope in found
        and found[scope].level in rules.levels
        and found[scope].source in rules.sources
        and is_current(found[scope].read_on, today)
    )


def is_current(read_on: date, today: date) -> bool:
    """Return whether a level that was read at its source on a day may still be shown."""
    return today - read_on <= timedelta(days=load_pack(settings.PACK).threat_level.days)


def forget() -> None:
    """Forget the levels, so that the next request reads them again."""
    _known.forget()
