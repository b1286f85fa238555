"""What a browser that was taken over says of a page stops the capture, or is left out, and is no error of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from heedline.specialist_desks.material.capture import running
from heedline.specialist_desks.material.capture.running import CaptureLimits, CaptureStopped
from heedline.specialist_desks.material.evidence import readings
from tests.support.small_internet import captured, pdq

PAGE = "https://films.example/watch/7781"


@pytest.mark.parametrize(
    "told",
    [
        {"status": "x"},
        {"status": []},
        {"status": float("inf")},
        {"control": None},
        {"headers": 1},
        {"headers": ["abc"]},
        {"chain": [[200]]},
        {"notes": 3},
        {"sums": {"a": 1}},
    ],
    ids=str,
)
def test_what_is_no_page_stops_a_capture(told: dict[str, Any]) -> None:
    with pytest.raises(CaptureStopped):
        running._page(PAGE, CaptureLimits(), told, (), [])


def test_a_number_that_is_no_status_is_none() -> None:
    page = running._page(PAGE, CaptureLimits(), {"status": 10**30, "control": -4}, (), [])
    assert (page.status, page.control) == (0, 0)


@pytest.mark.parametrize(
    "wrong", [{"quality": float("inf")}, {"forms": ["zz"] * 8}, {"forms": None}], ids=str
)
def test_only_a_hash_of_a_picture_is_kept(wrong: dict[str, Any]) -> None:
    assert readings._pdq_of(captured(PAGE)) == pdq()
    assert readings._pdq_of(captured(PAGE, pdq={**pdq(), "more": [[]]})) == pdq()
    assert readings._pdq_of(replace(captured(PAGE), pdq={**pdq(), **wrong})) is None
