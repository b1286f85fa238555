"""Requests that a second person must decide before they are carried out.

This is plain Python. `Matter` lists what two people decide. `RULES` says who decides each matter and how they
are refused. The verbs of casework ask here and keep their own tables. An approved request is carried out in
the same transaction, so that nothing is ever approved but not yet done.

An independent second opinion is not a decision on a request: the second examiner of online material forms a view before
seeing the first one. That desk's rules say who may give it, and who may approve a notice with several
authors.

What records of specialist desks need a second person for is no `Matter`: their kinds say so (`RecordKind.decides` in
`reports/record_kinds.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow


class Matter(StrEnum):
    """The kinds of request that a second person must decide."""

    IDENTITY = "identity"  # opening a reporter's identity
    TRACE = "trace"  # having a reporter traced elsewhere
    DISPOSAL = "disposal"
    DISSEMINATION = "dissemination"  # the review of what is sent to a partner
    PROPOSAL = "proposal"  # what stewards set up
    DISCHARGE = "discharge"  # the end of a danger to life
    THREAT_LEVEL = "threat-level"  # what the public site shows


class RequestState(StrEnum):
    """The state of a request."""

    WAITING = "waiting"
    AGREED = "agreed"  # and carried out
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Reply(StrEnum):
    """The replies that decide or withdraw a request."""

    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


#: Every legal change. A request is answered once; whoever wants to try again makes a new one.
PATH: dict[tuple[RequestState, Reply], RequestState] = {
    (RequestState.WAITING, Reply.AGREE): RequestState.AGREED,
    (RequestState.WAITING, Reply.REFUSE): RequestState.REFUSED,
    (RequestState.WAITING, Reply.WITHDRAW): RequestState.WITHDRAWN,
}


@dataclass(frozen=True)
class DecisionRule:
    """The rule on who may decide one kind of request, with the messages shown on refusal.

    `own_replies` are open to the person who made the request. `reads_reports` refuses people who can open reports. Without it they may decide.
    `involved` refuses those who had a part in what is decided (`DecisionRequest.involved`). `late` refuses a request that is older than `open_for`.
    """

    capability: Capability
    replies: frozenset[Reply]
    own: str
    decided: str
    own_replies: frozenset[Reply] = frozenset()
    waiting: str = ""
    reads_reports: str = ""
    involved: str = ""
    open_for: timedelta | None = None
    late: str = ""


_REQUEST_DECIDED = "This has been decided. A new request can be made, giving new reasons."
_OWN_REQUEST = "You asked for this yourself. Somebody else decides."
_REQUEST_WAITS = "Your desk has asked already. An authoriser is about to decide."
_READS_REPORTS = "You can open reports. Only someone who cannot may decide identity requests."

RULES: dict[Matter, DecisionRule] = {
    Matter.IDENTITY: DecisionRule(
        Capability.DECIDE_IDENTITY,
        frozenset({Reply.AGREE, Reply.REFUSE}),
        own=_OWN_REQUEST,
        decided=_REQUEST_DECIDED,
        waiting=_REQUEST_WAITS,
        reads_reports=_READS_REPORTS,
    ),
    Matter.TRACE: DecisionRule(
        Capability.DECIDE_TRACE,
        frozenset({Reply.AGREE, Reply.REFUSE}),
        own=_OWN_REQUEST,
        decided=_REQUEST_DECIDED,
        waiting=_REQUEST_WAITS,
        reads_reports=_READS_REPORTS,
    ),
    Matter.DISPOSAL: DecisionRule(
        Capability.DECIDE_DISPOSAL,
        frozenset({Reply.AGREE, Reply.REFUSE}),
        own="You proposed this. Another officer must confirm it.",
        decided="A supervisor of the desk, other than the proposer, must decide this, or has already done so.",
        own_replies=frozenset({Reply.REFUSE}),  # keeping a report needs no second person
        waiting="This has been proposed already. A supervisor decides.",
    ),
    Matter.DISSEMINATION: DecisionRule(
        Capability.CHECK_DISSEMINATION,
        frozenset({Reply.AGREE, Reply.REFUSE, Reply.WITHDRAW}),
        own="You wrote this. Another officer must review it before it is sent.",
        decided="A colleague has read this already.",
        own_replies=frozenset({Reply.WITHDRAW}),
    ),
    Matter.PROPOSAL: DecisionRule(
        Capability.SET_UP,
        frozenset({Reply.AGREE, Reply.WITHDRAW}),
        own="You proposed this yourself. Another steward must confirm it.",
        decided="Another steward has confirmed or withdrawn this.",
        own_replies=frozenset({Reply.WITHDRAW}),
        open_for=timedelta(days=7),
        late="This was proposed more than a week ago. It has to be proposed anew.",
    ),
    Matter.DISCHARGE: DecisionRule(
        Capability.LEAD_DANGER,
        frozenset({Reply.AGREE, Reply.REFUSE, Reply.WITHDRAW}),
        own="You asked for this discharge. Another supervisor must confirm it.",
        decided="Nobody has asked for a discharge, or it has been decided.",
        own_replies=frozenset({Reply.WITHDRAW}),
        waiting="Somebody has asked for the discharge already. Another supervisor must confirm it.",
        involved="You opened this danger, own it or took it. A supervisor who did none of these must confirm the discharge.",
    ),
    Matter.THREAT_LEVEL: DecisionRule(
        Capability.CONFIRM_THREAT_LEVEL,
        frozenset({Reply.AGREE, Reply.REFUSE, Reply.WITHDRAW}),
        own="You entered this level. Another adviser must confirm it.",
        decided="This level has been confirmed, rejected or withdrawn.",
        own_replies=frozenset({Reply.WITHDRAW}),
        waiting="A level is waiting to be confirmed already.",
    ),
}


@dataclass(frozen=True)
class DecisionRequest:
    """The facts about a request that the rules check."""

    matter: Matter
    asked_by: UUID
    state: RequestState = RequestState.WAITING
    asked_on: date | None = None
    involved: frozenset[UUID] = frozenset()

    @property
    def rule(self) -> DecisionRule:
        return RULES[self.matter]

    def after(self, reply: Reply) -> RequestState:
        """Return the state that `reply` leads to.

        Raises NotNow if the request is already decided.
        """
        to = PATH.get((self.state, reply))
        if to is None:
            raise NotNow(self.rule.decided)
        return to

    def late(self, today: date) -> bool:
        """Return True if the request has expired undecided and a new one is needed."""
        limit = self.rule.open_for
        return limit is not None and self.asked_on is not None and self.asked_on + limit < today

    def why_not(self, reply: Reply, *, by: UUID, today: date, reads_reports: bool = False) -> str:
        """Return the reason why this person may not give this reply, or "" if they may.

        Only the rules for two people are checked. `reads_reports` is true if they work on a desk that reads
        reports, or hold keys of a desk that has this report.
        """
        rule = self.rule
        if by == self.asked_by and reply not in rule.own_replies:
            return rule.own
        if by in self.involved and reply is Reply.AGREE:
            return rule.involved
        if reads_reports and rule.reads_reports:
            return rule.reads_reports
        if reply is Reply.AGREE and self.late(today):
            return rule.late
        return ""

    def check_person(self, reply: Reply, *, by: UUID, today: date, reads_reports: bool = False) -> None:
        """Raise Refused, with the reason from `why_not`, if this person may not give this reply."""
        reason = self.why_not(reply, by=by, today=today, reads_reports=reads_reports)
        if reason:
            raise Refused(reason)


def refuse_second_request(matter: Matter, *, waits: bool) -> None:
    """Raise NotNow if an earlier request on the same matter is still undecided."""
    if waits:
        raise NotNow(RULES[matter].waiting)
