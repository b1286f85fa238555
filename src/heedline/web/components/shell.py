"""Dataclasses that describe the page shell of each site.

A site's context processor puts one of these into the template context as `shell`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A navigation link.

    `count` is shown if it is not zero. `lang` and `dir` are set if the text is in another language.
    """

    text: str
    href: str
    current: bool = False
    count: int = 0
    lang: str = ""
    dir: Literal["", "ltr", "rtl"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicShell:
    """The shell of every public page.

    Names, phone numbers and the logo come from the pack. `mark`: HTML of the pack's own logo, marked safe by
    the pack's reader. If empty, Heedline's line and dot are shown. `stylesheet`: static path of the pack's
    colours. `exit_url`: an address on this site, which ends the visit and then redirects away.
    `silent_emergency`: what to do in an emergency without speaking. `phone_href`: the whole address, "tel:…".
    `languages`: the same page in each language, with the current one marked. `notice`: a notice about all the
    text on the page, as HTML, shown under the emergency line, and `notice_more`, the rest of it, shown on
    request. `run_by`: the sentence that says who runs the service. `run_by_mark`: the static path of their
    own logo, if any. `kept`: the parts of pages that were rendered before (`{% keep %}`); without it they are
    rendered on every page.
    """

    service_name: str
    home_url: str = "/"
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    languages: tuple[Link, ...] = ()
    emergency_number: str = ""
    silent_emergency: str = ""
    phone: str = ""
    phone_href: str = ""
    phone_note: str = ""
    notice: str = ""
    notice_more: str = ""
    run_by: str = ""
    run_by_mark: str = ""
    footer: tuple[Link, ...] = ()
    exit_url: str = "/exit/"
    demo: bool = False
    mark: str = ""
    stylesheet: str = ""
    kept: dict[Hashable, SafeString] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellDanger:
    """An open report of danger to life, shown on every page at the report's desks.

    `asked`: whether its discharge waits for a second person. `href` is empty on practice pages. `offered`: whether its owner has asked the signed-in officer to take over.
    """

    short: str
    href: str
    desk: str
    owner: str
    review: str
    late: bool = False
    acknowledged: bool = True
    offered: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellUntaken:
    """A summary of the urgent reports that no officer has taken.

    `short`, `desk` and `due` are those of the one due first, which is named if there is no other. `href` leads to it, or to
    the list of several, and is empty on practice pages and where the officer cannot open the report. `at_least` means that there may be more than `number`.
    `closed` means that the officer cannot open the one due first.
    """

    number: int
    href: str
    short: str
    desk: str
    due: str
    late: bool = False
    at_least: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeShell:
    """The shell of every page on a site that requires signing in.

    An empty `person` means not signed in. `more_navigation`: the links that stand together under "More", when
    there are too many for one row. `site`: the name of the site, shown beside the service name. `partner`:
    whether it is the partner site. `duty`: "On duty until 18:00 UTC", or empty when off duty.
    `unlocked_until`: text, or empty when the keys are locked. `practice`: the name of the exercise that the
    page belongs to. Every such page says so in words. `caller`: what the person playing the caller says.
    `dangers`: the open dangers to life, and `more_dangers` how many more there are. `dangers_url`: their list, or empty on
    practice pages. `untaken`: those that nobody has taken. `asleep`: urgent reports of other desks where nobody is on duty.
    `nobody_paged`: whether the worker, which pages people, does not run.

    `search_url`: where the search box posts to, or empty where nothing can be searched.

    The addresses that change something are posted to.
    """

    service_name: str
    site: str = "Office"
    partner: bool = False
    home_url: str = "/w/"
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    navigation: tuple[Link, ...] = ()
    more_navigation: tuple[Link, ...] = ()
    person: str = ""
    role: str = ""
    desk: str = ""
    duty: str = ""
    duty_url: str = ""
    unlocked_until: str = ""
    unlock_url: str = ""
    lock_url: str = ""
    sign_out_url: str = ""
    emergency_number: str = ""
    demo: bool = False
    mark: str = ""
    stylesheet: str = ""
    footer: tuple[Link, ...] = ()
    practice: str = ""
    caller: tuple[str, ...] = ()
    search_url: str = ""
    dangers: tuple[ShellDanger, ...] = ()
    more_dangers: int = 0
    dangers_url: str = ""
    untaken: ShellUntaken | None = None
    asleep: ShellUntaken | None = None
    nobody_paged: bool = False
