"""The kinds of record of this desk: a product, one as it was sent to another desk, and one as it was received from there."""

from __future__ import annotations

from typing import Final

from heedline.packs.rules.working_days import Within
from heedline.reports.models.records import ENDED, TAKEN, WAITING
from heedline.reports.record_kinds import BEGIN, RecordKind
from heedline.specialist_desks.intelligence.vocabulary import PRODUCT, RECEIVED, SENT

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
        "urgent": WAITING,
        "approved": ENDED,
        "dropped": ENDED,
    },
    within={"writing": Within(hours=72), "proposed": Within(hours=24), "urgent": Within(hours=1)},
    moves={
        ("writing", "save"): "writing",
        ("writing", "propose"): "proposed",
        ("writing", "drop"): "dropped",
        ("proposed", "send-first"): "urgent",
        ("proposed", "approve"): "approved",
        ("proposed", "return"): "writing",
        ("proposed", "weigh"): "proposed",
        ("urgent", "weigh"): "urgent",
        ("urgent", "approve"): "approved",
        ("urgent", "return"): "writing",
        ("proposed", "take-back"): "writing",
    },
    decides=frozenset({"approve", "return", "weigh"}),
    uninvolved=frozenset({"send-first"}),
)

#: How long the recipient has to open a product, and then to say what came of it.
_TO_OPEN: Final = Within(hours=72)
_TO_ANSWER: Final = Within(hours=14 * 24)
_TO_CONFIRM: Final = Within(hours=24)

SENT_KIND: Final = RecordKind(
    code="intelligence-sent",
    title="Sent product",
    plural="Sent products",
    page="intelligence-sent",
    part=SENT,
    first="sent",
    states={
        "sent": TAKEN,
        "opened": TAKEN,
        "asked": TAKEN,
        "answered": TAKEN,
        "read": ENDED,
        "recalled": TAKEN,
        "settled": ENDED,
    },
    within={
        "sent": _TO_OPEN,
        "opened": _TO_ANSWER,
        "asked": Within(hours=24),
        "answered": Within(hours=72),
        "recalled": _TO_CONFIRM,
    },
    moves={
        ("sent", "opened"): "opened",
        ("opened", "asked"): "asked",
        ("asked", "reply"): "opened",
        ("opened", "answered"): "answered",
        ("answered", "read"): "read",
        **{(state, "recall"): "recalled" for state in ("sent", "opened", "asked", "answered", "read")},
        ("recalled", "settled"): "settled",
    },
    told=frozenset({"opened", "asked", "answered", "settled"}),
)

#: What a recipient can say came of a product, as moves.
FEEDBACK: Final = {
    "acted": "It led to action",
    "known": "It was known already",
    "unused": "It was of no use",
    "wrong": "It turned out to be wrong",
}

RECEIVED_KIND: Final = RecordKind(
    code="intelligence-received",
    title="Received product",
    plural="Received products",
    page="intelligence-received",
    part=RECEIVED,
    first="new",
    states={
        "new": WAITING,
        "accepted": TAKEN,
        "asking": TAKEN,
        "answered": ENDED,
        "recalled": WAITING,
        "settled": ENDED,
    },
    within={"new": _TO_OPEN, "accepted": _TO_ANSWER, "asking": _TO_ANSWER, "recalled": _TO_CONFIRM},
    moves={
        ("new", "accept"): "accepted",
        ("accepted", "ask"): "asking",
        ("asking", "replied"): "accepted",
        **{("accepted", move): "answered" for move in FEEDBACK},
        **{(state, "recall"): "recalled" for state in ("new", "accepted", "asking", "answered")},
        ("recalled", "destroyed"): "settled",
        ("recalled", "used"): "settled",
    },
    told=frozenset({BEGIN, "replied", "recall"}),
)
