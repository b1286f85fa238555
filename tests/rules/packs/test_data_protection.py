"""The papers on data protection: what the program knows, what only the organisation knows, and what is left to answer."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from heedline.jobs.papers import data_protection
from heedline.packs import PackError, load_pack
from heedline.packs.rules.data_protection import (
    PAPERS,
    Papers,
    blank_answers,
    read_answers,
    read_demo_answers,
    read_papers,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def papers() -> Papers:
    return read_papers(load_pack("uk").folder)


def test_the_demonstration_answers_everything(papers: Papers) -> None:
    given = read_demo_answers(load_pack("uk").folder, papers)
    assert set(given) == set(papers.questions)
    for text in data_protection.for_the_demo("uk").values():
        assert "To be answered" not in text
        assert "invented" in text


def test_every_question_is_used_by_a_paper(papers: Papers) -> None:
    for code in papers.questions:
        assert any(f"a.{code}" in text for text in papers.templates.values()), code


def test_the_papers_name_tests_that_there_are() -> None:
    named = {
        path
        for text in data_protection.for_the_demo("uk").values()
        for path in re.findall(r"`(tests/[^`]+)`", text)
    }
    assert len(named) > 20
    assert not [path for path in named if not (ROOT / path).exists()]


def test_what_is_kept_comes_from_the_pack(papers: Papers) -> None:
    text = data_protection.for_the_demo("uk")["policy-document.md"]
    for group in load_pack("uk").retention.groups.values():
        assert (
            f"| {group.name} | {group.review} months | {group.again} months | {group.identity} months |"
            in text
        )


def test_every_question_that_is_asked_is_listed_with_its_use() -> None:
    text = data_protection.for_the_demo("uk")["impact-assessment.md"]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \| (.*) \|$", text, re.MULTILINE)
    assert ("contact", "reaching the reporter safely; sealed apart from the report", "who sent it") in rows
    assert (
        "callback",
        "calling back safely, and whether the reporter is a child",
        "the report, as contact",
    ) in rows
    assert len(rows) > 30
    assert all(use.strip() for _, use, _ in rows)


def test_an_organisation_starts_from_blanks_and_keeps_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "papers"
    assert data_protection.run(here, None, "uk") == 0
    assert {path.name for path in here.iterdir()} == {*PAPERS, "answers.toml"}
    assert "**To be answered: Who is the data protection officer" in (here / "controllers.md").read_text()
    assert "0 of 17 questions are answered" in capsys.readouterr().out
    answers = here / "answers.toml"
    own = answers.read_text().replace('owner = ""', 'owner = "The | head"')
    own += '\n[[processors]]\nbody = "A host"\ndoes = "Runs\\nmachines"\n'
    answers.write_text(own)
    assert data_protection.run(here, None, "uk") == 0
    assert answers.read_text() == own
    assert "2 of 17 questions are answered" in capsys.readouterr().out
    assert "| Answers for it | The \\| head |" in (here / "impact-assessment.md").read_text()
    assert "| A host | Runs machines |  |  |  |" in (here / "controllers.md").read_text()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('ownr = "x"', "ownr: is not a known key"),
        ("owner = 3", "owner: must be text"),
        ('processors = "x"', "processors: must be a list"),
        ('[[processors]]\nbdy = "x"', "bdy: is not a column here: body, does"),
        ("owner =", "not readable as TOML"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text)
    assert data_protection.run(tmp_path / "papers", own, "uk") == 1
    assert says in capsys.readouterr().err
    assert not (tmp_path / "papers").exists()


def test_answers_that_are_not_there_are_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data_protection.run(tmp_path / "papers", tmp_path / "none.toml", "uk") == 1
    assert "none.toml: cannot be read" in capsys.readouterr().err


def test_a_template_that_names_no_fact_is_refused(papers: Papers) -> None:
    from dataclasses import replace

    wrong = replace(papers, templates={"x.md": "{{ a.nobody }}"})
    with pytest.raises(PackError, match=r"x\.md"):
        data_protection.filled(load_pack("uk"), wrong, {}, note="")


def test_the_blank_file_can_be_read_at_once(papers: Papers) -> None:
    blank = blank_answers(papers)
    assert read_answers(blank, "answers.toml", papers) == {}
    assert len(tomllib.loads(blank)) == sum(not one.columns for one in papers.questions.values())
    filled = re.sub(r"^# (\[\[|\w+ = )", r"\1", blank, flags=re.MULTILINE)
    assert read_answers(filled.replace('""', '"x"'), "answers.toml", papers).keys() == papers.questions.keys()
