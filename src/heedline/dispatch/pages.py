"""The paging message, which says one of a few words and asks a person to sign in.

All pages have the same number of bytes, whatever they are about and whoever receives them. Besides its word
a page carries no id, no kind, no number of its own and no exact time. Its date is the quarter hour. Anyone
watching encrypted mail learns that someone was called, which cannot be avoided, and nothing more. Whoever
can read the mail also learns the word. All emails of a quarter hour carry the same checkpoint of the log, so
recipients who keep them can later prove what the log contained.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from django.core.mail import EmailMessage

from heedline.dispatch.clocks import slot_of

SUBJECT = "Heedline"


class PageWord(StrEnum):
    """What a page says, most important first."""

    DANGER = "danger"
    CONTACT_FIRST = "contact first"
    DUE = "due"
    DESK = "desk"


#: A page by email is exactly this long, headers included, in exactly this many lines: room for the longest address
#: there can be, and the same whether lines end in one character (a file) or two (on the way).
PAGE_BYTES = 2048
PAGE_LINES = 48
#: A longer line would be encoded, and change its length.
_WIDEST = 76


def page_words(office_url: str, word: PageWord) -> str:
    """Return the text of a page, which is the same on every channel."""
    return f"{word.capitalize()}. Sign in to Heedline. My work lists it first.\n{office_url}\n"


def partner_words(partner_url: str) -> str:
    """Return the fixed text of every email to partner staff."""
    return f"Something waits for your team at Heedline. Sign in to read it.\n{partner_url}\n"


def mail_page(
    address: str, words: str, *, sender: str, at: datetime, log: str = "", subject: str = SUBJECT
) -> EmailMessage:
    """Return a page as an email to one person, padded with blank lines to PAGE_BYTES and PAGE_LINES.

    `words` is the result of `page_words` or `partner_words`. `log` is the checkpoint of the log, in lines of
    plain ASCII. Raises ValueError if the addresses are too long to fit, so that no message ever reveals a
    length.
    """
    headers = {
        "Date": format_datetime(slot_of(at)),
        # Django's own would carry this machine's name and the exact time.
        "Message-ID": f"<{uuid.uuid4().hex}@{sender.rpartition('@')[2]}>",
    }
    body = words + (f"\n{log}" if log else "")
    message = EmailMessage(subject, body, sender, [address], headers=headers)
    bare = message.message().as_bytes()
    lines = PAGE_LINES - bare.count(b"\n")
    spaces = PAGE_BYTES - len(bare) - lines
    if lines < 1 or not 0 <= spaces <= lines * _WIDEST:
        raise ValueError("An address is too long for a page of constant size")
    wide, rest = divmod(spaces, lines)
    message.body += "".join(" " * (wide + (line < rest)) + "\n" for line in range(lines))
    return message


def web_page(office_url: str, word: PageWord) -> bytes:
    """Return a page as the body of a web request.

    The body is JSON with the single key `text`, which the usual chat services accept.
    """
    return json.dumps({"text": page_words(office_url, word).strip()}).encode()
