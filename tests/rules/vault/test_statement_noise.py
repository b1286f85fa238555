"""Text that is no statement at all is refused, and nothing of it is echoed."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.vault.test_statements import HERE, ROOT_PUBLIC
from tests.support.cases import cases

from heedline.vault.statements.verification import verify_all


@given(st.text(max_size=80) | st.just("[" * 5_000) | st.just("x" * 70_000))
@settings(max_examples=cases(40), deadline=None)
def test_noise_is_refused_and_not_echoed(noise: str) -> None:
    known = verify_all([noise], root=ROOT_PUBLIC, installation=HERE)
    assert [(one.id, one.reason) for one in known.refused] == [("", "not a statement of a known shape")]
