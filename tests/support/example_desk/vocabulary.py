"""The codes that the example desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from heedline.audit.acts import AnyAct
from heedline.dispatch.letters import AnyAlarmKind, AnyLetter
from heedline.permits.capabilities import AnyCapability

#: The sort of sealed part in which the reason stands.
PART = "example-reason"
#: The sort of sealed part in which a visit lies.
VISIT = "example-visit"


class ExampleAct(AnyAct):
    ASKED = "example-asked"
    CHECKED = "example-checked"
    VISIT_MOVED = "example-visit-moved"


class ExampleLetter(AnyLetter):
    ASKED = "example-asked"  # raises an alarm
    CHECKED = "example-checked"  # is carried by the desk itself


class ExampleAlarm(AnyAlarmKind):
    WAITING = "example-waiting"
    LATE = "example-late"


class ExampleCapability(AnyCapability):
    ASK = "example-ask"
    CHECK = "example-check"


#: What resolves the alarms of this desk.
RESOLVED = "example-checked"
