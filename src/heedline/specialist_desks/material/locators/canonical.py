"""Compute the canonical form of a locator, which is a URL, an app link or an account.

Addresses are parsed as a browser parses them (the WHATWG standard, by `ada-url`). Rules come on top.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

import ada_url

from heedline.specialist_desks.material.locators.refanging import refang, unwrapped
from heedline.specialist_desks.material.locators.rules import (
    ArchiveForm,
    LocatorRules,
    PlatformForms,
    WrapperForm,
)
from heedline.specialist_desks.material.locators.shapes import Locator, LocatorKind

#: Longer texts are no address that a browser would keep.
LONGEST = 8_000
#: Longer texts are no name of an account with its app.
_LONGEST_PHRASE = 200
#: Wrappers and archives that hold each other more often than this name nothing.
_DEEPEST = 20
_SCHEME = re.compile(r"([a-z][a-z0-9+-]*):", re.IGNORECASE)
_WEB = ("http", "https", "ftp")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_BARE = re.compile(r"(?://)?([^\s/?#@:\\]+\.[^\s/?#@:\\.]+)\.?(?::[0-9]{1,5})?(?=[/?#\\]|$)")
_HANDLE = re.compile(r"@([\w][\w.-]{1,39})")
_OURS = re.compile(r"account:([a-z][a-z0-9]*)/(.+)", re.DOTALL)
_MAGNET = re.compile(r"(?:^|[?&])xt(?:\.[0-9])?=urn:(btih|btmh):([A-Za-z0-9]{32,80})")
_IPFS = re.compile(
    r"(ipfs|ipns):(?://)?(?:ipfs/)?([A-Za-z0-9]{1,100}(?:[.-][A-Za-z0-9]{1,100}){0,9})(/[^?#]*)?",
    re.IGNORECASE,
)
_EMPTY_FRAGMENT = re.compile(r"#[/!]*$")
_MODIFIER = re.compile(r"(?<=[0-9*])[a-z]{2}_(?=/$)")
_FILLERS = r"(?:user ?name|user|account|handle|channel|group|id|name|gamertag|is|called|under|as)"


class _TooDeep(Exception):
    """Raised when URLs are nested inside one another too deeply."""


def canonical(text: str, rules: LocatorRules) -> Locator | None:
    """Return the locator found in a text, or None if there is none.

    The text is one address or account, in any of the forms that people write.
    """
    if len(text) > LONGEST:
        return None
    try:
        return _canonical(text, rules, 0)
    except _TooDeep:
        return None


def account_locator(app: str, account: str, rules: LocatorRules) -> Locator | None:
    """Return the locator of an account on an app, or None if either is unknown."""
    platform = rules.by_name.get(app.strip().casefold())
    return _account(platform, account, rules, f"{app} {account}") if platform else None


def address_without_tracking(locator: Locator, rules: LocatorRules) -> str:
    """Return a locator's URL without tracking data, for notices and captures.

    What a site adds to a shared link can name the account that shared it, so only an item's one address is given,
    or a page's address without what follows readers. Where the fragment holds the key that opens a file, it is given
    too. A short link can be the sharer's own, so it has "", as an account without an address has.
    """
    platform = rules.platforms.get(locator.platform)
    if not locator.address or locator.kind is LocatorKind.SHORT:
        return ""
    opened_by_fragment = platform is not None and platform.fragment_opens
    if locator.native_id and locator.kind is not LocatorKind.ARCHIVED and not opened_by_fragment:
        return locator.key
    try:
        url = ada_url.URL(locator.address)
    except ValueError:
        return ""
    # an archive keeps its copy under the whole address
    archived = locator.kind is LocatorKind.ARCHIVED
    query = url.search[1:] if archived else _key_query(url.search, rules, platform)
    fragment = url.hash if opened_by_fragment or url.hash.startswith(("#/", "#!")) else ""
    return f"{url.protocol}//{url.host}{url.pathname}{'?' + query if query else ''}{fragment}"


def _canonical(text: str, rules: LocatorRules, depth: int) -> Locator | None:
    if depth > _DEEPEST:
        raise _TooDeep
    plain = refang(text)
    if not plain:
        return None
    if found := _OURS.fullmatch(plain):
        platform = rules.platforms.get(found[1])
        return _account(platform, found[2], rules, text) if platform else None
    scheme = _SCHEME.match(plain)
    if scheme and scheme[1].lower() in _WEB:
        return _web(plain, rules, text, depth)
    if scheme and (opened := _app_link(scheme[1].lower(), plain, rules, text, depth)):
        return opened
    if found := _HANDLE.fullmatch(plain):
        name = found[1].rstrip(".-").casefold()
        return Locator(LocatorKind.HANDLE, f"@{name}", native_id=name, written=text)
    if said := _spoken(plain, rules, text):
        return said
    bare = _BARE.match(plain)
    if bare and _is_host(bare[1], rules, has_path=len(plain) > bare.end()):
        return _web(f"https://{plain.removeprefix('//')}", rules, text, depth)
    return None


def _is_host(host: str, rules: LocatorRules, *, has_path: bool) -> bool:
    """Return whether a dotted word is a host name rather than a file name, amount or sentence."""
    ending = host.rpartition(".")[2].lower()
    if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", host):
        return has_path
    if ending in rules.endings or ending.startswith("xn--"):
        return True
    return (
        ending not in rules.files and not ending.isdigit() and (has_path or host.lower().startswith("www."))
    )


def _app_link(scheme: str, plain: str, rules: LocatorRules, written: str, depth: int) -> Locator | None:
    """Return the locator of an app link."""
    if scheme == "magnet":
        return _magnet(plain, written)
    if scheme in {"ipfs", "ipns"} and (found := _IPFS.match(plain)):
        key = _settled(f"{found[1].lower()}://{found[2]}{_escaped(found[3] or '').rstrip('/')}")
        return Locator(LocatorKind.FILE, key, key, native_id=found[2], written=written)
    for platform in rules.platforms.values():
        for form in platform.schemes:
            if form.scheme != scheme:
                continue
            path, _, query = plain[len(scheme) + 1 :].partition("?")
            groups = _groups(form.query, _first_values(query))
            if (way := form.path.match(path.rstrip("/"))) and groups is not None:
                return _canonical(form.address.format_map(way.groupdict() | groups), rules, depth + 1)
    return None


def _magnet(plain: str, written: str) -> Locator | None:
    found = _MAGNET.search(plain.replace("%3A", ":").replace("%3a", ":"))
    if not found:
        return None
    kind, value = found[1], found[2]
    if kind == "btih" and len(value) == 32:
        try:
            value = base64.b32decode(value.upper()).hex()
        except ValueError:
            return None
    key = f"magnet:?xt=urn:{kind}:{value.lower()}"
    return Locator(LocatorKind.FILE, key, plain, native_id=value.lower(), written=written)


def _spoken(plain: str, rules: LocatorRules, written: str) -> Locator | None:
    """Return the account named in a phrase such as "@name on Telegram" or "Telegram: name"."""
    if len(plain) > _LONGEST_PHRASE or (" " not in plain and ":" not in plain):
        return None
    for pattern in (
        rf"(?P<app>[A-Za-z. ]+?)\s*(?:[:=/-]|\s)\s*(?:{_FILLERS}\s*[:=]?\s*)*@?(?P<account>\S.*)",
        r"@?(?P<account>\S.*?)\s*(?:\bon\b|\bin\b|\bvia\b|\bfrom\b|[(,-])\s*(?P<app>[A-Za-z. ]+)\)?",
    ):
        found = re.fullmatch(pattern, plain, re.IGNORECASE)
        platform = found and rules.by_name.get(found["app"].strip().casefold())
        if found and platform and (one := _account(platform, found["account"], rules, written)):
            return one
    return None


def _account(platform: PlatformForms, account: str, rules: LocatorRules, written: str) -> Locator | None:
    name = account.strip().removeprefix("@").strip()
    if not platform.account_form or not platform.account_form.match(name):
        return None
    folded = _folded(name)
    if platform.account:
        found = _canonical(platform.account.format(account=folded), rules, 1)
        if found is None:
            return None
        return Locator(found.kind, found.key, found.address, platform.code, folded, written)
    return Locator(
        LocatorKind.ACCOUNT, f"account:{platform.code}/{folded}", "", platform.code, folded, written
    )


def _folded(name: str) -> str:
    """Return an account name in lower case, or a telephone number as digits."""
    if re.fullmatch(r"\+?[0-9 ()-]{7,25}", name):
        digits = re.sub(r"[^0-9]", "", name)
        return "+" + digits.removeprefix("00") if name.startswith(("+", "00")) else digits
    return name.casefold()


def _web(plain: str, rules: LocatorRules, written: str, depth: int) -> Locator | None:
    try:
        url = ada_url.URL(plain)
    except ValueError:
        return None
    host = url.hostname.rstrip(".")
    if "." not in host and not host.startswith("["):
        return None
    scheme, path, search, fragment = url.protocol[:-1], url.pathname, url.search, url.hash
    port = f":{url.port}" if url.port else ""
    address = f"{scheme}://{host}{port}{path}{search}{fragment}"
    site = _without_www(host)
    wrappers = [one for one in rules.wrappers if _has_host(one.hosts, site)]
    for wrapper in wrappers:
        inner = _inside(wrapper, site, path, search, fragment)
        if inner and (found := _canonical(inner, rules, depth + 1)):
            return replace(found, written=written)
    archives = [one for one in rules.archives if site in one.hosts]
    for archive in archives:
        if kept := _archived(archive, path + search + fragment, address, rules, written, depth):
            return kept
    platform = rules.by_host.get(site) if scheme != "ftp" and not port else None
    if platform and (item := _item(platform, site, path, search, fragment, address, written)):
        return item
    key_scheme = scheme if port or scheme == "ftp" else "https"
    key = f"{key_scheme}://{_key_host(site, platform)}{port}{_key_path(path)}"
    if query := _key_query(search, rules, platform):
        key += f"?{query}"
    if fragment.startswith(("#/", "#!")) and len(fragment) > 2:
        key += _escaped(fragment)
    key = _settled(key)
    if (platform or wrappers or archives) and key != address:
        # without its final punctuation, the address may have one of the known forms after all
        again = _canonical(key, rules, depth + 1)
        if again and again.key != key:
            return replace(again, address=address, written=written)
    kind = LocatorKind.SHORT if site in rules.shorteners and path != "/" else LocatorKind.PAGE
    return Locator(kind, key, address, platform.code if platform else "", "", written)


def _without_www(host: str) -> str:
    rest = re.sub(r"^(?:www\d?\.)+(?=[^.]+\.)", "", host)
    return rest or host


def _has_host(hosts: frozenset[str], host: str) -> bool:
    return host in hosts or any(one.startswith("*.") and host.endswith(one[1:]) for one in hosts)


def _inside(wrapper: WrapperForm, host: str, path: str, search: str, fragment: str) -> str:
    """Return the target URL of a redirect page, or ""."""
    found = wrapper.path.match(path + search + fragment if "rest" in wrapper.path.groupindex else path)
    if not found:
        return ""
    if wrapper.in_host:
        name = host.partition(".")[0].replace("--", "\0").replace("-", ".").replace("\0", "-")
        kept = "&".join(one for one in search[1:].split("&") if one and not one.startswith("_x_tr_"))
        return f"https://{name}{path}{'?' + kept if kept else ''}{fragment}"
    if wrapper.whole_query:
        return unquote(search[1:])
    if "rest" in wrapper.path.groupindex:
        return _with_slashes(found["rest"])
    values = _first_values(search[1:])
    return next((values[one] for one in wrapper.parameters if values.get(one)), "")


def _with_slashes(rest: str) -> str:
    """Restore the scheme and double slash of a URL that may have lost them."""
    plain = unquote(rest) if re.match(r"h(?:tt|xx)ps?%3a", rest, re.IGNORECASE) else rest
    if found := re.match(r"h(?:tt|xx)p(s?):/+", plain, re.IGNORECASE):
        return f"http{found[1].lower()}://{plain[found.end() :]}"
    return f"https://{plain}"


def _archived(
    archive: ArchiveForm, rest: str, address: str, rules: LocatorRules, written: str, depth: int
) -> Locator | None:
    found = archive.path.match(rest)
    inner = found and _canonical(_with_slashes(found["rest"]), rules, depth + 1)
    if not found or not inner:
        return None
    copy = _MODIFIER.sub("", found["copy"])
    key = f"https://{archive.hosts[0]}{copy}{inner.key}"
    return Locator(LocatorKind.ARCHIVED, key, address, "", copy.strip("/"), written, inner)


def _item(
    platform: PlatformForms, host: str, path: str, search: str, fragment: str, address: str, written: str
) -> Locator | None:
    """Return the locator of a URL that matches one of the platform's patterns, or None."""
    plain = re.sub(r"/{2,}", "/", path).rstrip("/") or "/"
    plain = re.sub("%40", "@", re.sub("%2b", "+", plain, flags=re.IGNORECASE))
    values: dict[str, str] | None = None
    for form in platform.items:
        if (form.hosts and host not in form.hosts) or not (way := form.path.match(plain)):
            continue
        groups = way.groupdict()
        if form.query:
            values = _first_values(search[1:]) if values is None else values
            more = _groups(form.query, values)
            if more is None:
                continue
            groups |= more
        if form.fragment:
            part = form.fragment.match(fragment[1:])
            if not part:
                continue
            groups |= part.groupdict()
        for name in ("account", "group"):
            if groups.get(name):
                groups[name] = groups[name].casefold()
        if groups.get("account") in form.not_accounts:
            continue
        native = groups.get("id") or groups.get("post") or groups.get("account") or groups.get("group") or ""
        return Locator(
            form.kind, _settled(form.key.format_map(groups)), address, platform.code, native, written
        )
    return None


def _first_values(query: str) -> dict[str, str]:
    return dict(reversed(parse_qsl(query, max_num_fields=None)))


def _groups(patterns: Mapping[str, re.Pattern[str]], values: Mapping[str, str]) -> dict[str, str] | None:
    """Return the groups captured by matching each pattern to its value, or None if any does not match."""
    groups: dict[str, str] = {}
    for name, pattern in patterns.items():
        found = pattern.match(values.get(name, ""))
        if not found:
            return None
        groups |= found.groupdict()
    return groups


def _key_host(host: str, platform: PlatformForms | None) -> str:
    if platform is None:
        return host
    if platform.one_host:
        return platform.hosts[0]
    rest = re.sub(r"^(?:m|mobile|old|amp)\.", "", host)
    return rest if rest in platform.hosts else host


def _settled(key: str) -> str:
    """Return a locator key without surrounding punctuation, empty fragment or surplus trailing slashes."""
    while True:
        before = key
        key = _EMPTY_FRAGMENT.sub("", unwrapped(key))
        if key.endswith("/") and key.count("/") > 3 and not {"?", "#"} & set(key):
            key = key.rstrip("/")
            key += "/" if key.count("/") < 3 else ""  # the first page of a site
        if key == before:
            return key


def _key_path(path: str) -> str:
    return _escaped(path).rstrip("/") or "/"


def _key_query(search: str, rules: LocatorRules, platform: PlatformForms | None) -> str:
    """Return the query without tracking parameters, in its original order."""
    kept = []
    for part in search[1:].split("&"):
        name = part.partition("=")[0].lower()
        if not part or name in rules.tracking or name.startswith(rules.tracking_beginnings):
            continue
        if platform and name in platform.tracking:
            continue
        kept.append(_escaped(part))
    return "&".join(kept)


def _escaped(text: str) -> str:
    """Return a text with unnecessary percent-escapes decoded and the others in upper case."""
    if "%" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else f"%{found[1].upper()}"

    return _ESCAPE.sub(one, _STRAY_PERCENT.sub("%25", text))
