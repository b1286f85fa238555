"""Presets, which fill in an assessment for a common kind of vague report.

The officer may edit what a preset has filled in. Presets are data of the pack. A preset never answers whether
there is danger to life. This is plain Python.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from heedline.packs.kind_files import with_kinds
from heedline.packs.rules.assessments import AssessmentForm
from heedline.packs.tables import Table
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
    kind: str
    priority: str
    close_as: str
    done_what: str
    reason: str


def read_presets(
    folder: Traversable,
    *,
    kinds: Mapping[str, AssessmentForm],
    reasons: Mapping[str, Collection[str]],
) -> dict[str, Preset]:
    """Return the presets read from `presets.toml`.

    `reasons` are the reasons for closing a report quickly that each kind offers. Raises PackError, also for a kind whose assessment has questions that a preset would leave unanswered.
    """
    top = with_kinds(folder, FILE, kinds, of_one_kind=True)
    found = {code: _preset(code, table, kinds, reasons) for code, table in top.named("presets").items()}
    for kind in kinds:
        if sum(kind == preset.kind for preset in found.values()) > MOST:
            raise top.wrong("presets", f"at most {MOST} are for one kind of report")
    top.done()
    return found


def _preset(
    code: str,
    table: Table,
    kinds: Mapping[str, AssessmentForm],
    reasons: Mapping[str, Collection[str]],
) -> Preset:
    kind = table.one_of("kind", tuple(kinds))
    preset = Preset(
        code,
        table.text("label"),
        kind,
        table.one_of("priority", tuple(Priority)),
        table.one_of("close_as", tuple(reasons[kind])),
        table.text("done_what"),
        table.text("reason"),
    )
    if any(choice.required for choice in kinds[kind].choices):
        raise table.wrong("kind", f"an assessment of kind {kind} has questions that a preset cannot answer")
    table.done()
    return preset
