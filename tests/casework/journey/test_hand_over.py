"""Handing over: the report leaves one desk's sight and keys and enters another's, with everything written about it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from heedline.casework.access.session import Attendance
from heedline.casework.contact import messages
from heedline.casework.errors import NotHere, SealingStopped
from heedline.casework.journey import transitions
from heedline.casework.keys.directory import addressee
from heedline.casework.pages.queues import queue
from heedline.desks.models import EpochKeyRow
from heedline.dispatch.models import Outbox
from heedline.permits import functions
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import IdentityShare, SealedHeader, SealedPayload, Step
from heedline.vault import CannotOpen
from heedline.vault.containers.container import Container, open_container
from heedline.vault.identity import open_share
from tests.support import stories
from tests.support.acting import acting
from tests.support.scene_people import NAMED, People, logged, row

pytestmark = pytest.mark.django_db


def give(people: People, ref: UUID, to: str = "south-west", name: str = "Odile") -> None:
    with people.sitting(name) as here:
        transitions.hand_over(ref, to, "Their area", version=row(ref).version, by=here, at=people.at)


def epochs_of(people: People, desk: str) -> set[UUID]:
    return set(EpochKeyRow.objects.filter(desk=people.house.desks[desk]).values_list("id", flat=True))


def opens(by: Attendance, ref: UUID) -> list[str]:
    """The parts of a report that the keys of this session open, whatever the tables would show them."""
    assert by.keyring is not None
    payloads = {p.container: bytes(p.payload) for p in SealedPayload.objects.filter(report_id=ref)}
    found = []
    for header in SealedHeader.objects.filter(report_id=ref):
        try:
            open_container(
                Container(bytes(header.header), payloads[header.container]), list(by.keyring.seeds.values())
            )
        except CannotOpen:
            continue
        found.append(header.part)
    return sorted(found)


def test_the_other_desk_gets_everything_and_this_desk_nothing(people: People) -> None:
    ref, code = people.assessed(**NAMED)
    with people.sitting("Odile") as odile:
        messages.ask(ref, "Which platform?", version=row(ref).version, by=odile, at=people.at)
    with acting("public"):
        messages.say(code, "Platform nine", message_id=uuid4(), at=people.at)
    give(people, ref)

    report = row(ref)
    assert report.desk == people.house.desks["south-west"]
    assert (report.stage, report.owner_id, report.lease_by_id) == ("waiting", None, None)
    assert report.due_at is not None
    assert report.due_at > people.at
    assert logged("report-handed-over", thing=ref)[0].detail == {"to": "south-west"}
    letter = Outbox.objects.get(letter="report-handed")
    assert (letter.desk, letter.thing_id) == (report.desk_id, ref)

    with people.sitting("Odile") as odile:
        with pytest.raises(NotHere):
            people.read(ref)
        assert not queue.queue(by=odile, at=people.at, view=queue.QueueView()).lines
    with people.sitting("Odile") as odile:
        keys = odile
    assert opens(keys, ref) == []
    file = people.read(ref, "Otto")
    assert file.answers.narrative == stories.NARRATIVE
    assert [m.text for m in file.messages.lines] == ["Which platform?", "Platform nine"]
    assert [dict(s.words).get("Reason") for s in file.history.steps] == [
        "Their area",
        None,
        "No detail",
        None,
    ]
    with people.sitting("Otto") as otto:
        keys = otto
    assert opens(keys, ref) == ["message", "message", "note", "note", "report"]


def test_a_new_message_goes_to_the_desk_that_has_the_report_now(people: People) -> None:
    ref, code = people.taken()
    give(people, ref)
    with acting("public"):
        messages.say(code, "After all", message_id=uuid4(), at=people.at)
    header = SealedHeader.objects.get(report_id=ref, part="message")
    assert set(header.epochs) <= epochs_of(people, "south-west") | epochs_of(people, "national")
    assert set(header.epochs) & epochs_of(people, "south-west")
    assert [m.text for m in people.read(ref, "Otto").messages.lines] == ["After all"]


def test_the_desk_that_never_closes_goes_on_watching(people: People) -> None:
    ref, _ = people.taken()
    give(people, ref)
    assert row(ref).watch == people.house.desks["national"]
    assert people.read(ref, "Nadia").answers.narrative == stories.NARRATIVE


def test_the_round_the_clock_desk_gives_on_what_came_to_it_and_watches(people: People) -> None:
    ref, _ = stories.a_report(at=people.at)
    people.take(ref, "Nadia")
    give(people, ref, "north-east", "Nadia")
    report = row(ref)
    assert (report.desk, report.watch) == (people.house.desks["north-east"], people.house.desks["national"])
    assert people.read(ref, "Odile").answers.narrative == people.read(ref, "Nadia").answers.narrative


def test_the_watching_desk_can_give_a_report_of_another_desk_on(people: People) -> None:
    ref, _ = people.send()
    give(people, ref, "south-west", "Nadia")
    assert people.read(ref, "Otto").answers.narrative == stories.NARRATIVE
    with pytest.raises(NotHere):
        people.read(ref, "Odile")
    assert people.read(ref, "Nadia").header.desk_code == "south-west"


def test_the_desks_half_of_the_identity_follows_the_report(people: People) -> None:
    ref, _ = people.taken(**NAMED)
    identity = SealedHeader.objects.get(report_id=ref, part="identity").container
    second = bytes(IdentityShare.objects.get(report_id=ref, share=2).sealed)
    with people.sitting("Odile") as odile:
        assert odile.keyring is not None
        ((epoch, sealed),) = [
            s for s in functions.desk_shares(ref) if s[0] in epochs_of(people, "north-east")
        ]
        assert epoch is not None
        before = open_share(sealed, odile.keyring.seeds[epoch], container_id=identity, share=1)
    give(people, ref)
    shares = {s.epoch: bytes(s.sealed) for s in IdentityShare.objects.filter(report_id=ref, share=1)}
    assert not set(shares) & epochs_of(people, "north-east")
    with people.sitting("Otto") as otto:
        assert otto.keyring is not None
        (mine,) = set(shares) & set(otto.keyring.seeds)
        assert open_share(shares[mine], otto.keyring.seeds[mine], container_id=identity, share=1) == before
    with people.sitting("Odile") as odile:
        assert odile.keyring is not None
        assert functions.desk_shares(ref) == []
        for sealed in shares.values():
            for seed in odile.keyring.seeds.values():
                with pytest.raises(CannotOpen):
                    open_share(sealed, seed, container_id=identity, share=1)
    assert bytes(IdentityShare.objects.get(report_id=ref, share=2).sealed) == second


@pytest.mark.parametrize("to", ["north-east", "identity", "nowhere", ""])
def test_a_report_goes_only_to_another_desk_that_reads_reports(people: People, to: str) -> None:
    """Never to the authorisers: they would hold both halves of an identity."""
    ref, _ = people.taken()
    before = row(ref)
    with people.sitting("Odile") as odile, pytest.raises((NotNow, SealingStopped)):
        transitions.hand_over(ref, to, "why", version=before.version, by=odile, at=people.at)
    after = row(ref)
    assert (after.desk_id, after.version, after.stage) == (before.desk_id, before.version, "taken")
    assert Step.objects.filter(report=ref).count() == 1
    assert not SealedHeader.objects.filter(report_id=ref, part="note").exists()


def test_the_database_moves_only_what_is_theirs(people: People) -> None:
    """The function that changes the desk asks by itself; a query that comes past the verb gets nothing."""
    ref, _ = people.send()
    report = row(ref)
    assert report.due_at is not None
    here, there = people.house.desks["north-east"].id, people.house.desks["south-west"].id
    for name in ("Otto", "Ada", "Stella", "Ned"):
        with people.sitting(name, unlocked=name != "Ned"):
            assert not functions.hand_over(ref, there, report.due_at, 1, here, uuid4(), b"share", [])
            assert functions.desk_shares(ref) == []
    with people.sitting("Odile"):
        for desk, version, origin in (
            (people.house.desks["identity"].id, 1, here),  # another kind of desk
            (uuid4(), 1, here),
            (there, 2, here),  # changed in between
            (there, 1, there),
        ):
            assert not functions.hand_over(ref, desk, report.due_at, version, origin, uuid4(), b"share", [])
    assert row(ref).desk_id == here


def test_hand_over_names_the_epoch_in_force(people: People) -> None:
    ref, _ = people.taken()
    give(people, ref)
    to = addressee("south-west", people.at.date())
    assert to is not None
    assert to.epoch in SealedHeader.objects.get(report_id=ref, part="report").epochs
