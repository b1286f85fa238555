"""Everything that the example desk adds to the core."""

from __future__ import annotations

from heedline.backups.plan import OF_OLD_REPORTS, Copied, Side
from heedline.casework.duty.alarm_callers import call_supervisors
from heedline.casework.duty.alarm_rules import AlarmRule
from heedline.casework.identity.data_inventory import HeldData
from heedline.desk_hooks.hooks import (
    Clock,
    DatabaseRights,
    Grant,
    QueueColumn,
    ReportTab,
    SpecialistDesk,
)
from heedline.permits.roles import Role
from heedline.permits.rules import nobody_else_is_writing
from tests.support.example_desk import checks, demo, reading
from tests.support.example_desk.vocabulary import (
    PART,
    RESOLVED,
    ExampleAct,
    ExampleAlarm,
    ExampleCapability,
    ExampleLetter,
)

_TABLE = "example_further_check"

DESK = SpecialistDesk(
    code="example",
    name="Example desk",
    acts={ExampleAct.ASKED: "Asked for a further check", ExampleAct.CHECKED: "Made a further check"},
    alarms={
        ExampleAlarm.WAITING: AlarmRule(
            words="A further check of a report waits for a supervisor",
            called=call_supervisors,
            answered_with=ExampleCapability.CHECK,
            resolved_by=frozenset({RESOLVED}),
            raised_by=ExampleLetter.ASKED,
        ),
        ExampleAlarm.LATE: AlarmRule(
            words="A further check of a report is late", chain=True, resolved_by=frozenset({RESOLVED})
        ),
    },
    capabilities={
        ExampleCapability.ASK: Grant(
            words="Ask for a further check of a report",
            roles=frozenset({Role.OFFICER, Role.SUPERVISOR}),
            rules=(nobody_else_is_writing,),
        ),
        ExampleCapability.CHECK: Grant(
            words="Make a further check of a report", roles=frozenset({Role.SUPERVISOR})
        ),
    },
    clocks=(Clock(name="example-watch", cron="* * * * * 35", run=checks.watch),),
    copied=(Copied(_TABLE, Side.BODIES, where=OF_OLD_REPORTS),),
    demo=demo.load,
    held=(
        HeldData(
            "Further checks of the report: by when, whether it was made, and the reason, sealed.",
            True,
            {_TABLE: "id report_id container due_at done"},
        ),
    ),
    letters={ExampleLetter.ASKED: None, ExampleLetter.CHECKED: checks.tell_supervisors},
    queue_columns=(
        QueueColumn(heading="Further check", capability=ExampleCapability.ASK, values=reading.in_the_queue),
    ),
    rights=DatabaseRights(
        tables={_TABLE: {"office": "ar"}},
        columns={
            (_TABLE, "office", "w"): "done",
            (_TABLE, "worker", "r"): "done due_at id report_id",
        },
    ),
    sealed_parts={PART: "why a further check was asked for"},
    tabs=(
        ReportTab(
            url="example-checks",
            text="Further checks",
            capability=ExampleCapability.ASK,
            count=reading.waiting,
        ),
    ),
    urls="tests.support.example_desk.urls",
)
