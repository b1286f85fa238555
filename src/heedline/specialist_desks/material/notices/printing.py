"""The printable section 3 letter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.rendering import as_html
from heedline.specialist_desks.material.notice_rules.states import NoticeState
from heedline.specialist_desks.material.notices.found_notice import find_notice, notice_verb
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialCapability


@notice_verb(MaterialAct.LETTER_PRINTED)
def letter(ref: UUID, *, by: Attendance, at: datetime) -> str:
    """Return the printable page for an approved section 3 notice, and log that it was printed.

    Raises NotHere, Refused, Locked, and NotNow for a notice that is not approved, or is not a section 3 notice.
    """
    found = find_notice(ref, by=by, at=at)
    found.permit(MaterialCapability.NOTIFY)
    if found.basis is not NoticeBasis.SECTION_3:
        raise NotNow("Only a section 3 notice is printed to be served.")
    if found.state not in {NoticeState.APPROVED, NoticeState.SENT, NoticeState.CLOSED, NoticeState.LAPSED}:
        raise NotNow("The notice has not been approved.")
    found.record(MaterialAct.LETTER_PRINTED)
    return as_html(found.stored.content)
