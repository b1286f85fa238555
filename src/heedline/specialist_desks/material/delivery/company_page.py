"""A company's actions on its page for a notice, run in the partner process without desk keys.

The token in the address is all that opens the page. The page knows the notice's reference and what was answered, and
nothing that the notice says. An answer is sealed to the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from heedline.casework.errors import NoRoom, NotHere, SealingStopped
from heedline.casework.rate_limit import Limit, RateLimit
from heedline.casework.records import desk_parts
from heedline.intake.fields import tidy
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.delivery import pack_data
from heedline.specialist_desks.material.delivery.answer_tokens import answer_token_hash
from heedline.specialist_desks.material.notice_rules.clock import NoticeStep
from heedline.specialist_desks.material.notice_rules.states import ANSWERS, CompanyAnswer, NoticeState
from heedline.specialist_desks.material.vocabulary import NOTICE_ANSWER

#: Characters of an answer and of a name, as stated on the page.
LONGEST, LONGEST_NAME = 4_000, 200
#: By token, in the memory of this process. Nobody's address is looked at.
_LOOKS = RateLimit(Limit(burst=30, each=timedelta(seconds=10)))
_ANSWERS = RateLimit(Limit(burst=5, each=timedelta(minutes=1)))
TOO_FAST = "Too many answers at once. Wait a minute and send it again."
FULL = "Too many answers have been sent for this notice. Write to the unit instead."


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """The data that a company's page shows about a notice."""

    desk: UUID
    reference: str
    sent_on: date | None
    withdrawn: bool
    answer: CompanyAnswer
    answer_by: datetime | None

    @property
    def possible(self) -> tuple[CompanyAnswer, ...]:
        """Return the answers that the company may give in the notice's current state."""
        if self.withdrawn:
            return ()
        again = {self.answer} & {CompanyAnswer.ASKS, CompanyAnswer.OBJECTS}
        return tuple(one for one in CompanyAnswer if one in ANSWERS[self.answer] | again)


def look(token: str) -> CompanyPage:
    """Return the notice for a token. Raise NotHere for an unknown or expired token."""
    digest = answer_token_hash(token)
    if not _LOOKS.allows(digest):
        raise NotNow(TOO_FAST)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT desk, reference, sent_on, state, answer, answer_by FROM permits.notice_page(%s)", [digest]
        )
        row = cursor.fetchone()
    if row is None:
        raise NotHere
    desk, reference, sent_on, state, answer, answer_by = row
    return CompanyPage(
        desk, reference, sent_on, state == NoticeState.WITHDRAWN, CompanyAnswer(answer), answer_by
    )


def answer(token: str, said: CompanyAnswer, text: str, name: str, *, at: datetime) -> None:
    """Store a company's answer, sealed to the desk, without changing the notice's state at the desk.

    Raises NotHere, NotNow, NoRoom and SealingStopped.
    """
    page = look(token)
    digest = answer_token_hash(token)
    if not _ANSWERS.allows(digest):
        raise NotNow(TOO_FAST)
    if said not in page.possible:
        raise NotNow("This answer cannot follow your last one. Choose another.")
    words = {"text": tidy(text, lines=True), "name": tidy(name, lines=False)}
    if len(words["text"]) > LONGEST or len(words["name"]) > LONGEST_NAME:
        raise NoRoom
    made = desk_parts.sealed_to(page.desk, words, part=NOTICE_ANSWER, on=at.date())
    minutes = int(pack_data.notice_rules().steps[NoticeStep.READ].within.total_seconds() // 60)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.answer_notice(%s, %s, %s, %s, %s, %s, %s)",
            [digest, str(said), made.container, made.header, made.payload, made.epoch, minutes],
        )
        (outcome,) = cursor.fetchone()
    match outcome:
        case "answered":
            return
        case "unknown":
            raise NotHere
        case "full":
            raise NotNow(FULL)
        case "changed":
            raise SealingStopped
        case _:
            raise NotNow("This notice is not open for an answer now.")
