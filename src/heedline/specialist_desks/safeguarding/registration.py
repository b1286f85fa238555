"""Register the safeguarding desk's additions to the core."""

from __future__ import annotations

from heedline.audit.acts import DeskActs
from heedline.casework.access.session import Attendance
from heedline.casework.duty.alarm_callers import call_record_owner, call_the_desk_and_stewards
from heedline.casework.duty.alarm_rules import AlarmRule, DeskAlarms
from heedline.casework.pages.desk_tabs import DeskWork, MenuLink, ReportPlace, ReportTab
from heedline.casework.report.notes import SealedParts
from heedline.config.specialist_desks import DeskRoutes
from heedline.desk_hooks.register import SpecialistDesk
from heedline.desks.desk_kinds import DeskKind
from heedline.dispatch.desk_clocks import DeskClock
from heedline.dispatch.models import About
from heedline.jobs.demonstration.desks import DemoData
from heedline.permits.capabilities import Capability
from heedline.permits.roles import DeskGrants, Grant, Role
from heedline.permits.rules import it_has_an_owner, nobody_else_is_writing
from heedline.specialist_desks.safeguarding import cases, demo, panel, sessions
from heedline.specialist_desks.safeguarding.kind import CHECK_KIND, KIND, SESSION_KIND
from heedline.specialist_desks.safeguarding.vocabulary import (
    CASE,
    CHILD_CHECK,
    DESK_KIND,
    SESSION,
    SafeguardingAct,
    SafeguardingAlarm,
    SafeguardingCapability,
)


def _works(by: Attendance) -> bool:
    return bool(cases.desks_of(by))


DESK = SpecialistDesk(
    code=DESK_KIND,
    name="Safeguarding",
    hooks=(
        DeskActs(
            {
                SafeguardingAct.MOVED: "Opened a safeguarding case, or moved one on",
                SafeguardingAct.CHILD_CHECKED: "Began or completed a child check of a safeguarding case",
                SafeguardingAct.SESSION_MOVED: "Planned a session of support, or recorded what became of it",
                SafeguardingAct.JOINED: "Put a report into a safeguarding case",
            }
        ),
        DeskGrants(
            {
                SafeguardingCapability.WORK: Grant(
                    words="Work on safeguarding cases",
                    roles=frozenset({Role.OFFICER, Role.SUPERVISOR}),
                    rules=(it_has_an_owner, nobody_else_is_writing),
                ),
                SafeguardingCapability.DECIDE: Grant(
                    words="Decide about safeguarding cases", roles=frozenset({Role.SUPERVISOR})
                ),
            }
        ),
        DeskRoutes(office="heedline.specialist_desks.safeguarding.urls"),
        DeskKind(DESK_KIND, "Safeguarding"),
        SealedParts(
            {CASE: "a safeguarding case", CHILD_CHECK: "a child check", SESSION: "a session of support"}
        ),
        KIND,
        CHECK_KIND,
        SESSION_KIND,
        DemoData(demo.load, people=demo.PEOPLE),
        DeskAlarms(
            {
                SafeguardingAlarm.SESSIONS_LATE: AlarmRule(
                    words="Safeguarding: sessions of support are not held as planned",
                    page="my-work",
                    page_for=Capability.ANSWER_ALARM,
                    about=About.RECORD,
                    called=call_record_owner,
                    chain=True,
                    lasts=sessions.are_late,
                    while_it_lasts="Open the case. Ask the provider, and plan other days for the sessions that were not held.",
                ),
                SafeguardingAlarm.NO_COUNCIL: AlarmRule(
                    words="Safeguarding: no council can decide about cases in a panel",
                    page="",
                    about=About.DESK,
                    called=call_the_desk_and_stewards,
                    lasts=panel.nobody_decides,
                    while_it_lasts="Ask a steward to enrol at least two people from the council, and to appoint one of them as chair or deputy. The police own the risk until then.",
                ),
            }
        ),
        DeskClock(name="safeguarding-panels", cron="*/15 * * * * 25", run=panel.watch),
        DeskClock(name="safeguarding-sessions", cron="*/15 * * * * 35", run=sessions.watch),
        DeskWork(cases.waiting),
        MenuLink(url="safeguarding-cases", text="Cases", shown=_works),
        ReportTab(
            url="safeguarding-of-report",
            text="Case",
            place=ReportPlace.ASSESS,
            capability=SafeguardingCapability.WORK,
            shown=lambda _, by: _works(by),
        ),
    ),
)
