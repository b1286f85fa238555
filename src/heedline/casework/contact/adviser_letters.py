"""The emails from an adviser to an organisation that asked for advice: the first, and one that says that a report is ready.

Each holds texts of the pack, the adviser's name and the number that they give, and nothing else: so it says nothing about the
site. It goes to the address in the request, which is not copied anywhere in the clear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from heedline.casework.errors import CannotOpen, NotHere
from heedline.casework.report.opening import OpenedReport, open_stored
from heedline.casework.report.question_editions import as_asked
from heedline.casework.report.verb import FoundReport
from heedline.desks.models import Officer
from heedline.packs import load_pack
from heedline.packs.text.words import Words
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import CallBack
from heedline.reports.stored import parts_of

NO_ADDRESS = "The request gives no email address to which this service can write. Call the organisation."
#: What comes next in the email that follows a visit, besides the choices of `next_steps`.
REPORT_READY: Final = "report"
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()-]{4,23}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class AdviserLetter:
    """A letter that is ready to be sent."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = settings.PAGE_MAIL_FROM, self.to, self.subject
        message["Auto-Submitted"] = "no"
        message.set_content(self.text)
        return message

    @property
    def as_kept(self) -> str:
        """Return the letter as it is sealed with the attempt to send it."""
        return f"{self.to}\n\n{self.subject}\n\n{self.text}"


def next_steps(kind: str) -> Mapping[str, str]:
    """Return what can come next after the first answer, as codes with the words of officers."""
    choices = load_pack(settings.PACK).assessment(kind).choices
    return next((one.choices for one in choices if one.code == "next"), {})


def compose(found: FoundReport, number: str, coming: str) -> AdviserLetter:
    """Return the letter of the officer who is signed in.

    `number` is where they can be called, and `coming` a code of `next_steps` or REPORT_READY. Raises NotHere for a report that is no request
    or that nobody has taken, NotNow if the number or the address cannot be used, Locked and CannotOpen.
    """
    report, pack = found.report, load_pack(settings.PACK)
    if (
        pack.is_confidential(report.kind)
        or coming not in (*next_steps(report.kind), REPORT_READY)
        or not CallBack.objects.filter(report=report).exists()
    ):
        raise NotHere
    if not _NUMBER.fullmatch(number):
        raise NotNow("Enter a telephone number, such as 01632 960 001.", about="number")
    opened = _opened(found)
    name = Officer.objects.values_list("name", flat=True).get(pk=found.by.officer_id)
    language = opened.language if opened.language in pack.languages else pack.first_language
    words, told = pack.words(language), pack.mailbox_words(report.kind, language)

    def text(words: Words, told: Words) -> str:
        lines = (
            told.say("messages.adviser", name=name),
            words.say("advice_email.number", number=number),
            words[f"advice_email.next_{coming}"],
            words["advice_email.weak"],
            words["advice_email.replies"],
        )
        return "\n\n".join(lines)

    letter = text(words, told)
    if (original := words.beside("advice_email.number")) is not None:
        letter += "\n\n" + text(original, pack.mailbox_words(report.kind, pack.first_language))
    return AdviserLetter(_address(opened, found), words["advice_email.subject"], letter)


def _opened(found: FoundReport) -> OpenedReport:
    for part in parts_of([found.report.id], Q(part="report")):
        return open_stored(part, found.by.keys())
    raise CannotOpen


def _address(opened: OpenedReport, found: FoundReport) -> str:
    """Return the address that the organisation gave. Raises NotNow if there is none that a mail server can take."""
    asked = as_asked(found.report.question_set, found.report.kind)
    answers: Mapping[str, Any] = opened.record.get("answers", {})
    given = (
        str(answers.get(step.slug, {}).get(one.name, ""))
        for step in (asked.steps if asked is not None else ())
        for one in step.fields
        if one.kind == "email"
    )
    address = next(filter(None, given), "")
    if not _ADDRESS.fullmatch(address):
        raise NotNow(NO_ADDRESS)
    return address
