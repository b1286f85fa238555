"""The codes that the online material desk adds to the closed vocabularies of the core."""

from __future__ import annotations

from heedline.audit.acts import AnyAct
from heedline.permits.capabilities import AnyCapability

#: `desks.Desk.kind` of a desk that examines online material.
DESK_KIND = "material"
#: Sorts of sealed parts: what an item is, and an examination of it.
ITEM = "material-item"
EXAMINATION = "material-examination"


class MaterialAct(AnyAct):
    FOUND = "material-found"
    ADDED = "material-added"
    VIEWED = "material-viewed"
    TAKEN = "material-taken"
    GIVEN_BACK = "material-given-back"
    CHECKED = "material-checked"
    EXAMINED = "material-examined"
    MOVED = "material-moved"
    DANGER = "material-danger"


class MaterialCapability(AnyCapability):
    SEE = "material-see"
    EXAMINE = "material-examine"
    LEAD = "material-lead"
