"""The two states of a notice: its progress at the desk, and the company's answer.

What our own checks find is a third thing (`liveness`), and is written over neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.notice_rules.codes import CompanyAnswer as CompanyAnswer
from heedline.specialist_desks.material.notice_rules.codes import NoticeBasis
from heedline.specialist_desks.material.notice_rules.codes import NoticeState as NoticeState


class NoticeMove(StrEnum):
    """A transition of a notice at the desk."""

    PROPOSE = "propose"
    RETURN = "return"
    APPROVE = "approve"
    SEND = "send"
    SERVE = "serve"
    FAIL = "fail"
    CHANGE = "change"
    """Redraft a failed notice for another channel. It then needs approval again."""
    CLOSE = "close"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    DROP = "drop"


_S, _M = NoticeState, NoticeMove
#: Every legal move of the desk.
NOTICE_PATH: Final[Mapping[tuple[NoticeState, NoticeMove], NoticeState]] = MappingProxyType(
    {
        (_S.DRAFT, _M.PROPOSE): _S.PROPOSED,
        (_S.DRAFT, _M.DROP): _S.DROPPED,
        (_S.PROPOSED, _M.RETURN): _S.DRAFT,
        (_S.PROPOSED, _M.APPROVE): _S.APPROVED,
        (_S.PROPOSED, _M.DROP): _S.DROPPED,
        (_S.APPROVED, _M.RETURN): _S.DRAFT,
        (_S.APPROVED, _M.SEND): _S.SENT,
        (_S.APPROVED, _M.SERVE): _S.SENT,
        (_S.APPROVED, _M.FAIL): _S.FAILED,
        (_S.APPROVED, _M.DROP): _S.DROPPED,
        (_S.FAILED, _M.SEND): _S.SENT,
        (_S.FAILED, _M.SERVE): _S.SENT,
        (_S.FAILED, _M.CHANGE): _S.DRAFT,
        (_S.FAILED, _M.DROP): _S.DROPPED,
        (_S.FAILED, _M.WITHDRAW): _S.WITHDRAWN,
        (_S.SENT, _M.FAIL): _S.FAILED,
        (_S.SENT, _M.CLOSE): _S.CLOSED,
        (_S.SENT, _M.LAPSE): _S.LAPSED,
        (_S.SENT, _M.WITHDRAW): _S.WITHDRAWN,
        (_S.CLOSED, _M.WITHDRAW): _S.WITHDRAWN,
        (_S.LAPSED, _M.WITHDRAW): _S.WITHDRAWN,
    }
)
#: States in which somebody at the desk, or the company, has something to do.
OPEN_NOTICES: Final = frozenset({_S.DRAFT, _S.PROPOSED, _S.APPROVED, _S.SENT, _S.FAILED})


_A = CompanyAnswer
#: Answers that a company can give after another. It may always change its mind, but not unsay that it has the notice.
ANSWERS: Final[Mapping[CompanyAnswer, frozenset[CompanyAnswer]]] = MappingProxyType(
    {one: frozenset(_A) - {_A.NONE, one} - ({_A.RECEIVED} if one is not _A.NONE else set()) for one in _A}
)
#: Answers with which the company's part is done.
FINAL_ANSWERS: Final = frozenset({_A.REMOVED, _A.RESTRICTED, _A.REFUSED})


class NotThisMove(Exception):
    """Raised for a transition or answer that the notice's state does not allow."""


def moved(state: NoticeState, move: NoticeMove, basis: NoticeBasis) -> NoticeState:
    """Return the notice's state after a transition.

    A section 3 notice is served and never sent; a referral is sent and never served. Raises NotThisMove.
    """
    wrong = NoticeMove.SEND if basis is NoticeBasis.SECTION_3 else NoticeMove.SERVE
    if move is wrong or (state, move) not in NOTICE_PATH:
        raise NotThisMove(f"{move} is not possible for a {basis} notice that is {state}")
    return NOTICE_PATH[state, move]


def answered(state: NoticeState, before: CompanyAnswer, answer: CompanyAnswer) -> CompanyAnswer:
    """Return the company's new answer, after checking that it may follow the previous one.

    Raises NotThisMove for an answer to a notice that was not sent or was withdrawn, and for one that cannot follow.
    """
    if state not in {NoticeState.SENT, NoticeState.CLOSED, NoticeState.LAPSED}:
        raise NotThisMove("This notice is not open for an answer.")
    if answer not in ANSWERS[before]:
        raise NotThisMove(f"{answer} cannot follow {before}")
    return answer


def is_contradicted(answer: CompanyAnswer, found: LivenessVerdict | None) -> bool:
    """Return whether a liveness check contradicts the company's claim of removal."""
    return answer is CompanyAnswer.REMOVED and found in {LivenessVerdict.LIVE, LivenessVerdict.MOVED}


def why_not_close(answer: CompanyAnswer, found: LivenessVerdict | None) -> str:
    """Return the reason why a notice may not be closed yet, or "".

    Neither the company's word nor one check of ours is enough for "removed".
    """
    if answer is CompanyAnswer.OBJECTS:
        return "The company objects. Somebody uninvolved decides first."
    if answer is CompanyAnswer.ASKS:
        return "The company asks a question. Answer it first."
    if is_contradicted(answer, found):
        return "The company says that it was removed, but our last check found it. Ask the company again."
    if found is not None and found.is_removed:
        return ""
    if answer in {CompanyAnswer.REFUSED, CompanyAnswer.RESTRICTED}:
        return ""
    return "The material has not been found to be gone, and the company has not said that it stays."
