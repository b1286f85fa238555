"""Deliver on-call alerts by email and webhook.

A failure of one channel never prevents the other from being tried.
"""

from __future__ import annotations

import http.client
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import mailers

from heedline.dispatch.folder import write_page
from heedline.dispatch.pages import SUBJECT, PageWord, mail_page, page_words, partner_words, web_page

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of one delivery attempt.

    `reached` holds the addresses whose mail was accepted. `posted` is true if the web request was accepted.
    `failed` holds the channels that failed for at least one person: `mail` or `web`.
    """

    reached: frozenset[str]
    posted: bool
    failed: frozenset[str]

    @property
    def arrived(self) -> bool:
        """Return whether anybody was reached."""
        return bool(self.reached) or self.posted


def carry(
    addresses: Iterable[str], word: PageWord, *, at: datetime, log: str = "", web: bool = True
) -> Delivery:
    """Page people by email with this word, and with `web` post one request to the configured webhook URL.

    Danger has a subject, a sender and a URL of its own. Raises nothing. Failures are reported in the result. `log` is the
    checkpoint of the log that every email carries.
    """
    wanted = frozenset(addresses)
    sender = settings.PAGE_DANGER_MAIL_FROM if word is PageWord.DANGER else settings.PAGE_MAIL_FROM
    words = page_words(settings.OFFICE_URL, word)
    reached = _by_mail(wanted, words, at, log, sender=sender, subject=f"{SUBJECT}: {word}")
    posted = _by_web(at, word) if web else None
    failed = ({"mail"} if reached != wanted else set()) | ({"web"} if posted is False else set())
    return Delivery(reached, bool(posted), frozenset(failed))


def tell_partners(addresses: Iterable[str], *, at: datetime) -> Delivery:
    """Email partner staff to say that something is waiting for their team.

    No other channel is used. Raises nothing, like `carry`.
    """
    wanted = frozenset(addresses)
    words = partner_words(settings.PARTNER_URL)
    reached = _by_mail(wanted, words, at, "", sender=settings.PAGE_MAIL_FROM, subject=SUBJECT)
    return Delivery(reached, posted=False, failed=frozenset({"mail"} if reached != wanted else ()))


def _by_mail(
    addresses: frozenset[str], words: str, at: datetime, log: str, *, sender: str, subject: str
) -> frozenset[str]:
    reached = set()
    if not addresses:
        return frozenset()
    try:
        with mailers.default as connection:
            for address in sorted(addresses):
                try:
                    page = mail_page(address, words, sender=sender, at=at, log=log, subject=subject)
                    if connection.send_messages([page]):
                        reached.add(address)
                except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ValueError):
                    continue  # this person's mailbox; the next may work
    except (OSError, smtplib.SMTPException, ImproperlyConfigured):
        pass  # the mail server is gone, or there never was one: whoever was reached before counts, the rest is in `failed`
    return frozenset(reached)


def has_web() -> bool:
    """Return whether pages are also posted to a webhook."""
    return bool(settings.DEMO or settings.PAGE_WEBHOOK)


def _by_web(at: datetime, word: PageWord) -> bool | None:
    """Return whether the webhook accepted the page, or None if none is configured."""
    content = web_page(settings.OFFICE_URL, word)
    address = settings.PAGE_DANGER_WEBHOOK if word is PageWord.DANGER else ""
    address = address or settings.PAGE_WEBHOOK
    if settings.DEMO:
        try:
            write_page(content, ending="json", at=at)
        except OSError:
            return False
        return True
    if not address:
        return None
    try:
        post(address, content)
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect handler that refuses every redirect, so that pages reach only the configured URL."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def post(address: str, content: bytes) -> None:
    """POST JSON to exactly this URL, without proxies, redirects or identifying headers.

    Raises OSError (including urllib's errors) if the request is refused or not answered within
    TIMEOUT_SECONDS, and ValueError for an address that is not http or https.
    """
    if urlsplit(address).scheme not in {"http", "https"}:
        raise ValueError("The web address for pages must start with http:// or https://")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        address,
        data=content,
        method="POST",
        headers={"Content-Type": "application/json", "User-Agent": "Heedline"},
    )
    with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
        answer.read(1024)
