"""The specialist desks of this installation, the same in every process that has one (heedline/desk_hooks)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from heedline.config import environment as env
from heedline.desk_hooks import register
from heedline.desk_hooks.operations import Operations


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRoutes(register.Hook):
    """The modules of a desk's routes on the office and the partners' site.

    `uploads` is a module whose FILE_DRAFTS says which of the office's addresses take a file.
    """

    office: str = ""
    partner: str = ""
    uploads: str = ""


_DESKS = ",".join(
    f"heedline.specialist_desks.{desk}" for desk in ("material", "intelligence", "protection", "safeguarding")
)


def packages() -> list[str]:
    """Return the packages of the desks, in the order in which they register."""
    listed = env.text("HEEDLINE_SPECIALIST_DESKS", default=_DESKS)
    return [one for one in listed.split(",") if one]


def operations() -> Iterator[Operations]:
    """Yield what each desk adds to the operator's tools, without starting Django.

    Stops the process if there is no such package.
    """
    for package in packages():
        try:
            found = find_spec(f"{package}.operations")
        except ModuleNotFoundError:
            raise env.Malformed(
                "HEEDLINE_SPECIALIST_DESKS", "packages of specialist desks, separated by commas"
            ) from None
        if found is not None:
            yield import_module(f"{package}.operations").OPERATIONS
