"""Restore a defanged URL, and remove invisible characters and surrounding punctuation."""

from __future__ import annotations

import re
import unicodedata

#: Characters that are invisible or only turn the direction of writing.
_INVISIBLE = re.compile(
    "[\N{SOFT HYPHEN}\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_DOT = re.compile(
    r"\s*(?:\[\s*(?:\.|dot|d0t)\s*\]|\(\s*(?:\.|dot)\s*\)|\{\s*(?:\.|dot)\s*\}|\\\.|\[\.|\.\])\s*",
    re.IGNORECASE,
)
_SLASH = re.compile(r"\[/\]|\[\s*slash\s*\]|\(slash\)", re.IGNORECASE)
_COLON = re.compile(r"\[:\]|\(:\)|\{:\}|\[\s*colon\s*\]", re.IGNORECASE)
_AT = re.compile(r"\[@\]|\(@\)|\[\s*at\s*\]", re.IGNORECASE)
_MARKED_SLASHES = re.compile(r"\[://\]|\[:/\]/|\[//\]", re.IGNORECASE)
#: A scheme as it is written so that nobody clicks it, or that is misspelt.
_SCHEME = re.compile(
    r"^(?:view-source:|feed:|url:\s*|link:\s*)*"
    r"(?:h(?:tt|xx|\*\*|__|txx|xtt|--)p|htp|http|meow|fxp|ftp)(?P<s>s?)\s*(?P<mark>:\s*[/\\]+|:\s*(?=[\w.])|//+)\s*",
    re.IGNORECASE,
)
_FTP = re.compile(r"^f[tx]p", re.IGNORECASE)
_PAIRS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "<": ">",
    "«": "»",
    "“": "”",
    "‘": "’",
    "„": "“",
    "（": "）",
    "「": "」",
}
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"), ("（", "）"), ("「", "」"))
_QUOTES = "\"'`*_~|"
_TRAILING = ".,;:!?…'\"`*|~’”»>、。，；：！？"


def refang(text: str) -> str:
    """Return a single URL as a browser would read it, or the text without invisible characters."""
    plain = unwrapped(without_invisible(text).strip())
    before = ""
    while plain != before:  # what is left may be defanged again, as in [[.]
        before = plain
        plain = _MARKED_SLASHES.sub("://", plain)
        plain = _COLON.sub(":", _SLASH.sub("/", _DOT.sub(".", plain)))
        plain = _AT.sub("@", plain).replace("&amp;", "&")
    head = unicodedata.normalize("NFKC", plain[:12])
    if head.isascii() and not plain[:12].isascii():
        plain = head + plain[12:]
    if found := _SCHEME.match(plain):
        kind = "ftp" if _FTP.match(found.group()) else "http"
        plain = f"{kind}{found['s'].lower()}://{plain[found.end() :]}"
    return plain


def without_invisible(text: str) -> str:
    """Return the text without invisible characters."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("", text)


def unwrapped(text: str) -> str:
    """Return a text without surrounding quotes, brackets and punctuation.

    A closing bracket stays if the address opens it.
    """
    while True:
        before = text
        while text[:1] == "_" == text[-1:]:
            text = text[1:-1]
        text = text.lstrip(_QUOTES).rstrip(_TRAILING).strip()
        if text and text[0] in _PAIRS and not _DOT.match(text):
            closing = _PAIRS[text[0]]
            text = (
                text[1:].removesuffix(closing) if text.endswith(closing) or closing not in text else text[1:]
            )
        for opening, closing in _BRACKETS:
            while text.endswith(closing) and text.count(closing) > text.count(opening):
                text = text[: -len(closing)]
        if text == before:
            return text
