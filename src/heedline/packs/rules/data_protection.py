"""The questions that an organisation answers for its data protection documents, and the answers.

This is plain Python. A pack's `data_protection/questions.toml` lists what only the organisation can
answer, and an answers file provides it. The documents themselves are templates in the same folder,
filled in by `heedline.jobs.papers.data_protection`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from heedline.packs.tables import PackError, Table, read_toml

FOLDER = "data_protection"
PAPERS = ("impact-assessment.md", "controllers.md", "policy-document.md")

type Rows = tuple[Mapping[str, str], ...]
type ImpactAnswers = Mapping[str, str | Rows]


@dataclass(frozen=True, slots=True)
class ImpactQuestion:
    """One question that the organisation must answer.

    If it has `columns`, the answer is a list of rows. Otherwise it is a text.
    """

    code: str
    ask: str
    help: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Papers:
    """The questions, the templates by file name, and the date when they were last checked against the law."""

    source: str
    as_of: date
    questions: Mapping[str, ImpactQuestion]
    templates: Mapping[str, str]


def read_papers(folder: Traversable) -> Papers:
    """Return a pack's questions and templates.

    Raises PackError.
    """
    here = folder.joinpath(FOLDER)
    top = read_toml(here, "questions.toml")
    questions = {
        code: ImpactQuestion(code, table.text("ask"), table.text("help"), table.texts("columns", ()))
        for code, table in top.named("questions").items()
    }
    found = Papers(
        source=top.text("source"),
        as_of=top.day("as_of"),
        questions=questions,
        templates={name: _template(here, name) for name in PAPERS},
    )
    top.done()
    return found


def _template(here: Traversable, name: str) -> str:
    try:
        return here.joinpath(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PackError(f"{FOLDER}/{name}: the file is missing") from None


def read_answers(text: str, file: str, papers: Papers) -> ImpactAnswers:
    """Return the answers read from the text of an answers file.

    Empty texts count as unanswered. Raises PackError, naming the file and key.
    """
    try:
        table = Table(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not readable as TOML: {error}") from None
    found: dict[str, str | Rows] = {}
    for code, asked in papers.questions.items():
        if not table.has(code):
            continue
        if asked.columns:
            rows = tuple(
                {name: row.text(name, "") for name in asked.columns} for row in _rows(table, code, asked)
            )
            found[code] = rows
        else:
            found[code] = table.text(code, "").strip()
    table.done()
    return {code: answer for code, answer in found.items() if answer}


def _rows(table: Table, code: str, asked: ImpactQuestion) -> Iterator[Table]:
    for row in table.tables(code):
        for name in row:
            if name not in asked.columns:
                raise row.wrong(name, f"is not a column here: {', '.join(asked.columns)}")
        yield row


def blank_answers(papers: Papers) -> str:
    """Return a blank answers file, with each question above the space for its answer."""
    texts, tables = [], []
    for asked in papers.questions.values():
        head = f"# {asked.ask}\n# {asked.help}\n"
        if asked.columns:
            cells = "\n".join(f'# {name} = ""' for name in asked.columns)
            tables.append(f"{head}# [[{asked.code}]]\n{cells}\n")
        else:
            texts.append(f'{head}{asked.code} = ""\n')
    return "\n".join((*texts, *tables))


def read_demo_answers(folder: Traversable, papers: Papers) -> ImpactAnswers:
    """Return the answers for the demonstration organisation."""
    file = folder.joinpath(FOLDER, "demo.toml")
    return read_answers(file.read_text(encoding="utf-8"), f"{FOLDER}/demo.toml", papers)


def read_own_answers(path: Path, papers: Papers) -> ImpactAnswers:
    """Return an organisation's answers, read from its own answers file.

    Raises PackError, including when the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: cannot be read: {error}") from None
    return read_answers(text, str(path), papers)
