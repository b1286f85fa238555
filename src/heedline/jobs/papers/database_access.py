"""Generate the document on each database role's privileges from `heedline.database.access`.

It also uses the comments in the SQL files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from heedline.database import access, function_access, sql_files

_VERBS = (("Read", "r"), ("Add", "a"), ("Change", "w"), ("Delete", "d"))
_POLICY = re.compile(
    r"CREATE POLICY (\w+) ON (?:public\.)?(\w+)\s+(?:AS RESTRICTIVE )?(?:FOR \w+ )?TO ([\w,\s]+?)\s*(USING|WITH CHECK)([^;]*);"
)
_FUNCTION = re.compile(r"((?:^-- .*\n)+)CREATE FUNCTION (\w+)\.(\w+)\(", re.MULTILINE)
_BY_ROWS = re.compile(r"ALTER TABLE (\w+) ENABLE ROW LEVEL SECURITY")
_ALL_ROWS = "all"


def _everything() -> str:
    return "\n".join(sql_files.read(name) for name in sql_files.CORE)


def policies() -> dict[tuple[str, str], list[str]]:
    """Return the names of the policies that apply to each role on each table.

    Policies that let every row through are listed as `all`.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for name, table, roles, _, condition in _POLICY.findall(_everything()):
        words = name.replace("_", " ")
        if condition.strip() in {"(true)", "(true) WITH CHECK (true)"}:
            words = _ALL_ROWS
        for role in re.findall(r"heedline_(\w+)", roles):
            found.setdefault((table, role), []).append(words)
    return found


def purposes() -> dict[tuple[str, str], str]:
    """Return the first sentence of the comment above each database function."""
    return {
        (schema, name): re.split(r"(?<=[.:])\s", " ".join(re.findall(r"^-- (.*)$", comment, re.MULTILINE)))[0]
        for comment, schema, name in _FUNCTION.findall(_everything())
    }


def _right(table: str, role: str, letter: str) -> str:
    if (role == "backup" and letter == "r") or letter in access.TABLES[table].get(role, ""):
        return "yes"
    columns = access.COLUMNS.get((table, role, letter), "")
    return ", ".join(f"`{column}`" for column in columns.split())


def _tables(role: str) -> Iterator[str]:
    rows = []
    which = policies()
    by_rows = set(_BY_ROWS.findall(_everything()))
    for table in sorted(access.TABLES):
        rights = [_right(table, role, letter) for _, letter in _VERBS]
        if any(rights):
            rows.append(
                [
                    f"`{table}`",
                    *rights,
                    "; ".join(which.get((table, role), ["none" if table in by_rows else _ALL_ROWS])),
                ]
            )
    if not rows:
        yield "No right on any table."
        return
    head = ["Table", *(verb for verb, _ in _VERBS), "Rows"]
    yield "\n".join("| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *rows))


def _functions(role: str) -> Iterator[str]:
    said = purposes()
    lines = [
        f"- `{schema}.{name}`: {said.get((schema, name), '')}".rstrip(": ")
        for schema, names in (
            ("door", function_access.DOOR),
            ("permits", function_access.permits_functions()),
            ("clockwork", function_access.CLOCKWORK),
            ("history", function_access.HISTORY),
            ("viewer", function_access.VIEWER),
        )
        for name in sorted(names)
        if role in function_access.callers_of(schema, name)
    ]
    system = [
        f"- `{name}`, of PostgreSQL" for who, name in sorted(function_access.SYSTEM_FUNCTIONS) if who == role
    ]
    if lines or system:
        yield "It may call:"
        yield "\n".join([*lines, *system])


def paper() -> str:
    """Return the document, listing the tables, columns and functions that each role may use."""
    parts = [
        "# What each database role may do",
        "*Printed from the code by `make docs`. Change `heedline/database/access.py` and the SQL, not this page.*",
        "Each process signs in under a role of its own. What is not listed is refused; a test tries every role on every "
        "table, column and function. *Rows* names the policies that choose the rows a role sees "
        "(`src/heedline/database/policies/`); *all* means that only the right on the table decides. The right to vacuum a "
        "table (MAINTAIN), which includes locking it, is not shown.",
    ]
    for role, words in access.ROLES.items():
        parts += [f"## `heedline_{role}`", words]
        become = sorted(group for member, group in access.MAY_BECOME if member == role)
        if become:
            parts.append("It may become " + ", ".join(f"`{name}`" for name in become) + ".")
        if role == "owner":
            continue  # everything
        if role == "backup":
            parts.append("It reads every table, whatever the policies say.")
        else:
            parts += _tables(role)
        parts += _functions(role)
    return "\n\n".join(parts)
