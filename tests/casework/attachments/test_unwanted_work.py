"""Derivatives that nobody waits for any longer are not made."""

from __future__ import annotations

import pytest

from heedline.casework.attachments import deriving
from heedline.files.derivatives import DerivativeLimits, MadeDerivative, NoDerivative
from heedline.permits.models import OfficeSession
from heedline.reports.models import Derivative
from tests.casework.attachments.test_viewing import content, opened, used
from tests.support.acting import acting
from tests.support.files_scene import with_file
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("begun", [False, True])
def test_a_derivative_is_wanted_only_while_its_officer_is_signed_in(
    people: People, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    """A film that waits for its turn is not begun after the lock, and one that is being converted ends."""
    ref, container = with_file(people, b"a film", kind="film", media="video/mp4", name="a.mp4")
    capability = used(opened(people, ref, container))
    wanted: list[bool] = []

    def lock() -> None:
        OfficeSession.objects.filter(officer=people.house.officers["Odile"]).delete()

    def make(kind: object, plaintext: object, sink: object, limits: DerivativeLimits) -> MadeDerivative:
        wanted.append(limits.demand.wanted())
        with acting("owner"):
            lock()
        wanted.append(limits.demand.wanted())
        return MadeDerivative(failure=NoDerivative.UNWANTED)

    monkeypatch.setattr(deriving, "make", make)
    found = content(capability)
    if not begun:
        lock()
    with acting("files"):
        assert not deriving._make_and_keep(capability, found, deriving.Making(recording=True)).parts
    assert wanted == ([True, False] if begun else [])
    assert not Derivative.objects.exists()
