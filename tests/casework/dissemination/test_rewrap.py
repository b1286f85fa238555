"""A council of two people loses its keys: what was sent to it is released again, to its new key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination import outgoing, partner_inbox, partners, rewrap
from heedline.casework.dissemination.rewrap import RewrapRun
from heedline.casework.duty import paging
from heedline.casework.errors import Locked, WrongPassphrase
from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import epochs, key_verification
from heedline.casework.retention import keeping
from heedline.casework.setup import leavers, stewardship
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SealedHeader, SealedPayload
from heedline.vault import CannotOpen
from heedline.vault.containers.container import file_key
from tests.support.acting import acting
from tests.support.cast import become_acquainted
from tests.support.partner_scene import (
    COUNCIL,
    TEXT,
    answered,
    at_the_council,
    joins,
    opened,
    sent,
    sent_to_the_council,
    written,
)
from tests.support.scene_people import People, logged, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


def everything_is_lost(people: People) -> None:
    """Petra and Pavel have lost every way to unlock: they enrol anew, compare words, and Pavel makes the team's new key."""
    house = people.house
    with acting("office"):
        for name in ("Petra", "Pavel"):
            joins(people, name)
        become_acquainted(house, "Petra", "Pavel", at=people.at)
        epochs.keep_ahead([house.desks[COUNCIL].id], by=house.keys["Pavel"].hand, at=people.at)
    key_directory.forget()


def words_of_the_maker(people: People) -> str:
    key = partners.key_of(people.house.desks[COUNCIL].id, people.at)
    assert key is not None
    words = key_verification.words_of(key.maker)
    assert words
    return words


def again(people: People, name: str = "Odile", said: str | None = None, **more: object) -> RewrapRun:
    words = words_of_the_maker(people) if said is None else said
    desk, passphrase = people.house.desks[COUNCIL].id, people.house.keys[name].passphrase
    with people.sitting(name) as here:
        return rewrap.release_again(
            desk,
            passphrase,
            said=words,
            by=here,
            at=people.at,
            **more,  # type: ignore[arg-type]
        )


def test_it_opens_again_under_the_new_key_and_nothing_else_has_changed(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident, text="We looked.")
    answered(people, ident)
    payloads = set(SealedPayload.objects.filter(report=ref).values_list("container", "sha256"))
    desk_headers = list(
        SealedHeader.objects.exclude(part="partner").order_by("container").values_list("header")
    )
    old = SealedHeader.objects.get(container=sent(ident).key)
    everything_is_lost(people)
    with at_the_council(people) as here, pytest.raises(CannotOpen):
        partner_inbox.open_it(ident, by=here, at=people.at)
    with people.sitting("Odile") as here:
        assert rewrap.lost(people.house.desks[COUNCIL].id, by=here) == 3  # what was sent, and both answers
    heard: list[int] = []
    assert again(people, told=heard.append) == RewrapRun(3, 0)
    assert heard == [3]
    got = opened(people, ident)
    assert (got.text, got.ours, got.answer) == (TEXT, True, "We will visit.")
    assert [one.text for one in got.earlier] == ["We looked."]
    assert payloads == set(SealedPayload.objects.filter(report=ref).values_list("container", "sha256"))
    assert desk_headers == list(
        SealedHeader.objects.exclude(part="partner").order_by("container").values_list("header")
    )
    new = SealedHeader.objects.get(container=sent(ident).key)
    assert bytes(new.header) != bytes(old.header)
    assert not set(new.epochs) & set(old.epochs)
    assert len(logged("released-again", thing=ref)) == 3
    assert again(people) == RewrapRun(0, 0)  # nothing is left to do


def test_a_new_key_that_nobody_has_heard_is_given_nothing(people: People) -> None:
    """Two stewards can sign made-up people of a partner; nobody can hear them read out their words."""
    ref, ident = sent_to_the_council(people)
    before = bytes(SealedHeader.objects.get(container=sent(ident).key).header)
    everything_is_lost(people)
    with pytest.raises(NotNow, match="not verified their key"):
        again(people, said="")
    with pytest.raises(Refused):
        again(people, said="acid acorn acre acts afar affix")
    assert bytes(SealedHeader.objects.get(container=sent(ident).key).header) == before
    assert logged("released-again", thing=people.house.desks[COUNCIL].id, refused=True)
    assert not logged("released-again", thing=ref)


def test_new_things_are_not_sent_to_the_new_key_before_either(people: People) -> None:
    sent_to_the_council(people)
    everything_is_lost(people)
    ref, _ = people.assessed()
    ident = written(people, ref)
    with people.sitting("Olga") as here, pytest.raises(NotNow, match="verified"):
        outgoing.check(ident, version=1, by=here, at=people.at)


def test_only_what_nobody_there_can_open_is_written_anew(people: People) -> None:
    """Petra has lost her keys and Pavel has not: he grants hers anew, and nobody here has anything to do."""
    _, ident = sent_to_the_council(people)
    before = bytes(SealedHeader.objects.get(container=sent(ident).key).header)
    with acting("office"):
        joins(people, "Petra")
    key_directory.forget()
    with people.sitting("Odile") as here:
        assert rewrap.lost(people.house.desks[COUNCIL].id, by=here) == 0
    assert bytes(SealedHeader.objects.get(container=sent(ident).key).header) == before


def test_the_old_keys_open_nothing_that_is_released_again(people: People) -> None:
    """Whoever found the lost passphrase sheet later has old keys, and the new header is not for them."""
    _, ident = sent_to_the_council(people)
    with at_the_council(people) as here:
        old = list(here.keys().seeds.values())
    everything_is_lost(people)
    again(people)
    new = bytes(SealedHeader.objects.get(container=sent(ident).key).header)
    with pytest.raises(CannotOpen):
        file_key(new, old)


def test_what_was_withdrawn_is_not_released_again(people: People) -> None:
    _, ident = sent_to_the_council(people)
    with people.sitting("Olga") as here:
        outgoing.withdraw(ident, "In error.", version=sent(ident).version, by=here, at=people.at)
    everything_is_lost(people)
    assert again(people) == RewrapRun(0, 0)
    with people.sitting("Otto") as here:  # and another desk has nothing there
        assert rewrap.lost(people.house.desks[COUNCIL].id, by=here) == 0


def test_ended_in_the_middle_it_goes_on_with_the_rest(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrap, "BATCH", 1)
    idents = [sent_to_the_council(people)[1] for _ in range(3)]
    everything_is_lost(people)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        again(people, told=stop)
    with people.sitting("Odile") as here:
        assert rewrap.lost(people.house.desks[COUNCIL].id, by=here) == 1
    assert again(people) == RewrapRun(1, 0)
    assert {opened(people, ident).text for ident in idents} == {TEXT}


def test_it_asks_for_the_passphrase_and_for_unlocked_keys(people: People) -> None:
    sent_to_the_council(people)
    everything_is_lost(people)
    desk, words = people.house.desks[COUNCIL].id, words_of_the_maker(people)
    with people.sitting("Odile") as here, pytest.raises(WrongPassphrase):
        rewrap.release_again(desk, "not the words", said=words, by=here, at=people.at)
    with people.sitting("Nils", unlocked=False) as here, pytest.raises(Locked):
        rewrap.release_again(desk, people.house.keys["Nils"].passphrase, said=words, by=here, at=people.at)
    with people.sitting("Ada") as here, pytest.raises(Refused):
        rewrap.release_again(desk, people.house.keys["Ada"].passphrase, said=words, by=here, at=people.at)


def test_one_person_alone_at_a_partner_is_given_nothing(people: People) -> None:
    sent_to_the_council(people)
    with acting("office"):
        for name in ("Petra", "Pavel"):
            people.house.officers[name].wrappings.all().delete()
        people.house.keys["Petra"] = stewardship.wrap_keys(people.house.officers["Petra"], at=people.at)
        stewardship.state_officer_keys(people.house.keys["Petra"], hands=people.house.hands, at=people.at)
    key_directory.forget()
    with people.sitting("Odile") as here, pytest.raises(NotNow, match="Fewer than two"):
        rewrap.release_again(
            people.house.desks[COUNCIL].id,
            people.house.keys["Odile"].passphrase,
            said="any",
            by=here,
            at=people.at,
        )


def test_what_may_not_be_passed_on_any_more_stays_where_it_is(people: People) -> None:
    from heedline.casework.retention import keeping

    ref, _ = sent_to_the_council(people)
    with people.sitting("Odile") as here:
        keeping.hold(ref, "restriction", "They asked us to stop.", by=here, at=people.at)
    everything_is_lost(people)
    assert again(people) == RewrapRun(0, 0)
    assert row(ref).stage == "acting"


def test_a_partner_whose_key_a_leaver_holds_is_named_and_pages_nobody(people: People) -> None:
    """Hundreds of councils must not call the duty officer at night because one of their people has gone."""
    with acting("office"):
        leavers.leave(people.house.officers["Pavel"], hands=people.house.hands, at=people.at)
    with acting("worker"):
        paging.watch_keys(people.at)
    desk = people.house.desks[COUNCIL]
    assert not Alarm.objects.filter(desk=desk).exists()
    with people.sitting("Odile") as here:
        line = partners.partner(desk.id, by=here, at=people.at)
    assert line.stale
    assert line.why_not == partners.TOO_FEW


@pytest.mark.parametrize("what", ["withdrawn", "restricted", "given away"])
def test_what_changes_while_it_runs_stays_as_it_has_become(
    people: People, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Also where the key store was restored, and the header that would be written anew is not there to be locked."""
    ref, ident = sent_to_the_council(people)
    key = sent(ident).key
    everything_is_lost(people)
    SealedHeader.objects.filter(container=key).delete()
    found = rewrap._lost

    def meanwhile(partner: UUID, by: Attendance) -> list[Any]:
        some = found(partner, by)
        if what == "withdrawn":
            outgoing.withdraw(ident, "In error.", version=sent(ident).version, by=by, at=people.at)
        elif what == "restricted":
            keeping.hold(ref, "restriction", "", by=by, at=people.at)
        else:
            transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=by, at=people.at)
        return some

    monkeypatch.setattr(rewrap, "_lost", meanwhile)
    assert again(people) == RewrapRun(0, 1)
    assert not SealedHeader.objects.filter(container=key).exists()
