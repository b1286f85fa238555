"""The closed list of actions that the audit log can record.

A test proves that every act is used and that nothing else is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from heedline.desk_hooks import register


class AnyAct(StrEnum):
    """Base class for actions that the log can record.

    The core's acts are in `Act`. A specialist desk extends this class and registers its own acts.
    """


class Act(AnyAct):
    # reports
    REPORT_ARRIVED = "report-arrived"  # written by clockwork.settle, in shuffled batches
    CALL_TAKEN_DOWN = (
        "call-taken-down"  # by whom and in which quarter hour (`audit.models.Waiting`); never which report
    )
    QUEUE_READ = "queue-read"
    REPORT_READ = "report-read"
    HISTORY_READ = "history-read"
    REPORT_TAKEN = "report-taken"
    REPORT_RELEASED = "report-released"
    REPORT_ASSIGNED = "report-assigned"  # `to`: the officer who owns it now
    RECORD_PASSED_ON = "record-passed-on"  # `to`: the officer who owns it now
    OWNER_NOTICE_READ = "owner-notice-read"  # by who owned it: that it was given to somebody else
    REPORT_CHECKED = "report-checked"
    REVIEW_SET = "review-set"
    REPORT_ASSESSED = "report-assessed"
    REPORTER_ASKED = "reporter-asked"
    MESSAGES_READ = "messages-read"  # the reporter's: how many
    NOTE_WRITTEN = "note-written"  # which note, and which revision of it
    LINK_DECIDED = "link-decided"  # about the report named and another one, which no entry names
    SUBJECT_VIEWED = "subject-viewed"  # by way of the report named; never which others the subject has
    SUBJECT_PRINTED = "subject-printed"
    SUBJECT_CHANGED = "subject-changed"  # a subject, link or value; never which or how
    REPORT_PRINTED = "report-printed"
    # files of a report, each by the id of its container
    FILES_LISTED = "files-listed"
    FILE_VIEWED = "file-viewed"
    DERIVATIVE_MADE = "derivative-made"  # written by viewer.keep_derivative
    ORIGINAL_TAKEN = "original-taken"  # with the reason as a code
    # tasks on reports: which, and for whom; never what
    TASK_SET = "task-set"
    TASK_GIVEN = "task-given"
    TASK_DONE = "task-done"
    TASK_CANCELLED = "task-cancelled"
    SHIFT_NOTE_WRITTEN = "shift-note-written"
    SHIFT_NOTE_ACKNOWLEDGED = "shift-note-acknowledged"
    NUMBER_SHOWN = "number-shown"  # of a call that was asked for; early or not, and why
    CALL_TRIED = "call-tried"
    SOURCE_REFERRED = "source-referred"
    SOURCE_OVERRIDDEN = "source-overridden"  # sent although the source guard warned
    ASKED_BEFORE_NOTED = "asked-before-noted"  # under another code; never which
    # languages: of a report never which
    LANGUAGE_SAID = "language-said"
    TRANSLATION_ASKED = "translation-asked"
    TRANSLATION_TAKEN = "translation-taken"
    TRANSLATION_HANDED_ON = "translation-handed-on"
    TRANSLATION_WRITTEN = "translation-written"
    TRANSLATION_DROPPED = "translation-dropped"
    # what is sent to partners: each about its report, with the id of what was sent
    DISSEMINATION_WRITTEN = "dissemination-written"
    DISSEMINATION_READ = "dissemination-read"  # by an officer
    DISSEMINATION_CHECKED = "dissemination-checked"
    DISSEMINATION_SENT = "dissemination-sent"
    DISSEMINATION_SENT_BACK = "dissemination-sent-back"
    DISSEMINATION_WITHDRAWN = "dissemination-withdrawn"
    DISSEMINATION_FINISHED = "dissemination-finished"
    DISSEMINATIONS_LISTED = "disseminations-listed"
    RELEASED_AGAIN = "released-again"  # to a partner's new key
    RECEIVED_BY_PARTNER = "received-by-partner"
    OPENED_BY_PARTNER = "opened-by-partner"
    ANSWERED_BY_PARTNER = "answered-by-partner"
    FILE_VIEWED_BY_PARTNER = "file-viewed-by-partner"  # written by permits.view_sent_file
    REPORT_HANDED_OVER = "report-handed-over"
    # dangers to life: that something was written, never what
    DANGER_TOLD = "danger-told"  # by a reporter or partner, after the report: written by clockwork.settle
    DANGER_OPENED = "danger-opened"
    DANGER_WATCHED = "danger-watched"  # the round-the-clock desk was added, or could not be
    DANGER_NOTED = "danger-noted"
    DANGER_OFFERED = "danger-offered"
    DANGER_RETURNED = "danger-returned"
    DANGER_TAKEN = "danger-taken"
    DANGER_ACKNOWLEDGED = "danger-acknowledged"
    DISCHARGE_ASKED = "discharge-asked"  # another supervisor confirms it
    DISCHARGE_REFUSED = "discharge-refused"  # or withdrawn
    DANGER_DISCHARGED = "danger-discharged"
    DISCHARGE_REVIEWED = "discharge-reviewed"  # of what one supervisor did alone
    REPORT_RETURNED = "report-returned"  # to the desk that handed it over
    REPORT_CLOSED = "report-closed"
    CLOSING_KEPT = "closing-kept"  # it takes effect when the report has been compared
    CLOSING_STOPPED = "closing-stopped"
    REPORT_REOPENED = "report-reopened"
    # closed reports that are read again
    CHECKS_DRAWN = "checks-drawn"
    CLOSED_CHECKED = "closed-checked"
    CHECK_PUT_RIGHT = "check-put-right"
    REPORT_SWEPT = "report-swept"
    REPORT_UNSWEPT = "report-unswept"
    SWEEP_MADE = "sweep-made"
    SWEEP_READ = "sweep-read"
    SWEEP_UNDONE = "sweep-undone"
    # who sent it
    IDENTITY_ASKED = "identity-asked"
    IDENTITY_REQUEST_READ = "identity-request-read"
    IDENTITY_DECIDED = "identity-decided"
    IDENTITY_OPENED = "identity-opened"
    TRACE_ASKED = "trace-asked"  # that a sender be traced elsewhere
    TRACE_REQUEST_READ = "trace-request-read"
    TRACE_DECIDED = "trace-decided"
    TRACE_STATED = "trace-stated"  # what is held of the sender, on paper
    # how long it is kept
    KEEPING_SEEN = "keeping-seen"
    KEPT_LONGER = "kept-longer"
    HOLD_PLACED = "hold-placed"
    HOLD_RELEASED = "hold-released"
    DISPOSAL_PROPOSED = "disposal-proposed"
    DISPOSAL_DECIDED = "disposal-decided"
    IDENTITY_DISPOSED = "identity-disposed"
    SUBJECT_REQUEST_OPENED = "subject-request-opened"
    SUBJECT_FOUND = "subject-found"
    SUBJECT_ANSWERED = "subject-answered"
    CERTIFICATE_SEEN = "certificate-seen"
    # searches: how, and how many hits; what was looked for is sealed
    SEARCHED = "searched"
    SEARCH_RESULTS_READ = "search-results-read"
    SEARCHES_SEEN = "searches-seen"  # by a supervisor or an overseer, by kind and number
    INDEX_DAMAGED = "index-damaged"  # and deleted, to be made anew
    INDEX_REBUILT = "index-rebuilt"
    INDEX_PURGED = "index-purged"  # of what was disposed of or has left the desk
    # across desks and the interest register: never which reports belong together, or what a report matches
    REPORTS_COMPARED = "reports-compared"  # a batch, by number
    MATCH_ASKED = "match-asked"
    QUESTION_TAKEN = "question-taken"
    MATCH_ANSWERED = "match-answered"
    MATCHES_READ = "matches-read"
    INTEREST_REGISTERED = "interest-registered"
    INTEREST_ENDED = "interest-ended"
    INTEREST_DELETED = "interest-deleted"  # with its matches, months after its end
    INTERESTS_READ = "interests-read"
    INTEREST_ACKNOWLEDGED = "interest-acknowledged"
    INTEREST_RELEASED = "interest-released"
    INTEREST_WITHDRAWN = "interest-withdrawn"  # the clearance to act
    INTEREST_HANDED_ON = "interest-handed-on"
    DECONFLICTED = "deconflicted"
    # duty
    INCIDENT_OPENED = "incident-opened"  # which, and of what kind; its name is public
    INCIDENT_CLOSED = "incident-closed"
    THREAT_LEVEL_ENTERED = "threat-level-entered"  # its codes are public
    THREAT_LEVEL_DECIDED = "threat-level-decided"
    CAME_ON_DUTY = "came-on-duty"
    WENT_OFF_DUTY = "went-off-duty"
    SHIFT_PLANNED = "shift-planned"
    SHIFT_CANCELLED = "shift-cancelled"
    PATTERN_CHANGED = "pattern-changed"  # the hours that a desk covers each week
    PUT_ON_CALL = "put-on-call"
    TAKEN_OFF_CALL = "taken-off-call"
    SKILL_STATED = "skill-stated"
    SKILL_WITHDRAWN = "skill-withdrawn"
    SKILL_CONFIRMED = "skill-confirmed"
    TRAINING_RECORDED = "training-recorded"
    TRAINING_WITHDRAWN = "training-withdrawn"
    TRAININGS_SEEN = "trainings-seen"  # those of others
    WELFARE_READ = "welfare-read"  # for how long officers viewed files
    PRACTISED = "practised"  # only refusals are written: practice leaves no mark among the acts on reports
    WITHOUT_TRAINING = "without-training"  # in an emergency, or for what was begun before it ran out
    ALARM_ACKNOWLEDGED = "alarm-acknowledged"
    ALARM_CLEARED = "alarm-cleared"
    DUTY_PAGED = "duty-paged"
    # sign-in and keys
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    # single sign-on: `how` or `why` it was, as a code
    BOUND_TO_PROVIDER = "bound-to-provider"
    UNBOUND_FROM_PROVIDER = "unbound-from-provider"
    LET_IN = "let-in"
    SIGNED_IN_BY_PROVIDER = "signed-in-by-provider"
    PROVIDER_SIGN_IN_REFUSED = "provider-sign-in-refused"
    ENDED_BY_PROVIDER = "ended-by-provider"
    SESSION_ALTERED = "session-altered"  # a session that the process did not write as it was found
    KEYS_UNLOCKED = "keys-unlocked"
    UNLOCK_REFUSED = "unlock-refused"
    KEYS_LOCKED = "keys-locked"
    PASSKEYS_REMOVED = "passkeys-removed"  # lost ones, by two stewards
    # the log itself
    LOG_RESTORED = "log-restored"
    BACKUP_BEGUN = "backup-begun"  # written by clockwork.note_backup, for whoever runs the backup
    LOG_READ = "log-read"
    LOG_TAKEN_OUT = "log-taken-out"
    # officers and what concerns themselves: for overseers alone, never with the term
    OWN_TERMS_REGISTERED = "own-terms-registered"
    OWN_TERMS_ENDED = "own-terms-ended"
    OWN_TERM_MET = "own-term-met"
    CONFLICT_RAISED = "conflict-raised"  # an overseer asks a supervisor to speak to an officer
    # the public site, as numbers
    FIGURES_READ = "figures-read"
    # setting up
    TRANSLATIONS_READ = (
        "translations-read"  # which languages the public pages have; only refusals are written
    )
    ORGANISATION_MADE = "organisation-made"
    DESK_MADE = "desk-made"
    OFFICER_MADE = "officer-made"
    OFFICER_APPOINTED = "officer-appointed"
    STATEMENT_SIGNED = "statement-signed"
    PROPOSED = "proposed"
    PROPOSAL_WITHDRAWN = "proposal-withdrawn"
    ENROLLED = "enrolled"
    WAY_REPLACED = "way-replaced"
    OFFICER_SUSPENDED = "officer-suspended"
    APPOINTMENT_ENDED = "appointment-ended"
    OFFICER_LEFT = "officer-left"
    EPOCH_MADE = "epoch-made"
    EPOCH_GRANTED = "epoch-granted"
    RECOVERY_MADE = "recovery-made"
    KEYS_RECOVERED = "keys-recovered"
    KEY_COMPARED = "key-compared"
    CHANGES_SEEN = "changes-seen"
    EPOCH_ENDED = "epoch-ended"
    PARTS_READDRESSED = "parts-readdressed"
    EPOCH_DESTROYED = "epoch-destroyed"


@dataclass(frozen=True, slots=True)
class DeskActs(register.Hook):
    """The acts of a specialist desk, each with its text in the log."""

    words: Mapping[AnyAct, str]

    def codes(self) -> Iterable[str]:
        return map(str, self.words)


def desk_acts() -> dict[str, str]:
    """Return the text of every act of the registered desks, by code."""
    return {str(act): words for hook in register.hooks(DeskActs) for act, words in hook.words.items()}


def refuse_unknown(act: AnyAct) -> None:
    """Raise NotRegistered for an action defined neither by the core nor by a registered specialist desk."""
    if not isinstance(act, Act) and str(act) not in desk_acts():
        raise register.NotRegistered(f"The log does not know the act {act}.")
