"""Films made to take hours: they keep no picture waiting, and end at their limit or with the page that asked for them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from heedline.casework.attachments import deriving
from heedline.casework.attachments.view_content import Derived, ViewContent
from heedline.files.derivatives import Demand, DerivativeLimits, NoDerivative
from heedline.files.kinds import FileKind
from tests.support.derivatives import made, needs, sandbox
from tests.support.files_scene import picture
from tests.support.recordings import grey

__all__ = ["sandbox"]
pytestmark = [needs("ffmpeg", "ffprobe"), pytest.mark.usefixtures("sandbox")]
#: A picture takes a fifth of a second. The machine may be busy; what waits for a film waits for minutes.
SOON = 20
#: Ten minutes in 8K, of which a processor converts a few frames a second.
HEAVY = {"size": "7680x4320", "seconds": 600}


def limits(*, work: float, most: float, demand: Demand) -> DerivativeLimits:
    """Return limits under which the first seconds of a film always fit."""
    return DerivativeLimits(work_on_start=60, work=work, most_work=most, demand=demand)


def test_a_picture_is_shown_while_two_films_are_converted() -> None:
    film, going = grey(**HEAVY), threading.Event()
    wanted = Demand(lambda: not going.is_set())
    with ThreadPoolExecutor(2) as films:
        jobs = [
            films.submit(made, FileKind.FILM, film, limits(work=60, most=60, demand=wanted)) for _ in "12"
        ]
        try:
            time.sleep(1)  # both have begun
            began = time.monotonic()
            found, sink = made(FileKind.IMAGE, picture())
            took = time.monotonic() - began
            assert (found.failure, len(sink.parts)) == (None, 1)
            assert took < SOON
            assert not any(job.done() for job in jobs)
        finally:
            going.set()
    assert {job.result()[0].failure for job in jobs} == {NoDerivative.UNWANTED}, "and nobody waits for them"


def test_a_film_is_cut_at_its_limit_and_shown_as_far_as_it_goes() -> None:
    """Sooner if others wait. What it says of its length is what is there."""
    film = grey(size="1920x1080", seconds=3600)
    waiting = Demand(others_wait=lambda: True)
    for given in (limits(work=2, most=60, demand=waiting), limits(work=1, most=2, demand=Demand())):
        began = time.monotonic()
        found, _ = made(FileKind.FILM, film, given)
        assert time.monotonic() - began < 30
        assert found.failure is NoDerivative.CUT
        *_, whole = found.parts
        assert whole.part.role == "film"
        assert 1 < whole.part.seconds < 3600


def test_a_film_whose_beginning_takes_too_long_is_tried_no_further() -> None:
    found, _ = made(FileKind.FILM, grey(**HEAVY), DerivativeLimits(work_on_start=0.5))
    assert found.failure in {NoDerivative.CUT, NoDerivative.TOO_SLOW}
    assert "film" not in [one.part.role for one in found.parts]


def test_films_never_take_the_threads_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many films as one likes wait for each other, and one that waits says so to the others."""
    end = threading.Event()

    def slow(capability: str, content: ViewContent, making: deriving.Making) -> Derived:
        if making.recording:
            end.wait(60)
        return Derived(None)

    monkeypatch.setattr(deriving, "_in_background", slow)
    monkeypatch.setattr(deriving, "_AT_ONCE", 0.01)
    try:
        for one in range(2):
            assert deriving.derived_or_begun(f"film {one}", ViewContent("film")) is None
        assert not deriving._recordings_wait()
        assert deriving.derived_or_begun("sound", ViewContent("sound")) is None
        assert deriving._recordings_wait()
        monkeypatch.setattr(deriving, "_AT_ONCE", 10)
        assert deriving.derived_or_begun("photo", ViewContent("image")) == Derived(None)
    finally:
        end.set()
        for one in ("film 0", "film 1", "sound"):
            deriving.derived_or_begun(one, ViewContent("film"))
