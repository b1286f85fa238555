"""Rules for disclosures to partners.

They define the purposes, legal bases, conditions and answers, and the words that may point to a source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.tables import PackError, Table, read_toml

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: What the database keeps of a code.
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose for which a disclosure may be made.

    `name` is shown to the sender and `asked` to the recipient. `answer_days` is how long the recipient has to answer after
    opening it, or 0. `answer_working_days` is how many working days after the sending they have, or 0, and `remind_after`
    after how many of them they are reminded. If both are 0, no answer is wanted. `questions` are what the text begins with.

    `meets` says that a panel decides at a meeting: the working days are counted from its date, and a chair or deputy signs.
    `answers` are the codes with which it can be answered, or empty for those that no purpose lists. It goes only to a partner
    whose latest answer to the purpose `only_after`, about the same report, is in `only_with`, if it names one.
    `sessions` says that each answer reports one session, whose day is asked.
    """

    code: str
    name: str
    asked: str
    answer_days: int
    answer_working_days: int = 0
    remind_after: tuple[int, ...] = ()
    questions: tuple[str, ...] = ()
    meets: bool = False
    answers: tuple[str, ...] = ()
    only_after: str = ""
    only_with: tuple[str, ...] = ()
    sessions: bool = False

    @property
    def of_panel(self) -> bool:
        """Return whether it belongs to a meeting of a panel, and so to a report about a person."""
        return self.meets or bool(self.answers or self.only_after)

    @property
    def answer_minutes(self) -> int | None:
        """Return how many minutes the recipient has to answer after opening it: 0 if the time runs from the sending.

        None if no answer is wanted.
        """
        return 0 if self.answer_working_days else self.answer_days * 24 * 60 or None


@dataclass(frozen=True, slots=True)
class PartnerRules:
    """The rules read from `partners.toml`.

    Mappings are from codes to wording and keep the order of the file. `danger_answers` are the codes of the answers that say
    by themselves that someone is in danger. `decisions` are the answers to purposes that are decided at a meeting.
    """

    purposes: Mapping[str, Purpose]
    bases: Mapping[str, str]
    conditions: Mapping[str, str]
    answers: Mapping[str, str]
    decisions: Mapping[str, str]
    danger_answers: tuple[str, ...]
    run: int
    saw: tuple[str, ...]

    def answers_to(self, purpose: str) -> Mapping[str, str]:
        """Return the answers that can be given to a disclosure for this purpose."""
        found = self.purposes.get(purpose)
        if found is not None and found.meets:
            return self.decisions
        listed = {code for one in self.purposes.values() for code in one.answers}
        own = found.answers if found is not None else ()
        return {
            code: words
            for code, words in self.answers.items()
            if (code in own if own else code not in listed)
        }

    def answer_words(self, code: str) -> str:
        """Return the words of an answer or a decision, or its code if the pack does not know it."""
        return self.answers.get(code) or self.decisions.get(code, code)

    def points_to_source(self, text: str, told: str) -> tuple[str, ...]:
        """Return the passages of a disclosure's text that may identify the reporter as its source.

        These are words from the pack's list, and runs of words that appear in the same order in `told`, the
        reporter's own text. Each is returned as it appears in the text. The result is only a hint, and people
        decide.
        """
        line = " ".join(text.casefold().split())
        named = [one for one in self.saw if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", line)]
        return (*named, *_runs(text, told, self.run))


def _words(text: str) -> list[re.Match[str]]:
    return list(_WORD.finditer(text))


def _runs(text: str, told: str, length: int) -> list[str]:
    """Return the longest runs of words in `text` that also occur consecutively in `told`.

    Each run has at least `length` words.
    """
    heard = [one.group(0).casefold() for one in _words(told)]
    there = {tuple(heard[at : at + length]) for at in range(len(heard) - length + 1)}
    mine = _words(text)
    said = [one.group(0).casefold() for one in mine]
    found: list[tuple[int, int]] = []
    for at in range(len(said) - length + 1):
        if tuple(said[at : at + length]) in there:
            if found and at < found[-1][1]:
                found[-1] = (found[-1][0], at + length)
            else:
                found.append((at, at + length))
    return [text[mine[start].start() : mine[end - 1].end()] for start, end in found]


def _codes(table: Table) -> dict[str, str]:
    found = {code: table.text(code) for code in table}
    if not found or any(len(code) > _LONGEST for code in found):
        raise table.wrong("", f"needs at least one, and no code longer than {_LONGEST} characters")
    table.done()
    return found


def _purpose(code: str, table: Table) -> Purpose:
    if len(code) > _LONGEST:
        raise PackError(f"partners.toml: purposes.{code}: no code is longer than {_LONGEST} characters")
    working = table.number("answer_working_days", 0)
    purpose = Purpose(
        code,
        table.text("name"),
        table.text("asked"),
        0 if working else table.number("answer_days"),
        working,
        table.numbers("remind_after") if working else (),
        table.texts("questions", ()),
        table.flag("meets", False),
        table.texts("answers", ()),
        table.text("only_after", ""),
        table.texts("only_with", ()),
        table.flag("sessions", False),
    )
    if purpose.meets and not working:
        raise table.wrong("meets", "needs answer_working_days, which are counted from the meeting")
    if any(not 0 < day < working for day in purpose.remind_after):
        raise table.wrong("remind_after", "must be days before the answer is due")
    table.done()
    return purpose


def read_partners(folder: Traversable) -> PartnerRules:
    """Return the rules read from `partners.toml`."""
    table = read_toml(folder, "partners.toml")
    guard = table.table("sanitising")
    run = guard.number("run")
    if run < 3:
        raise guard.wrong("run", "must be three words or more: fewer stand together by chance")
    found = PartnerRules(
        purposes={code: _purpose(code, one) for code, one in table.named("purposes").items()},
        bases=_codes(table.table("bases")),
        conditions=_codes(table.table("conditions")),
        answers=(answers := _codes(table.table("answers"))),
        decisions=_codes(table.table("decisions")) if table.has("decisions") else {},
        danger_answers=tuple(table.texts("danger_answers")),
        run=run,
        saw=tuple(one.casefold() for one in guard.texts("saw")),
    )
    if unknown := set(found.danger_answers) - set(answers):
        raise table.wrong("danger_answers", f"no answer is called {min(unknown)}")
    for one in found.purposes.values():
        if unknown := {*one.answers, *one.only_with} - set(answers):
            raise table.wrong("purposes", f"no answer is called {min(unknown)}")
        if one.meets and not found.decisions:
            raise table.wrong("decisions", f"is missing, and {one.code} is decided at a meeting")
        if one.only_after and one.only_after not in found.purposes:
            raise table.wrong("purposes", f"no purpose is called {one.only_after}")
    guard.done()
    table.done()
    return found
