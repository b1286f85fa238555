"""The kinds of record of the protective security desk: their states, deadlines and moves."""

from __future__ import annotations

from typing import Final

from heedline.reports.models.records import ENDED, WAITING
from heedline.reports.record_kinds import RecordKind
from heedline.specialist_desks.protection.vocabulary import SITE

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
        ("current", "review"): "current",
        ("current", "close"): "closed",
        ("closed", "reopen"): "current",
    },
)
