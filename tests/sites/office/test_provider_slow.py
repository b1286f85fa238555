"""Single sign-on while the provider is slow, and while strangers keep it busy: the desk goes on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from heedline.web.office.sso import provider
from tests.sites.office.desk_hand import Hand
from tests.sites.office.provider_scene import Clock, bound, clock, idp, sign_in_there
from tests.support.cast import House
from tests.support.identity_provider import IdentityProvider

__all__ = ["bound", "clock", "idp"]
pytestmark = pytest.mark.django_db
Open = Callable[[], Hand]


def test_a_slow_provider_holds_few_requests_up(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    page = sign_in_there(hand(), idp, "odile-there")
    clock.on(minutes=4)
    with taken(provider._AT_ONCE):
        page.get("/w/")
        assert (page.heading, idp.asked["refresh"]) == ("My work", 0)  # not asked, and not waited for


def test_strangers_with_made_up_codes_keep_no_session_from_being_asked_about(
    house: House, hand: Open, idp: IdentityProvider, bound: None, clock: Clock
) -> None:
    """Else they would put everybody out, by an hour in which nobody could be asked about."""
    page, late = sign_in_there(hand(), idp, "odile-there"), hand()
    clock.on(minutes=4)
    with taken(provider._CODES), taken(provider._READING):
        assert "cannot be reached" in sign_in_there(late, idp, "odile-there").html
        page.get("/w/")
    assert (page.heading, idp.asked["refresh"]) == ("My work", 1)
    assert (
        provider._CODES._initial_value + provider._READING._initial_value < provider._AT_ONCE._initial_value
    )  # type: ignore[attr-defined]


@contextmanager
def taken(places: threading.BoundedSemaphore) -> Iterator[None]:
    """All of them, by somebody else."""
    number = 0
    while places.acquire(blocking=False):
        number += 1
    try:
        yield
    finally:
        places.release(number)


def test_an_answer_that_trickles_is_cut_off(idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte in time, for ever, in the headers: it would hold a place until the office is started anew."""
    monkeypatch.setattr(provider, "_WHOLE", 0.3)
    over = threading.Event()

    def trickle(listening: socket.socket) -> None:
        link, _ = listening.accept()
        with link, suppress(OSError):
            link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                link.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = threading.Thread(target=trickle, args=[listening], daemon=True)
        there.start()
        asking = threading.Thread(target=lambda: said.append(no_answer(listening)), daemon=True)
        said: list[bool] = []
        asking.start()
        asking.join(60)
        over.set()
        there.join(60)
    assert said == [True]


def no_answer(listening: socket.socket) -> bool:
    try:
        provider._json(f"http://127.0.0.1:{listening.getsockname()[1]}/")
    except provider.NoAnswer:
        return True
    return False
