"""A redirect to a plain path is the one that Django would make, and any other path is left to Django."""

from __future__ import annotations

import pytest
from django.core.exceptions import DisallowedRedirect

from heedline.web.components.see_other import SeeOther


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/r/where/",
        "/cy/r/what/?back=check",
        "//evil.example/",
        "/a/\r\nx: y/",
        "/wörld/",
        "/r/where",
        "/a b/",
        "/?a=b",
        "/r/where/\n",
    ],
)
def test_both_ways_make_the_same_redirect(path: str) -> None:
    ours, theirs = SeeOther.here(path), SeeOther(path)
    assert ours.status_code == theirs.status_code == 303
    assert sorted(ours.items()) == sorted(theirs.items())
    assert ours.content == theirs.content
    assert type(ours) is SeeOther
    assert ours.url == theirs.url


def test_another_scheme_is_refused() -> None:
    with pytest.raises(DisallowedRedirect):
        SeeOther.here("javascript:alert(1)")
