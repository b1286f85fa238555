"""What a jurisdiction's papers on data protection ask of an organisation, and the answers. Plain Python.

`data_protection/questions.toml` of a pack lists what only the organisation can say; an answers file says it. The papers
themselves are templates beside it, which `heedline.jobs.data_protection` fills.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from heedline.packs.reading.tables import PackError, Table, read_toml

FOLDER = "data_protection"
PAPERS = ("impact-assessment.md", "controllers.md", "policy-document.md")

type Rows = tuple[Mapping[str, str], ...]
type Answers = Mapping[str, str | Rows]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. With `columns` the answer is a list of rows, otherwise a text."""

    code: str
    ask: str
    help: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Papers:
    """The questions, the templates by file name, and when somebody last compared them with the law."""

    source: str
    as_of: date
    questions: Mapping[str, Asked]
    templates: Mapping[str, str]


def read_papers(folder: Traversable) -> Papers:
    """A pack's questions and templates. Raises PackError."""
    here = folder.joinpath(FOLDER)
    top = read_toml(here, "questions.toml")
    questions = {
        code: Asked(code, table.text("ask"), table.text("help"), table.texts("columns", ()))
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


def read_answers(text: str, file: str, papers: Papers) -> Answers:
    """What an answers file says; empty texts count as not answered. Raises PackError, naming file and key."""
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


def _rows(table: Table, code: str, asked: Asked) -> Iterator[Table]:
    for row in table.tables(code):
        for name in row:
            if name not in asked.columns:
                raise row.wrong(name, f"is not a column here: {', '.join(asked.columns)}")
        yield row


def blank_answers(papers: Papers) -> str:
    """An answers file in which nothing is answered yet, with every question above its place."""
    texts, tables = [], []
    for asked in papers.questions.values():
        head = f"# {asked.ask}\n# {asked.help}\n"
        if asked.columns:
            cells = "\n".join(f'# {name} = ""' for name in asked.columns)
            tables.append(f"{head}# [[{asked.code}]]\n{cells}\n")
        else:
            texts.append(f'{head}{asked.code} = ""\n')
    return "\n".join((*texts, *tables))


def read_demo_answers(folder: Traversable, papers: Papers) -> Answers:
    """The answers of the demonstration."""
    file = folder.joinpath(FOLDER, "demo.toml")
    return read_answers(file.read_text(encoding="utf-8"), f"{FOLDER}/demo.toml", papers)


def read_own_answers(path: Path, papers: Papers) -> Answers:
    """The answers of an organisation. Raises PackError, also when the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path}: cannot be read: {error}") from None
    return read_answers(text, str(path), papers)
