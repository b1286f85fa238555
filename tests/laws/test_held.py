"""The statement of what is held about a sender is true: it names every column near a report, and tests that there are."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from heedline.casework.identity import data_inventory
from heedline.config.edition import commit_of
from tests.laws.test_fields import classed, columns
from tests.support.database import CHECKOUT

CASEWORK = CHECKOUT / "src/heedline/casework"
#: Tables that hold something which came from, or hangs on, a report.
NEAR = ("reports_", "dispatch_outbox", "dispatch_alarm", "intake_", "audit_event", "audit_waiting")


def named() -> list[tuple[str, str]]:
    return [
        (table, column)
        for one in data_inventory.HOLDS
        for table, words in one.columns.items()
        for column in words.split()
    ]


def test_every_column_near_a_report_stands_in_the_statement() -> None:
    """Once, and nothing that is no column: a new one fails until somebody has said on paper what it holds."""
    assert sorted(named()) == sorted(key for key in columns() if key[0].startswith(NEAR))


def test_every_sort_of_part_is_named() -> None:
    """Which sorts of parts a report has stands in the clear, and tells something: a new one fails until it is said."""
    written = "\n".join(one.read_text(encoding="utf-8") for one in sorted(CASEWORK.rglob("*.py")))
    sorts = set(re.findall(r"""\b(?:PART = |part(?:: str)?(?:=| = ))"([a-z-]+)\"""", written))
    assert {"report", "release", "asked-before"} <= sorts, "the test finds them"
    (said,) = [one.words for one in data_inventory.HOLDS if "reports_sealed_header" in one.columns]
    assert {one for one in sorts if f" {one}," not in said and f" {one}." not in said} == set()


def test_the_log_and_the_table_are_told_apart() -> None:
    """The report's quarter hour goes when it is taken; the log's never does."""
    (log,) = [one.words for one in data_inventory.HOLDS if "audit_event" in one.columns]
    (came,) = [
        one.words for one in data_inventory.HOLDS if "received_on" in one.columns.get("reports_report", "")
    ]
    assert "for good" in log
    assert "by telephone" in log
    assert "The log keeps it" in came
    (sealed,) = [one.words for one in data_inventory.HOLDS if "reports_sealed_header" in one.columns]
    # and the public page promises no more than the log keeps
    for words in sorted((CHECKOUT / "src/heedline/packs/uk/words").glob("*.toml")):
        privacy = tomllib.loads(words.read_text(encoding="utf-8")).get("privacy", {"keep": []})
        assert not any("the day" in line for line in privacy["keep"]), words.name
    assert "nothing else holds that time." in sealed


def test_what_is_said_to_be_sealed_is_and_nothing_sealed_is_said_to_lie_open() -> None:
    """Each column with ciphertext of a reporter's stands under a line that says so."""
    sealed = {key for key, kind in classed().items() if kind == "sealed" and key[0].startswith(NEAR)}
    under = {
        (table, column)
        for one in data_inventory.HOLDS
        if one.sealed
        for table, words in one.columns.items()
        for column in words.split()
    }
    # the half that is released is the desk's doing; its line says that what officers wrote is sealed
    assert sealed - under == {("reports_released_share", "sealed")}
    for one in data_inventory.HOLDS:
        if one.sealed:
            here = {(table, column) for table, words in one.columns.items() for column in words.split()}
            assert here & sealed, one.words


@pytest.mark.parametrize("name", sorted({one for lack in data_inventory.LACKS for one in lack.shown_by}))
def test_every_test_that_is_named_there_is(name: str) -> None:
    file, _, function = name.partition("::")
    tree = ast.parse((CHECKOUT / file).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert function in found
    assert function.startswith("test_")


def test_nothing_is_promised_without_a_test() -> None:
    for one in data_inventory.LACKS:
        assert one.shown_by, one.words


def test_the_edition_is_the_checkouts_own(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    (git / "refs/heads").mkdir(parents=True)
    assert commit_of(tmp_path) == ""
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(
        f"# pack-refs\n{'a' * 40} refs/heads/main\n{'b' * 40} refs/heads/mainly\n"
    )
    assert commit_of(tmp_path) == "a" * 40
    (git / "refs/heads/main").write_text(f"{'c' * 40}\n")
    assert commit_of(tmp_path) == "c" * 40
    (git / "HEAD").write_text(f"{'d' * 40}\n")
    assert commit_of(tmp_path) == "d" * 40
    (git / "HEAD").write_text("not a commit\n")
    assert commit_of(tmp_path) == ""
