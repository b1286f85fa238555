"""The SQL that migrations run defines each object once: what a file says of a guard is what holds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import heedline

PACKAGE = Path(heedline.__file__).parent
#: What takes a specialist desk out is the one file that drops anything.
FILES = sorted(one for one in PACKAGE.glob("**/*.sql") if one.name != "removed.sql")
#: Statements that change or take away what an earlier file defined.
REDEFINES = re.compile(
    r"CREATE\s+OR\s+REPLACE|ALTER\s+(?:POLICY|TRIGGER|CONSTRAINT)|ALTER\s+FUNCTION(?!\s+\S+\s+OWNER)"
    r"|DROP\s+(?:FUNCTION|POLICY|TRIGGER|CONSTRAINT|SCHEMA|ROLE|OWNED|TABLE|INDEX)"
    r"|DISABLE\s+(?:TRIGGER|ROW)|NO\s+FORCE",
    re.IGNORECASE,
)
DEFINES = (
    ("function", re.compile(r"CREATE\s+FUNCTION\s+([\w.]+)", re.IGNORECASE)),
    ("schema", re.compile(r"CREATE\s+SCHEMA\s+(\w+)", re.IGNORECASE)),
    ("constraint", re.compile(r"ADD\s+CONSTRAINT\s+(\w+)", re.IGNORECASE)),
    ("policy", re.compile(r"CREATE\s+POLICY\s+(\w+\s+ON\s+[\w.]*\w)(?![\w.%])", re.IGNORECASE)),
    ("trigger", re.compile(r"CREATE\s+TRIGGER\s+(\w+)\s[^;]*?\s(ON\s+[\w.]+)", re.IGNORECASE)),
)


def code(file: Path) -> str:
    """Return a file without its comments."""
    return re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))


def test_no_file_changes_what_another_defines() -> None:
    found = {
        f"{file.relative_to(PACKAGE)}: {match.group()}"
        for file in FILES
        for match in REDEFINES.finditer(code(file))
    }
    assert len(FILES) > 10
    assert found == set()


def test_each_object_is_defined_once() -> None:
    """PostgreSQL refuses the second of two plain definitions, but not a function of the same name with other arguments."""
    defined = Counter(
        f"{kind} {' '.join(match.groups())}".replace("public.", "")
        for file in FILES
        for kind, pattern in DEFINES
        for match in pattern.finditer(code(file))
    )
    assert len(defined) > 100
    assert {name: times for name, times in defined.items() if times > 1} == {}
