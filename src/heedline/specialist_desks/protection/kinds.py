"""The kinds of record of the protective security desk: their states, deadlines and moves."""

from __future__ import annotations

from typing import Final

from heedline.reports.models.records import ENDED, TAKEN, WAITING
from heedline.reports.record_kinds import RecordKind
from heedline.specialist_desks.protection.vocabulary import SITE, VISIT

#: A site is its desk's rather than one adviser's. It is due when it has to be reviewed (`timing.review_due`).
SITE_KIND: Final = RecordKind(
    code="protection-site",
    title="Site",
    plural="Sites",
    page="protection-site",
    part=SITE,
    first="current",
    states={"current": WAITING, "closed": ENDED},
    within={},
    moves={
        ("current", "save"): "current",
        ("current", "link"): "current",
        ("current", "add-visit"): "current",
        ("current", "review"): "current",
        ("current", "close"): "closed",
        ("closed", "link"): "closed",
        ("closed", "reopen"): "current",
    },
)

#: A visit is its adviser's. It is due on its day, then when its report is to be given, then when it is followed up (`timing`).
VISIT_KIND: Final = RecordKind(
    code="protection-visit",
    title="Visit",
    plural="Visits",
    page="protection-visit",
    part=VISIT,
    first="planned",
    states={
        "planned": TAKEN,
        "held": TAKEN,
        "reported": TAKEN,
        "followed-up": ENDED,
        "not-held": ENDED,
    },
    within={},
    moves={
        ("planned", "save"): "planned",
        ("planned", "take-over"): "planned",
        ("planned", "hold"): "held",
        ("planned", "cancel"): "not-held",
        ("held", "save"): "held",
        ("held", "take-over"): "held",
        ("held", "recommend"): "held",
        ("held", "amend"): "held",
        ("held", "remove"): "held",
        ("held", "report"): "reported",
        ("reported", "take-over"): "reported",
        ("reported", "done"): "reported",
        ("reported", "decline"): "reported",
        ("reported", "undo-done"): "reported",
        ("reported", "undo-decline"): "reported",
        ("reported", "no-answer"): "reported",
        ("reported", "finish"): "followed-up",
        ("reported", "end-unanswered"): "followed-up",
    },
)
