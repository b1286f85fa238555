"""The page: one message that calls a person to a screen and says nothing else.

Every page is the same: same subject, same words, same number of bytes, whatever it is about and whomever it reaches.
It carries no id, no kind, no number of its own and no exact time: its date is the quarter hour. Whoever watches the mail
learns that somebody was called, which cannot be helped, and not more. Every mail of a quarter hour carries the same
checkpoint of the log, so that whoever keeps their mails can prove later what the log was.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from email.utils import format_datetime

from django.core.mail import EmailMessage

from heedline.dispatch.clocks import slot_of

SUBJECT = "Heedline"
#: A page by e-mail is exactly this long, headers included, in exactly this many lines: room for the longest address
#: there can be, and the same whether lines end in one character (a file) or two (on the way).
PAGE_BYTES = 2048
PAGE_LINES = 48
#: A longer line would be encoded, and change its length.
_WIDEST = 76


def page_words(office_url: str) -> str:
    """The text of every page, on every channel."""
    return f"Someone needs to look at Heedline now. Sign in to the office site.\n{office_url}\n"


def partner_words(partner_url: str) -> str:
    """The text of every mail to people of a partner."""
    return f"Something waits for your team at Heedline. Sign in to read it.\n{partner_url}\n"


def mail_page(address: str, words: str, *, sender: str, at: datetime, log: str = "") -> EmailMessage:
    """A page by e-mail to one person, filled up with blank lines to PAGE_BYTES and PAGE_LINES.

    `words`: `page_words` or `partner_words`. `log`: the checkpoint of the log, in lines of plain ASCII.
    ValueError when the addresses are so long that it cannot be: then nobody learns a length from it either.
    """
    headers = {
        "Date": format_datetime(slot_of(at)),
        # Django's own would carry this machine's name and the exact time.
        "Message-ID": f"<{uuid.uuid4().hex}@{sender.rpartition('@')[2]}>",
    }
    body = words + (f"\n{log}" if log else "")
    message = EmailMessage(SUBJECT, body, sender, [address], headers=headers)
    bare = message.message().as_bytes()
    lines = PAGE_LINES - bare.count(b"\n")
    spaces = PAGE_BYTES - len(bare) - lines
    if lines < 1 or not 0 <= spaces <= lines * _WIDEST:
        raise ValueError("An address is too long for a page of constant size")
    wide, rest = divmod(spaces, lines)
    message.body += "".join(" " * (wide + (line < rest)) + "\n" for line in range(lines))
    return message


def web_page(office_url: str) -> bytes:
    """A page as the body of a web request: JSON with one key, `text`, which the usual chat services understand."""
    return json.dumps({"text": page_words(office_url).strip()}).encode()
