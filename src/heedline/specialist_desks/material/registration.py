"""Everything that the online material desk adds to the core."""

from __future__ import annotations

from heedline.backups.plan import Copied, Side
from heedline.casework.access.session import Attendance
from heedline.casework.duty.alarm_callers import call_supervisors_then_chain
from heedline.casework.duty.alarm_rules import AlarmRule
from heedline.casework.identity.data_inventory import HeldData
from heedline.desk_hooks.hooks import (
    Clock,
    DatabaseRights,
    Grant,
    Indexing,
    MenuLink,
    ReportTab,
    SpecialistDesk,
)
from heedline.dispatch.models import About
from heedline.permits.roles import Role
from heedline.specialist_desks.material import demo, finding, reading, referrals
from heedline.specialist_desks.material.vocabulary import (
    DESK_KIND,
    EXAMINATION,
    ITEM,
    MaterialAct,
    MaterialAlarm,
    MaterialCapability,
)

_WORK = frozenset({Role.OFFICER, Role.SUPERVISOR})


def _works_here(by: Attendance) -> bool:
    return any(one.kind == DESK_KIND for one in by.desks)


DESK = SpecialistDesk(
    code="material",
    name="Online material",
    acts={
        MaterialAct.FOUND: "Found an item in reports",
        MaterialAct.ADDED: "Added an item",
        MaterialAct.VIEWED: "Viewed an item",
        MaterialAct.TAKEN: "Took an item",
        MaterialAct.GIVEN_BACK: "Returned an item to the queue",
        MaterialAct.CHECKED: "Checked an item",
        MaterialAct.EXAMINED: "Examined an item",
        MaterialAct.MOVED: "Changed the state of an item",
        MaterialAct.DANGER: "Opened a danger to life from an item",
        MaterialAct.UNIT_HAS_IT: "Recorded that the unit has a referred item",
    },
    alarms={
        MaterialAlarm.REFERRAL_LATE: AlarmRule(
            words="Child abuse material: a referral is overdue",
            about=About.DESK,
            called=call_supervisors_then_chain,
            chain=True,
            lasts=referrals.is_late,
            while_it_lasts="Make sure that the unit has it, and record that on the page of the item, under Items, Referred.",
        ),
    },
    capabilities={
        MaterialCapability.SEE: Grant(words="See items of online material", roles=_WORK),
        MaterialCapability.EXAMINE: Grant(words="Examine items of online material", roles=_WORK),
        MaterialCapability.LEAD: Grant(
            words="Release, reopen and refer items, and approve a closed audience",
            roles=frozenset({Role.SUPERVISOR}),
        ),
    },
    clocks=(Clock(name="material-referrals", cron="* * * * * 40", run=referrals.watch),),
    copied=(
        Copied("material_item", Side.BODIES),
        Copied("material_examination", Side.BODIES),
        Copied("material_examiner_account", Side.KEYS),
    ),
    demo=demo.load,
    held=(
        HeldData(
            "Items of online material, each with its state at the desk, and who examined it with which outcome. Where the "
            "material is and why it was decided on are sealed. No record says which reports name an item.",
            True,
            {
                "material_item": "id desk_id container state round version owner_id found_on closed_audience "
                "audience_approved_by_id indexed referral_due_at",
                "material_examination": "id item_id round place officer_id at outcome met container",
                "material_examiner_account": "id officer_id day minutes since_break last_at break_until opted_out",
            },
        ),
    ),
    indexing=Indexing(prepare=finding.prepare, report=finding.report_keys, waits=finding.waits),
    menu=(MenuLink(url="material-queue", text="Items", shown=_works_here),),
    rights=DatabaseRights(
        tables={
            "material_item": {"office": "ar"},
            "material_examination": {"office": "ar"},
            "material_examiner_account": {"office": "ar"},
        },
        columns={
            (
                "material_item",
                "office",
                "w",
            ): "audience_approved_by_id closed_audience container indexed owner_id referral_due_at round state version",
            ("material_item", "worker", "r"): "desk_id referral_due_at",
            (
                "material_examiner_account",
                "office",
                "w",
            ): "break_until day last_at minutes opted_out since_break",
        },
        triggers=frozenset({"material_item_begins", "material_item_moves", "material_examined"}),
    ),
    sealed_parts={
        ITEM: "where an item of online material is",
        EXAMINATION: "why an item of online material was decided on",
    },
    tabs=(
        ReportTab(
            url="material-of-report",
            text="Items",
            capability=MaterialCapability.SEE,
            count=reading.count_of_report,
            shown=reading.is_of_my_desk,
        ),
    ),
    urls="heedline.specialist_desks.material.urls",
)
