"""Tests that a JSON object assembled from canonical parts is itself canonical."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.vault.canonical import canonical, canonical_object

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.thorough
@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_parts_put_together_are_the_whole(body: dict[str, object]) -> None:
    assert canonical_object({name: canonical(value) for name, value in body.items()}) == canonical(body)


def test_half_a_character_is_kept() -> None:
    body = {"narrative": "\ud83d", "é": "\u2028"}
    made = canonical_object({name: canonical(value) for name, value in body.items()})
    assert json.loads(made.decode("utf-8", "surrogatepass")) == body
