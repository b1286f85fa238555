"""Render a notice as email text, as PDF, or as a signed request to a company's system."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from textwrap import fill
from typing import Any, Never

from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeContent, digest
from heedline.specialist_desks.material.notice_rules.directory import ChannelKind
from heedline.specialist_desks.material.notice_rules.refusals import NoticeRefusal
from heedline.specialist_desks.material.notice_rules.wording import NoticePart, day, parts, subject

#: Version of the body that companies' systems receive.
FORMAT = "heedline-notice-1"
_STYLE = """
@page { size: A4; margin: 22mm 20mm; @bottom-right { content: counter(page) " of " counter(pages); font-size: 9pt } }
body { font: 11pt/1.45 sans-serif } h1 { font-size: 16pt } h2 { font-size: 12.5pt; margin: 7mm 0 2mm }
li, p { overflow-wrap: anywhere } li { margin-bottom: 2mm }
"""


class NotByThisChannel(Exception):
    """Raised when a notice may not be sent in the requested format. `refusal` is the reason."""

    def __init__(self, refusal: NoticeRefusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class NoPdfProgram(Exception):
    """Raised if WeasyPrint or its graphics libraries are not installed."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The body and headers of a request to a company's system."""

    body: bytes
    headers: dict[str, str]


def as_text(content: NoticeContent, *, exact: bool = False) -> str:
    """Return a notice as plain text, with URLs defanged unless `exact` is set."""
    blocks = []
    for part in parts(content, exact=exact):
        lines = [part.heading, "-" * len(part.heading)]
        for number, one in enumerate(part.paragraphs, 1):
            start = f"{number}. " if part.numbered else ""
            lines.append(
                fill(
                    start + one,
                    width=76,
                    subsequent_indent=" " * len(start),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def as_html(content: NoticeContent) -> str:
    """Return a notice as a printable HTML page, with exact URLs but no links."""
    title, *rest = parts(content, exact=True)
    body = "".join(_html(part, "h1" if part is title else "h2") for part in (title, *rest))
    language = escape(content.addressee.language, quote=True)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(title.heading)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _html(part: NoticePart, heading: str) -> str:
    tag, around = ("li", ("<ol>", "</ol>")) if part.numbered else ("p", ("", ""))
    lines = "".join(f"<{tag}>{escape(one)}</{tag}>" for one in part.paragraphs)
    return f"<{heading}>{escape(part.heading)}</{heading}>{around[0]}{lines}{around[1]}"


def _fetch_nothing(url: str, *_arguments: object, **_options: object) -> Never:
    raise ValueError("a notice fetches nothing")


def as_pdf(content: NoticeContent) -> bytes:
    """Return a notice as a tagged PDF.

    Nothing is fetched while it is made. Raises NoPdfProgram.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise NoPdfProgram from error
    made: bytes = HTML(string=as_html(content), url_fetcher=_fetch_nothing).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=digest(content).encode()
    )
    return made


def as_email(content: NoticeContent, *, sender: str, pdf: bytes | None = None) -> EmailMessage:
    """Return a voluntary referral as an email, with the exact URLs in a machine-readable attachment.

    Raises NotByThisChannel for a section 3 notice, and for an addressee that has no email address.
    """
    if content.basis is NoticeBasis.SECTION_3:
        raise NotByThisChannel(NoticeRefusal.BY_HAND_OR_POST)
    if content.addressee.kind is not ChannelKind.EMAIL:
        raise NotByThisChannel(NoticeRefusal.NO_ADDRESSEE)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, content.addressee.address
    message["Subject"] = subject(content)
    message["Auto-Submitted"] = "no"
    message.set_content(as_text(content))
    message.add_attachment(
        as_json(content), maintype="application", subtype="json", filename=f"{content.reference}.json"
    )
    if pdf is not None:
        message.add_attachment(
            pdf, maintype="application", subtype="pdf", filename=f"{content.reference}.pdf"
        )
    return message


def as_json(content: NoticeContent) -> bytes:
    """Return a notice as canonical JSON with exact URLs."""
    said: dict[str, Any] = {"format": FORMAT, **asdict(content)}
    del said["addressee"]["address"]
    return json.dumps(said, sort_keys=True, ensure_ascii=False, default=_plain).encode()


def _plain(one: object) -> str:
    return one.isoformat() if hasattr(one, "isoformat") else str(one)


def as_signed_request(content: NoticeContent, *, secret: bytes, at: datetime) -> SignedRequest:
    """Return a voluntary referral as a signed request (Standard Webhooks, version 1).

    A repeated request has the same id, so that a company can tell it from a new notice. Raises NotByThisChannel
    for a section 3 notice, and for an addressee that has no such system.
    """
    if content.basis is NoticeBasis.SECTION_3:
        raise NotByThisChannel(NoticeRefusal.BY_HAND_OR_POST)
    if content.addressee.kind is not ChannelKind.WEBHOOK:
        raise NotByThisChannel(NoticeRefusal.NO_ADDRESSEE)
    return _signed(as_json(content), f"notice_{digest(content)[:32]}", secret, at)


def _signed(body: bytes, named: str, secret: bytes, at: datetime) -> SignedRequest:
    seconds = str(int(at.timestamp()))
    signed = hmac.new(secret, b".".join((named.encode(), seconds.encode(), body)), hashlib.sha256).digest()
    return SignedRequest(
        body,
        {
            "content-type": "application/json",
            "webhook-id": named,
            "webhook-timestamp": seconds,
            "webhook-signature": "v1," + base64.b64encode(signed).decode(),
        },
    )


def _withdrawn(content: NoticeContent, words: str) -> str:
    return (
        f"To {content.addressee.company}.\n\n"
        + fill(
            f"We withdraw {content.reference} of {day(content.dated)}. Please take no further action because of it, "
            "and put back what you removed because of it.",
            width=76,
        )
        + "\n\n"
        + fill(words, width=76)
        + f"\n\n{content.authority.unit}\n{content.authority.email}\n"
    )


def withdrawal_email(content: NoticeContent, words: str, *, sender: str) -> EmailMessage:
    """Return the email that withdraws a mistaken referral. It gives the reference but no URL."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, content.addressee.address
    message["Subject"] = f"Referral {content.reference} is withdrawn"
    message["Auto-Submitted"] = "no"
    message.set_content(_withdrawn(content, words))
    return message


def withdrawal_request(content: NoticeContent, words: str, *, secret: bytes, at: datetime) -> SignedRequest:
    """Return the signed request that withdraws a mistaken referral."""
    said = {"format": FORMAT, "reference": content.reference, "withdrawn": True, "reasons": words}
    body = json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
    return _signed(body, f"withdrawal_{digest(content)[:32]}", secret, at)


def signed_test(*, secret: bytes, at: datetime) -> SignedRequest:
    """Return a signed test request."""
    return _signed(
        json.dumps({"format": FORMAT, "test": True}).encode(), f"test_{int(at.timestamp())}", secret, at
    )
