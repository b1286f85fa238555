"""Check that every test a document names exists, and that the threat model has a section for every position."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from heedline.database import function_access
from heedline.jobs.papers import database_access

ROOT = Path(__file__).resolve().parents[2]
THREATS = ROOT / "docs" / "threat-model.md"
#: Positions of an attacker: each begins the heading of a section of the threat model.
POSITIONS = (
    "Thief of the database, a backup, or all of `HEEDLINE_HOME`",
    "Root on a host who only reads",
    "Root on a live host who acts",
    "Operator of the machines underneath",
    *(
        f"Code execution in {what}"
        for what in (
            "the public process",
            "the office process",
            "the worker",
            "migrate",
            "the backup",
            "the partner process",
            "files",
        )
    ),
    "Attacker who has the office's database address",
    "Administrator of the database",
    "One steward",
    "Two stewards together",
    "One steward and one officer",
    "Two stewards and one officer",
    "Finder of an officer's seized or lost laptop",
    "An officer of another desk",
    "A curious officer",
)
LISTS = ("Can", "Cannot", "Tested by")
ACCEPTED = "Accepted risks"
_NAMED = re.compile(r"`((?:tests/[\w/]*)?test_\w+\.py|tests/[\w/]+/)`")


def _chapters() -> list[tuple[str, str]]:
    """Return the heading and text of each second-level section of the threat model, in order."""
    parts = THREATS.read_text(encoding="utf-8").split("\n## ")[1:]
    return [(heading, text) for heading, _, text in (part.partition("\n") for part in parts)]


def sections() -> dict[str, str]:
    """Return heading and text of each attacker's position: all sections before the accepted risks."""
    found = _chapters()
    assert found[-1][0] == ACCEPTED, "the accepted risks come last"
    assert len({heading for heading, _ in found}) == len(found), "no two sections have one heading"
    return dict(found[:-1])


def lists(text: str) -> list[tuple[str, list[str]]]:
    """Return the labelled lists of a section. Raise AssertionError at a line that belongs to none of them."""
    found: list[tuple[str, list[str]]] = []
    intro, marked, rest = text.partition("**Can**")
    assert len([line for line in intro.splitlines() if line]) <= 1, intro
    for line in filter(None, (marked + rest).splitlines()):
        if label := re.fullmatch(r"\*\*(.+)\*\*", line):
            found.append((label[1], []))
        else:
            assert line.startswith("- "), line
            found[-1][1].append(line[2:])
    return found


def is_there(named: str) -> bool:
    """A path from the checkout, or the bare name of a test somewhere."""
    return (ROOT / named).exists() if named.startswith("tests/") else any((ROOT / "tests").rglob(named))


def test_every_position_has_the_three_lists_and_its_tests_exist() -> None:
    assert len(sections()) > 60
    for heading, text in sections().items():
        found = lists(text)
        assert tuple(label for label, _ in found) == LISTS, heading
        assert all(items for _, items in found), heading
        tests = found[-1][1]
        named = [_NAMED.fullmatch(one) for one in tests]
        assert all(named), heading
        assert len(set(tests)) == len(tests), heading
        assert [one[1] for one in named if one and not is_there(one[1])] == [], heading


def test_the_threat_model_leads_with_five_lines_and_has_no_table() -> None:
    text = THREATS.read_text(encoding="utf-8")
    summary = re.match(r"# Threat model\n\n((?:- .+\n)+)\n", text)
    assert summary
    assert len(summary[1].splitlines()) == 5
    assert not re.search(r"^\s*\|", text, re.MULTILINE)


def test_the_accepted_risks_are_a_list() -> None:
    heading, text = _chapters()[-1]
    assert heading == ACCEPTED
    lines = [line for line in text.splitlines() if line and not line.startswith("### ")]
    assert len(lines) > 20
    assert [line for line in lines if not line.lstrip().startswith("- ")] == []


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position_has_a_section(position: str) -> None:
    assert [heading for heading in sections() if heading.startswith(position)]


@pytest.mark.parametrize("paper", sorted((ROOT / "docs").rglob("*.md")), ids=lambda paper: paper.name)
def test_a_test_that_a_paper_names_exists(paper: Path) -> None:
    assert [one for one in _NAMED.findall(paper.read_text(encoding="utf-8")) if not is_there(one)] == []


def test_no_word_of_the_glossary_means_two_things() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == len(set(rows)), sorted(word for word in rows if rows.count(word) > 1)


def is_in_the_package(name: str) -> bool:
    """Return whether a dotted name is a module of the package, or a name that one of its modules defines."""
    module, _, rest = name.partition(".")
    found: object = importlib.import_module(f"heedline.{module}")
    for part in filter(None, rest.split(".")):
        inner = getattr(found, part, None)
        if (
            inner is None
            and isinstance(found, ModuleType)
            and importlib.util.find_spec(f"{found.__name__}.{part}")
        ):
            inner = importlib.import_module(f"{found.__name__}.{part}")
        if inner is None and part not in getattr(found, "__dataclass_fields__", {}):
            return False
        found = inner
    return True


def test_every_word_of_the_glossary_names_where_it_is() -> None:
    """Readers search the code for the names in the last column."""
    columns = re.findall(
        r"\|([^|\n]+)\|$", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    names = [name for column in columns for name in re.findall(r"`([a-z][\w.]*)`", column)]
    assert len(names) > 100
    assert [name for name in names if not is_in_the_package(name)] == []


def test_every_function_of_the_database_says_what_it_does() -> None:
    """The first sentence above each function is printed in docs/database-access.md."""
    said = database_access.purposes()
    named = {("door", name) for name in function_access.DOOR} | {
        ("permits", name) for name in function_access.PERMITS
    }
    named |= {("clockwork", name) for name in function_access.CLOCKWORK}
    named |= {("history", name) for name in function_access.HISTORY}
    named |= {("viewer", name) for name in function_access.VIEWER}
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
