"""The public pages of the independent charity: they speak for a charity, and ask nobody who they are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from typing import Any

import pytest

from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack
from heedline.web.public.shell import languages
from tests.sites.public.walker import Walker
from tests.support.public_pages import ATTACK, OPEN

PACK = load_pack("charity")
#: Texts that name the police as somebody else: whom to call, who comes, or to whom a report is passed on.
OTHERS = (
    "attack", "attack_easy", "charity_door", "danger.operator", "doors.charity", "doors.danger.text", "doors.talk_charity",
    "doors.talk_police", "links.charity", "links.stations", "near", "numbers.charity", "numbers.hotline", "numbers.police",
    "phone_door.person", "phone_door.police", "privacy.pass", "promise.anonymous_who", "safe_home.report", "safe_out.items",
    "safe_out.report", "safe_work.report", "sent.activity.next", "start.how", "which_force.why",
)  # fmt: skip
OF_QUESTIONS = ("call.paragraphs", "planned.why", "where.why", "person.why")
#: What the police's own installation calls those who read reports, and the law that it works under.
THEIRS = re.compile(r"(?i:officer|counter terrorism|\bsections? \d)|\bPrevent\b")
#: Pages of kinds of report that the charity does not take, and of calling back.
NOT_HERE = {
    "talk/", "link/", "ask/", "talk/call/", "code/finished/ask/", "code/finished/without/ask/", "code/finished/next/",
    "code/finished/without/next/",
}  # fmt: skip
_ADDRESSES = """
from heedline.config.starting import set_up_django
set_up_django()
from heedline.web.public.guidance.search_engines import GUIDANCE
from heedline.web.public.urls import urlpatterns
from django.urls import reverse
assert all(reverse(f"reporter:{name}", "heedline.config.urls_public") for name in GUIDANCE)
print(*(one.pattern for one in urlpatterns))
"""


@pytest.fixture
def charity(rosa: Walker, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Walker:
    settings.PACK = "charity"
    monkeypatch.setattr(languages, "_installed", lambda: "charity")
    return rosa


def texts() -> dict[str, str]:
    words = PACK.words("en")
    found = {**words._texts, **{key: "\n".join(lines) for key, lines in words._lists.items()}}
    for step in load_question_set(PACK, "activity").steps:
        for name in ("title", "why"):
            found[f"?{step.slug}.{name}"] = getattr(step, name)
        found[f"?{step.slug}.paragraphs"] = "\n".join(step.paragraphs)
        for field in step.fields:
            found[f"?{step.slug}.{field.name}"] = f"{field.label}\n{field.hint}"
    return found


def test_no_text_speaks_for_the_police() -> None:
    found = texts()
    assert len(found) > 500
    assert {key: text for key, text in found.items() if THEIRS.search(text)} == {}
    named = {key for key, text in found.items() if re.search("police", text, re.IGNORECASE)}
    known = (*OTHERS, *(f"?{one}" for one in OF_QUESTIONS))
    assert {key for key in named if not key.startswith(known)} == set()


def squeezed(text: str) -> str:
    """Without spaces, which a page has around links, and in small letters."""
    return re.sub(r"\s+", "", unescape(text)).lower()


@pytest.mark.django_db
def test_no_open_page_speaks_for_the_police(charity: Walker) -> None:
    lines = {squeezed(line) for text in texts().values() for line in text.split("\n")}
    police = sorted((line for line in lines if "police" in line), key=len, reverse=True)
    for address in (*OPEN, ATTACK):
        if address in NOT_HERE:
            continue
        shown = charity.visit(f"/{address}").text
        assert charity.status == 200, address
        assert not THEIRS.search(shown), address
        rest = squeezed(shown)
        for line in police:
            rest = rest.replace(line, "")
        assert not re.search(r"police(?!\.uk)", rest), address


@pytest.mark.django_db
def test_nobody_is_asked_who_they_are(charity: Walker) -> None:
    charity.visit("/tell/").press("Start").press("Continue", danger="no")
    charity.press("Skip the other questions", narrative="A man counted the people at the gate twice.")
    assert charity.at == "/r/check/"
    asked = {
        f"{step.slug}.{field.name}"
        for step in load_question_set(PACK, "activity").steps
        for field in step.fields
    }
    assert not {one for one in asked if one.startswith(("you.", "contact.", "callback."))}


def test_pages_of_what_the_charity_does_not_do_are_not_there() -> None:
    """The addresses are fixed when a process starts, so this asks one that starts for the charity."""
    told = {**os.environ, "HEEDLINE_PACK": "charity", "DJANGO_SETTINGS_MODULE": "heedline.config.settings"}
    told.pop("HEEDLINE_PROCESS", None)
    ended = subprocess.run(
        [sys.executable, "-c", _ADDRESSES], env=told, capture_output=True, text=True, check=True
    )
    found = set(ended.stdout.split())
    assert {"tell/", "messages/"} <= found
    assert not found & NOT_HERE
