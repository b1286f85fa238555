"""Files that go to a partner: derivatives chosen one by one, seen by the second officer, and closed with the disclosure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.casework.access import presence
from heedline.casework.access.session_store import row_of
from heedline.casework.attachments import redeeming
from heedline.casework.dissemination import lines, outgoing, sent_files
from heedline.casework.errors import NotHere
from heedline.desks.models import ViewingMinutes
from heedline.permits.models import ViewToken
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Derivative
from tests.support.acting import acting
from tests.support.derivatives import sandbox
from tests.support.files_scene import add_file, files_kept, looked_at, picture
from tests.support.partner_scene import a_partner, at_the_council, checked, compared, opened, sent, written
from tests.support.scene_people import People, logged
from tests.support.search_scene import found, indexed

__all__ = ["sandbox"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: People) -> Iterator[None]:
    a_partner(people)
    with files_kept(tmp_path, monkeypatch):
        yield


def with_two_files(people: People) -> tuple[UUID, UUID, UUID]:
    """An assessed report with two pictures, of which the first was opened."""
    ref, _ = people.assessed()
    one = add_file(ref, picture((400, 300)), at=people.at, name="Rosa_garden.jpg")
    other = add_file(ref, picture((40, 30)), at=people.at, name="other.jpg")
    looked_at(people, ref, one)
    compared(people)
    return ref, one, other


def token_of(people: People, ident: UUID, number: int = 1, name: str = "Petra") -> str:
    with at_the_council(people, name) as by:
        return sent_files.view(ident, number, by=by, at=people.at).token


def test_the_second_officer_sees_what_goes_and_the_partner_opens_the_copy(people: People) -> None:
    ref, one, _ = with_two_files(people)
    ident = written(people, ref, files=(one,))
    assert logged("dissemination-written", thing=ref)[0].detail["files"] == 1
    with people.sitting("Olga") as by:
        (file,) = lines.one(ident, by=by, at=people.at).files
    assert (file.container, file.words) == (one, "Image")
    checked(people, ident)
    with at_the_council(people) as by, pytest.raises(NotNow):
        sent_files.view(ident, 1, by=by, at=people.at)
    (theirs,) = opened(people, ident).files
    assert (theirs.number, theirs.words) == (1, "Image")
    assert "Rosa" not in repr(theirs), "no name that a reporter chose"
    token = token_of(people, ident)
    assert [event.detail for event in logged("file-viewed-by-partner", thing=ref)] == [
        {"dissemination": str(ident), "file": str(one)}
    ]
    with acting("files"):
        capability = redeeming.use_token(token)
        content = redeeming.content_of(capability, uncovered=True)
        assert content.original is None
        derived = content.derived
        assert derived is not None
        (part,) = derived.parts
        assert b"".join(redeeming.read_part(derived, "page", 1, 0, part.length)).startswith(b"\xff\xd8\xff")
        with pytest.raises(NotHere):
            redeeming.use_token(token)
    assert not ViewingMinutes.objects.exists(), "minutes are counted for officers only"


def test_only_a_derivative_of_this_report_can_be_chosen(people: People) -> None:
    ref, one, other = with_two_files(people)
    with pytest.raises(NotNow):
        written(people, ref, files=(one, other))
    with pytest.raises(NotHere):
        written(people, ref, files=(uuid4(),))
    assert not logged("dissemination-written", thing=ref)


def test_withdrawing_closes_what_the_partner_has_open(people: People) -> None:
    ref, one, _ = with_two_files(people)
    ident = written(people, ref, files=(one,))
    checked(people, ident)
    opened(people, ident)
    with acting("files"):
        capability = redeeming.use_token(token_of(people, ident))
    token = token_of(people, ident)
    with people.sitting("Olga") as by:
        outgoing.withdraw(ident, "Sent to the wrong team", version=sent(ident).version, by=by, at=people.at)
    with acting("files"):
        for open_it in (
            lambda: redeeming.use_token(token),
            lambda: redeeming.content_of(capability, uncovered=False),
        ):
            with pytest.raises(NotHere):
                open_it()
    with at_the_council(people) as by, pytest.raises(NotHere):
        sent_files.view(ident, 1, by=by, at=people.at)


def test_locking_closes_what_the_partner_has_open(people: People) -> None:
    ref, one, _ = with_two_files(people)
    ident = written(people, ref, files=(one,))
    checked(people, ident)
    opened(people, ident)
    with at_the_council(people) as by:
        sent_files.view(ident, 1, by=by, at=people.at)
        presence.forget_views(row_of(by.token))
    assert not ViewToken.objects.filter(dissemination__isnull=False).exists()


def test_a_partner_lays_down_no_token_for_what_it_was_not_sent(people: People) -> None:
    ref, one, _ = with_two_files(people)
    foreign, _ = people.assessed()
    container = add_file(foreign, picture(), at=people.at)
    looked_at(people, foreign, container)
    ident = written(people, ref, files=(one,))
    mine, theirs = (Derivative.objects.get(report=report).object for report in (ref, foreign))
    ask = "SELECT permits.view_sent_file(%s, %s, %s, %s)"

    def laid(ident: UUID, stored: UUID, digest: bytes = b"d" * 32) -> bool:
        with at_the_council(people), connection.cursor() as cursor:
            cursor.execute(ask, [ident, stored, digest, b"x"])
            return bool(cursor.fetchone()[0])

    assert not laid(ident, mine), "not sent yet"
    checked(people, ident)
    assert not laid(ident, mine), "not opened yet"
    opened(people, ident)
    assert not laid(ident, theirs), "of another report"
    assert not laid(ident, mine, b"short")
    assert not laid(uuid4(), mine)
    assert laid(ident, mine)
    with acting("files"), pytest.raises(NotHere):
        redeeming.use_token("x" * 43)


def test_keys_of_files_are_in_no_index(people: People) -> None:
    ref, one, _ = with_two_files(people)
    written(people, ref, files=(one,))
    indexed(people)
    stored = Derivative.objects.get(report=ref).object
    assert found(people, str(stored)) == []
    assert found(people, "young person")
