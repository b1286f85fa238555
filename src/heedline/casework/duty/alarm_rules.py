"""What a kind of alarm says about itself, and the actions that resolve alarms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from heedline.casework.duty.alarm_callers import Called, call_the_desk
from heedline.casework.duty.alarm_causes import Lasts
from heedline.dispatch.letters import AnyLetter
from heedline.dispatch.models import About
from heedline.permits.capabilities import AnyCapability, Capability


class AlarmEvent(StrEnum):
    """An action that resolves alarms.

    It is stored with the alarm and in the log as the reason why the alarm was cleared.
    """

    TAKEN = "taken"
    DECIDED = "decided"
    CALLED = "called"
    TRANSLATED = "translated"
    GIVEN_ON = "given-on"
    CHECKED = "checked"
    WITHDRAWN = "withdrawn"
    ANSWER_READ = "answer-read"
    DANGER_ACKNOWLEDGED = "danger-acknowledged"
    DANGER_DISCHARGED = "danger-discharged"
    DANGER_MOVED = "danger-moved"
    OWNER_BACK = "owner-back"
    REVIEW_SET = "review-set"
    ROTA_FILLED = "rota-filled"
    TASK_ENDED = "task-ended"
    INTEREST_ACKNOWLEDGED = "interest-acknowledged"


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
    on the page Alarms.
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

    @property
    def what_to_do(self) -> str:
        """Return the instruction shown under the alarm on the Alarms page."""
        return self.do or self.while_it_lasts
