"""The codes that the safeguarding desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from typing import Final

from heedline.audit.acts import AnyAct
from heedline.dispatch.letters import AnyAlarmKind
from heedline.permits.capabilities import AnyCapability

#: The code of the desk, and of the kind of desks at which its officers work.
DESK_KIND: Final = "safeguarding"
#: The sort of sealed part that a case lies in.
CASE: Final = "safeguarding-case"
#: The sort of sealed part that a child check lies in.
CHILD_CHECK: Final = "safeguarding-child-check"
#: The sort of sealed part that a session of support lies in.
SESSION: Final = "safeguarding-session"


class SafeguardingAct(AnyAct):
    MOVED = "safeguarding-case-moved"
    CHILD_CHECKED = "safeguarding-child-checked"
    SESSION_MOVED = "safeguarding-session-moved"
    JOINED = "safeguarding-report-joined"


class SafeguardingAlarm(AnyAlarmKind):
    SESSIONS_LATE = "safeguarding-sessions-late"
    NO_COUNCIL = "safeguarding-no-council"


class SafeguardingCapability(AnyCapability):
    WORK = "safeguarding-work"
    DECIDE = "safeguarding-decide"
