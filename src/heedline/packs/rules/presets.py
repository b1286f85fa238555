"""Presets, which fill in an assessment for a common kind of vague report.

The officer may edit what a preset has filled in. Presets are data of the pack. A preset never answers whether
there is danger to life. This is plain Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.rules.assessments import AssessmentForm
from heedline.packs.tables import Table, read_toml
from heedline.packs.urgency import Priority

FILE = "presets.toml"
#: As many as there are single keys for them.
MOST = 9


@dataclass(frozen=True, slots=True)
class Preset:
    """The assessment fields that a preset fills.

    These are the priority, the two texts, and the reason for closing the report quickly.
    """

    code: str
    label: str
    kinds: tuple[str, ...]
    priority: str
    close_as: str
    done_what: str
    reason: str


def read_presets(
    folder: Traversable,
    *,
    kinds: Mapping[str, AssessmentForm],
    reasons: Mapping[str, tuple[str, ...]],
) -> dict[str, Preset]:
    """Return the presets read from `presets.toml`.

    `reasons` are the reasons for closing a report quickly, with the kinds that each is for (none: all of them). Raises PackError, also for a kind whose assessment has questions that a preset would leave unanswered.
    """
    top = read_toml(folder, FILE)
    found = {code: _preset(code, table, kinds, reasons) for code, table in top.named("presets").items()}
    for kind in kinds:
        if sum(kind in preset.kinds for preset in found.values()) > MOST:
            raise top.wrong("presets", f"at most {MOST} are for one kind of report")
    top.done()
    return found


def _preset(
    code: str,
    table: Table,
    kinds: Mapping[str, AssessmentForm],
    reasons: Mapping[str, tuple[str, ...]],
) -> Preset:
    preset = Preset(
        code,
        table.text("label"),
        table.texts("kinds"),
        table.one_of("priority", tuple(Priority)),
        table.one_of("close_as", tuple(reasons)),
        table.text("done_what"),
        table.text("reason"),
    )
    for kind in preset.kinds:
        if kind not in kinds:
            raise table.wrong("kinds", f"no kind is called {kind}")
        if any(choice.required for choice in kinds[kind].choices):
            raise table.wrong(
                "kinds", f"an assessment of kind {kind} has questions that a preset cannot answer"
            )
        if reasons[preset.close_as] and kind not in reasons[preset.close_as]:
            raise table.wrong("close_as", f"is not a reason for kind {kind}")
    table.done()
    return preset
