"""One request is one run of one view, of Django's own handler, whatever becomes of the draft meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from heedline.intake import door
from heedline.web.public.report import questions
from tests.sites.public.mishaps import database_away, just_before_saving
from tests.sites.public.walker import Walker, another_tab

WORDS = "A man filmed the side doors of the station."
EVIL = "https://evil.example"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slugs of the pages whose posted answers a view has handled."""
    seen: list[str] = []
    answer = questions.answer
    monkeypatch.setattr(
        questions, "answer", lambda turn, step: (seen.append(step.slug), answer(turn, step))[1]
    )
    return seen


def test_an_answer_is_one_run_of_its_view_with_one_load_and_one_save(
    rosa: Walker, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa.start()
    called: list[str] = []
    for name in ("load_draft", "save_draft"):
        function = getattr(door, name)
        monkeypatch.setattr(
            door, name, lambda *told, f=function, n=name, **more: (called.append(n), f(*told, **more))[1]
        )
    rosa.client.post(
        "/r/what/", {"narrative": WORDS, "csrfmiddlewaretoken": rosa.typed("csrfmiddlewaretoken")}
    )
    assert runs == ["what"]
    assert called == ["load_draft", "save_draft"]


@pytest.mark.parametrize(("tabs", "expected"), [(1, 2), (2, 2), (5, 2)])
def test_a_view_runs_once_more_on_a_draft_that_another_tab_has_changed_and_then_never_again(
    rosa: Walker, runs: list[str], monkeypatch: pytest.MonkeyPatch, tabs: int, expected: int
) -> None:
    rosa.start()
    tab = another_tab(rosa)
    places = [f"Quay {number}" for number in range(tabs)]
    just_before_saving(
        monkeypatch,
        *(lambda place=place: tab.visit("/r/where/").press("Continue", place=place) for place in places),
    )
    rosa.press("Continue", narrative=WORDS)
    assert runs.count("what") == expected
    assert rosa.typed("narrative") == (WORDS if tabs > 1 else "")
    assert rosa.title.startswith("Error: ") is (tabs > 1), "it says that the answer was not saved"


@pytest.mark.parametrize("function", ["load_draft", "save_draft"])
def test_a_database_that_is_away_is_no_reason_to_run_it_again(
    rosa: Walker, runs: list[str], function: str
) -> None:
    rosa.start()
    with database_away(function):
        rosa.press("Continue", narrative=WORDS)
    assert len(runs) == (function == "save_draft")
    assert WORDS in rosa.html, "nothing that was typed is lost"


def test_a_form_from_elsewhere_is_refused_whatever_came_before(rosa: Walker) -> None:
    """Requests with another site's origin, read or refused, change nothing for the next one."""
    rosa.start()
    form: dict[str, Any] = {"narrative": WORDS, "csrfmiddlewaretoken": rosa.typed("csrfmiddlewaretoken")}
    assert rosa.client.get("/code/", headers={"origin": EVIL}).status_code == 303
    for origin in (EVIL, "null", "http://testserver.evil.example"):
        assert rosa.client.post("/r/what/", form, headers={"origin": origin}).status_code == 403
    assert rosa.client.post("/r/what/", {**form, "csrfmiddlewaretoken": "a" * 64}).status_code == 403
    assert rosa.client.post("/r/what/", form, headers={"origin": "http://testserver"}).status_code == 303
    assert rosa.client.post("/r/what/", form, headers={"origin": EVIL}).status_code == 403


def test_every_page_with_a_form_has_a_token_under_a_mask_of_its_own(rosa: Walker) -> None:
    rosa.start()
    tokens = {rosa.visit("/r/what/").typed("csrfmiddlewaretoken") for _ in range(3)}
    assert len(tokens) == 3
    assert rosa.cookie(settings.CSRF_COOKIE_NAME) not in rosa.html
