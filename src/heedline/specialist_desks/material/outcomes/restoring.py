"""SQL that repeats item disposals after a restore from a backup made before them.

The certificates of disposals are in the key store, which is never older than the bodies. The keys of what was disposed of
are no longer in it, so what is left of such an item are its rows.
"""

from __future__ import annotations

from typing import Final, LiteralString

_GONE: Final = "SELECT d.item FROM material_disposal d WHERE d.done"
_NOTICES: Final = f"SELECT n.id FROM material_notice n WHERE n.item_id IN ({_GONE})"  # noqa: S608
#: Containers that have both their header and their payload.
_WHOLE: Final = "SELECT h.container FROM reports_desk_part_header h JOIN reports_desk_part_payload p ON p.container = h.container"
MENDED: Final[tuple[LiteralString, ...]] = (
    f"DELETE FROM material_notice_attempt WHERE notice_id IN ({_NOTICES})",  # noqa: S608
    f"DELETE FROM material_notice_answer WHERE notice_id IN ({_NOTICES})",  # noqa: S608
    f"DELETE FROM material_notice WHERE item_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM material_sighting WHERE item_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM material_evidence WHERE item_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM material_liveness_watch WHERE item_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM material_examination WHERE item_id IN ({_GONE})",  # noqa: S608
    f"DELETE FROM material_item WHERE id IN ({_GONE})",  # noqa: S608
    # what older bodies do not have: figures kept of a former item, pages of the bank as they are now, and items
    f"UPDATE material_disposal SET figures = NULL WHERE figures NOT IN ({_WHOLE})",  # noqa: S608
    f"DELETE FROM material_hash_bank WHERE container NOT IN ({_WHOLE})",  # noqa: S608
    "UPDATE material_disposal d SET decided_on = current_date WHERE d.decided_on IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM material_item i WHERE i.id = d.item)",
)
