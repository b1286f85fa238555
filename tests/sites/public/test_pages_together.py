"""Question pages and answers from several visitors in one group get the responses they would get alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import RequestFactory

from heedline.casework.intake import drafting
from heedline.casework.intake.drafting import Draft
from heedline.casework.intake.page_counts import COUNTS
from heedline.gateway.front import run
from heedline.gateway.pages_together import PagesTogether
from heedline.intake import door
from heedline.web.declared import BODY_REFUSED
from tests.sites.public.as_served import a_new_process
from tests.sites.public.mishaps import database_away
from tests.sites.public.test_plain_answers import ANSWERS, HERE, PAGES, TOKEN, WORDS, Ahead, draft_of, said
from tests.sites.public.test_public_handler import FORM, response_as_compared
from tests.sites.public.walker import DRAFT, Walker
from tests.support.acting import acting
from tests.support.cast import now

type Case = tuple[str, str, str]
WHERE: Case = ("POST", "/r/where/", f"{TOKEN}&place=Quay")
WHAT: Case = ("POST", "/r/what/", f"{TOKEN}&narrative={WORDS.replace(' ', '+')}")


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    with a_new_process():
        yield


@pytest.fixture
def ahead(rosa: Walker) -> Ahead:
    return Ahead(Walker().start())


def asked(one: Walker, case: Case, **more: Any) -> dict[str, Any]:
    """Return the WSGI environment of a visitor's request."""
    method, path, body = case
    path, _, query = path.partition("?")
    body = body.replace("token=token", f"token={one.typed('csrfmiddlewaretoken')}")
    kind = {"content_type": FORM} if method == "POST" else {}
    environ = (
        RequestFactory(headers={"origin": "http://testserver"}).generic(method, "/", body, **kind).environ
    )
    if method == "GET":
        environ.pop("CONTENT_LENGTH", None)
    cookies = one.client.cookies.output(attrs=[], header="", sep=";")
    environ["wsgi.input"] = BytesIO(body.encode())
    return environ | {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": cookies, **HERE, **more}


def together(ahead: Ahead, *group: dict[str, Any]) -> list[Any]:
    """Run requests in one group and return their responses, as `test_public_handler.said` does."""
    pages = PagesTogether(ahead.handler, renew=lambda: None)
    assert all(map(pages.expects, group))
    with acting("public"):
        responses = pages.begin(group)()
        assert drafting._group.get() is None
        return [
            response_as_compared(*(run(ahead.handler, environ) if one is None else one))
            for environ, one in zip(group, responses, strict=True)
        ]


@pytest.mark.parametrize(("path", "body"), [(path, body) for path, body, _ in ANSWERS.values()], ids=ANSWERS)
def test_answers_are_alike_alone_and_in_a_group(ahead: Ahead, path: str, body: str) -> None:
    case = ("POST", path, body.replace(" ", "+"))
    alone = Walker().start()
    COUNTS._held.clear()
    theirs = said(
        WSGIHandler(),
        alone,
        (case[0], *path.split("?")[:1], case[2]),
        QUERY_STRING=path.partition("?")[2],
        **HERE,
    )
    expected = theirs, draft_of(alone), dict(COUNTS._held)
    one, other = Walker().start(), Walker().start()
    group = [asked(other, ("GET", "/r/what/", "")), asked(one, case)]
    COUNTS._held.clear()
    found = together(ahead, *group)
    counts = dict(COUNTS._held)
    for seen in [each for each in counts if (each.step, each.what) == ("what", "entered")]:
        counts[seen] -= 1  # the other's page
        if not counts[seen]:
            del counts[seen]
    assert (found[1], draft_of(one), counts) == expected
    assert found[0][0] == 200


@pytest.mark.parametrize(("way", "path", "query"), [case[:3] for case in PAGES.values()], ids=PAGES)
def test_pages_are_alike_alone_and_in_a_group(ahead: Ahead, way: Any, path: str, query: str) -> None:
    one, other = Walker(), Walker().start()
    way(one)
    alone = said(WSGIHandler(), one, ("GET", path, ""), QUERY_STRING=query, **HERE)
    assert together(ahead, asked(other, WHERE), asked(one, ("GET", f"{path}?{query}", "")))[1] == alone


def test_drafts_of_a_group_are_loaded_by_one_call_and_saved_by_one(
    ahead: Ahead, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = [Walker().start() for _ in range(5)]
    said(ahead.handler, Walker().start(), ("GET", "/r/what/", ""), **HERE)  # from now on the page is cached
    called: list[str] = []

    def noted(name: str) -> Any:
        function = getattr(door, name)
        return lambda *told, **more: (called.append(name), function(*told, **more))[1]

    with monkeypatch.context() as patch:
        for name in ("load_draft", "load_drafts", "save_draft", "save_drafts"):
            patch.setattr(door, name, noted(name))
        cases = [WHERE, WHAT, WHERE, WHAT, ("GET", "/r/what/", "")]
        found = together(ahead, *map(asked, visitors, cases))
    assert [status for status, *_ in found] == [303, 303, 303, 303, 200]
    assert called == ["load_drafts", "save_drafts"]
    kept = [draft_of(one)[0] for one in visitors]  # type: ignore[index]
    assert [sorted(each.keys() - {"now"}) for each in kept] == [["where"], ["what"], ["where"], ["what"], []]


def sent(draft: Draft) -> None:
    drafting.mark_sent(draft, received_on="2026-01-02", at=now())


def deleted(draft: Draft) -> None:
    drafting.discard(draft.cookie, at=now())


def answered(draft: Draft) -> None:
    draft.answers["what"] = {"narrative": WORDS}
    drafting.save(draft, at=now())


@pytest.mark.parametrize("change", [sent, deleted, answered])
def test_an_answer_never_undoes_what_the_same_browser_did_meanwhile(
    ahead: Ahead, change: Callable[[Draft], None]
) -> None:
    """For example, leaving the site or sending the report in another tab between loading and saving."""
    one, other = Walker().start(), Walker().start()
    group = [asked(one, WHERE), asked(other, WHERE)]
    COUNTS._held.clear()
    with acting("public"):
        end = PagesTogether(ahead.handler, renew=lambda: None).begin(group)
        draft = drafting.load(one.cookie(DRAFT), at=now())
        assert draft is not None
        change(draft)
        changed = draft_of(one)
        response, others = end()
        assert draft_of(one) == changed
        assert response is None
        assert others is not None
        assert others[0] == 303
        assert sum(COUNTS._held.values()) == 1
        assert run(ahead.handler, group[0])[0] == (200 if change is sent else 303), "when run separately"
    assert "where" in draft_of(other)[0]  # type: ignore[index]
    if change is answered:
        assert draft_of(one)[0].keys() >= {"what", "where"}  # type: ignore[index]
    else:
        assert draft_of(one) == changed


@pytest.mark.parametrize("problem", [ValueError, OperationalError])
@pytest.mark.parametrize("where", ["load_drafts", "save_drafts", "renew"])
def test_whatever_fails_for_a_group_fails_for_nobody(
    ahead: Ahead, monkeypatch: pytest.MonkeyPatch, where: str, problem: type[Exception]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    pages = PagesTogether(ahead.handler, renew=fail if where == "renew" else lambda: None)
    if where != "renew":
        monkeypatch.setattr(door, where, fail)
    visitors = [Walker().start() for _ in range(2)]
    group = [asked(one, WHERE) for one in visitors]
    with acting("public"):
        assert pages.begin(group)() == [None, None]
        assert [run(ahead.handler, environ)[0] for environ in group] == [303, 303]


@pytest.mark.parametrize("away", ["save_drafts", "load_drafts"])
def test_if_they_cannot_be_stored_together_each_is_stored_by_itself(ahead: Ahead, away: str) -> None:
    visitors = [Walker().start() for _ in range(3)]
    COUNTS._held.clear()
    with database_away(away):
        found = together(ahead, *map(asked, visitors, [WHERE, WHAT, WHERE]))
    assert [status for status, *_ in found] == [303, 303, 303]
    assert [sorted(draft_of(one)[0].keys() - {"now"}) for one in visitors] == [["where"], ["what"], ["where"]]  # type: ignore[index]
    assert {one.step: number for one, number in COUNTS._held.items()} == {"where": 2, "what": 1}


def test_a_database_that_is_away_is_told_to_each(ahead: Ahead) -> None:
    visitors = [Walker().start() for _ in range(2)]
    alone = Walker().start()
    with database_away():
        expected = said(WSGIHandler(), alone, WHERE, **HERE)
        found = together(ahead, *(asked(one, WHERE) for one in visitors))
    assert found == [expected, expected]
    assert all("where" not in draft_of(one)[0] for one in visitors)  # type: ignore[index]


def test_when_there_is_no_room_each_is_told_so(ahead: Ahead, monkeypatch: pytest.MonkeyPatch) -> None:
    visitors, alone = [Walker().start() for _ in range(2)], Walker().start()
    monkeypatch.setattr("heedline.casework.intake.draft_room._SHARES", dict.fromkeys(drafting.For, (0, 0)))
    expected = said(WSGIHandler(), alone, WHERE, **HERE)
    assert together(ahead, *(asked(one, WHERE) for one in visitors)) == [expected, expected]


def test_requests_of_one_browser_follow_each_other(ahead: Ahead) -> None:
    one, other = Walker().start(), Walker().start()
    group = [asked(one, WHERE), asked(other, WHERE), asked(one, WHAT), asked(one, ("GET", "/r/where/", ""))]
    found = together(ahead, *group)
    assert [status for status, *_ in found] == [303, 303, 303, 200]
    assert draft_of(one)[0].keys() >= {"where", "what"}  # type: ignore[index]
    assert b'value="Quay"' in found[3][2], "the page shows the earlier answer"


def test_only_pages_of_a_draft_and_answers_to_questions_go_together(ahead: Ahead) -> None:
    pages = PagesTogether(ahead.handler, renew=lambda: None)
    one = Walker().start()
    for case in (WHERE, WHAT, ("GET", "/r/where/", ""), ("GET", "/cy/r/check/", ""), ("GET", "/code/", "")):
        assert pages.expects(asked(one, case)), case
        assert not pages.expects(asked(one, case) | {"HTTP_COOKIE": "a=b"}), case
    for case in (
        ("POST", "/r/check/", TOKEN),  # it sends the report
        ("POST", "/r/brief/", TOKEN),
        ("POST", "/tell/", TOKEN),
        ("POST", "/code/", TOKEN),
        ("HEAD", "/r/where/", ""),
        ("GET", "/", ""),
        ("GET", "/talk/", ""),
    ):
        assert not pages.expects(asked(one, case)), case


def test_a_body_that_was_refused_is_told_to_its_sender_alone(ahead: Ahead) -> None:
    one, other, alone = Walker().start(), Walker().start(), Walker().start()
    expected = said(WSGIHandler(), alone, WHERE, **HERE, **{BODY_REFUSED: 413})
    found = together(ahead, asked(one, WHERE) | {BODY_REFUSED: 413}, asked(other, WHERE))
    assert found[0] == expected
    assert found[1][0] == 303
    assert "where" in draft_of(other)[0]  # type: ignore[index]
