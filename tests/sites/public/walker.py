"""A person with a browser that runs no scripts: reads pages, follows links, fills forms and presses buttons by their words.

It sends only what the page's own form holds, cookies and cross-site token included, through Django's client with its
checks on and under the database role of the public process. So a page that this person cannot reach is a page that
nobody can reach.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client

from tests.support.acting import acting
from tests.support.uploads import body_of, send_file


@dataclass
class Control:
    """An input, textarea or button of a form. `action`: where a button posts the form instead."""

    kind: str
    name: str
    value: str
    label: str = ""
    chosen: bool = False
    action: str = ""


@dataclass
class PageForm:
    """A form as the page holds it."""

    method: str
    action: str
    id: str = ""
    controls: list[Control] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects title, headings, links, forms and the text that a person sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = ""
        self.headings: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[PageForm] = []
        self.words: list[str] = []
        self.main: list[str] = []
        self._open: list[str] = []
        self._catch: list[tuple[str, dict[str, str]]] = []
        self._heard: dict[str, list[str]] = {}
        self._in_main = False
        self._elsewhere: list[tuple[str, Control]] = []
        self.feed(html)
        for form, button in self._elsewhere:
            next(one for one in self.forms if one.id == form).controls.append(button)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._in_main = True
        if tag == "form":
            self.forms.append(PageForm(at.get("method", "get"), at.get("action", ""), at.get("id", "")))
        elif tag == "input" and self.forms:
            kind = at.get("type", "text")
            self.forms[-1].controls.append(
                Control(kind, at.get("name", ""), at.get("value", ""), chosen="checked" in at)
            )
        if tag in {"a", "button", "textarea", "title", "h1", "h2"}:
            self._catch.append((tag, at))
            self._heard[tag] = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False
        if not self._catch or self._catch[-1][0] != tag:
            return
        _, at = self._catch.pop()
        heard = "".join(self._heard.pop(tag))
        text = " ".join(heard.split())
        match tag:
            case "title":
                self.title = text
            case "h1" | "h2":
                self.headings.append(text)
            case "a":
                self.links.append((text, at.get("href", "")))
            case "button" if "form" in at and "aria-hidden" not in at:
                button = Control(
                    "button", at.get("name", ""), at.get("value", ""), text, action=at.get("formaction", "")
                )
                self._elsewhere.append((at["form"], button))
            case "button" if self.forms and "form" not in at:
                self.forms[-1].controls.append(
                    Control("button", at.get("name", ""), at.get("value", ""), text)
                )
            case "textarea" if self.forms and "name" in at:
                # browsers drop the first line end of a textarea
                self.forms[-1].controls.append(Control("textarea", at["name"], heard.removeprefix("\n")))

    def handle_data(self, data: str) -> None:
        for heard in self._heard.values():
            heard.append(data)
        self.words.append(data)
        if self._in_main:
            self.main.append(data)


class Walker:
    """See the top of this file."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.at = "/"
        self.response: Any = None
        self._page: _Reader | None = None
        self.been: list[str] = []

    # --- going ----------------------------------------------------------------------------------------------------
    def visit(self, path: str) -> Walker:
        """Type an address."""
        return self._arrive("get", path, {})

    def follow(self, words: str) -> Walker:
        """Follow the link of these words."""
        for text, href in self.page.links:
            if text == words or text.startswith(f"{words} "):
                return self.visit(urljoin(self.at, href))
        raise AssertionError(f"{self.at} has no link {words!r}, only {[text for text, _ in self.page.links]}")

    def press(self, words: str, **typed: str | list[str]) -> Walker:
        """Fill the form that has this button, and press it. A name that the form does not have is an error."""
        form, button = self._form_with(words)
        data: dict[str, list[str]] = {}
        for control in form.controls:
            if not control.name or control.kind == "button":
                continue
            if control.kind not in {"radio", "checkbox"} or control.chosen:
                data.setdefault(control.name, []).append(control.value)
        offered = {control.name for control in form.controls}
        for name, value in typed.items():
            asked = name.replace("__", "-")
            assert asked in offered, f"{self.at}: no field {asked} among {sorted(offered)}"
            data[asked] = value if isinstance(value, list) else [value]
        if button.name:
            data[button.name] = [button.value]
        return self._arrive("post", urljoin(self.at, button.action or form.action or self.at), data)

    def add_file(self, name: str, data: bytes, words: str = "Add this file") -> Walker:
        """Choose a file on this computer in the form that has this button, and press it."""
        form, _ = self._form_with(words)
        fields = {one.name: one.value for one in form.controls if one.kind == "hidden"}
        path = urljoin(self.at, form.action or self.at)
        with acting("public"):
            response = send_file(self.client, path, body_of(fields, name, data))
        self.been.append(path)
        if not 300 <= response.status_code < 400:
            self.response, self.at, self._page = response, path, None
            return self
        return self.visit(urljoin(path, response["Location"]))

    def _form_with(self, words: str) -> tuple[PageForm, Control]:
        for form in self.page.forms:
            for control in form.controls:
                if control.kind == "button" and f"{control.label} ".startswith(f"{words} "):
                    return form, control
        buttons = [c.label for form in self.page.forms for c in form.controls if c.kind == "button"]
        raise AssertionError(f"{self.at} has no button {words!r}, only {buttons}")

    def _arrive(self, method: str, path: str, data: dict[str, list[str]]) -> Walker:
        for _ in range(10):
            with acting("public"):
                self.response = getattr(self.client, method)(path, data)
            self.been.append(path)
            if not 300 <= self.response.status_code < 400:
                break
            target = self.response["Location"]
            if urlsplit(target).netloc:  # to another site: a browser goes there, we do not
                break
            path, method, data = urljoin(path, target), "get", {}
        else:
            raise AssertionError(f"a loop of redirects at {path}")
        self.at = path
        self._page = None
        return self

    # --- seeing ---------------------------------------------------------------------------------------------------
    @property
    def page(self) -> _Reader:
        """What the page holds, read when a test first asks for it."""
        if self._page is None:
            self._page = _Reader(self.response.content.decode() if self.response is not None else "")
        return self._page

    @page.setter
    def page(self, page: _Reader) -> None:
        self._page = page

    @property
    def html(self) -> str:
        return str(self.response.content.decode())

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def heading(self) -> str:
        return self.page.headings[0] if self.page.headings else ""

    @property
    def title(self) -> str:
        return self.page.title

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        return " ".join(" ".join(self.page.words).split())

    @property
    def main(self) -> str:
        """What stands in the main part."""
        return " ".join(" ".join(self.page.main).split())

    def typed(self, name: str) -> str:
        """What stands in a box of the page."""
        for form in self.page.forms:
            for control in form.controls:
                if control.name == name and (control.kind not in {"radio", "checkbox"} or control.chosen):
                    return control.value
        return ""

    def cookie(self, name: str) -> str:
        """The cookie of that name in the browser; "" when it has none."""
        found = self.client.cookies.get(name)
        return found.value if found is not None and found["max-age"] != 0 else ""

    # --- the whole way --------------------------------------------------------------------------------------------
    def begin(self) -> Walker:
        """From the first page to the page before the questions about something that somebody saw."""
        return self.visit("/").follow("Something you saw or heard")

    def start(self, danger: str = "no") -> Walker:
        """To the first question about it."""
        return self.begin().press("Start", danger=danger)

    def tell(self, narrative: str, *, danger: str = "no", **where: str) -> Walker:
        """By the shortest anonymous way to the check page."""
        self.start(danger)
        self.press("Skip the other questions" if not where else "Continue", narrative=narrative)
        if where:
            self.press("Skip the other questions", **where)
        return self.press("Continue", who="anonymous")

    def send(self, narrative: str = "A van stood at the gate three nights in a row.", **more: str) -> str:
        """Tell and send; the code as it is shown."""
        self.tell(narrative, **more).press("Send your report")
        return self.shown_code()

    def shown_code(self) -> str:
        """The code on the page."""
        start = self.html.index('class="hl-code"')
        return (
            "-".join(_Reader(self.html[start - 3 : self.html.index("</p>", start)]).words)
            .replace("- -", "-")
            .strip("- ")
        )


def another_tab(rosa: Walker) -> Walker:
    """The same browser, at the same page."""
    tab = Walker()
    tab.client = rosa.client
    return tab.visit(rosa.at)


DRAFT, VISIT = settings.DRAFT_COOKIE, settings.VISIT_COOKIE
