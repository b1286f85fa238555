"""Everything that the example desk adds to the core."""

from __future__ import annotations

from heedline.audit.acts import DeskActs
from heedline.backups.plan import OF_OLD_REPORTS, Copied, DeskBackup, Side
from heedline.casework.duty.alarm_callers import call_supervisors
from heedline.casework.duty.alarm_rules import AlarmRule, DeskAlarms
from heedline.casework.identity.data_inventory import DeskHolds, HeldData
from heedline.casework.pages.desk_tabs import DeskWork, ReportPlace, ReportTab
from heedline.casework.pages.queues.desk_columns import QueueColumn
from heedline.casework.report.notes import SealedParts
from heedline.config.specialist_desks import DeskRoutes
from heedline.database.desk_rights import DeskRights
from heedline.desk_hooks.register import SpecialistDesk
from heedline.desks.desk_kinds import DeskKind
from heedline.dispatch.desk_clocks import DeskClock
from heedline.dispatch.outbox import DeskLetters
from heedline.jobs.demonstration.desks import DemoData
from heedline.permits.roles import DeskGrants, Grant, Role
from heedline.permits.rules import nobody_else_is_writing
from tests.support.example_desk import checks, demo, reading, visits
from tests.support.example_desk.vocabulary import (
    PART,
    RESOLVED,
    VISIT,
    ExampleAct,
    ExampleAlarm,
    ExampleCapability,
    ExampleLetter,
)

_TABLE = "example_further_check"

DESK = SpecialistDesk(
    code="example",
    name="Example desk",
    hooks=(
        DeskActs(
            {
                ExampleAct.ASKED: "Asked for a further check",
                ExampleAct.CHECKED: "Made a further check",
                ExampleAct.VISIT_MOVED: "Asked for a visit, or moved one on",
            }
        ),
        DeskAlarms(
            {
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
            }
        ),
        DeskGrants(
            {
                ExampleCapability.ASK: Grant(
                    words="Ask for a further check of a report",
                    roles=frozenset({Role.OFFICER, Role.SUPERVISOR}),
                    rules=(nobody_else_is_writing,),
                ),
                ExampleCapability.CHECK: Grant(
                    words="Make a further check of a report", roles=frozenset({Role.SUPERVISOR})
                ),
            }
        ),
        DeskClock(name="example-watch", cron="* * * * * 35", run=checks.watch),
        DeskBackup(copied=(Copied(_TABLE, Side.BODIES, where=OF_OLD_REPORTS),)),
        DemoData(demo.load),
        DeskKind("example", "Example desk"),
        DeskHolds(
            (
                HeldData(
                    "Further checks of the report: by when, whether it was made, and the reason, sealed.",
                    True,
                    {_TABLE: "id report_id container due_at done"},
                ),
            )
        ),
        DeskLetters({ExampleLetter.ASKED: None, ExampleLetter.CHECKED: checks.tell_supervisors}),
        QueueColumn(heading="Further check", capability=ExampleCapability.ASK, values=reading.in_the_queue),
        DeskRights(
            tables={_TABLE: {"office": "ar"}},
            columns={
                (_TABLE, "office", "w"): "done",
                (_TABLE, "worker", "r"): "done due_at id report_id",
            },
        ),
        DeskRoutes(office="tests.support.example_desk.urls"),
        SealedParts({PART: "why a further check was asked for", VISIT: "a visit"}),
        visits.KIND,
        DeskWork(visits.to_decide),
        ReportTab(
            url="example-checks",
            text="Further checks",
            place=ReportPlace.TASKS,
            capability=ExampleCapability.ASK,
            count=reading.waiting,
        ),
    ),
)
