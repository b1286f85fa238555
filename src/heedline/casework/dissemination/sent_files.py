"""The files attached to a disclosure, as viewed by a partner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.attachments import disclosing
from heedline.casework.attachments.disclosing import DisclosedFile
from heedline.casework.dissemination import partner_inbox
from heedline.casework.dissemination.partner_inbox import OPEN_FIRST, SentHere, desks_of, opened_words
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.permits import partner_functions
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import NotNow


@dataclass(frozen=True)
class ViewedFile:
    """A file attached to a disclosure, with a single-use files site token."""

    about: SentHere
    file: DisclosedFile
    how_many: int
    token: str = field(repr=False)


def view(ident: UUID, number: int, *, by: Attendance, at: datetime) -> ViewedFile:
    """Log a view of one file of a disclosure, and return a single-use token for the file.

    Raises NotHere, Refused, Locked, CannotOpen, and NotNow before the disclosure was opened.
    """
    with refusals_logged(Act.FILE_VIEWED_BY_PARTNER, by=by.officer_id, thing="dissemination", thing_id=ident):
        by.require(Capability.READ_SENT, *desks_of(by))
        by.keys()
        about = partner_inbox.one(ident, by=by, at=at)
        if not about.withdrawn and not about.opened:
            raise NotNow(OPEN_FIRST)
        parts = partner_functions.parts(ident)
        if parts is None:
            raise NotHere
        words = opened_words(parts.container, parts.header, parts.payload, [parts.epoch], by, "sent")
        files = disclosing.files_in(words)
        file = next((one for one in files if one.number == number), None)
        if file is None:
            raise NotHere
        laid = disclosing.token_for(file)
        if not partner_functions.view_file(ident, UUID(laid.stored.object), laid.digest, laid.sealed):
            raise NotHere
    return ViewedFile(about, file, len(files), laid.token)
