"""Register the online material desk's additions to the core."""

from __future__ import annotations

from datetime import datetime

from heedline.audit.acts import DeskActs
from heedline.backups.plan import Copied, DeskBackup, Side
from heedline.casework.access.session import Attendance
from heedline.casework.duty.alarm_callers import call_supervisors_then_chain
from heedline.casework.duty.alarm_rules import AlarmRule, DeskAlarms
from heedline.casework.identity.data_inventory import DeskHolds, HeldData
from heedline.casework.pages.desk_tabs import DeskWork, MenuLink, ReportPlace, ReportTab, WorkWaiting
from heedline.casework.report.notes import SealedParts
from heedline.casework.search.documents import DeskIndexing
from heedline.config.specialist_desks import DeskRoutes
from heedline.database.desk_rights import DeskRights
from heedline.desk_hooks.register import SpecialistDesk
from heedline.desks.desk_kinds import DeskKind
from heedline.dispatch.desk_clocks import DeskClock
from heedline.dispatch.models import About
from heedline.jobs.demonstration.desks import DemoData, DemoScene
from heedline.permits.roles import DeskGrants, Grant, Role
from heedline.specialist_desks.material.evidence import suspending, watching, wholeness
from heedline.specialist_desks.material.examination import examiner_days, referrals
from heedline.specialist_desks.material.items import finding
from heedline.specialist_desks.material.notices import due, following
from heedline.specialist_desks.material.notices.found_notice import MOVED
from heedline.specialist_desks.material.notices.lines import waiting_for_me
from heedline.specialist_desks.material.notices.registered import (
    NOTICE_ACTS,
    NOTICE_COLUMNS,
    NOTICE_COPIES,
    NOTICE_FUNCTIONS,
    NOTICE_TABLES,
    NOTICE_TRIGGERS,
    NOTICES_HELD,
)
from heedline.specialist_desks.material.outcomes import disposing, restoring
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.vocabulary import (
    BANK,
    DESK_KIND,
    EVIDENCE,
    EXAMINATION,
    FIGURES,
    ITEM,
    NOTICE,
    NOTICE_ANSWER,
    NOTICE_PROOF,
    MaterialAct,
    MaterialAlarm,
    MaterialCapability,
)

_WORK = frozenset({Role.OFFICER, Role.SUPERVISOR})


def _works_here(by: Attendance) -> bool:
    return any(one.kind == DESK_KIND for one in by.desks)


def _looks_after_examiners(by: Attendance) -> bool:
    return by.may(MaterialCapability.SEE_WELFARE)


def _my_work(by: Attendance, at: datetime) -> tuple[WorkWaiting, ...]:
    return (
        *waiting_for_me(by, at),
        *following.objections_for_me(by),
        *reading.findings_waiting(by),
        *disposing.proposals_waiting(by, at),
    )


def _load_demo(scene: DemoScene) -> None:
    """Add the desk's invented data to a demonstration, importing the `demo` module only then."""
    from heedline.specialist_desks.material import demo

    demo.load(scene)


DESK = SpecialistDesk(
    code="material",
    name="Online material",
    hooks=(
        DeskActs(
            {
                MaterialAct.FOUND: "Found an item in reports",
                MaterialAct.ADDED: "Added an item",
                MaterialAct.VIEWED: "Viewed an item",
                MaterialAct.TAKEN: "Took an item",
                MaterialAct.GIVEN_BACK: "Returned an item to the queue",
                MaterialAct.CHECKED: "Checked an item",
                MaterialAct.EXAMINED: "Examined an item",
                MaterialAct.CONFIRMED: "Confirmed a finding on evidence that was added",
                MaterialAct.MOVED: "Changed the state of an item",
                MaterialAct.DANGER: "Opened a danger to life from an item",
                MaterialAct.UNIT_HAS_IT: "Recorded that the unit has a referred item",
                MaterialAct.BLOCKED: "Blocked an item with the same material as a referred one",
                # evidence
                MaterialAct.CAPTURE_BEGUN: "Opened the page of an item in the capture process",
                MaterialAct.CAPTURED: "Captured the page of an item",
                MaterialAct.UPLOADED: "Uploaded evidence of an item",
                MaterialAct.LOOKED: "Checked whether an item is still there",
                MaterialAct.WATCH_BEGUN: "Started regular checks of an item",
                MaterialAct.RULE_SUSPENDED: "A rule for removed pages was suspended",
                MaterialAct.BANK_CHANGED: "Changed the number of known hashes",
                MaterialAct.BANK_MENDED: "Put known hashes back that were missing",
                MaterialAct.VERIFIED: "Read all evidence of an item, to see whether it is whole",
                MaterialAct.EVIDENCE_VIEWED: "Viewed a file of an item's evidence",
                MaterialAct.BUNDLED: "Exported the evidence of an item",
                MaterialAct.SEARCHED: "Searched items",
                MaterialAct.PICTURES_COMPARED: "Compared a report's pictures with known material",
                MaterialAct.DISPOSAL_PROPOSED: "Proposed to dispose of an item",
                MaterialAct.KEPT: "Refused to dispose of an item, or took the proposal back",
                MaterialAct.WELFARE_VIEWED: "Viewed examiners' time with items",
                MaterialAct.DISPOSED: "Disposed of an item with its evidence",
                **NOTICE_ACTS,
            }
        ),
        DeskAlarms(
            {
                MaterialAlarm.REFERRED: AlarmRule(
                    words="Child abuse material: an item was referred",
                    about="material-item",
                    page="material-item",
                    page_for=MaterialCapability.LEAD,
                    title="Item",
                    called=call_supervisors_then_chain,
                    chain=True,
                    lasts=referrals.is_waiting,
                    while_it_lasts="Tell the unit by the time on the page of the item, and record there that the unit has it.",
                ),
                MaterialAlarm.REFERRAL_LATE: AlarmRule(
                    words="Child abuse material: a referral is overdue",
                    page="material-queue",
                    page_for=MaterialCapability.SEE,
                    about=About.DESK,
                    called=call_supervisors_then_chain,
                    chain=True,
                    lasts=referrals.is_late,
                    while_it_lasts="Make sure that the unit has it, and record that on the page of the item, under Items, Referred.",
                ),
                MaterialAlarm.CHECK_LATE: AlarmRule(
                    words="Online material: a check for removal is overdue",
                    page="material-checks",
                    page_for=MaterialCapability.SEE,
                    about=About.DESK,
                    called=call_supervisors_then_chain,
                    chain=True,
                    lasts=watching.is_late,
                    while_it_lasts="Run the checks that are due, under Items, Checks due.",
                ),
                MaterialAlarm.EVIDENCE_DAMAGED: AlarmRule(
                    words="Online material: evidence of an item is missing from storage, incomplete or changed",
                    about="material-item",
                    page="material-item",
                    page_for=MaterialCapability.SEE,
                    title="Item",
                    called=call_supervisors_then_chain,
                    chain=True,
                    lasts=wholeness.is_damaged,
                    while_it_lasts="Tell the operator to restore the file from a backup. Then check on the page of the item whether it is"
                    " still there, which reads its evidence: this alarm stays until all of it can be read.",
                ),
                MaterialAlarm.RULE_SUSPENDED: AlarmRule(
                    words="Online material: a rule that recognises pages fires on nearly all items of a platform, and is suspended",
                    page="material-checks",
                    page_for=MaterialCapability.SEE,
                    about=About.DESK,
                    called=call_supervisors_then_chain,
                    lasts=suspending.lasts,
                    while_it_lasts="Look at the pages yourself, and tell whoever keeps the rules of the pack. The alarm stays for a day"
                    " after the rule last fired.",
                ),
                MaterialAlarm.NOTICE_LATE: AlarmRule(
                    words="Online material: a notice to a company is overdue",
                    about="material-notice",
                    page="material-notice",
                    page_for=MaterialCapability.SEE,
                    title="Notice",
                    called=due.call_owner,
                    chain=True,
                    lasts=due.is_late,
                    while_it_lasts="Do what the notice waits for. It is in red under Items, Notices.",
                    resolved_by=frozenset({MOVED}),
                ),
            }
        ),
        DeskGrants(
            {
                MaterialCapability.NOTIFY: Grant(
                    words="Write, approve and send notices to companies, and record their answers",
                    roles=_WORK,
                ),
                MaterialCapability.SEE: Grant(words="See items of online material", roles=_WORK),
                MaterialCapability.EXAMINE: Grant(words="Examine items of online material", roles=_WORK),
                MaterialCapability.SEE_WELFARE: Grant(
                    words="See for how many minutes each examiner looked at items of online material",
                    roles=frozenset({Role.WELFARE}),
                ),
                MaterialCapability.LEAD: Grant(
                    words="Release, reopen and refer items, and approve a closed audience",
                    roles=frozenset({Role.SUPERVISOR}),
                ),
            }
        ),
        DeskClock(name="material-referrals", cron="* * * * * 40", run=referrals.watch),
        DeskClock(name="material-checks", cron="*/5 * * * * 20", run=watching.raise_late),
        DeskClock(name="material-evidence", cron="*/15 * * * * 50", run=wholeness.watch),
        DeskClock(name="material-rules", cron="*/15 * * * * 55", run=suspending.watch),
        DeskClock(name="material-examiner-days", cron="0 4 * * * 30", run=examiner_days.forget),
        DeskClock(name="material-notices", cron="* * * * * 45", run=due.watch),
        DeskBackup(
            copied=(
                Copied("material_item", Side.BODIES),
                Copied("material_examination", Side.BODIES),
                Copied("material_examiner_account", Side.KEYS),
                Copied("material_examiner_day", Side.BODIES, order="officer_id, day"),
                # evidence
                Copied("material_evidence", Side.BODIES),
                Copied("material_liveness_watch", Side.BODIES, order="item_id"),
                Copied("material_hash_bank", Side.BODIES),
                Copied("material_disposal", Side.KEYS),  # what was disposed of since the bodies were copied
                *NOTICE_COPIES,
            ),
            mended=restoring.MENDED,
        ),
        DemoData(
            _load_demo,
            people=(
                ("Mirela Costa", DESK_KIND, "officer", True),
                ("Marcus Oyelaran", DESK_KIND, "officer", False),
                ("Maud Fenwick", DESK_KIND, "supervisor", False),
            ),
        ),
        DeskKind(DESK_KIND, "Online material"),
        DeskHolds(
            (
                HeldData(
                    "Items of online material, each with its state at the desk, and who examined it with which outcome. Where the "
                    "material is and why it was decided on are sealed. No record says which reports name an item. Evidence of an item is "
                    "captured from the internet and holds nothing of a report; stored unencrypted: when it was captured, by whom, and a "
                    "hash that nobody can test a guess against.",
                    True,
                    {
                        "material_item": "id desk_id container state round version owner_id found_on closed_audience "
                        "audience_approved_by_id indexed referral_due_at",
                        "material_examination": "id item_id round place officer_id at outcome met container evidence",
                        "material_examiner_account": "id officer_id day minutes since_break last_at break_until last_severe opted_out",
                        "material_examiner_day": "officer_id day minutes severe",
                        "material_evidence": "id item_id number container head stamp damaged routine officer_id at",
                        "material_liveness_watch": "item_id desk_id began_at done due_at late_at",
                        "material_hash_bank": "id desk_id container entries",
                        "material_disposal": "id desk_id item proposed_by_id proposed_on decided_by_id decided_on done certificate figures",
                    },
                ),
                NOTICES_HELD,
            )
        ),
        DeskIndexing(prepare=finding.prepare, report=finding.report_keys, waits=finding.waits),
        MenuLink(url="material-queue", text="Items", shown=_works_here),
        MenuLink(url="material-shifts", text="Viewing time", shown=_looks_after_examiners),
        DeskWork(_my_work),
        DeskRights(
            tables={
                "material_item": {"office": "ar", "usher": "d"},
                "material_examination": {"office": "ar", "usher": "d"},
                "material_examiner_account": {"office": "ar"},
                "material_examiner_day": {"office": "ar", "worker": "d"},
                # evidence
                "material_evidence": {"office": "ar", "usher": "d"},
                "material_liveness_watch": {"office": "ar", "usher": "d"},
                "material_hash_bank": {"office": "ar"},
                "material_disposal": {"office": "ar", "usher": "r"},
                **NOTICE_TABLES,
            },
            columns={
                **NOTICE_COLUMNS,
                (
                    "material_item",
                    "office",
                    "w",
                ): "audience_approved_by_id closed_audience container indexed owner_id referral_due_at round state version",
                ("material_item", "worker", "r"): "desk_id id referral_due_at",
                ("material_item", "usher", "r"): "desk_id id referral_due_at state",
                ("material_examination", "office", "w"): "evidence",
                ("material_examination", "usher", "r"): "item_id",
                ("material_evidence", "usher", "r"): "head item_id number",
                ("material_liveness_watch", "usher", "r"): "item_id",
                ("material_hash_bank", "usher", "r"): "container desk_id id",
                ("material_disposal", "usher", "w"): "certificate decided_by_id decided_on done figures",
                ("material_evidence", "office", "w"): "damaged stamp",
                ("material_evidence", "worker", "r"): "damaged item_id",
                ("material_liveness_watch", "office", "w"): "began_at done due_at late_at",
                ("material_liveness_watch", "worker", "r"): "desk_id late_at",
                ("material_hash_bank", "office", "w"): "container entries",
                ("material_examiner_day", "office", "w"): "minutes severe",
                ("material_examiner_day", "worker", "r"): "day",
                (
                    "material_examiner_account",
                    "office",
                    "w",
                ): "break_until day last_at last_severe minutes opted_out since_break",
            },
            triggers=frozenset(
                {
                    "material_item_begins",
                    "material_item_moves",
                    "material_examined",
                    "material_evidence_grows",
                    "material_bank_changes",
                    *NOTICE_TRIGGERS,
                    "material_disposal_begins",
                }
            ),
            functions={
                **NOTICE_FUNCTIONS,
                "decide_item_disposal": "office",
                "drop_old_bank_parts": "office",
                "end_item_disposal": "office",
            },
        ),
        DeskRoutes(
            office="heedline.specialist_desks.material.urls",
            partner="heedline.specialist_desks.material.partner_urls",
            uploads="heedline.specialist_desks.material.pages.evidence.uploads",
        ),
        SealedParts(
            {
                ITEM: "where an item of online material is",
                EXAMINATION: "why an item of online material was decided on",
                EVIDENCE: "evidence of an item of online material",
                BANK: "hashes of online material that is known",
                NOTICE: "what a notice to a company says",
                NOTICE_PROOF: "what came back from a company's system, or the proof of service of a notice",
                NOTICE_ANSWER: "what a company answered to a notice",
                FIGURES: "what figures count of an item of online material that was disposed of",
            }
        ),
        ReportTab(
            url="material-of-report",
            text="Items",
            place=ReportPlace.ASSESS,
            capability=MaterialCapability.SEE,
            count=reading.count_of_report,
            shown=reading.is_of_my_desk,
        ),
    ),
)
