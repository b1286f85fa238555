"""Law 7: every route declares its audience, others' objects look non-existent, and changes need a CSRF token."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponse  # noqa: TID251 - stands in for a page
from django.urls import URLPattern, get_resolver

from heedline.casework.access import session as access_session
from heedline.casework.access.session_store import SessionStore
from heedline.web import refusals
from heedline.web.declared import Audience, audience_of, routes
from tests.laws.real_things import KINDS, kind_of, standing
from tests.support import furnished
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.site_client import SiteClient

pytestmark = pytest.mark.django_db
SITES = ("public", "office", "partner")
#: Parameters that name somebody's thing. Every other parameter is a page of the same person.
THINGS = {
    "upload",
    "ref",
    "alarm",
    "desk",
    "request",
    "identity",
    "task",
    "skill",
    "note",
    "notice",
    "officer",
    "errand",
    "shift_note",
    "other",
    "file",
    "link",
    "value",
}
#: What a form of these routes would hold beside the token; too little is refused as well, and must be refused alike.
FILLED = {
    "version": "1", "reason": "x", "because": "x", "to": "south-west", "outcome": "spam", "tell": "finished",
    "template": "when-exactly", "do": "send", "priority": "low", "danger": "no", "done_what": "x", "until": "18:00",
    "close_as": "no-identifiers", "ground": "life", "words": "x", "minutes": "30", "text": "x", "number": "1",
    "section": "discharge", "ending": "over", "discharge_reason": "x",
    "later": "60", "what": "done",
}  # fmt: skip


def of(site: str) -> list[tuple[str, URLPattern]]:
    return list(routes(get_resolver(f"heedline.config.urls_{site}")))


def entrance() -> list[tuple[str, URLPattern]]:
    """The URLs that the office and the partner site share."""
    return list(routes(get_resolver("heedline.web.entrance.urls")))


def parameters(where: str) -> list[tuple[str, str]]:
    return re.findall(r"<(\w+):(\w+)>", where)


def filled(where: str, values: dict[str, str]) -> str:
    return "/" + re.sub(r"<\w+:(\w+)>", lambda m: values.get(m.group(1), "1"), where)


@pytest.mark.parametrize("site", SITES)
def test_every_route_says_whom_it_is_for(site: str) -> None:
    found = {where: audience_of(route.callback) for where, route in of(site)}
    assert len(found) > 20
    assert [where for where, audience in found.items() if audience is None] == []
    if site == "public":
        assert set(found.values()) == {Audience.EVERYONE}
    else:
        assert Audience.EVERYONE not in found.values()


def test_the_sites_share_no_route_but_the_first() -> None:
    public, office, partner = ({where for where, _ in of(site)} for site in SITES)
    assert public & office == public & partner == {""}
    # coming in, and each site's own first page, page of oneself and page of one thing that was sent
    own = {"", "me/", "w/", "w/sent/<uuid:ref>/"}
    assert office & partner == {where for where, _ in entrance()} | own


def test_every_parameter_is_known_to_the_matrix() -> None:
    """A new kind of URL parameter has to be listed here, or nobody would test it with another desk's object."""
    harmless = {"slug", "item", "pk", "topic", "page", "name", "language", "number", "role", "token", "move"}
    for site in SITES:
        for where, _ in of(site):
            assert {name for _, name in parameters(where)} <= THINGS | harmless, where


class Person(SiteClient):
    """Somebody at the office or the partners' site, signed in without the pages of signing in; unlocked where they have keys."""

    def __init__(self, house: House, name: str | None, site: str = "office") -> None:
        super().__init__(site)
        self.token = ""
        if name is None:
            return
        officer = house.officers[name]
        session = SessionStore()
        session[SESSION_KEY] = str(officer.id)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        with acting(site):
            session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
            session.create()
            if name in house.keys:
                here = access_session.enter(str(session.session_key), officer, at=now())
                access_session.unlock(here, house.keys[name].passphrase, at=now())
                access_session.leave()
            self.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        page = self.get("/w/").content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, "nobody is signed in"
        self.token = found.group(1)


def bare(answer: Any) -> tuple[int, str, str]:
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode(errors="replace"))
    body = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<id>", body)
    body = re.sub(
        r"\b[0-9]{2}:[0-9]{2} (UTC|GMT|BST)\b", "<clock>", body
    )  # a minute may end between two answers
    place = re.sub(r"[0-9a-f-]{36}", "<id>", answer.headers.get("Location", ""))
    return answer.status_code, place, body


@pytest.fixture
def things(house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A real object of every kind at the north-east desk, which none of the users tested may see. They stand in a
    database of their own (tests/support/furnished.py)."""
    monkeypatch.setattr(settings, "DEMO", True)  # no second step
    made: dict[str, str] = furnished.built("things")
    return made


@pytest.fixture
def theirs(things: dict[str, str]) -> dict[str, str]:
    """The value of each URL parameter where any report will do."""
    return {
        "ref": things["report"],
        "alarm": things["alarm"],
        "desk": "north-east",
        "task": things["task"],
        "note": things["note"],
        "notice": things["notice"],
        "errand": things["errand"],
        "shift_note": things["shift_note"],
        "other": things["other"],
        "link": things["link"],
        "value": things["value"],
    }


def values_for(where: str, things: dict[str, str]) -> dict[str, str]:
    """Return the real objects that this URL is about."""
    ref = things[kind_of(where)] if "<uuid:ref>" in where else ""
    alike = {
        name: things[name]
        for name in (
            "alarm",
            "task",
            "skill",
            "note",
            "notice",
            "errand",
            "shift_note",
            "other",
            "link",
            "value",
        )
    }
    return {**dict.fromkeys(THINGS, str(uuid4())), **alike, "desk": "north-east", "ref": ref, "move": "take"}


#: The title of a refusal for want of a token.
OLD_PAGE = "This page was open for too long"

#: What is theirs to see or to do, although another has made it: an authoriser decides, a steward confirms, records,
#: plans every rota and stops, everybody compares keys with colleagues and sees which partners there are, and Ned, who oversees, reads how
#: reports ended.
RIGHTS = {
    "Otto": {"officer", "partner"},
    "Ada": {"identity request", "trace request", "officer"},
    "Stella": {"proposal", "training", "officer", "skill", "rota"},
    "Ned": {"certificate"},
}


def test_there_is_a_real_thing_for_every_address(things: dict[str, str]) -> None:
    for where, _ in of("office"):
        if "<uuid:ref>" in where:
            assert things[kind_of(where)], where
    assert {kind_of(where) for where, _ in of("office") if "<uuid:ref>" in where} == set(KINDS.values())


@pytest.mark.parametrize("name", ["Otto", "Ada", "Stella", "Ned", None])
def test_what_is_anothers_looks_like_what_never_was(
    house: House, things: dict[str, str], name: str | None
) -> None:
    person = Person(house, name)
    tried, before = set(), standing()
    for where, _ in of("office"):
        names = {n for _, n in parameters(where)} & THINGS
        kind = kind_of(where) if "<uuid:ref>" in where else "skill" if "skill" in names else ""
        if where.startswith("w/duty/<slug:desk>/rota/"):
            kind = "rota"
        if not names or kind in RIGHTS.get(name or "", set()):
            continue
        never = {**dict.fromkeys(THINGS, str(uuid4())), "desk": "no-such-desk", "move": "take"}
        for method in ("get", "post"):
            answers = []
            for one in (values_for(where, things), never):
                data = {**FILLED, "csrfmiddlewaretoken": person.token} if method == "post" else {}
                answer = getattr(person, method)(filled(where, one), data)
                status, place, body = bare(answer)
                if place.startswith("/w/"):  # what the next page says of it, once, must be the same too
                    body += bare(person.get(place))[2]
                answers.append((status, place, body))
            theirs_, nothing = (
                (s, p.replace("no-such-desk", "north-east"), b.replace("no-such-desk", "north-east"))
                for s, p, b in answers
            )
            assert theirs_ == nothing, f"{method} /{where}"
            assert theirs_[0] in {302, 303, 403, 404, 405}, f"{method} /{where} answers {theirs_[0]}"
            if name is not None and theirs_[0] in {302, 303}:
                assert theirs_[1].startswith(("/unlock/", "/sign-in/")) or theirs_[1] == "/w/alarms/", (
                    f"{method} /{where} {theirs_[1]}"
                )
            tried.add(kind)
    assert len(tried) > 8
    assert standing() == before, "nothing of anybody's was changed"


@pytest.mark.parametrize("name", ["Petra", None])
def test_what_is_an_officers_looks_to_a_partner_like_what_never_was(
    house: House, theirs: dict[str, str], name: str | None
) -> None:
    """Every address with a thing in it, at the partners' site: with an officer's thing, an officer, and with nothing's id."""
    person, tried = Person(house, name, "partner"), 0
    for where, _ in of("partner"):
        things = {n for _, n in parameters(where)} & THINGS
        for method in ("get", "post") if things else ():
            data = {**FILLED, "csrfmiddlewaretoken": person.token} if method == "post" else {}
            answers = []
            for ref, desk in (
                (theirs["ref"], "north-east"),
                (str(house.officers["Odile"].id), "identity"),
                (str(uuid4()), "no-such-desk"),
            ):
                values = {**dict.fromkeys(THINGS, ref), "desk": desk}
                status, place, body = bare(getattr(person, method)(filled(where, values), data))
                place, body = (one.replace(ref, "<id>").replace(desk, "<desk>") for one in (place, body))
                answers.append((status, place, body))
            assert answers[0] == answers[1] == answers[2], f"{method} /{where}"
            assert answers[0][0] in ({302} if name is None else {404, 405}) | {403}, (
                f"{method} /{where} {answers[0]}"
            )
            tried += 1
    assert tried > 1


@pytest.mark.parametrize("site", ["office", "partner"])
def test_a_stranger_is_led_to_the_door_from_everywhere(
    house: House, theirs: dict[str, str], site: str
) -> None:
    stranger = Person(house, None, site)
    for where, route in of(site):
        if audience_of(route.callback) in {Audience.SIGNING_IN, Audience.HOLDER}:
            continue
        answer = stranger.get(filled(where, {**dict.fromkeys(THINGS, str(uuid4())), **theirs}))
        assert answer.status_code in {302, 303}, where
        assert answer.headers["Location"].startswith("/sign-in/"), where


@pytest.mark.parametrize("site", SITES)
def test_changing_anything_needs_our_token(
    house: House, theirs: dict[str, str], site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every unsafe method, on every route, without a token and with a foreign one. The API has no cookies to abuse.

    The office and the partners' site answer with the title of the refusal alone here, which is compared. The test below
    looks at the page around it.
    """
    monkeypatch.setattr(refusals, "render", _title_only)
    before = standing()
    names = {"office": "Odile", "partner": "Petra"}
    person: SiteClient = Person(house, names[site], site) if site in names else SiteClient(site)
    if site == "public":
        person.cookies[settings.DRAFT_COOKIE] = "a" * 43
        person.cookies[settings.VISIT_COOKIE] = "b" * 43
    for where, route in of(site):
        path = filled(where, {**dict.fromkeys(THINGS, str(uuid4())), **theirs, "slug": "what", "item": "1"})
        if getattr(route.callback, "csrf_exempt", False):
            # no cookies to abuse; or a signature of the provider's, or the token of a company's page, in their place
            assert where.startswith("api/v1/") or where in {"sign-in/provider/ended/", "n/<str:token>/"}, (
                where
            )
            continue
        for data in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            answer = person.post(path, {**FILLED, **data})
            if getattr(route.callback, "keeps_words", False):
                # what an officer wrote on a page from before is kept for them and shown again, and not acted on
                assert (answer.status_code, answer.headers["Location"]) == (302, path)
            else:
                assert _is_refused(answer, site), f"post {path} without a token: {answer.status_code}"
        for method in ("put", "patch", "delete"):
            answer = getattr(person, method)(path, b"x", content_type="application/octet-stream")
            if answer.status_code != 405:
                assert _is_refused(answer, site), f"{method} {path} without a token: {answer.status_code}"
    assert standing() == before


def test_a_form_without_its_token_is_answered_by_a_page(house: House) -> None:
    answer = Person(house, "Stella").post("/w/", {})
    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()
    assert OLD_PAGE in answer.content.decode()


def _is_refused(answer: Any, site: str) -> bool:
    """Return whether the token was what was missing: at the office and at partners the refusal says so."""
    return answer.status_code == 403 and (site == "public" or answer.content.decode() == OLD_PAGE)


def _title_only(request: HttpRequest, template: str, context: dict[str, str], status: int) -> HttpResponse:
    """Answer a refusal by its status and title, without the page around them."""
    return HttpResponse(context["title"], status=status)


@pytest.mark.parametrize(("site", "name"), [("office", "Odile"), ("partner", "Petra")])
def test_nothing_changes_by_looking(house: House, theirs: dict[str, str], site: str, name: str) -> None:
    """GET of every route, by an officer of the desk or a partner: the report, the alarm and the duty stay as they were."""
    person = Person(house, name, site)
    before = standing()
    for where, _ in of(site):
        answer = person.get(filled(where, {**dict.fromkeys(THINGS, str(uuid4())), **theirs}))
        assert answer.status_code < 500, where
    assert standing() == before
    assert person.get("/w/").status_code == 200, "a GET has signed them out"
