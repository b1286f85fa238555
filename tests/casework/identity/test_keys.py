"""What opens an identity, and what does not: neither side alone, no other officer, report or request, and not too late."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from heedline.casework.access import session
from heedline.casework.duty import paging
from heedline.casework.errors import Locked, NotHere, WrongPassphrase
from heedline.casework.identity import opening as identity_opening
from heedline.casework.identity import requests as identity_requests
from heedline.casework.journey import transitions
from heedline.casework.pages import identity_requests as pages_identity_requests
from heedline.dispatch import clockwork
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityRequest, IdentityShare, ReleasedShare, SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.containers.container import Container
from heedline.vault.identity import open_identity, open_released_share, open_share
from tests.support.acting import acting
from tests.support.identity_scene import (
    NECESSITY,
    NO,
    REASONS,
    ask,
    decide,
    decided_past_the_verb,
    keys_of,
    open_it,
    released,
)
from tests.support.scene_people import NAMED, People, logged, row

pytestmark = pytest.mark.django_db


def _shares(ref: UUID) -> tuple[UUID, list[bytes], bytes]:
    container = SealedHeader.objects.get(report_id=ref, part="identity").container
    rows = IdentityShare.objects.filter(report_id=ref)
    return (
        container,
        [bytes(one.sealed) for one in rows if one.share == 1],
        bytes(next(one.sealed for one in rows if one.share == 2)),
    )


def test_the_whole_database_and_one_side_open_nothing(people: People) -> None:
    """The officer's side before anybody has approved; the authorisers' side also afterwards."""
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    container, first, second = _shares(ref)
    for seed in [*keys_of(people, "Odile"), *keys_of(people, "Nadia")]:
        with pytest.raises(CannotOpen):
            open_share(second, seed, container_id=container, share=2)
    decide(people, request)
    sealed = bytes(ReleasedShare.objects.get(request_id=request).sealed or b"")
    asked = IdentityRequest.objects.get(pk=request)
    for name in ("Ada", "Anton"):
        for seed in keys_of(people, name):
            for one in first:
                with pytest.raises(CannotOpen):
                    open_share(one, seed, container_id=container, share=1)
            with pytest.raises(CannotOpen):
                open_released_share(
                    sealed, seed, container_id=container, officer=identity_requests.released_to(asked)
                )


def test_a_released_half_is_one_officers_for_one_report_and_one_request(people: People) -> None:
    ref, request = released(people)
    other, _ = people.taken(**NAMED)
    asked = IdentityRequest.objects.get(pk=request)
    bound = identity_requests.released_to(asked)
    sealed = bytes(ReleasedShare.objects.get(request_id=request).sealed or b"")
    container, _, _ = _shares(ref)
    seed = people.house.keys["Odile"].seed
    assert open_released_share(sealed, seed, container_id=container, officer=bound)
    for wrong_seed in (people.house.keys["Olga"].seed, people.house.keys["Ada"].seed):
        with pytest.raises(CannotOpen):
            open_released_share(sealed, wrong_seed, container_id=container, officer=bound)
    with pytest.raises(CannotOpen):
        open_released_share(sealed, seed, container_id=_shares(other)[0], officer=bound)
    asked.id = uuid4()
    with pytest.raises(CannotOpen):
        open_released_share(
            sealed, seed, container_id=container, officer=identity_requests.released_to(asked)
        )


def test_a_half_moved_to_another_request_does_not_open_there(people: People) -> None:
    """Somebody with the tables puts what was released for one report into the place of another's."""
    _, request = released(people)
    other, second = released(people)
    sealed = ReleasedShare.objects.get(request_id=request).sealed
    ReleasedShare.objects.filter(request_id=second).update(sealed=sealed)
    with pytest.raises(CannotOpen):
        open_it(people, second)
    assert logged("identity-opened", thing=other, refused=True)


def test_nobody_else_opens_it_and_not_without_the_passphrase(people: People) -> None:
    ref, request = released(people)
    for name in ("Olga", "Nadia", "Otto", "Ada"):
        with pytest.raises(NotHere):
            open_it(people, request, name)
        with people.sitting(name):
            assert not ReleasedShare.objects.exists()
    with people.sitting("Odile"):
        assert ReleasedShare.objects.count() == 1
    for words in ("", "correct horse battery staple", people.house.keys["Olga"].passphrase):
        with pytest.raises(WrongPassphrase):
            open_it(people, request, passphrase=words)
    assert len(logged("identity-opened", thing=ref, refused=True)) == 6
    with acting("office"):
        locked = people.house.sign_in("Odile", at=people.at, unlocked=False)
        with pytest.raises(Locked):
            identity_opening.open_now(request, people.house.keys["Odile"].passphrase, by=locked, at=people.at)
        session.leave()
    assert not logged("identity-opened", thing=ref)


def test_it_opens_while_the_time_lasts_and_then_nothing_of_it_is_left(people: People) -> None:
    _, request = released(people)
    assert open_it(people, request, after=29).given
    with pytest.raises(NotNow, match="time has expired"):
        open_it(people, request, after=31)
    with acting("worker"):
        assert clockwork.end_releases() == 0
    ReleasedShare.objects.update(until=people.at - timedelta(hours=1))
    with people.sitting("Odile"):
        assert not ReleasedShare.objects.exists(), "the database does not show it either"
    with acting("worker"):
        paging.watch_requests(people.at)
    assert ReleasedShare.objects.get().sealed is None
    with pytest.raises(NotNow):
        open_it(people, request)
    ReleasedShare.objects.update(until=people.at + timedelta(hours=9))
    with pytest.raises(NotNow):  # whoever turns the clock back finds the row empty
        open_it(people, request)


def test_a_report_that_was_handed_over_is_not_opened_by_the_desk_that_asked(people: People) -> None:
    ref, request = released(people)
    waiting, _ = people.taken(**NAMED)
    undecided = ask(people, waiting)
    for one in (ref, waiting):
        with people.sitting("Odile") as odile:
            transitions.hand_over(
                one, "south-west", "Theirs", version=row(one).version, by=odile, at=people.at
            )
    with pytest.raises(NotHere):
        open_it(people, request)
    with pytest.raises(NotNow, match="can no longer be released"):
        decide(people, undecided)
    with people.sitting("Ada"):
        assert not decided_past_the_verb(undecided)
    decide(people, undecided, NO)
    with acting("worker"):
        assert clockwork.end_releases() == 1
    # the new desk has the words of before, and asks for itself
    people.take(ref, "Otto")
    with people.sitting("Otto") as otto:
        ((earlier,), why_not) = pages_identity_requests.of_report(ref, by=otto, at=people.at)
    assert (earlier.necessity, earlier.reasons, why_not) == (NECESSITY, REASONS, "")
    again = ask(people, ref, "Otto")
    decide(people, again)
    assert open_it(people, again, "Otto").given


def test_a_key_that_was_put_in_another_place_is_not_trusted(people: People) -> None:
    """The half goes to the key that two stewards have stated, whatever the tables say of who asked."""
    ref, request = released(people)
    header = SealedHeader.objects.get(report_id=ref, part="identity")
    body = SealedPayload.objects.get(container=header.container)
    _, first, _ = _shares(ref)
    bound = identity_requests.released_to(IdentityRequest.objects.get(pk=request))
    sealed = bytes(ReleasedShare.objects.get(request_id=request).sealed or b"")
    share2 = open_released_share(
        sealed, people.house.keys["Odile"].seed, container_id=header.container, officer=bound
    )
    opened = None
    for seed in keys_of(people, "Odile"):
        for one in first:
            try:
                half = open_share(one, seed, container_id=header.container, share=1)
            except CannotOpen:
                continue
            opened = open_identity(
                Container(bytes(header.header), bytes(body.payload)),
                half,
                share2,
                installation=settings.INSTALLATION,
                container_id=header.container,
            )
    assert opened is not None
    assert b"Verhoeven" in opened
