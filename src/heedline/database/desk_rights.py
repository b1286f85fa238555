"""The rights of the database roles on the tables and functions of specialist desks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from heedline.desk_hooks.register import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRights(Hook):
    """The rights of the database roles on a desk's tables, in the form used by `database/access.py`.

    `triggers` are the functions that the desk's own triggers run, which nobody may call. `functions` maps each function
    that the desk adds to the schema `permits` to the one role that may call it. All are tested against the database.
    """

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    triggers: frozenset[str] = frozenset()
    functions: Mapping[str, str] = field(default_factory=dict)
