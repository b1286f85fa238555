"""The answers to the question about danger, in the words of officers and partners."""

from __future__ import annotations

#: By the codes of `packs.urgency.DANGER_ANSWERS`.
DANGER_TOLD = {
    "yes": "Yes, now",
    "planned": "Something is planned",
    "no": "No",
    "not_sure": "Not sure",
}
