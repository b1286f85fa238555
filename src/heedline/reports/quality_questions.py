"""The short form on which a supervisor assesses the handling of a closed report or a call.

This is plain Python. The answers are codes about our own work. They say nothing of what a report is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The answers that a question can have.
ANSWERS = {"yes": "Yes", "no": "No", "na": "Does not apply"}
#: Channels on which the reporter writes the report. On all others an officer took it down.
WRITTEN_BY_REPORTERS = frozenset({"web", "api"})


@dataclass(frozen=True, slots=True)
class QualityQuestion:
    """A question on the short form.

    Questions with `calls_only` are asked only about reports that an officer took down.
    """

    code: str
    words: str
    calls_only: bool = False


QUESTIONS = (
    QualityQuestion("dangerfirst", "Was danger to life asked about before anything else?", calls_only=True),
    QualityQuestion("ownwords", "Was it taken down in the caller’s own words?", calls_only=True),
    QualityQuestion("advice", "Was the caller told what happens next?", calls_only=True),
    QualityQuestion("complete", "Was everything in the report considered?"),
    QualityQuestion("checked", "Were the checks made that it needed?"),
    QualityQuestion("reasoned", "Does the decision say why?"),
    QualityQuestion("intime", "Was each step taken in time?"),
)
_CODES = {one.code for one in QUESTIONS}


def questions_for(channel: str) -> tuple[QualityQuestion, ...]:
    """Return the questions on the short form for a report received through this channel."""
    call = channel not in WRITTEN_BY_REPORTERS
    return tuple(one for one in QUESTIONS if call or not one.calls_only)


def to_codes(answers: Mapping[str, str], channel: str) -> str:
    """Return the answers in stored form, such as "complete:yes checked:no".

    Raises ValueError unless exactly the questions for this channel are answered.
    """
    wanted = [one.code for one in questions_for(channel)]
    if set(answers) != set(wanted) or not set(answers.values()) <= ANSWERS.keys():
        raise ValueError("not the answers of this form")
    return " ".join(f"{code}:{answers[code]}" for code in wanted)


def from_codes(stored: str) -> dict[str, str]:
    """Return stored answers as a mapping of question codes to answer codes.

    Questions and answers that no longer exist are left out.
    """
    pairs = (one.partition(":") for one in stored.split())
    return {code: answer for code, _, answer in pairs if code in _CODES and answer in ANSWERS}
