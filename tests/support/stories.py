"""Reports that walked the real path to where a test needs them. Never sets a column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.journey import submission, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.submission import Accepted
from heedline.casework.journey.transitions import Assessment
from heedline.casework.report.sealing import NewReport
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.vault.codes import ReceiptCode, new_code
from tests.support.acting import acting

NARRATIVE = "A man I do not know filmed the side doors of the station for an hour and wrote down when the guards changed."
#: Postcodes inside the two regional desks of the demo pack, and one elsewhere.
NORTH_EAST, SOUTH_WEST, ELSEWHERE = "NE1 4ST", "BS1 6QF", "SW1A 1AA"
#: What reports of these kinds need beside their account.
NEEDED: dict[str, dict[str, Any]] = {
    "online": {"where": {"addresses": "https://films.example/1"}},
    "advice": {
        "organisation": {"name": "Corner Theatre", "postcode": NORTH_EAST},
        "contact": {"name": "Rosa", "email": "rosa@theatre.example", "consent": ["yes"]},
    },
}
VAGUE = Assessment(
    danger_to_life=False,
    done_what="Nothing described that can be checked",
    priority="low",
    reason="No detail",
)
NOTHING = Closing(outcome="insufficient", reason="No person, place or vehicle", tell_reporter="finished")


def new_report(kind: str = "activity", **told: Any) -> NewReport:
    """A report as the API would make it: `narrative`, `postcode`, `danger` and so on."""
    questions = load_question_set(load_pack(settings.PACK), kind)
    payload = {"kind": kind, "narrative": NARRATIVE, **told}
    record = from_api({kind: questions}, payload, identity_offered=True)
    assert isinstance(record, Record), record
    return NewReport(uuid4(), new_code(), "api", record, questions, "en")


def send(report: NewReport, *, at: datetime) -> Accepted:
    """Rosa sends it, through the public process."""
    with acting("public"):
        return submission.submit(report, at=at)


def send_together(reports: Sequence[NewReport], *, at: datetime) -> list[bool]:
    """Programs send them in the same moment: for each, whether it was stored in their common transaction."""
    with acting("public"):
        return submission.store_together([submission.seal(one, at=at) for one in reports])


def a_report(*, at: datetime, **told: Any) -> tuple[UUID, ReceiptCode]:
    """A report that waits at its desk: its id and its code."""
    new = new_report(**told)
    send(new, at=at)
    return new.report_id, new.code


def an_item(*, at: datetime, danger: str = "no") -> UUID:
    """Something online, which waits at the material desk."""
    new = new_report(
        "online", where={"addresses": "https://films.example/watch/7781"}, now={"danger": danger}
    )
    send(new, at=at)
    return new.report_id


def a_taken_report(by: Attendance, *, at: datetime, **told: Any) -> tuple[UUID, ReceiptCode]:
    """A report that `by` holds."""
    ref, code = a_report(at=at, **told)
    with acting("office"):
        transitions.take(ref, by=by, at=at)
    return ref, code
