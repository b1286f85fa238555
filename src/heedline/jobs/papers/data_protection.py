"""The `heedline data-protection` command, which writes an organisation's data protection documents.

What is asked, kept and passed on, and for how long, comes from the pack, so the documents always agree
with the program. What only the organisation knows comes from its answers, and anything unanswered is
marked in its place.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from heedline.packs import PackError, load_pack
from heedline.packs.pack import Pack
from heedline.packs.rules.data_protection import (
    ImpactAnswers,
    ImpactQuestion,
    Papers,
    blank_answers,
    read_demo_answers,
    read_own_answers,
    read_papers,
)

ANSWERS = "answers.toml"
_DEMO = "Filled in for the demonstration by `make docs`: bodies and people are invented, and nobody has signed it."
_OWN = "Printed by `heedline data-protection`. What the program does comes from the program; the rest from your answers."


def _cell(text: str) -> str:
    """Collapse whitespace and escape pipes, so that the text fits in a Markdown table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _answered(asked: ImpactQuestion, answers: ImpactAnswers) -> str | list[dict[str, str]]:
    given = answers.get(asked.code)
    if given is None:
        blank = f"**To be answered: {asked.ask}**"
        return (
            [{name: blank if at == 0 else "" for at, name in enumerate(asked.columns)}]
            if asked.columns
            else blank
        )
    if isinstance(given, str):
        return _cell(given)
    return [{name: _cell(text) for name, text in row.items()} for row in given]


def _sets(pack: Pack) -> list[dict[str, object]]:
    from heedline.intake.question_files import load_question_set
    from heedline.intake.questions import QuestionPage

    def where(step: QuestionPage) -> str:
        return "who sent it" if step.private else "the report, as contact" if step.contact else "the report"

    return [
        {
            "name": kind.name,
            "steps": [
                {"slug": step.slug, "used_for": _cell(step.used_for), "where": where(step)}
                for step in load_question_set(pack, kind.code, pack.first_language).steps
                if step.fields
            ],
        }
        for kind in pack.kinds.values()
    ]


def _retention(pack: Pack) -> dict[str, object]:
    rules = pack.retention

    def begins(code: str, outcomes: Sequence[str]) -> str:
        named = [f"“{pack.outcomes[outcome].words}”" for outcome in outcomes]
        if code == rules.useful:
            named.append("any other useful outcome")
        if code == rules.other:
            named.append("any outcome that was of no use")
        return _cell(", ".join(named)) or "only by a reviewer’s decision"

    return {
        "source": rules.source,
        "as_of": rules.as_of.isoformat(),
        "answer_days": rules.answer_days,
        "ahead_days": rules.ahead_days,
        "groups": [
            {
                "name": _cell(group.name),
                "review": group.review,
                "again": group.again,
                "identity": group.identity,
                "begins": begins(code, group.outcomes),
            }
            for code, group in rules.groups.items()
        ],
        "keep_reasons": "; ".join(rules.keep_reasons.values()),
        "dispose_reasons": "; ".join(rules.dispose_reasons.values()),
        "holds": "; ".join(hold.words for hold in rules.holds.values()),
        "rights": [_cell(words) for words in rules.rights.values()],
    }


def _desks(pack: Pack) -> dict[str, object]:
    def taken_by(code: str) -> str:
        kind = pack.kinds[code]
        if kind.desk:
            return pack.desks[kind.desk].name
        names = {pack.desks[region.desk].name for region in pack.regions.values()}
        return f"the desk of the region: {', '.join(sorted(names))}"

    return {
        "watch": f"the {pack.desks[pack.watch_desk].name}",
        "authoriser": f"the {pack.organisations[pack.desks[pack.authoriser_desk].organisation].name}"
        if pack.authoriser_desk
        else "nobody",
        "kinds": [
            {
                "name": kind.name,
                "taken_by": taken_by(code),
                "watched": "always" if kind.watch else "when somebody is in danger",
            }
            for code, kind in pack.kinds.items()
        ],
        "desks": [
            {
                "name": desk.name,
                "organisation": pack.organisations[desk.organisation].name,
                "open": "day and night" if desk.around_the_clock else "by its rota",
            }
            for desk in pack.desks.values()
        ],
    }


def filled(pack: Pack, papers: Papers, answers: ImpactAnswers, *, note: str) -> dict[str, str]:
    """Return every completed document, by file name.

    A template that refers to an unknown fact raises an error.
    """
    from django.template import Context, Engine

    facts: dict[str, Any] = {
        "note": note,
        "as_of": papers.as_of.isoformat(),
        "a": {code: _answered(asked, answers) for code, asked in papers.questions.items()},
        "sets": _sets(pack),
        "retention": _retention(pack),
        **_desks(pack),
    }
    engine = Engine(autoescape=False, string_if_invalid="%(no such fact)s")
    texts = {}
    for name, template in papers.templates.items():
        # Numbers as they are: writing them as a language does would ask settings, and this command has none.
        text = engine.from_string(template).render(Context(facts, autoescape=False, use_l10n=False))
        if "(no such fact)" in text:
            raise PackError(f"{name}: names a fact that there is not")
        texts[name] = text.rstrip("\n") + "\n"
    return texts


def for_the_demo(code: str) -> dict[str, str]:
    """Return the demonstration's documents, as published in `docs/data-protection/`."""
    pack = load_pack(code)
    papers = read_papers(pack.folder)
    return filled(pack, papers, read_demo_answers(pack.folder, papers), note=_DEMO)


def run(folder: Path, answers: Path | None, code: str) -> int:
    """Write the documents to `folder`, and a blank answers file if there are no answers yet.

    Returns 0, or 1 if the answers cannot be read, in which case nothing is written.
    """
    own = answers or folder / ANSWERS
    try:
        pack = load_pack(code)
        papers = read_papers(pack.folder)
        given = read_own_answers(own, papers) if answers or own.exists() else {}
        texts = filled(pack, papers, given, note=_OWN)
    except PackError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    if not answers and not own.exists():
        own.write_text(blank_answers(papers), encoding="utf-8")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    _say(folder, own, papers.questions, given)
    return 0


def _say(folder: Path, own: Path, questions: Mapping[str, ImpactQuestion], given: ImpactAnswers) -> None:
    left = [asked.ask for code, asked in questions.items() if code not in given]
    done = len(questions) - len(left)
    print(f"{done} of {len(questions)} questions are answered. The papers stand in {folder}.")  # noqa: T201
    for ask in left:
        print(f"  to be answered: {ask}")  # noqa: T201
    if left:
        print(f"Answer in {own}, then run this again.")  # noqa: T201
