"""Properties of each kind of alarm, and the actions that resolve alarms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from heedline.casework.duty.alarm_callers import (
    Called,
    call_closer_and_supervisors,
    call_owner_and_desk,
    call_owner_and_supervisors,
    call_question_owner,
    call_record_owner,
    call_rota_planners,
    call_supervisors,
    call_the_desk,
    call_the_desk_and_stewards,
    call_who_lead,
)
from heedline.casework.duty.alarm_causes import (
    Lasts,
    closing_kept,
    comparing_late,
    discharge_unreviewed,
    interests_left,
    match_undecided,
    not_assessed_again,
    not_compared,
    not_searchable,
    question_open,
    record_late,
    report_waits,
    rota_uncovered,
    shift_note_late,
)
from heedline.desk_hooks.register import Hook, SpecialistDesk
from heedline.dispatch.letters import AlarmKind, AnyAlarmKind, AnyLetter, Letter
from heedline.dispatch.models import About
from heedline.dispatch.outbox import DeskLetters
from heedline.dispatch.pages import PageWord
from heedline.permits.capabilities import AnyCapability, Capability


class AlarmEvent(StrEnum):
    """An action that resolves alarms.

    It is stored with the alarm and in the log as the reason why the alarm was cleared.
    """

    TAKEN = "taken"
    ASSESSED = "assessed"
    DECIDED = "decided"
    CALLED = "called"
    TRANSLATED = "translated"
    GIVEN_ON = "given-on"
    CHECKED = "checked"
    WITHDRAWN = "withdrawn"
    ANSWER_READ = "answer-read"
    DANGER_ACKNOWLEDGED = "danger-acknowledged"
    DANGER_DISCHARGED = "danger-discharged"
    DISCHARGE_REVIEWED = "discharge-reviewed"
    DANGER_MOVED = "danger-moved"
    OWNER_BACK = "owner-back"
    REVIEW_SET = "review-set"
    ROTA_FILLED = "rota-filled"
    SHIFT_NOTE_ACKNOWLEDGED = "shift-note-acknowledged"
    TASK_ENDED = "task-ended"
    INTEREST_ACKNOWLEDGED = "interest-acknowledged"
    INTEREST_HANDED_ON = "interest-handed-on"
    REPORT_DISPOSED = "report-disposed"
    QUESTION_ANSWERED = "question-answered"
    CLOSING_ENDED = "closing-ended"
    RECORD_MOVED = "record-moved"


_OF_THE_DESK = frozenset({About.DESK, About.OFFICER, About.PROPOSAL, About.ROTA_GAP})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """The behaviour of one kind of alarm.

    `words` says what is wrong and `do` what to do about it, and `about` is what `Alarm.about_id` names.
    `called` returns whom a step pages. `chain` means that the alarm is paged up the chain until acknowledged,
    and otherwise once. `chain_in_danger` limits that to reports which say that life is at risk. If `lasts` is
    set, nobody can clear the alarm before its cause is gone, and `while_it_lasts` says what to do instead.
    `resolved_by` lists the events that clear it in the name of the person who caused them. `answered_with` is
    the capability needed to acknowledge and clear it. `raised_by` is the letter that raises it immediately.
    The clocks raise the other kinds. `at_the_report` means that it is answered on the page it leads to, never
    on the page Alarms. `page` is the name of the page where it is dealt with, or "" where no page helps: one that begins
    with `report` is a page of the report. Without the capability `page_for` the page does not open, and is not offered.
    `says` is the word of its pages, where `word` would be another. `title` is the name of a specialist desk's kind of record, such as "Item", whose page `page` then is.
    """

    words: str
    do: str = ""
    about: str = About.REPORT
    called: Called = call_the_desk
    chain: bool = False
    chain_in_danger: bool = False
    lasts: Lasts | None = None
    while_it_lasts: str = ""
    resolved_by: frozenset[str] = frozenset()
    answered_with: AnyCapability = Capability.ANSWER_ALARM
    raised_by: AnyLetter | None = None
    at_the_report: bool = False
    page: str = "report"
    page_for: AnyCapability | None = None
    title: str = ""
    says: PageWord | None = None

    @property
    def word(self) -> PageWord:
        """Return what a page about such an alarm says: `says`, or whether work is due or the desk itself needs somebody."""
        return self.says or (PageWord.DESK if self.about in _OF_THE_DESK else PageWord.DUE)

    @property
    def what_to_do(self) -> str:
        """Return the instruction shown under the alarm on the Alarms page."""
        return self.do or self.while_it_lasts


#: About what was said of danger or a plan after a report had arrived: part of `alarm_kinds.ALARM_KINDS`.
DANGER_TOLD_ALARM = AlarmRule(
    words="Since the report arrived: someone is in danger, something is planned, or they are not sure",
    called=call_owner_and_desk,
    says=PageWord.DANGER,
    chain_in_danger=True,
    lasts=not_assessed_again,
    while_it_lasts="Read what was said, and assess the report again. The alarm stays open until an officer has.",
    resolved_by=frozenset({AlarmEvent.TAKEN, AlarmEvent.ASSESSED}),
    raised_by=Letter.DANGER_TOLD,
)

#: A danger that one supervisor discharged alone: another has to review that.
DISCHARGED_ALONE = AlarmRule(
    words="Danger to life discharged by one supervisor alone: not reviewed yet",
    called=call_who_lead,
    chain=True,
    lasts=discharge_unreviewed,
    while_it_lasts="A supervisor who had no part in it must review the discharge on the page Danger to life.",
    resolved_by=frozenset({AlarmEvent.DISCHARGE_REVIEWED, AlarmEvent.REPORT_DISPOSED}),
    answered_with=Capability.LEAD_DANGER,
    at_the_report=True,
    page="report-danger",
)

#: About a new report that says that something is planned, or whose reporter is not sure: part of `alarm_kinds.ALARM_KINDS`.
PLANNED_ALARM = AlarmRule(
    words="Something is planned, or the reporter is not sure whether anyone is in danger",
    lasts=report_waits,
    while_it_lasts="Take the report. The alarm stays open until an officer has taken it.",
    resolved_by=frozenset({AlarmEvent.TAKEN}),
    says=PageWord.DANGER,  # a digest could come after the time in which it is to be seen
)

#: The kinds about who covers which hours, and what one shift leaves to the next: part of `alarm_kinds.ALARM_KINDS`.
ROTA_ALARMS: dict[AlarmKind, AlarmRule] = {
    AlarmKind.ROTA_GAP: AlarmRule(
        words="Rota: hours not covered",
        page="rota",
        do="Plan a shift on the page Rota.",
        about=About.ROTA_GAP,
        called=call_rota_planners,
        lasts=rota_uncovered,
        while_it_lasts="Plan a shift for these hours. The alarm stays open until they are covered.",
        resolved_by=frozenset({AlarmEvent.ROTA_FILLED}),
        answered_with=Capability.PLAN_ROTA,
    ),
    AlarmKind.SHIFT_NOTE_WAITING: AlarmRule(
        words="Shift handover note not acknowledged",
        page="my-work",
        do="Read the note and acknowledge it. My work links to it.",
        about=About.DESK,
        lasts=shift_note_late,
        while_it_lasts="Acknowledge the note first. The alarm stays open until somebody has.",
        resolved_by=frozenset({AlarmEvent.SHIFT_NOTE_ACKNOWLEDGED}),
    ),
}

#: The kinds about searching reports and comparing them across desks: part of `alarm_kinds.ALARM_KINDS`.
LINKING_ALARMS: dict[AlarmKind, AlarmRule] = {
    AlarmKind.QUESTION_LATE: AlarmRule(
        words="Question from another desk not answered in time",
        page="matches",
        do="Answer it on the page Other desks.",
        about=About.QUESTION,
        called=call_question_owner,
        chain=True,
        lasts=question_open,
        while_it_lasts="Answer the question on the page Other desks: this alarm stays until somebody has.",
        resolved_by=frozenset({AlarmEvent.QUESTION_ANSWERED, AlarmEvent.REPORT_DISPOSED}),
    ),
    AlarmKind.COMPARING_LATE: AlarmRule(
        words="Reports or interest register entries waiting to be compared across desks",
        page="queue",
        do="Open a queue of this desk to compare them.",
        about=About.DESK,
        chain=True,
        lasts=comparing_late,
        while_it_lasts="Open a queue of this desk: this alarm stays until none are waiting.",
    ),
    AlarmKind.NOT_COMPARED: AlarmRule(
        words="Reports of this desk have not been sent to be compared with those of other desks",
        page="queue",
        do="Open the queue of this desk. If that changes nothing, tell the operator.",
        about=About.DESK,
        lasts=not_compared,
        while_it_lasts="Open the queue of this desk: this alarm stays until no report is missing.",
    ),
    AlarmKind.NOT_SEARCHABLE: AlarmRule(
        words="Reports of this desk could not be read for searching",
        page="search",
        do="See which, on the page Search, and try again. If that changes nothing, tell the operator.",
        about=About.DESK,
        lasts=not_searchable,
        while_it_lasts="Try again on the page Search: this alarm stays until every report was read.",
    ),
    AlarmKind.CLOSING_LATE: AlarmRule(
        words="Closure kept, and the report has not been compared in time",
        called=call_owner_and_supervisors,
        lasts=closing_kept,
        while_it_lasts="Open the queue of this desk, and ask the linking desk to open theirs: that compares the report. Or withdraw the closure on the report’s page.",
        resolved_by=frozenset({AlarmEvent.CLOSING_ENDED, AlarmEvent.TAKEN, AlarmEvent.ASSESSED}),
    ),
    AlarmKind.MATCHED_AFTER_CLOSING: AlarmRule(
        words="Match found after an officer decided to close this report: it is open again",
        called=call_closer_and_supervisors,
        lasts=match_undecided,
        while_it_lasts="Read both reports, decide about the match, and assess this report again. The alarm stays open until an officer has.",
        resolved_by=frozenset({AlarmEvent.ASSESSED}),
        raised_by=Letter.MATCHED_AFTER_CLOSING,
    ),
    AlarmKind.NOTICE_FORGED: AlarmRule(
        words="Notice from another desk with a wrong signature",
        page="",
        do="It has been set aside and is not shown. Phone a desk before you act on what it asked. Ask the operator who can write to the database.",
        about=About.DESK,
        called=call_the_desk_and_stewards,
        chain=True,
        raised_by=Letter.NOTICE_FORGED,
    ),
    AlarmKind.INTEREST_LEFT: AlarmRule(
        words="Interest register entries whose owner has left or is no longer an investigator",
        page="interests",
        page_for=Capability.HAND_ON_INTEREST,
        do="Give them to an investigator, or take them over, on the page Interest register.",
        about=About.DESK,
        called=call_supervisors,
        lasts=interests_left,
        while_it_lasts="Give the entries to somebody on the page Interest register: this alarm stays until each has an owner.",
        resolved_by=frozenset({AlarmEvent.INTEREST_HANDED_ON}),
        answered_with=Capability.HAND_ON_INTEREST,
    ),
}


#: About a record of a specialist desk, of whichever kind: part of `alarm_kinds.ALARM_KINDS`. The kind gives its title and page.
RECORD_OVERDUE = AlarmRule(
    words="Deadline missed",
    about=About.RECORD,
    called=call_record_owner,
    chain=True,
    lasts=record_late,
    while_it_lasts="Open it and take the next step. The alarm stays open until somebody has.",
    resolved_by=frozenset({AlarmEvent.RECORD_MOVED}),
    page="my-work",  # `alarm_board` leads to the record's own page
    page_for=Capability.ANSWER_ALARM,
)

#: A record whose owner has left, or that a colleague declined: the desk's coordinator owns it now.
RECORD_FELL_BACK = AlarmRule(
    words="The owner left or a colleague declined it: it is the coordinator’s now",
    do="Open it. Take the next step, or offer it to a colleague.",
    about=About.RECORD,
    called=call_record_owner,
    chain=True,
    resolved_by=frozenset({AlarmEvent.RECORD_MOVED}),
    raised_by=Letter.RECORD_FELL_BACK,
    page="my-work",
    page_for=Capability.ANSWER_ALARM,
)


@dataclass(frozen=True, slots=True)
class DeskAlarms(Hook):
    """The kinds of alarm of a specialist desk, each with its rule."""

    rules: Mapping[AnyAlarmKind, AlarmRule]

    def codes(self) -> Iterable[str]:
        return map(str, self.rules)

    def fault(self, desk: SpecialistDesk) -> str:
        letters = {letter for hook in desk.of(DeskLetters) for letter in hook.delivered}
        for kind, rule in self.rules.items():
            if rule.raised_by is not None and rule.raised_by not in letters:
                return f"The alarm {kind} is raised by {rule.raised_by}, which the desk has not."
        return ""
