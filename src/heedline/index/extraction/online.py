"""Extracts email addresses, web addresses and account names from text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from heedline.index.extraction import cues
from heedline.index.extraction.rules import WebRules

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w@])")
_WEB = re.compile(
    r"(?:h(?:tt|xx)ps?(?:://|\[:\]//|:\\\\)[^\s<>\"']+)"
    r"|(?<![\w@./-])(?<!\[\.\])(?<!\(\.\))(?:[\w-]+(?:\.|\[\.\]|\(\.\)))+[a-z]{2,12}(?:/[^\s<>\"']*)?(?![\w@])",
    re.IGNORECASE,
)
_SPOKEN_DOT = re.compile(r"\s*\bdot\s+", re.IGNORECASE)
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w@.])([\w+-]{1,40}(?:(?:\.| dot )[\w+-]{1,40}){0,3}) at ([\w-]{1,40}(?:(?:\.| dot )[\w-]{1,40}){0,2} dot [a-z]{2,12})"
    r"(?![\w@]| dot )",
    re.IGNORECASE,
)
_SPOKEN_WEB = re.compile(
    r"(?<![\w@.])(?<! at )[\w-]{2,40}(?: dot [\w-]{2,40}){0,2} dot [a-z]{2,12}(?![\w@]| dot )", re.IGNORECASE
)
#: What every web address has.
_OF_AN_ADDRESS = re.compile(r"\.[\])]?[\w-]|//|\\\\")
_HANDLE = re.compile(r"(?<![\w@./])@([\w][\w.-]{2,39})(?![\w@])")
_HANDLE_WORD = r"@?([a-z0-9][\w.-]{3,39})"
#: Ends of file names and sentences that look like a site without a path.
_NO_SITE = re.compile(r"\.(?:jpe?g|png|gif|pdf|docx?|mp[34]|txt|mov|heic|zip|exe|apk)$", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'\"\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}…"


def emails(text: str) -> Iterator[tuple[str, str]]:
    """Yield each email address in a text, in canonical form and as it was written."""
    for found in _EMAIL.finditer(text):
        yield email(found.group()), found.group()


def spoken_emails(text: str) -> Iterator[tuple[str, str]]:
    """Yield each email address that is written as people say it, such as "grey heron at mail dot example".

    Only the word before "at", with others that "dot" joins to it, is taken for the name.
    """
    for found in _SPOKEN_EMAIL.finditer(text):
        plain = _SPOKEN_DOT.sub(".", found[1]) + "@" + _SPOKEN_DOT.sub(".", found[2])
        if address := email(plain):
            yield address, found.group()


def email(written: str) -> str:
    """Return an email address in canonical form, or "" if it is not valid.

    The canonical form is in lower case without "+tag" and, for Gmail, without dots.
    """
    name, at, host = written.strip().strip(_TRAILING).casefold().rpartition("@")
    if not at or not name or "." not in host:
        return ""
    name = name.split("+", 1)[0]
    if host in {"gmail.com", "googlemail.com"}:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"


def web_addresses(text: str, rules: WebRules) -> Iterator[tuple[str, str]]:
    """Yield each web address in a text, in canonical form and as it was written.

    Defanged addresses (hxxp, [.]) are included, and those with the word "dot" for each dot.
    """
    if " dot " in text.casefold():
        for found in _SPOKEN_WEB.finditer(text):
            if address := web_address(_SPOKEN_DOT.sub(".", found.group()), rules):
                yield address, found.group()
    if not _OF_AN_ADDRESS.search(text):
        return
    for found in _WEB.finditer(text):
        written = found.group().rstrip(_TRAILING)
        if address := web_address(written, rules):
            yield address, written


def web_address(written: str, rules: WebRules) -> str:
    """Return a web address as a canonical host and path, or "" if it is not valid.

    The scheme, "www.", "m.", the fragment, a final slash and tracking parameters are removed, and the remaining
    parameters of the query are sorted.
    """
    plain = re.sub(
        r"^h(?:tt|xx)p(s?)(?:://|\[:\]//|:\\\\)", r"http\1://", written.strip(), flags=re.IGNORECASE
    )
    plain = plain.replace("[.]", ".").replace("(.)", ".")
    if "://" not in plain:
        plain = f"http://{plain}"
    try:
        parts = urlsplit(plain)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
    except ValueError:
        return ""
    host = re.sub(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)", "", host)
    if (
        "." not in host
        or host.rpartition(".")[2] not in rules.endings
        or (_NO_SITE.search(host) and not parts.path)
    ):
        return ""
    path = unquote(re.sub(r"/+", "/", parts.path)).rstrip("/")
    kept = sorted(
        (key, value)
        for key, value in parse_qsl(parts.query)
        if key not in rules.tracking and not key.startswith(rules.tracking_beginnings)
    )
    path = path.casefold() if host in rules.accounts and path.count("/") == 1 else path
    return host + path + (f"?{urlencode(kept)}" if kept else "")


def account_in(address: str, rules: WebRules) -> str:
    """Return the account named by a canonical web address, or ""."""
    host, _, path = address.partition("/")
    first = path.partition("/")[0].partition("?")[0]
    if host not in rules.accounts or not first or first.casefold() in rules.not_accounts:
        return ""
    return handle(first)


def handle(written: str) -> str:
    """Return an account name in canonical form, or "" if it is not valid.

    The canonical form is in lower case without @ and final dots, and has at least three characters.
    """
    plain = written.strip().removeprefix("@").rstrip(_TRAILING + "-").casefold()
    return plain if len(plain) >= 3 and re.fullmatch(r"[\w.-]+", plain) else ""


def handles(text: str, rules: WebRules) -> Iterator[tuple[str, str]]:
    """Yield each account name in a text.

    An account name follows an @, or follows a word such as "username" and contains a digit, an underscore or a dot.
    """
    if "@" in text:
        for found in _HANDLE.finditer(text):
            if name := handle(found.group(1)):
                yield name, found.group()
    if not cues.possible_in(rules.cues, text.casefold()):
        return
    for found in _cued(rules).finditer(text):
        name = handle(found.group(1))
        if (
            name
            and re.search(r"[\d_.]", name)
            and not name.replace(".", "").isdigit()
            and "@" not in found.group()
        ):
            yield name, found.group(1)


@lru_cache(maxsize=4)
def _cued(rules: WebRules) -> re.Pattern[str]:
    phrases = "|".join(re.escape(one) for one in sorted(rules.cues, key=len, reverse=True))
    return re.compile(
        rf"\b(?:{phrases})(?:\s+(?:name|handle|account|is|was|called))*\s*+[:=]?\s*+{_HANDLE_WORD}(?![\w@/])",
        re.IGNORECASE,
    )
