"""What the site does not say and does not keep, and that hostile text does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import get_resolver, resolve

from heedline.web.declared import routes
from tests.sites.public.test_doors import THE_OTHER_DOORS
from tests.sites.public.test_the_way import walk_the_long_way
from tests.sites.public.walker import DRAFT, VISIT, Walker
from tests.support.acting import acting

CANARY = "canary-word-4711"
HOSTILE = [
    f"<script>alert('{CANARY}')</script>",
    f"<svg onload=alert(1)>{CANARY}</svg>",
    f"{{{{ {CANARY} }}}} {{% csrf_token %}}",
    f"=cmd|'/c calc'!A0 {CANARY}",
    f"\u202egpj.{CANARY}\u2066",
    f"\x1b[31m{CANARY}\x07",
    "раураl.example " + CANARY,
    CANARY + "w" * 3000,
]
#: Each has a walk of its own in another test: no code wanted, an incident's form, changing somebody who was added, the log's checkpoints, the
#: files for search engines, and the other doors.
_WALKED_ELSEWHERE = {
    "finished-without",
    "incident",
    "item",
    "log",
    "log-checkpoint",
    "log-growth",
    "robots",
    "sitemap",
}
_WALKED_ELSEWHERE |= THE_OTHER_DOORS | {
    "finished-advice",
    "finished-without-advice",
    "finished-own",
    "finished-without-own",
}
#: In test_files.
_WALKED_ELSEWHERE |= {
    "files",
    "file-add",
    "file-remove",
    "message-files",
    "message-file-add",
    "message-file-remove",
}
#: In test_resumable_uploads: a script asks them.
_WALKED_ELSEWHERE |= {"file-upload", "file-uploads", "message-file-upload", "message-file-uploads"}


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """How often each function of the door is called."""
    calls: dict[str, int] = {}

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "door." in sql:
            name = sql.split("door.")[1].split("(")[0]
            calls[name] = calls.get(name, 0) + 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield calls


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(rosa: Walker, text: str) -> None:
    rosa.begin().press("Start", danger="no").press("Continue", narrative=text)
    rosa.visit("/r/person/new/").press("Continue", looks=text[:2000])
    for page in ("/r/what/", "/r/person/", "/r/check/"):
        rosa.visit(page)
        assert CANARY in rosa.html
        for raw in ("<script>alert", "<svg", "\x1b", "csrfmiddlewaretoken }}"):
            assert raw not in rosa.html
        assert CANARY not in rosa.title


def test_nothing_typed_is_in_an_address_a_title_or_a_header(rosa: Walker) -> None:
    rosa.tell(CANARY, place=CANARY)
    rosa.visit("/r/where/").press("Continue", postcode=CANARY)  # also the way of mistakes
    rosa.visit("/r/what/").press("Continue", narrative=CANARY * 2000)
    for path in rosa.been:
        assert CANARY not in path
    assert CANARY not in rosa.title
    assert not any(CANARY in str(value) for value in rosa.response.headers.values())


def test_every_page_says_that_nobody_may_keep_it(rosa: Walker) -> None:
    walk_the_long_way(rosa)
    for path in dict.fromkeys(rosa.been):
        with acting("public"):
            answer = rosa.client.get(path)
        assert answer["Cache-Control"] == "no-store", path
        guidance = path in ("/", "/tell/")
        assert answer["X-Robots-Tag"] == ("index, follow" if guidance else "noindex, nofollow"), path
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_a_draft_is_read_once_and_saved_once_for_each_press(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    token = rosa.typed("csrfmiddlewaretoken")
    with counted() as calls, acting("public"):
        rosa.client.post("/r/what/", {"narrative": "A van.", "csrfmiddlewaretoken": token})
    assert calls == {"load_draft": 1, "save_draft": 1}
    with counted() as calls, acting("public"):
        rosa.client.get("/r/what/")
    assert calls == {"load_draft": 1}


def test_no_page_is_an_orphan(rosa: Walker) -> None:
    walk_the_long_way(rosa)
    rosa.follow("Back").visit("/r/now/").press("Continue", danger="yes").press("I cannot call").press(
        "Send now"
    )
    code = rosa.shown_code()
    rosa.press("I have saved my code")
    rosa.visit("/").follow("Use your code").press("Open", code=code).press(
        "Send your message", danger="no", text="More."
    )
    rosa.follow("Back to your messages").follow("Withdraw your report").press("Withdraw your report")
    rosa.follow("Delete your copy of our messages").press("Delete my copy").follow(
        "Back to your messages"
    ).press("Close and leave")
    for link in ("Privacy", "Cookies", "Accessibility", "Contact us", "Languages", "Stay safe online"):
        rosa.visit("/").follow(link)
    rosa.follow("Exit this page")
    reached = {resolve(path.split("?")[0]).url_name for path in rosa.been}
    public = routes(get_resolver("heedline.config.urls_public"))
    named = {route.name for where, route in public if not where.startswith("api/")}
    assert named - reached <= _WALKED_ELSEWHERE


def test_a_file_sent_to_a_page_is_not_kept_and_its_words_are(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no")
    token = rosa.typed("csrfmiddlewaretoken")
    upload = SimpleUploadedFile("x.txt", CANARY.encode())
    with acting("public"):
        answer = rosa.client.post(
            "/r/what/", {"narrative": "A van.", "file": upload, "csrfmiddlewaretoken": token}
        )
    assert answer.status_code == 303
    assert CANARY not in rosa.visit("/r/check/").html
    assert "A van." in rosa.main


@pytest.mark.parametrize("slug", ["now", "what", "person", "check", "call"])
def test_a_page_asked_for_without_a_draft_says_only_that_it_is_gone(rosa: Walker, slug: str) -> None:
    rosa.visit(f"/r/{slug}/")
    assert rosa.status == 410
    assert rosa.heading == "This page is no longer available."


@pytest.mark.parametrize("cookie", ["x", "x" * 43, "é" * 43, "0" * 5000])
def test_a_made_up_cookie_is_no_draft(rosa: Walker, cookie: str) -> None:
    rosa.client.cookies[DRAFT] = rosa.client.cookies[VISIT] = cookie
    assert rosa.visit("/r/what/").status == 410
    assert rosa.visit("/messages/open/").heading == "We have closed your messages"
