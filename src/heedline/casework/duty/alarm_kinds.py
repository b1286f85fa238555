"""The registry of alarm kinds, which defines who is paged for each and what resolves it.

`paging` uses it to find whom to call (`alarm_callers`), and `alarms` to decide whether an alarm may be cleared
(`alarm_causes`) and what clears it. The kinds of specialist desks are included as soon as the desk has registered (`heedline.desk_hooks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.casework.duty import alarm_rules
from heedline.casework.duty.alarm_callers import (
    Called,
    call_authorisers,
    call_every_authoriser,
    call_interest_owner,
    call_other_stewards,
    call_owner_and_who_lead,
    call_supervisors,
    call_supervisors_then_chain,
    call_task_owners,
    call_the_desk,
    call_the_desk_and_stewards,
    call_the_trained,
    call_translators,
    call_who_lead,
)
from heedline.casework.duty.alarm_causes import (
    Lasts,
    danger_open,
    danger_unacknowledged,
    danger_unreviewed,
    hit_unacknowledged,
    not_accepted,
    not_in_order,
    proposal_open,
    report_waits,
    request_undecided,
    task_late,
    urgent_unopened,
)
from heedline.casework.duty.alarm_rules import AlarmEvent as AlarmEvent
from heedline.casework.duty.alarm_rules import AlarmRule, DeskAlarms
from heedline.casework.keys import health
from heedline.desk_hooks import register
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.dispatch.models import About, Alarm
from heedline.dispatch.pages import PageWord
from heedline.permits.capabilities import AnyCapability, Capability


def _about_danger(
    words: str,
    lasts: Lasts,
    instead: str,
    *resolved_by: AlarmEvent,
    called: Called = call_who_lead,
    raised_by: Letter | None = None,
) -> AlarmRule:
    """Return a rule for alarms about an open danger-to-life record.

    Supervisors answer these alarms on the page of the danger.
    """
    return AlarmRule(
        words=words,
        called=called,
        chain=True,
        lasts=lasts,
        while_it_lasts=instead,
        resolved_by=frozenset({AlarmEvent.DANGER_DISCHARGED, AlarmEvent.DANGER_MOVED, *resolved_by}),
        answered_with=Capability.LEAD_DANGER,
        raised_by=raised_by,
        at_the_report=True,
        page="report-danger",
        says=PageWord.DANGER,
    )


def _about_waiting(words: str, instead: str, says: PageWord | None = None) -> AlarmRule:
    return AlarmRule(
        words=words,
        says=says,
        chain=True,
        lasts=report_waits,
        while_it_lasts=instead,
        resolved_by=frozenset({AlarmEvent.TAKEN}),
    )


def _about_request(words: str, called: Called, raised_by: Letter | None = None) -> AlarmRule:
    """Return a rule for alarms about identity requests.

    Only authorisers decide requests, and no other desk answers these alarms.
    """
    return AlarmRule(
        words=words,
        about=About.REQUEST,
        called=called,
        chain=True,
        lasts=request_undecided,
        while_it_lasts="An authoriser must decide the request. The alarm stays open until one has.",
        resolved_by=frozenset({AlarmEvent.DECIDED}),
        answered_with=Capability.DECIDE_IDENTITY,
        raised_by=raised_by,
        page="identity-request",
        page_for=Capability.DECIDE_IDENTITY,
    )


def _about_call(words: str, do: str) -> AlarmRule:
    """Return a rule for alarms about a call-back that a reporter requested.

    The alarm pages a supervisor first and then follows the on-call chain.
    """
    return AlarmRule(
        words=words,
        do=do,
        called=call_supervisors_then_chain,
        chain=True,
        resolved_by=frozenset({AlarmEvent.CALLED}),
        page="report-call",
    )


def _about_source(words: str, do: str, raised_by: Letter) -> AlarmRule:
    return AlarmRule(words=words, do=do, called=call_supervisors, raised_by=raised_by, page="report-ask")


def _about_translation(words: str, do: str, *resolved_by: AlarmEvent) -> AlarmRule:
    return AlarmRule(
        words=words,
        do=do,
        called=call_translators,
        resolved_by=frozenset({AlarmEvent.TRANSLATED, *resolved_by}),
        page="report-translation",
    )


def _about_keys(words: str, lasts: Lasts, instead: str, called: Called = call_the_desk) -> AlarmRule:
    return AlarmRule(
        words=words, about=About.DESK, called=called, lasts=lasts, while_it_lasts=instead, page="keys"
    )


def _about_the_desk(words: str, do: str, page: str = "", page_for: AnyCapability | None = None) -> AlarmRule:
    return AlarmRule(words=words, do=do, about=About.DESK, page=page, page_for=page_for)


#: In the order in which the page Alarms lists them.
ALARM_KINDS: dict[AlarmKind, AlarmRule] = {
    AlarmKind.DANGER: _about_waiting(
        "Someone may be in danger",
        "Take the report. The alarm stays open until an officer has taken it.",
        PageWord.DANGER,
    ),
    AlarmKind.PLANNED: alarm_rules.PLANNED_ALARM,
    AlarmKind.DANGER_TOLD: alarm_rules.DANGER_TOLD_ALARM,
    AlarmKind.DANGER_OPENED: _about_danger(
        "Danger to life: no supervisor has acknowledged it",
        danger_unacknowledged,
        "Acknowledge it on the page Danger to life. The alarm stays open until a supervisor has.",
        AlarmEvent.DANGER_ACKNOWLEDGED,
        raised_by=Letter.DANGER_OPENED,
    ),
    AlarmKind.DANGER_OWNER_AWAY: _about_danger(
        "Danger to life: the owner is not on duty",
        danger_open,
        "Take it over, or hand it to a colleague who accepts it, on the page Danger to life.",
        AlarmEvent.OWNER_BACK,
        raised_by=Letter.DANGER_OWNER_AWAY,
    ),
    AlarmKind.DANGER_REVIEW_LATE: _about_danger(
        "Danger to life: its review is overdue",
        danger_unreviewed,
        "Review it and set the next review on the page Danger to life.",
        AlarmEvent.REVIEW_SET,
        called=call_owner_and_who_lead,
    ),
    AlarmKind.DISCHARGE_UNREVIEWED: alarm_rules.DISCHARGED_ALONE,
    AlarmKind.NOBODY_ON_DUTY: _about_waiting(
        "A report is waiting and nobody is on duty at its desk",
        "Take the report or hand it over. The alarm stays open until an officer has taken it.",
    ),
    AlarmKind.IDENTITY_OVERDUE: _about_request(
        "An identity request has waited for ten minutes", call_every_authoriser
    ),
    AlarmKind.IDENTITY_ASKED: _about_request(
        "New identity request, or request to trace a sender",
        call_authorisers,
        Letter.IDENTITY_ASKED,
    ),
    AlarmKind.OVERDUE: AlarmRule(
        words="Report overdue", do="Open it and take the next step, or hand it over.", chain_in_danger=True
    ),
    AlarmKind.HAND_OVER_WAITING: AlarmRule(
        words="Handover not accepted in time",
        page="my-work",
        do="Phone the other desk.",
        lasts=not_accepted,
        while_it_lasts="Phone the other desk. The alarm stays open until it has accepted or returned the report.",
    ),
    AlarmKind.NOT_IN_ORDER: AlarmRule(
        words="Open report without an owner, or its owner has left",
        do="Assign an owner, or take the report.",
        called=call_supervisors,
        lasts=not_in_order,
        while_it_lasts="Take the report or assign an owner. The alarm stays open until it has one.",
        resolved_by=frozenset({AlarmEvent.TAKEN}),
    ),
    AlarmKind.INTEREST_MATCHED: AlarmRule(
        words="Report matches an entry in the interest register",
        page="interest-hits",
        do="The owner of the entry must acknowledge it on the page Interest register. This alarm stays until they do.",
        about=About.INTEREST,
        called=call_interest_owner,
        chain=True,
        lasts=hit_unacknowledged,
        while_it_lasts="This alarm stays until the owner of the entry has acknowledged it.",
        resolved_by=frozenset({AlarmEvent.INTEREST_ACKNOWLEDGED, AlarmEvent.REPORT_DISPOSED}),
        raised_by=Letter.INTEREST_MATCHED,
        at_the_report=True,
        says=PageWord.CONTACT_FIRST,
    ),
    AlarmKind.TASK_LATE: AlarmRule(
        words="Task overdue",
        page="report-tasks",
        do="Finish the task, reassign it with a new due time, or cancel it, on the page Tasks of the report.",
        called=call_task_owners,
        lasts=task_late,
        while_it_lasts="Finish the task, reassign it with a new due time, or cancel it. The alarm stays open until then.",
        resolved_by=frozenset({AlarmEvent.TASK_ENDED}),
    ),
    AlarmKind.MESSAGE_WAITING: AlarmRule(
        words="Message from the reporter not read in time",
        do="Read the message.",
        page="report-ask",
    ),
    AlarmKind.CALL_MISSED: _about_call(
        "Call-back attempts have not reached the reporter",
        "Decide whether to try again. Call only when the page Call back says that it is safe.",
    ),
    AlarmKind.CALL_LATE: _about_call(
        "Call back not made in time",
        "Open the page Call back. Call only when it says that it is safe, or give the call to a colleague.",
    ),
    AlarmKind.SOURCE_REFERRED: _about_source(
        "Report referred to the source unit", "Take it to the source unit.", Letter.SOURCE_REFERRED
    ),
    AlarmKind.SOURCE_OVERRIDDEN: _about_source(
        "Message sent to the reporter despite a source guard warning",
        "Read the message and the reason.",
        Letter.SOURCE_OVERRIDDEN,
    ),
    AlarmKind.PARTNER_DANGER: AlarmRule(
        words="Life may be at risk, and a partner has not opened the disclosure",
        page="report-partners",
        says=PageWord.DANGER,
        chain=True,
        lasts=urgent_unopened,
        while_it_lasts="Phone the partner, or withdraw what was sent. The alarm stays open until they have opened it.",
        resolved_by=frozenset({AlarmEvent.WITHDRAWN}),
    ),
    AlarmKind.PARTNER_SILENT: AlarmRule(
        words="Partner has not opened or answered in time",
        do="Telephone the partner.",
        page="report-partners",
    ),
    AlarmKind.PARTNER_ANSWERED: AlarmRule(
        words="Partner has answered",
        do="Read the answer.",
        resolved_by=frozenset({AlarmEvent.ANSWER_READ}),
        page="report-partners",
    ),
    AlarmKind.SENDING_TO_CHECK: AlarmRule(
        words="Disclosure awaiting review by a second officer",
        page="report-partners",
        do="Read the disclosure, then approve it or send it back.",
        resolved_by=frozenset({AlarmEvent.CHECKED}),
    ),
    AlarmKind.NO_TRANSLATOR: _about_translation(
        "Nobody at the desk speaks the language of the report", "Find a translator.", AlarmEvent.GIVEN_ON
    ),
    AlarmKind.TRANSLATION_LATE: _about_translation(
        "Translation late", "Translate it, or give it to a colleague."
    ),
    AlarmKind.TRANSLATION_WAITS: _about_translation(
        "Translation waiting for the officer it was given to",
        "Translate it, or give it to a colleague.",
        AlarmEvent.GIVEN_ON,
    ),
    AlarmKind.EPOCH_ENDING: _about_keys(
        "A desk’s keys are about to expire and there are no new ones",
        lambda alarm, at: health.keys_run_out(alarm.desk_id, at),
        "An officer of the desk must unlock their keys once. This creates the new ones.",
    ),
    AlarmKind.THIN_DESK: _about_keys(
        "A desk has fewer than two officers who can open its reports",
        lambda alarm, at: health.desk_is_thin(alarm.desk_id, at),
        "A second officer must be enrolled on the desk first. Until then, its new reports go to another desk, or at last to the "
        "round-the-clock desk. While that one has fewer than two, a report that no other desk can take is refused.",
        call_the_desk_and_stewards,  # who alone can enrol somebody
    ),
    AlarmKind.KEYS_RECOVERED: AlarmRule(
        words="Keys of the desk opened with three shares of its recovery key",
        page="",
        do="Check with the stewards that this was agreed.",
        about=About.DESK,
        chain=True,
        raised_by=Letter.KEYS_RECOVERED,
    ),
    AlarmKind.KEYS_TO_CHANGE: _about_keys(
        "A leaver still holds a desk’s keys, or old keys are waiting to be destroyed",
        lambda alarm, at: health.keys_to_change(alarm.desk_id),
        "A member of the desk must unlock their keys, re-address its reports and destroy the old keys.",
    ),
    AlarmKind.MEMBER_WITHOUT_KEYS: _about_keys(
        "A member of a desk cannot open its reports yet",
        lambda alarm, at: health.without_keys(alarm.desk_id, at),
        "A colleague on the desk must compare verification words with them first, on the page Keys.",
    ),
    AlarmKind.KEYS_DOUBTED: AlarmRule(
        words="Key statement missing, invalid or inconsistent with the log",
        page="keys",
        do="Tell a steward at once. Do not compare anybody’s keys until this has been resolved.",
        about=About.DESK,
        called=call_the_desk_and_stewards,
    ),
    AlarmKind.SESSION_ALTERED: AlarmRule(
        words="An officer’s session has been altered in the database",
        page="",
        do="Ask the operator who has write access to the database.",
        about=About.DESK,
        called=call_the_desk_and_stewards,
        chain=True,
        raised_by=Letter.SESSION_ALTERED,
    ),
    **alarm_rules.ROTA_ALARMS,
    **alarm_rules.LINKING_ALARMS,
    AlarmKind.FILE_MISSING: AlarmRule(
        words="A report’s file is missing from storage or incomplete",
        page="report-files",
        do="Check the report’s files and tell the operator.",
    ),
    AlarmKind.PROPOSAL_WAITING: AlarmRule(
        words="Proposal waiting for a second steward",
        page="setup",
        do="Review and confirm, or withdraw it, on the page Set up.",
        about=About.PROPOSAL,
        called=call_other_stewards,
        lasts=proposal_open,
        while_it_lasts="Confirm or withdraw the proposal. The alarm stays open until a steward has.",
        resolved_by=frozenset({AlarmEvent.DECIDED}),
        answered_with=Capability.SET_UP,
    ),
    AlarmKind.TOO_FEW_TRAINED: _about_the_desk(
        "Too few officers at the desk have valid training",
        "The page Training lists them.",
        "training",
        Capability.RECORD_TRAINING,
    ),
    AlarmKind.TRAINING_ENDS: AlarmRule(
        words="Accreditation expiring",
        page="me",
        do="Your own training is on the page Me. The page Training lists everybody’s.",
        about=About.OFFICER,
        called=call_the_trained,
    ),
    AlarmKind.REVIEW_LATE: _about_the_desk(
        "Retention reviews overdue",
        "Review them on the page Retention.",
        "keeping",
        Capability.REVIEW_KEEPING,
    ),
    AlarmKind.SUBJECT_LATE: _about_the_desk(
        "Data subject request due within days", "Answer it.", "subjects", Capability.ANSWER_SUBJECT
    ),
    AlarmKind.RECORD_OVERDUE: alarm_rules.RECORD_OVERDUE,
    AlarmKind.RECORD_FELL_BACK: alarm_rules.RECORD_FELL_BACK,
    AlarmKind.PAGE_FAILED: _about_the_desk(
        "Page not delivered", "Tell the operator that somebody was not paged."
    ),
    AlarmKind.WORKER_FAILING: _about_the_desk("Background task failing", "Tell the operator."),
    AlarmKind.LOG_STANDS: _about_the_desk("Log not being sequenced or signed", "Tell the operator."),
    AlarmKind.LOG_BROKEN: _about_the_desk(
        "Log inconsistent: it may have been altered", "Tell the operator and an overseer."
    ),
}


def every_kind() -> Iterator[tuple[str, AlarmRule]]:
    """Yield (code, rule) for every kind of alarm, in the order of the Alarms page."""
    yield from ((str(kind), rule) for kind, rule in ALARM_KINDS.items())
    for hook in register.hooks(DeskAlarms):
        yield from ((str(kind), rule) for kind, rule in hook.rules.items())


def rule_of(kind: str) -> AlarmRule:
    """Return the rule for a kind of alarm.

    Raises KeyError if the kind is not registered.
    """
    kinds: Iterable[Mapping[Any, AlarmRule]] = (
        ALARM_KINDS,
        *(hook.rules for hook in register.hooks(DeskAlarms)),
    )
    for rules in kinds:
        if kind in rules:
            return rules[kind]
    raise KeyError(kind)


def known() -> frozenset[str]:
    """Return every registered kind of alarm.

    Alarms of other kinds are left over from a desk that was removed. They neither page anybody nor are
    shown.
    """
    return frozenset(kind for kind, _ in every_kind())


def called(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the email addresses to page at this step of an alarm."""
    return rule_of(alarm.kind).called(alarm, step, at)


def about(kind: str, ident: UUID | None) -> dict[str, object]:
    """Return the fields of an alarm that identify its subject.

    Raises KeyError for an unknown kind.
    """
    rule = rule_of(kind)
    return {"kind": kind, "about_kind": rule.about if ident is not None else About.DESK, "about_id": ident}


def resolved_by(event: str) -> frozenset[str]:
    """Return the kinds of alarm that this event resolves."""
    return frozenset(kind for kind, rule in every_kind() if event in rule.resolved_by)


def answered_with(capability: AnyCapability) -> frozenset[str]:
    """Return the kinds of alarm that this capability allows an officer to answer."""
    return frozenset(kind for kind, rule in every_kind() if rule.answered_with == capability)


def raised_by(letter: str) -> str | None:
    """Return the kind of alarm that an outbox letter raises immediately, or None."""
    return next((kind for kind, rule in every_kind() if rule.raised_by == letter), None)
