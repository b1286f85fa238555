"""Whether a product's source may have become an informant, which a supervisor takes to the source unit before the approval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.contact import source_guard
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.products.content import Product
from heedline.casework.report import repeat_contact
from heedline.packs import load_pack
from heedline.reports.models import Message

#: The reasons, in words.
CONCERNS: Final = {
    "returned": "One reporter has been in touch about this several times",
    "tasked": "The provenance says that the source was asked to find out",
    "young": "A source may be under 18",
}
WAITS: Final = "A supervisor who took no part in it must first refer it to the source unit, or say why that is not needed."


def concerns(
    product: Product, files: Sequence[CaseFile], told: Sequence[str], *, by: Attendance
) -> tuple[str, ...]:
    """Return the codes of CONCERNS that a product raises. `told` is what the reporters wrote. Raises Locked.

    Codes that an officer has noted as one reporter's count together. A report counts as one contact, and so does each message.
    """
    found = {
        "returned": any(
            _contacts(one.header.ref, by) >= load_pack(settings.PACK).source_guard.returns for one in files
        ),
        "tasked": load_pack(settings.PACK).source_guard.was_tasked(product.provenance.text),
        "young": bool(source_guard.of_report(told, young=any(one.answers.young for one in files))),
    }
    return tuple(code for code, is_so in found.items() if is_so)


def _contacts(report: UUID, by: Attendance) -> int:
    theirs = [report, *(one for one, _ in repeat_contact.contacts(report, by=by).others)]
    return len(theirs) + Message.objects.filter(report_id__in=theirs, from_us=False).count()


def why_not(product: Product, moves: Iterable[str]) -> str:
    """Return the reason why a product cannot be approved yet, or "". `moves` are those that it has made, the latest first."""
    if not product.concerns:
        return ""
    for move in moves:
        if move == "weigh":
            return ""
        if move == "propose":
            break
    return WAITS
