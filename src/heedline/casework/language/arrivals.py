"""Asks for the translation of reports that arrive in another language.

The language is sealed with the report, so the first unlocked session at a desk that can open it asks. The clock runs
from the end of the quarter hour of the report's arrival, whoever asks and whenever. A report of the quarter hour that
is running is left for later, because a row that is written now would tell when it arrived.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.language import translating
from heedline.casework.report.opening import OpenedReport, open_stored
from heedline.casework.report.verb import find, verb
from heedline.dispatch.clocks import slot_end
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Translation
from heedline.reports.stored import in_batches
from heedline.vault import CannotOpen

#: Reports that one step opens.
_MOST: Final = 25
#: Only reports that arrived so lately are looked at: what officers have had for longer they have read.
_LATELY: Final = timedelta(days=7)
#: The reports that this process has looked at, or could not open for an officer, the oldest first.
_looked: dict[UUID | tuple[UUID, UUID], None] = {}
_MOST_LOOKED: Final = 20_000


def ask_step(*, by: Attendance, at: datetime) -> None:
    """Look at the next few waiting reports of the officer's desks, and ask for the translations that they need.

    Raises nothing.
    """
    if not by.unlocked or not by.may(Capability.TRANSLATE):
        return
    asked = Translation.objects.filter(report=OuterRef("pk"), message=None, outward=False)
    waiting = reports_of(by.desk_ids).filter(
        ~Exists(asked), stage=Stage.WAITING, settled=True, received_on__gte=(at - _LATELY).date()
    )
    refs = waiting.order_by("rank", "due_at").values_list("id", flat=True)
    new = [ref for ref in refs if ref not in _looked and (ref, by.officer_id) not in _looked]
    ring = by.keys()
    for part in in_batches(new[:_MOST], part="report"):
        try:
            language = needed(open_stored(part, ring))
        except CannotOpen:
            _looked[part.report, by.officer_id] = None  # a colleague's keys may open it
            continue
        with suppress(NotHere, NotNow, Refused, SealingStopped):
            if language:
                ask(part.report, language, by=by, at=at)
            _looked[part.report] = None
    while len(_looked) > _MOST_LOOKED:
        del _looked[next(iter(_looked))]


@verb(Act.TRANSLATION_ASKED)
def ask(ref: UUID, language: str, *, by: Attendance, at: datetime) -> None:
    """Request the translation of a report that nobody has taken yet, with a clock from its arrival.

    Does nothing if it has been requested before. Raises NotHere, Refused, Locked, SealingStopped, and NotNow if the report
    has been taken or has just arrived.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.TRANSLATE)
    report = found.report
    if report.stage != Stage.WAITING or not report.settled or report.slot is None:
        raise NotNow("Somebody has taken this report, or it has just arrived.")
    if Translation.objects.filter(report_id=ref, message=None, outward=False).exists():
        return
    due_at = slot_end(report.slot) + translating.clock(report.rank)
    words = {"language": language, "note": "", "on_arrival": True}
    translating.request(found, words, message=None, outward=False, due_at=due_at)


def needed(opened: OpenedReport) -> str:
    """Return the language from which a report has to be translated, or "" if the office reads it.

    It is the apparent language of the account, or if that is not apparent the language of the pages.
    """
    pack = load_pack(settings.PACK)
    language = opened.guess.code if opened.guess is not None else opened.language
    return language if language in pack.tongues.known and language != pack.first_language else ""
