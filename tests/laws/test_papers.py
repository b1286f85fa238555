"""Papers that promise something by a test name one that exists, and the threat model has a row for every position."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heedline.database import access
from heedline.jobs import database_access

ROOT = Path(__file__).resolve().parents[2]
THREATS = ROOT / "docs" / "threat-model.md"
#: Where somebody may stand, in words that begin a row of the threat model.
POSITIONS = (
    "thief of the database, a backup, or all of `HEEDLINE_HOME`",
    "root on a host who only reads",
    "root on a live host who acts",
    "operator of the machines underneath",
    *(
        f"code execution in {what}"
        for what in ("the public", "the office", "the worker", "migrate", "the backup")
    ),
    "code execution in the partner process",
    "code execution in files",
    "one steward",
    "two stewards together",
    "one steward and one officer",
    "two stewards and one officer",
    "who finds a seized or lost laptop",
    "an officer of another desk",
    "a curious officer",
)
_NAMED = re.compile(r"`((?:tests/[\w/]*)?test_\w+\.py|tests/[\w/]+/)`")


def rows() -> list[list[str]]:
    """The cells of each position."""
    lines = THREATS.read_text(encoding="utf-8").split("\n## ", 1)[0].splitlines()
    found = [line.strip("|").split(" | ") for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in found[1:]]


def is_there(named: str) -> bool:
    """A path from the checkout, or the bare name of a test somewhere."""
    return (ROOT / named).exists() if named.startswith("tests/") else any((ROOT / "tests").rglob(named))


def test_every_position_names_its_tests_and_they_exist() -> None:
    assert len(rows()) > 30
    for row in rows():
        assert len(row) == 4, row[0]
        tests = _NAMED.findall(row[3])
        assert tests, row[0]
        assert row[3] == ", ".join(f"`{one}`" for one in tests), row[0]
        assert [one for one in tests if not is_there(one)] == [], row[0]


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position_has_a_row(position: str) -> None:
    assert [row for row in rows() if row[0].startswith(position)]


@pytest.mark.parametrize("paper", sorted((ROOT / "docs").rglob("*.md")), ids=lambda paper: paper.name)
def test_a_test_that_a_paper_names_exists(paper: Path) -> None:
    assert [one for one in _NAMED.findall(paper.read_text(encoding="utf-8")) if not is_there(one)] == []


def test_no_word_of_the_glossary_means_two_things() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == len(set(rows)), sorted(word for word in rows if rows.count(word) > 1)


def test_every_function_of_the_database_says_what_it_does() -> None:
    """The first sentence above each function is printed in docs/database-access.md."""
    said = database_access.purposes()
    named = {("door", name) for name in access.DOOR} | {("permits", name) for name in access.PERMITS}
    named |= {("clockwork", name) for name in access.CLOCKWORK}
    named |= {("history", name) for name in access.HISTORY}
    assert named == set(said)
    assert min(len(words) for words in said.values()) > 10


def test_the_page_about_the_database_names_every_policy_of_a_role() -> None:
    """What the page says about rows is read from the SQL by a pattern, which must find every policy there is."""
    found = database_access.policies()
    written = sum(
        file.read_text(encoding="utf-8").count("CREATE POLICY")
        for file in (ROOT / "src/heedline/database").rglob("*.sql")
    )
    assert written > 90
    assert len(database_access._POLICY.findall(database_access._everything())) == written
    assert found["reports_report", "office"] == ["of my desks"]
    assert found["desks_desk", "partner"] == ["all", "locked by partners"]
