"""An officer's saved views of queues.

A view is a name and a set of filters, both sealed to the officer. The key is derived from the officer's own
seed when they unlock, and is stored with the session's other keys. A view of another officer, or from before
new keys were made, does not open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, TextField, Value
from django.db.models.functions import JSONObject

from heedline.casework.errors import NotHere
from heedline.desks.models import SavedQueueView
from heedline.reports.lifecycle import NotNow
from heedline.vault import CannotOpen
from heedline.vault.small import open_small, seal_small

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

#: Views of one officer, and characters of a name. Every sealed view has the same size.
MOST, LONGEST = 20, 60
_SIZE = 1024


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view of a queue.

    `desk` is "" for all desks. `query` holds the parameters of the page's URL.
    """

    id: UUID
    name: str = field(repr=False)
    desk: str
    query: Mapping[str, str]


def column(by: Attendance) -> ArraySubquery:
    """Return a query column that holds the officer's sealed views."""
    as_text = Func("sealed", Value("hex"), function="encode", output_field=TextField())
    return ArraySubquery(
        SavedQueueView.objects.filter(officer=by.officer_id)
        .order_by("id")
        .values(line=JSONObject(id="id", sealed=as_text))
    )


def opened(rows: Sequence[Mapping[str, Any]], by: Attendance) -> tuple[SavedView, ...]:
    """Return the officer's saved views, decrypted from the query column and ordered by name.

    Views that cannot be decrypted are left out.
    """
    if by.keyring is None:
        return ()
    found = []
    for row in rows:
        ref = UUID(row["id"])
        try:
            kept = json.loads(open_small(by.keyring.personal, bytes.fromhex(row["sealed"]), aad=ref.bytes))
        except CannotOpen:
            continue
        found.append(SavedView(ref, kept["name"], kept["desk"], kept["query"]))
    return tuple(sorted(found, key=lambda view: view.name.casefold()))


def save(name: str, *, desk: str, query: Mapping[str, str], by: Attendance) -> None:
    """Seal a view to this officer and store it.

    Raises Locked, and NotNow if the name is too long or there are too many views.
    """
    key, name = by.keys().personal, " ".join(name.split())
    if not 0 < len(name) <= LONGEST:
        raise NotNow(f"Enter a name of at most {LONGEST} characters for the view.")
    if SavedQueueView.objects.filter(officer=by.officer_id).count() >= MOST:
        raise NotNow(f"You have {MOST} saved views. Delete one first.")
    ref = uuid4()
    words = json.dumps({"name": name, "desk": desk, "query": dict(query)}).encode()
    SavedQueueView.objects.create(
        id=ref, officer_id=by.officer_id, sealed=seal_small(key, words.ljust(_SIZE), aad=ref.bytes)
    )


def delete(ref: UUID, *, by: Attendance) -> None:
    """Delete one of this officer's views.

    Raises NotHere for any other view.
    """
    if not SavedQueueView.objects.filter(officer=by.officer_id, pk=ref).delete()[0]:
        raise NotHere
