"""Data structures for locators."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

import ada_url


class LocatorKind(StrEnum):
    """The kind of item that a locator points to, as far as can be told from its format."""

    PAGE = "page"
    POST = "post"
    ACCOUNT = "account"
    CHANNEL = "channel"
    GROUP = "group"
    MESSAGE = "message"
    VIDEO = "video"
    PICTURE = "picture"
    STREAM = "stream"
    FILE = "file"
    FOLDER = "folder"
    LIST = "list"
    INVITATION = "invitation"
    ARCHIVED = "archived"
    """A copy of a page in a web archive."""
    SHORT = "short"
    """A short link, whose target can be found only by following it."""
    HANDLE = "handle"
    """An account name without the platform's name."""


@dataclass(frozen=True, slots=True)
class Locator:
    """The canonical identifier of an item of online material: a URL or an account.

    Two locators with the same `key` name the same item. The key is itself a text that `canonical` accepts,
    and its canonical form is the key. `address` is the exact address to open, with its own scheme, parameters
    and fragment, or "" for an account on an app without addresses. `native_id` is the platform's own identifier.
    `written` is the reporter's text. `inside` is the locator of the page that an archived copy shows.
    """

    kind: LocatorKind
    key: str = field(repr=False)
    address: str = field(default="", repr=False)
    platform: str = ""
    native_id: str = field(default="", repr=False)
    written: str = field(default="", repr=False)
    inside: Locator | None = None

    @property
    def host(self) -> str:
        """The host name in ASCII, or "" if the locator has no URL."""
        return _host(self.address)

    @property
    def host_shown(self) -> str:
        """The host name in its original script, or "" if the locator has no URL."""
        host = self.host
        return ada_url.idna_to_unicode(host) if "xn--" in host else host

    @property
    def mixes_scripts(self) -> bool:
        """Return whether a label of the host name mixes scripts, which can imitate another name."""
        return any(len(_scripts(part)) > 1 for part in self.host_shown.split("."))

    @property
    def defanged(self) -> str:
        """The defanged URL, or the defanged key if the locator has no URL."""
        return defanged(self.address or self.key)


def defanged(address: str) -> str:
    """Return a defanged URL, such as hxxps://bad[.]example/a."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return f"{scheme.replace('tt', 'xx')}://{rest[:end].replace('.', '[.]')}{rest[end:]}"


def _host(address: str) -> str:
    found = re.match(r"[a-z]+://([^/?#]*)", address)
    return re.sub(r":\d+$", "", found.group(1)) if found else ""


def _scripts(part: str) -> set[str]:
    """Return the scripts used in a text, counting the Japanese scripts as one."""
    found = {
        unicodedata.name(letter, "").partition(" ")[0]
        for letter in part
        if letter.isalpha() and letter != "ー"
    }
    together = {"HIRAGANA", "KATAKANA", "CJK"}
    return found - together | ({"CJK"} if found & together else set())
