"""Read each platform's URL patterns from the pack (`platforms.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from string import Formatter
from typing import TYPE_CHECKING

from heedline.packs.tables import Table, read_toml
from heedline.specialist_desks.material.locators.shapes import LocatorKind

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_CODE = re.compile(r"[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class ItemForm:
    """A URL pattern for one kind of item.

    Every pattern that is given must match. `key` is a template for the item's one address.
    """

    kind: LocatorKind
    path: re.Pattern[str]
    key: str
    hosts: frozenset[str]
    query: Mapping[str, re.Pattern[str]]
    fragment: re.Pattern[str] | None
    not_accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class SchemeForm:
    """An app link (such as `tg:`), with a template for the equivalent web URL."""

    scheme: str
    path: re.Pattern[str]
    query: Mapping[str, re.Pattern[str]]
    address: str


@dataclass(frozen=True, slots=True)
class PlatformForms:
    """The URL and account patterns of one platform.

    `called` are names that people use for it. `account` is a template for the address of an account, or "" if
    accounts have none. `one_host` means that all hosts show the same site, and `fragment_opens` that an address without its fragment
    shows nothing, because the key to a file stands there.
    """

    code: str
    name: str
    called: tuple[str, ...]
    hosts: tuple[str, ...]
    one_host: bool
    fragment_opens: bool
    invented: bool
    account: str
    account_form: re.Pattern[str] | None
    tracking: frozenset[str]
    items: tuple[ItemForm, ...]
    schemes: tuple[SchemeForm, ...]


@dataclass(frozen=True, slots=True)
class WrapperForm:
    """A redirect service whose URLs contain the target URL."""

    hosts: frozenset[str]
    path: re.Pattern[str]
    parameters: tuple[str, ...]
    whole_query: bool
    in_host: bool


@dataclass(frozen=True, slots=True)
class ArchiveForm:
    """A web archive. In its pattern, `copy` matches one snapshot and `rest` the archived URL."""

    name: str
    hosts: tuple[str, ...]
    path: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class LocatorRules:
    """All rules for canonical locators. `version` is stored with every key, so old keys can be recomputed."""

    version: int
    as_of: date
    endings: frozenset[str]
    files: frozenset[str]
    tracking: frozenset[str]
    tracking_beginnings: tuple[str, ...]
    shorteners: frozenset[str]
    wrappers: tuple[WrapperForm, ...]
    archives: tuple[ArchiveForm, ...]
    platforms: Mapping[str, PlatformForms]
    by_host: Mapping[str, PlatformForms] = field(repr=False)
    by_name: Mapping[str, PlatformForms] = field(repr=False)


def read_locator_rules(folder: Traversable) -> LocatorRules:
    """Return the rules read from `platforms.toml` in a pack's folder.

    Raises PackError, naming the file and key.
    """
    top = read_toml(folder, "platforms.toml")
    web = top.table("web")
    tracking = web.texts("tracking")
    platforms = {code: _platform(code, one) for code, one in top.named("platforms").items()}
    shorteners = top.table("shorteners")
    by_host: dict[str, PlatformForms] = {}
    by_name: dict[str, PlatformForms] = {}
    for one in platforms.values():
        for host in one.hosts:
            if by_host.setdefault(host, one) is not one:
                raise top.wrong(f"platforms.{one.code}.hosts", f"{host} belongs to another platform")
        for name in one.called:
            if by_name.setdefault(name.casefold(), one) is not one:
                raise top.wrong(f"platforms.{one.code}.called", f"{name} is another platform's name")
    found = LocatorRules(
        version=top.number("version"),
        as_of=top.day("as_of"),
        endings=frozenset(web.texts("endings")),
        files=frozenset(web.texts("files")),
        tracking=frozenset(one for one in tracking if not one.endswith("*")),
        tracking_beginnings=tuple(one[:-1] for one in tracking if one.endswith("*")),
        shorteners=frozenset(shorteners.texts("hosts")),
        wrappers=tuple(_wrapper(one) for one in top.tables("wrappers")),
        archives=tuple(_archive(one) for one in top.tables("archives")),
        platforms=platforms,
        by_host=by_host,
        by_name=by_name,
    )
    for table in (web, shorteners, top):
        table.done()
    return found


def _pattern(table: Table, key: str) -> re.Pattern[str]:
    text = table.text(key)
    try:
        return re.compile(text)
    except re.error as error:
        raise table.wrong(key, f"is not a regular expression: {error}") from None


def _patterns(table: Table) -> dict[str, re.Pattern[str]]:
    return {key: _pattern(table, key) for key in table}


def _hosts(table: Table) -> tuple[str, ...]:
    hosts = table.texts("hosts", ())
    for host in hosts:
        if host != host.lower() or host.startswith("www.") or "/" in host:
            raise table.wrong("hosts", f"{host} must be a host in lower case without www.")
    return hosts


def _template(table: Table, key: str, patterns: list[re.Pattern[str]]) -> str:
    """Return a template, after checking that each of its fields is a named group of a pattern.

    Raises PackError if a field has no group.
    """
    text = table.text(key)
    known = {name for one in patterns for name in one.groupindex}
    for _, name, _, _ in Formatter().parse(text):
        if name is not None and name not in known:
            raise table.wrong(key, f"no pattern has a group called {name}")
    return text


def _platform(code: str, table: Table) -> PlatformForms:
    if not _CODE.fullmatch(code):
        raise table.wrong("", "a platform's code is lower-case letters and digits")
    found = PlatformForms(
        code=code,
        name=table.text("name"),
        called=table.texts("called"),
        hosts=_hosts(table),
        one_host=table.flag("one_host", False),
        fragment_opens=table.flag("fragment_opens", False),
        invented=table.flag("invented", False),
        account=table.text("account", ""),
        account_form=_pattern(table, "account_form") if table.has("account_form") else None,
        tracking=frozenset(table.texts("tracking", ())),
        items=tuple(_item(one) for one in table.tables("items", optional=True)),
        schemes=tuple(_scheme(one) for one in table.tables("schemes", optional=True)),
    )
    if found.account and not found.account_form:
        raise table.wrong("account_form", "is missing, although accounts have an address")
    table.done()
    return found


def _item(table: Table) -> ItemForm:
    path = _pattern(table, "path")
    query = _patterns(table.table("query", optional=True))
    fragment = _pattern(table, "fragment") if table.has("fragment") else None
    found = ItemForm(
        kind=LocatorKind(table.one_of("kind", tuple(LocatorKind))),
        path=path,
        key=_template(table, "key", [path, *query.values(), *([fragment] if fragment else [])]),
        hosts=frozenset(_hosts(table)),
        query=query,
        fragment=fragment,
        not_accounts=frozenset(table.texts("not_accounts", ())),
    )
    table.done()
    return found


def _scheme(table: Table) -> SchemeForm:
    path = _pattern(table, "path")
    query = _patterns(table.table("query", optional=True))
    found = SchemeForm(
        table.text("scheme"), path, query, _template(table, "address", [path, *query.values()])
    )
    table.done()
    return found


def _wrapper(table: Table) -> WrapperForm:
    found = WrapperForm(
        hosts=frozenset(_hosts(table)),
        path=_pattern(table, "path"),
        parameters=table.texts("parameters", ()),
        whole_query=table.flag("whole_query", False),
        in_host=table.flag("in_host", False),
    )
    ways = (bool(found.parameters), found.whole_query, found.in_host, "rest" in found.path.groupindex)
    if sum(ways) != 1:
        raise table.wrong("path", "the address inside must be found in exactly one way")
    table.done()
    return found


def _archive(table: Table) -> ArchiveForm:
    found = ArchiveForm(table.text("name"), _hosts(table), _pattern(table, "path"))
    if set(found.path.groupindex) != {"copy", "rest"}:
        raise table.wrong("path", "must have the groups copy and rest")
    table.done()
    return found
