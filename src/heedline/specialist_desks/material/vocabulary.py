"""The codes that the online material desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from heedline.audit.acts import AnyAct
from heedline.dispatch.letters import AnyAlarmKind
from heedline.permits.capabilities import AnyCapability

#: `desks.Desk.kind` of a desk that examines online material.
DESK_KIND = "material"
#: Sorts of sealed parts: what an item is, and an examination of it.
ITEM = "material-item"
EXAMINATION = "material-examination"
#: An entry of an item's chain of evidence, and a page of the bank of known hashes.
EVIDENCE = "material-evidence"
BANK = "material-bank"
#: Sorts of sealed parts: what a notice says, what came back from an attempt to deliver it, and a company's answer.
NOTICE = "material-notice"
NOTICE_PROOF = "material-notice-proof"
NOTICE_ANSWER = "material-notice-answer"
#: What figures count of an item that was disposed of.
FIGURES = "material-figures"


class MaterialAct(AnyAct):
    FOUND = "material-found"
    ADDED = "material-added"
    VIEWED = "material-viewed"
    TAKEN = "material-taken"
    GIVEN_BACK = "material-given-back"
    CHECKED = "material-checked"
    EXAMINED = "material-examined"
    CONFIRMED = "material-confirmed"
    MOVED = "material-moved"
    DANGER = "material-danger"
    UNIT_HAS_IT = "material-unit-has-it"
    BLOCKED = "material-blocked"
    CAPTURE_BEGUN = "material-capture-begun"
    CAPTURED = "material-captured"
    UPLOADED = "material-uploaded"
    LOOKED = "material-looked-whether-there"
    WATCH_BEGUN = "material-watch-begun"
    VERIFIED = "material-evidence-verified"
    #: Written by the database with every change of the bank.
    BANK_CHANGED = "material-bank-changed"
    BANK_MENDED = "material-bank-mended"
    RULE_SUSPENDED = "material-rule-suspended"
    EVIDENCE_VIEWED = "material-evidence-viewed"
    BUNDLED = "material-evidence-exported"
    SEEN = "material-seen"
    DECONFLICTED = "material-deconflicted"
    COMPOSED = "material-composed"
    PROPOSED = "material-proposed"
    APPROVED = "material-approved"
    RETURNED = "material-returned"
    DROPPED = "material-dropped"
    SENDING = "material-sending"
    SENT = "material-sent"
    NOT_DELIVERED = "material-not-delivered"
    SERVED = "material-served"
    COMPANY_ANSWERED = "material-company-answered"
    ANSWER_RECORDED = "material-answer-recorded"
    ANSWER_READ = "material-answer-read"
    ESCALATED = "material-escalated"
    NOTICE_CLOSED = "material-notice-closed"
    WITHDRAWN = "material-withdrawn"
    NOTICES_VIEWED = "material-notices-viewed"
    LETTER_PRINTED = "material-letter-printed"
    CHANNEL_TESTED = "material-channel-tested"
    SIGNING_SHOWN = "material-signing-shown"
    REPORTERS_TOLD = "material-reporters-told"
    FIGURES_VIEWED = "material-figures-viewed"
    DISPOSAL_PROPOSED = "material-disposal-proposed"
    KEPT = "material-kept"
    WELFARE_VIEWED = "material-welfare-viewed"
    DISPOSED = "material-disposed"
    SEARCHED = "material-searched"
    PICTURES_COMPARED = "material-pictures-compared"


class MaterialAlarm(AnyAlarmKind):
    REFERRED = "material-referred"
    REFERRAL_LATE = "material-referral-late"
    CHECK_LATE = "material-check-late"
    EVIDENCE_DAMAGED = "material-evidence-damaged"
    RULE_SUSPENDED = "material-rule-suspended"
    NOTICE_LATE = "material-notice-late"


class MaterialCapability(AnyCapability):
    SEE = "material-see"
    EXAMINE = "material-examine"
    NOTIFY = "material-notify"
    LEAD = "material-lead"
    SEE_WELFARE = "material-see-welfare"
