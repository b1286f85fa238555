"""Close reports, or keep a closure until the report has been compared.

A report that names a person, concerns a child, is of high priority or has a marked word is compared at its desk and by the
linking desk before it is closed. Until then its closure is kept: the stage CLOSING says so, its last step says who decided it
and when, and the reason is sealed with that step. A session that can open the report closes it afterwards, with the checks
that a closure always has. A match, a message or anything else that happens on the report ends the kept closure.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.contact import call_back, first_answers
from heedline.casework.danger import opening as danger
from heedline.casework.dissemination import outgoing
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.alarms import resolve, resolve_for
from heedline.casework.errors import SealingStopped
from heedline.casework.journey import closing_rules, repeat_reports
from heedline.casework.journey.closing_rules import ClosingFacts, ClosingProof
from heedline.casework.linking import desk_notices
from heedline.casework.oversight import daily_counts
from heedline.casework.report import editing, notes
from heedline.casework.report.restrictions import is_usable, usable
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.casework.retention import keeping
from heedline.casework.search import reopening
from heedline.casework.tasks import tasks
from heedline.dispatch.clocks import moment_words
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.packs.urgency import Priority
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import Message, Report, SealedValues, SearchIndex, SearchWaiting, Step
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Kept closures that one step of the upkeep completes.
MOST: Final = 5
#: When a closure was last found not to open with an officer's keys. It is tried with them again an hour later.
_unopened: dict[tuple[UUID, UUID], datetime] = {}
_TRY_AGAIN: Final = timedelta(hours=1)
#: Under which the last step of a kept closure says what became of it.
_ENDED: Final = "What became of the closure"
MATCHED: Final = (
    "A match was found before this closure took effect: {}. Read both, decide whether they are about the same matter, and assess "
    "this report again."
)
UNKNOWN: Final = "Its outcome or its message to the reporter is not offered any more."
STOPPED: Final = "This closure did not take effect. {}"
COMPLETED: Final = "{} decided on this closure at {}. It took effect when the report had been compared, in the session of {}, who took no action."
WITHDRAWN: Final = "The officer withdrew this closure."


@dataclass(frozen=True)
class Closing:
    """The details of a closure.

    They are codes from the pack, a written reason, the message to the reporter, and what the outcome needs besides.
    """

    outcome: str
    reason: str = field(repr=False)
    tell_reporter: str
    proof: ClosingProof = field(default_factory=ClosingProof)


def check(
    found: FoundReport,
    closing: Closing,
    facts: ClosingFacts,
    priority: str,
    *,
    closer: UUID | None = None,
    at_once: bool = False,
) -> None:
    """Raise NotNow unless the closure says what it has to and enough people have read the report (`closing_rules`).

    `closer` is the officer who decided on it, if that is not the one whose session this is.
    """
    if not _is_offered(found, closing):
        raise ValueError("an outcome or status that the pack does not know")
    closing_rules.refuse_closing(
        found,
        facts,
        outcome=closing.outcome,
        reason=closing.reason,
        proof=closing.proof,
        priority=priority,
        closer=closer or found.by.officer_id,
        at_once=at_once,
    )


def _is_offered(found: FoundReport, closing: Closing) -> bool:
    pack = load_pack(settings.PACK)
    return closing.outcome in pack.outcomes_for(found.report.kind) and closing.tell_reporter in pack.statuses


def _nothing_open(report: Report) -> None:
    danger.refuse_while_open(report)
    call_back.nothing_promised(report)
    outgoing.nothing_open(report.id)
    tasks.nothing_open(report.id)


def compared(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Return those of these reports that have been compared, as they are now, at their desk and by the linking desk.

    Kinds that are not compared across desks, and restricted reports, need no comparison by the linking desk.
    """
    across = [code for code, kind in load_pack(settings.PACK).kinds.items() if kind.across]
    index = SearchIndex.objects.filter(desk=OuterRef("desk"))
    waiting = SearchWaiting.objects.filter(report=OuterRef("pk"), desk=OuterRef("desk"), gone=False)
    new = Message.objects.filter(report=OuterRef("pk"), from_us=False, settled=False)
    by_the_linking_desk = SealedValues.objects.filter(report=OuterRef("pk"), matched_at__isnull=False)
    unusable = ~Exists(usable(Report.objects.filter(pk=OuterRef("pk"))))
    return reports.filter(
        unusable | ~Q(kind__in=across) | Exists(by_the_linking_desk),
        Exists(index),
        ~Exists(waiting),
        ~Exists(new),
        settled=True,
    )


def is_compared(ref: UUID, *, by: Attendance) -> bool:
    """Return whether a report of the officer's desks has been compared as it is now (`compared`)."""
    return compared(reports_of(by.desk_ids).filter(pk=ref)).exists()


def must_wait(found: FoundReport, facts: ClosingFacts, priority: str) -> bool:
    """Return whether a closure of this report is kept, because it has to be compared first and has not been."""
    report = found.report
    if not (facts.names_person or facts.child or facts.marked or priority == Priority.HIGH):
        return False
    return is_usable(report) and not is_compared(report.id, by=found.by)


def end(found: FoundReport, closing: Closing, known: Iterable[UUID], *, wait: bool) -> bool:
    """Close a report, or keep the closure if the report has to be compared first. Return whether it is closed.

    `known` are the reports that share details with it and that a supervisor closes it over.
    """
    if not load_pack(settings.PACK).outcomes_for(found.report.kind)[closing.outcome].useful:
        first_answers.waive(found, closing.reason)
    matches = {reopening.match_of(found.report.id, other) for other in known}
    matches.update(desk_notices.matches_of(found.report.id, by=found.by))
    if wait:
        _keep(found, closing, matches)
    else:
        _close(found, closing, matches)
    return not wait


def _codes(closing: Closing) -> dict[str, str]:
    return {"outcome": closing.outcome, "status": closing.tell_reporter}


def _words(closing: Closing, matches: Iterable[UUID]) -> dict[str, Any]:
    return {"closing": closing.reason, **closing.proof.words, **reopening.as_known(matches)}


def _keep(found: FoundReport, closing: Closing, matches: Iterable[UUID]) -> None:
    _nothing_open(found.report)
    words = _words(closing, matches) | repeat_reports.assessed_as(found)
    found.report.apply(
        Move.KEEP_CLOSING,
        by=found.by.officer_id,
        at=found.at,
        codes=_codes(closing),
        note=notes.seal(found, words),
        **editing.FREE,
    )
    record(found, Act.CLOSING_KEPT, outcome=closing.outcome)


def _close(
    found: FoundReport,
    closing: Closing,
    matches: Iterable[UUID],
    *,
    kept: Step | None = None,
    ended: str = "",
) -> None:
    """Close a report. If its closure was `kept`, the step has the officer who decided on it, and the log the session."""
    _nothing_open(found.report)
    report = found.report
    daily_counts.count_closing(report, at=found.at)
    closer = kept.by_id if kept is not None and kept.by_id else found.by.officer_id
    words = _words(closing, matches) | ({_ENDED: ended} if ended else {})
    report.apply(
        Move.CLOSE,
        by=closer,
        at=found.at,
        codes=_codes(closing),
        note=notes.seal(found, words),
        outcome=closing.outcome,
        status=closing.tell_reporter,
        owner_id=None,
        **editing.FREE,
    )
    keeping.begin([report], closing.outcome, at=found.at)
    decided = (
        {"decided_by": str(closer), "decided_at": kept.at.isoformat(timespec="minutes")}
        if kept is not None and kept.at is not None
        else {}
    )
    record(found, Act.REPORT_CLOSED, outcome=closing.outcome, **decided)
    resolve(AlarmEvent.CLOSING_ENDED, report.id, by=found.by, at=found.at)
    resolve_for(report.id, by=found.by, at=found.at)


@verb(Act.CLOSING_STOPPED)
def withdraw(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Withdraw a kept closure: its owner has the report again. Raises NotNow if no closure is kept. Needs no training."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.RELEASE, excused=True)
    _stop(found, WITHDRAWN)


def _stop(found: FoundReport, why: str, matches: Iterable[UUID] = ()) -> None:
    found.report.apply(
        Move.STOP_CLOSING,
        by=found.by.officer_id,
        at=found.at,
        note=notes.seal(found, {_ENDED: why, **reopening.as_known(matches)}),
    )
    record(found, Act.CLOSING_STOPPED)
    resolve(AlarmEvent.CLOSING_ENDED, found.report.id, by=found.by, at=found.at)


def complete_step(*, by: Attendance, at: datetime) -> None:
    """Complete some kept closures at the officer's desks, those first that have waited longest.

    Does nothing in a locked session. Raises nothing, because a page that shows something else must not fail.
    """
    if not by.unlocked:
        return
    mine = reports_of(by.desk_ids).filter(desk_id__in=by.desk_ids, stage=Stage.CLOSING)
    for key in [key for key, tried in _unopened.items() if tried < at - _TRY_AGAIN]:
        del _unopened[key]
    refs = compared(mine).order_by("due_at", "id").values_list("id", flat=True)
    for ref in [one for one in refs if (one, by.officer_id) not in _unopened][:MOST]:
        # the next session tries again: no key, no training, or nothing can be sealed now
        with suppress(Refused, SealingStopped), transaction.atomic():
            _complete(ref, by=by, at=at)


def _complete(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Close a report as its owner decided, or return it to them if something bars that now. Waits for nobody."""
    rows = compared(reports_of(by.desk_ids).filter(pk=ref, stage=Stage.CLOSING))
    report = rows.select_for_update(of=("self",), skip_locked=True).first()
    kept = (
        Step.objects.filter(report=ref, move=Move.KEEP_CLOSING)
        .select_related("by")
        .order_by("-number")
        .first()
    )
    if report is None or kept is None:
        return
    by.require(Capability.CLOSE, report.desk_id, report.watch_id, excused=True)
    found = FoundReport(report, by, at)
    words, facts = _decided(found, kept), None
    with suppress(NotNow):
        facts = closing_rules.facts_of(found)
    if words is None or facts is None:
        _unopened[ref, by.officer_id] = at  # another officer's keys may open it
        return
    closing = _closing_of(kept, words)
    known = {UUID(one) for one in words.get(reopening.MATCHES, ())}
    elsewhere = set(desk_notices.matches_of(ref, by=by))
    try:
        new = repeat_reports.matches_since(found, known, supervisor=repeat_reports.by_a_supervisor(words))
        if new:
            _stop(
                found, MATCHED.format(", ".join(sorted(new))), {one for some in new.values() for one in some}
            )
            post(Letter.MATCHED_AFTER_CLOSING, desk=report.desk_id, thing_id=ref, at=at)
            return
        if not _is_offered(found, closing):
            raise NotNow(UNKNOWN)
        check(found, closing, facts, report.priority, closer=kept.by_id)
        _nothing_open(report)
    except (NotNow, Refused) as no:
        _stop(found, STOPPED.format(no.reason))
        return
    name = kept.by.name if kept.by is not None else ""
    when = moment_words(kept.at, office_zone())
    _close(found, closing, known | elsewhere, kept=kept, ended=COMPLETED.format(name, when, by.name))


def _decided(found: FoundReport, kept: Step) -> dict[str, Any] | None:
    """Return what is sealed with a kept closure, or None if it cannot be opened."""
    with suppress(CannotOpen):
        for part in parts_of([found.report.id], Q(container=kept.note)):
            ring = found.by.keys().for_any(part.epochs)
            return dict(notes.open_words(part.container, part.header, part.payload, ring, part.part))
    return None


def _closing_of(kept: Step, words: dict[str, Any]) -> Closing:
    means = {told: code for code, told in closing_rules.MEANS.items()}
    proof = {name: str(words.get(label, "")) for name, label in closing_rules.LABELS.items()}
    proof["means"] = means.get(proof["means"], "")
    return Closing(
        kept.codes["outcome"], str(words.get("closing", "")), kept.codes["status"], ClosingProof(**proof)
    )
