"""The kind of record that a product is: its states, deadlines and moves."""

from __future__ import annotations

from typing import Final

from heedline.packs.rules.working_days import Within
from heedline.reports.models.records import ENDED, TAKEN, WAITING
from heedline.reports.record_kinds import RecordKind
from heedline.specialist_desks.intelligence.vocabulary import PRODUCT

KIND: Final = RecordKind(
    code="intelligence-product",
    title="Product",
    plural="Products",
    page="intelligence-product",
    part=PRODUCT,
    first="writing",
    states={
        "writing": TAKEN,
        "proposed": WAITING,
        "approved": ENDED,
        "dropped": ENDED,
    },
    within={"writing": Within(hours=72), "proposed": Within(hours=24)},
    moves={
        ("writing", "save"): "writing",
        ("writing", "propose"): "proposed",
        ("writing", "drop"): "dropped",
        ("proposed", "approve"): "approved",
        ("proposed", "return"): "writing",
        ("proposed", "take-back"): "writing",
    },
    decides=frozenset({"approve", "return"}),
)
