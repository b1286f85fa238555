"""Create all tables of an app's first migration at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_OF_TABLES = CreateModel, AddField, AddIndex, AddConstraint


class CreateTables(Operation):
    """An operation that creates tables together with the fields, indexes and constraints added later.

    After each single operation Django builds the classes of all related models anew. Nearly all tables of reports are
    related, and this took four fifths of the time of creating the database. Raises ValueError if an operation changes
    a table that is not created here.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        created = {one.name_lower for one in self._created()}
        for one in operations:
            if isinstance(one, AddField | AddIndex | AddConstraint) and one.model_name.lower() not in created:
                raise ValueError(f"{one.describe()}: this migration does not create the table")

    def _created(self) -> list[CreateModel]:
        return [one for one in self.operations if isinstance(one, CreateModel)]

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # the classes are built anew when they are next asked for, once
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for one in self._created():
            # A foreign key to a table further down is added when the migration ends.
            schema_editor.create_model(to_state.apps.get_model(app_label, one.name))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for one in reversed(self._created()):
            schema_editor.delete_model(from_state.apps.get_model(app_label, one.name))

    def describe(self) -> str:
        return f"Create {len(self._created())} tables"


def at_once(operations: Sequence[Operation]) -> list[Operation]:
    """Return an initial migration's operations, with consecutive table operations merged and SQL left in place."""
    found: list[Operation] = []
    for of_tables, some in groupby(operations, lambda one: isinstance(one, _OF_TABLES)):
        run = list(some)
        found += [CreateTables(run)] if of_tables else run
    return found
