"""Labels for the states, lists, outcomes and locations of the online material desk."""

from __future__ import annotations

from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer, NoticeState
from heedline.specialist_desks.material.rules import ItemOutcome, ItemState, Place

STATES = {
    ItemState.NEW: "New",
    ItemState.EXAMINING: "Being examined",
    ItemState.SECOND: "Waiting for a second reviewer",
    ItemState.DISPUTED: "Reviewers disagree",
    ItemState.UNLAWFUL: "Unlawful",
    ItemState.HELD: "Unlawful: preserve and investigate",
    ItemState.TERMS: "Lawful, but likely to breach the platform's terms",
    ItemState.LAWFUL: "Lawful",
    ItemState.OUTSIDE: "Not terrorism",
    ItemState.UNCLEAR: "Not enough information",
    ItemState.GONE: "Already gone",
    ItemState.REFERRED: "Referred",
}
LISTS = {
    "open": "To examine",
    "second": "Second review",
    "unlawful": "Unlawful",
    "finished": "Finished",
    "referred": "Referred",
}
OUTCOMES = {
    ItemOutcome.UNLAWFUL: STATES[ItemState.UNLAWFUL],
    ItemOutcome.HELD: STATES[ItemState.HELD],
    ItemOutcome.TERMS: STATES[ItemState.TERMS],
    ItemOutcome.LAWFUL: STATES[ItemState.LAWFUL],
    ItemOutcome.OUTSIDE: STATES[ItemState.OUTSIDE],
    ItemOutcome.UNCLEAR: STATES[ItemState.UNCLEAR],
}
#: What an item may be if no provision is met.
OTHERWISE = (ItemOutcome.TERMS, ItemOutcome.LAWFUL, ItemOutcome.OUTSIDE, ItemOutcome.UNCLEAR)
PLACES = {
    Place.FIRST: "First examination",
    Place.SECOND: "Second review",
    Place.THIRD: "Third examination",
    Place.REVERSAL: "Review of the decision",
}
EMPTY = {
    "open": "There is nothing to examine. New items appear here when reports that name an address have been indexed.",
    "second": "No item is waiting for a second reviewer.",
    "unlawful": "No item has been found unlawful.",
    "finished": "No item has been finished.",
    "referred": "No item has been referred.",
}
#: What the desk has done with a notice.
NOTICE_STATES = {
    NoticeState.DRAFT: "Draft",
    NoticeState.PROPOSED: "Waiting for approval",
    NoticeState.APPROVED: "Approved, not sent yet",
    NoticeState.SENT: "Sent",
    NoticeState.FAILED: "Not delivered",
    NoticeState.CLOSED: "Closed",
    NoticeState.LAPSED: "Closed without an answer",
    NoticeState.WITHDRAWN: "Withdrawn",
    NoticeState.DROPPED: "Given up before it was sent",
}
NOTICE_LISTS = {"open": "Open", "approve": "To approve", "finished": "Finished"}
NOTICES_EMPTY = {
    "open": "No notice is open. Write one on the page of an item that was found unlawful.",
    "approve": "No notice is waiting for approval.",
    "finished": "No notice has been finished.",
}
BASES = {
    NoticeBasis.VOLUNTARY: "Voluntary referral",
    NoticeBasis.SECTION_3: "Section 3 notice, served by hand or by recorded post",
}
#: What the company says, as the desk reads it.
ANSWERS = {
    CompanyAnswer.NONE: "No answer",
    CompanyAnswer.RECEIVED: "Acknowledged",
    CompanyAnswer.REMOVED: "Says that it was removed",
    CompanyAnswer.RESTRICTED: "Says that it can't be seen in the United Kingdom any more",
    CompanyAnswer.REFUSED: "Refuses",
    CompanyAnswer.ASKS: "Asks a question",
    CompanyAnswer.OBJECTS: "Objects",
}
#: The same as the company chooses it, and as its page repeats it.
ANSWERS_OFFERED = {
    CompanyAnswer.RECEIVED: "We have received the notice",
    CompanyAnswer.REMOVED: "We have removed the material",
    CompanyAnswer.RESTRICTED: "We have restricted the material in the United Kingdom",
    CompanyAnswer.REFUSED: "We have decided not to remove the material",
    CompanyAnswer.ASKS: "We have a question",
    CompanyAnswer.OBJECTS: "We object: the notice is wrong",
}
ANSWERS_SAID = {
    CompanyAnswer.NONE: "You have not answered yet.",
    **{one: f"Your last answer: {words}." for one, words in ANSWERS_OFFERED.items()},
}
#: The steps that a notice waits for.
STEPS = {
    "": "Nothing",
    "approve": "Approval",
    "send": "Sending",
    "acknowledge": "The company's acknowledgement",
    "answer": "The company's answer",
    "read": "The desk's decision about the answer",
    "serve": "Service by hand or by recorded post",
    "comply": "The company's compliance",
}
ATTEMPTS = {
    "": "Started. Delivery not confirmed",
    "accepted": "Accepted by the company's system",
    "later": "Not accepted. It can be tried again",
    "never": "Refused",
    "bounced": "Sent back",
    "served": "Served",
    "escalated": "Escalated",
    "withdrawn": "The company was told that it is withdrawn",
    "not-told": "The withdrawal did not reach the company",
}
VERDICTS = {
    "live": "It is there",
    "removed-404": "It is gone",
    "removed-tombstone": "It is gone: the page says so",
    "login-wall": "Only after signing in",
    "geo-blocked": "Not in this country",
    "changed": "It is there, and has changed",
    "moved": "It is there, at another address",
    "unreachable": "Could not be reached",
    "blocked-us": "The site refused us",
    "unsure": "Could not be checked",
}
