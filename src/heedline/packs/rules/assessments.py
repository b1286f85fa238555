"""The decisions that an officer makes in an assessment, for each kind of report.

They are in the wording of the desk that works on that kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heedline.packs.kind_files import own_file
from heedline.packs.tables import Table, read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class AssessedText:
    """A free-text field of an assessment.

    `required` is the error message shown if it is left blank.
    """

    label: str
    hint: str
    required: str


@dataclass(frozen=True, slots=True)
class AssessedChoice:
    """A coded decision in an assessment.

    `choices` maps codes to wording. `several` means tick boxes. `required` is the error message shown if
    nothing was chosen. If it is empty, the field is optional. With one of the codes in `supervisor_closes`, only
    a supervisor may close the report, and with one of those in `needs_link` only once it is linked to an earlier one.
    """

    code: str
    label: str
    hint: str
    several: bool
    required: str
    choices: Mapping[str, str]
    supervisor_closes: tuple[str, ...] = ()
    needs_link: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssessmentForm:
    """The fields of an assessment for one kind of report.

    They are the two texts common to every assessment (`casework.journey.transitions.Assessment`) and the
    coded choices for this kind.
    """

    done_what: AssessedText
    reason: AssessedText
    choices: tuple[AssessedChoice, ...]

    def only_a_supervisor_closes(self, answers: Mapping[str, str]) -> bool:
        """Return whether only a supervisor may close a report that was assessed with these answers.

        `answers` maps each label to the chosen wording.
        """
        return any(self._says(answers, choice, choice.supervisor_closes) for choice in self.choices)

    def needs_link(self, answers: Mapping[str, str]) -> bool:
        """Return whether these answers require the report to be linked to an earlier one."""
        return any(self._says(answers, choice, choice.needs_link) for choice in self.choices)

    @property
    def asks_for_earlier(self) -> bool:
        """Return whether this assessment form asks about earlier reports."""
        return any(choice.supervisor_closes for choice in self.choices)

    def says_of_earlier(self, answers: Mapping[str, str]) -> bool:
        """Return whether these answers say that there were earlier reports, or that there were none."""
        return any(answers.get(choice.label) for choice in self.choices if choice.supervisor_closes)

    def denies_earlier(self, answers: Mapping[str, str]) -> bool:
        """Return whether these answers say that there was no earlier report."""
        return self.says_of_earlier(answers) and not self.only_a_supervisor_closes(answers)

    @staticmethod
    def _says(answers: Mapping[str, str], choice: AssessedChoice, codes: tuple[str, ...]) -> bool:
        return any(answers.get(choice.label) == choice.choices[code] for code in codes)


def read_assessments(folder: Traversable, kinds: tuple[str, ...]) -> dict[str, AssessmentForm]:
    """Return the assessments, read from the `assessment.toml` of each kind of report.

    Raises PackError if a file is missing, or if something in it is missing or unexpected.
    """
    return {kind: _assessment(read_toml(folder, own_file(kind, "assessment.toml"))) for kind in kinds}


def _assessment(table: Table) -> AssessmentForm:
    choices = table.table("choices", optional=True)
    found = AssessmentForm(
        done_what=_text(table.table("done_what")),
        reason=_text(table.table("reason")),
        choices=tuple(_choice(code, choices.table(code)) for code in choices),
    )
    table.done()
    return found


def _text(table: Table) -> AssessedText:
    text = AssessedText(table.text("label"), table.text("hint", ""), table.text("required"))
    table.done()
    return text


def _choice(code: str, table: Table) -> AssessedChoice:
    options = table.table("choices")
    choice = AssessedChoice(
        code=code,
        label=table.text("label"),
        hint=table.text("hint", ""),
        several=table.flag("several", False),
        required=table.text("required", ""),
        choices={option: options.text(option) for option in options},
        supervisor_closes=table.texts("supervisor_closes", ()),
        needs_link=table.texts("needs_link", ()),
    )
    for key, codes in (("supervisor_closes", choice.choices), ("needs_link", choice.supervisor_closes)):
        if stray := set(getattr(choice, key)) - set(codes):
            raise table.wrong(key, f"no choice is called {min(stray)}")
    if len(choice.choices) < 2:
        raise table.wrong("choices", "must offer at least two")
    table.done()
    return choice
