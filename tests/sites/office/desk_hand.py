"""An officer at a browser, as the tests drive one: real requests, CSRF checked, forms read from the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.conf import settings

from tests.support.acting import acting
from tests.support.cast import PASSWORD, House
from tests.support.sessions import session_of
from tests.support.site_client import SiteClient


class _Forms(HTMLParser):
    """The forms of a page: action, and what a browser would send for each without touching it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str], list[str]]] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((a.get("action", ""), {}, []))
        if not self.forms:
            return
        _, fields, buttons = self.forms[-1]
        name = a.get("name", "")
        if tag == "input" and name and (a.get("type") not in {"radio", "checkbox"} or "checked" in a):
            fields[name] = a.get("value", "")
        if tag == "textarea" and name:
            self._area, fields[name] = name, ""
        if tag == "option" and "selected" in a:
            buttons.append(a.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1][1][self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


@dataclass
class Hand:
    """One browser. `get` and `post` follow redirects; `page` is the last answer, `hops` the pages that were loaded."""

    client: SiteClient
    page: Any = None
    path: str = ""
    hops: int = 0

    def get(self, path: str, **headers: str) -> Any:
        self.page = self.client.get(path, follow=True, headers=headers)
        self._arrived(path)
        return self.page

    def _arrived(self, path: str) -> None:
        chain = getattr(self.page, "redirect_chain", [])
        self.path = (chain[-1][0] if chain else path).split("#")[0]
        self.hops += 1
        self._skips_lead_somewhere()

    def _skips_lead_somewhere(self) -> None:
        """Each skip link of each page that a test opens leads to one place of that page."""
        if not self.page.get("Content-Type", "").startswith("text/html"):
            return
        for target in re.findall(r'<a href="#([^"]+)" class="govuk-skip-link"', self.html):
            assert self.html.count(f'id="{target}"') == 1, f"{self.path}: nothing to skip to at #{target}"

    @property
    def html(self) -> str:
        return self.page.content.decode()

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", "", found.group(1))).split()) if found else ""

    def form(self, action: str) -> dict[str, str]:
        """What the page's form with this action would send, untouched. "" is a form that posts to its own page."""
        there = []
        for part in re.split(r"(?=<form[\s>])", self.html)[
            1:
        ]:  # to read the whole page takes ten times as long
            named = re.match(r'<form[^>]*? action="([^"]*)"', part)
            there.append(unescape(named.group(1)) if named else "")
            if there[-1].split("?")[0] == action:
                forms = _Forms()
                forms.feed(part)
                return dict(forms.forms[0][1])
        raise AssertionError(f"no form for {action!r} on {self.path}: {there}")

    def send(self, action: str, **answers: Any) -> Any:
        """Fill in the form with this action and send it."""
        fields: dict[str, Any] = {**self.form(action), **answers}
        to = action or self.path
        self.page = self.client.post(to, fields, follow=True)
        self._arrived(to)
        return self.page

    def post(self, action: str, **answers: Any) -> Any:
        """Send these answers with the hidden fields of the page's first form with this action: it has several."""
        return self.send(action, **answers)

    def sign_in(self, name: str, *, password: str = PASSWORD) -> Any:
        self.get("/sign-in/")
        return self.send("/sign-in/", login=f"{name.lower()}@unit.example", password=password)

    def unlock(self, house: House, name: str) -> Any:
        if not self.path.startswith("/unlock/"):
            self.get("/unlock/")
        return self.send("/unlock/", passphrase=house.keys[name].passphrase)

    def at_work(self, house: House, name: str) -> Hand:
        """Signed in and unlocked, by a session made without the pages for it, which take six requests. The browser shows
        no page yet. Whoever tests signing in or unlocking calls `sign_in` and `unlock`."""
        key = session_of(house, name, site=self.client.site)
        with acting(self.client.site):  # which names the cookie of its site
            self.client.cookies[settings.SESSION_COOKIE_NAME] = key
        return self
