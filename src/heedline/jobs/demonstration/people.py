"""The people of the demonstration: those of the core, and those that specialist desks bring."""

from __future__ import annotations

from collections.abc import Iterable

from heedline.jobs.demonstration import desks as demo_desks

#: The people of the core. The south-west desk sleeps, so that the round-the-clock desk has something to watch.
PEOPLE: tuple[demo_desks.DemoPerson, ...] = (
    ("Nadia Okafor", "national", "officer", True),
    ("Niall Brennan", "national", "officer", True),
    ("Nora Lindqvist", "national", "supervisor", False),
    ("Odile Marchetti", "north-east", "officer", True),
    ("Owen Pryce", "north-east", "officer", True),
    ("Olga Sadowska", "north-east", "supervisor", False),
    ("Otto Hargreave", "south-west", "officer", False),
    ("Oren Castell", "south-west", "officer", False),
    ("Orla Whitcombe", "south-west", "supervisor", False),
    ("Edda Holloway", "advice-north-east", "officer", False),
    ("Emil Karlsen", "advice-north-east", "supervisor", False),
    ("Una Devlin", "advice-northern-ireland", "officer", False),
    ("Ultan Keane", "advice-northern-ireland", "supervisor", False),
    ("Vera Standish", "advice-national", "officer", True),
    ("Viktor Amadi", "advice-national", "supervisor", False),
    ("Ada Thornbury", "identity", "authoriser", True),
    ("Anton Reyes", "identity", "authoriser", False),
    ("Stella Kowal", "", "steward", False),
    ("Sten Abara", "", "steward", False),
    ("Wanda Eskola", "", "overseer", False),
    ("Willa Renshaw", "", "welfare", False),
)


def everybody() -> tuple[demo_desks.DemoPerson, ...]:
    """Return the people of the demonstration, once specialist desks have registered."""
    return (*PEOPLE, *demo_desks.people())


def refuse_empty_desks(desks: Iterable[str]) -> None:
    """Stop if nobody works at a desk of the pack, where reports would be sealed to no one."""
    if empty := sorted({*desks} - {desk for _, desk, _, _ in everybody()}):
        raise SystemExit(
            f"The demonstration has no officers for {', '.join(empty)}:"
            " HEEDLINE_SPECIALIST_DESKS must name the specialist desks of the pack."
        )
