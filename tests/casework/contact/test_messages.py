"""What is said with a reporter who holds only a code: only what is new, sealed both ways, signed by us, deletable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from heedline.casework.contact import messages as contact_messages
from heedline.casework.contact.messages import LONGEST, Mailbox
from heedline.casework.duty import paging
from heedline.casework.errors import CodeUnknown, Conflict, Locked, NoRoom, NotHere, SealingStopped
from heedline.casework.journey import submission, transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import session_signing, signing
from heedline.casework.report import notes
from heedline.desks.models import EpochKeyRow
from heedline.dispatch.models import Alarm, Outbox
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Message, Receipt, SealedHeader, SealedPayload
from heedline.vault.codes import ReceiptCode, new_code
from tests.sites.public.test_doors import open_desk
from tests.support import stories
from tests.support.acting import acting
from tests.support.scene_people import ELSEWHERE, NORTH_EAST, People, logged, row

pytestmark = pytest.mark.django_db


def ask(people: People, ref: UUID, text: str = "When was it?", name: str = "Odile") -> Message:
    with people.sitting(name) as here:
        contact_messages.ask(ref, text, version=row(ref).version, by=here, at=people.at)
    last = Message.objects.filter(report=ref, from_us=True).order_by("-position").first()
    assert last is not None
    return last


def visit(people: People, code: ReceiptCode) -> Mailbox:
    with acting("public"):
        return contact_messages.visit(code, at=people.at)


def say(people: People, code: ReceiptCode, text: str, message_id: UUID | None = None) -> bool:
    with acting("public"):
        return contact_messages.say(code, text, message_id=message_id or uuid4(), at=people.at)


def test_a_visit_shows_the_status_and_never_the_report(people: People) -> None:
    _, code = people.send(narrative="Every word of this stays with the desk and with nobody else.")
    box = visit(people, code)
    assert (box.status, box.messages, box.withdraw_asked) == ("received", (), False)
    assert "Every word" not in repr(box)


def test_only_new_messages_are_shown_and_a_page_that_never_arrived_loses_nothing(people: People) -> None:
    ref, code = people.taken()
    first = ask(people, ref, "When was it?")
    assert [m.text for m in visit(people, code).messages] == ["When was it?"]
    assert [m.text for m in visit(people, code).messages] == ["When was it?"]
    with acting("public"):
        contact_messages.seen(code, (first.id,), at=people.at)
    assert visit(people, code).messages == ()
    ask(people, ref, "And where?")
    (new,) = visit(people, code).messages
    assert (new.text, new.verified, new.sent_on) == ("And where?", True, people.at.date())
    assert [m.seen for m in people.read(ref).messages.lines] == [True, False]
    assert visit(people, code).status == "question"
    assert len(logged("reporter-asked", thing=ref)) == 2


def test_nobody_marks_the_messages_of_another_as_seen(people: People) -> None:
    ref, code = people.taken()
    _, other = people.send()
    mine = ask(people, ref)
    with acting("public"):
        contact_messages.seen(other, (mine.id,), at=people.at)
        contact_messages.seen(new_code(), (mine.id,), at=people.at)
    assert len(visit(people, code).messages) == 1


def test_an_unknown_code_is_unknown_to_every_verb(people: People) -> None:
    people.send()
    stranger = new_code()
    with acting("public"):
        for verb in (
            lambda: contact_messages.visit(stranger, at=people.at),
            lambda: contact_messages.say(stranger, "hello", message_id=uuid4(), at=people.at),
            lambda: contact_messages.ask_to_withdraw(stranger, at=people.at),
            lambda: contact_messages.delete_messages(stranger, at=people.at),
        ):
            with pytest.raises(CodeUnknown):
                verb()


def test_a_closed_code_is_an_unknown_code(people: People) -> None:
    ref, code = people.send()
    Receipt.objects.filter(report_id=ref).update(closed=True)
    with acting("public"):
        for verb in (
            lambda: contact_messages.visit(code, at=people.at),
            lambda: contact_messages.say(code, "hello", message_id=uuid4(), at=people.at),
            lambda: contact_messages.ask_to_withdraw(code, at=people.at),
            lambda: contact_messages.delete_messages(code, at=people.at),
        ):
            with pytest.raises(CodeUnknown):
                verb()


def test_an_answer_reaches_the_desk_and_is_sealed_to_it(people: People) -> None:
    ref, code = people.taken()
    assert say(people, code, "It was on Monday") is False
    assert row(ref).unread == 1
    assert addressed(ref, "message") == addressed(ref, "report")
    file = people.read(ref)
    assert [(m.text, m.from_us, m.new) for m in file.messages.lines] == [("It was on Monday", False, True)]
    stored = Message.objects.get(report=ref)
    assert (stored.seen, stored.copy_header, stored.voice) == (False, None, None)
    assert Outbox.objects.filter(letter="reporter-wrote", thing_id=ref).count() == 1


def unread(ref: UUID) -> tuple[int, list[bool], bool]:
    """What the queue and the clock go by: how many are new, which were read, whether a clock runs for one."""
    messages = Message.objects.filter(report=ref, from_us=False).order_by("position")
    return row(ref).unread, [m.seen for m in messages], any(m.slot for m in messages)


def late(people: People) -> bool:
    """Whether somebody is called, in the long run, because messages are unread."""
    with acting("worker"):
        paging.watch_messages(people.at + timedelta(days=9))
    return Alarm.objects.filter(kind="message-waiting").exists()


def test_reading_a_report_leaves_its_messages_unread(people: People) -> None:
    """Whoever looks has not answered: the queue's flag and the alarm stay until somebody says that they have read it."""
    ref, code = people.taken()
    say(people, code, "It was on Monday")
    for name in ("Odile", "Olga", "Nadia"):
        assert [m.new for m in people.read(ref, name).messages.lines] == [True]
    assert unread(ref) == (1, [False], True)
    assert late(people)


def test_marking_messages_as_read_ends_the_flag_and_the_clock(people: People) -> None:
    ref, code = people.taken()
    say(people, code, "It was on Monday")
    (seen,) = people.read(ref).messages.lines
    say(people, code, "And again on Friday")  # arrived while the page was open
    version = row(ref).version
    with people.sitting("Odile") as odile:
        assert contact_messages.mark_read(ref, [seen.id], by=odile, at=people.at) == 1
        assert contact_messages.mark_read(ref, [seen.id, uuid4()], by=odile, at=people.at) == 0
    assert unread(ref) == (1, [True, False], True)
    assert [m.new for m in people.read(ref).messages.lines] == [False, True]
    both = [m.id for m in people.read(ref).messages.lines]
    with people.sitting("Odile") as odile:
        assert contact_messages.mark_read(ref, both, by=odile, at=people.at) == 1
    assert unread(ref) == (0, [True, True], False)
    assert not late(people)
    assert row(ref).version == version
    assert [mark.detail for mark in logged("messages-read", thing=ref)] == [{"messages": 1}] * 2


def test_nobody_marks_messages_as_read_who_cannot_read_them(people: People) -> None:
    ref, code = people.taken()
    other, others_code = people.taken()
    for one in (code, others_code):
        say(people, one, "It was on Monday")
    mine, theirs = (people.read(one).messages.lines[0].id for one in (ref, other))
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        contact_messages.mark_read(ref, [mine], by=otto, at=people.at)
    with people.sitting("Olga", unlocked=False) as olga, pytest.raises(Locked):
        contact_messages.mark_read(ref, [mine], by=olga, at=people.at)
    with people.sitting("Odile") as odile:
        assert contact_messages.mark_read(ref, [theirs], by=odile, at=people.at) == 0
    assert unread(ref) == unread(other) == (1, [False], True)


def test_answering_marks_the_messages_that_the_officer_had_in_front_of_them_as_read(people: People) -> None:
    ref, code = people.taken()
    say(people, code, "It was on Monday")
    (seen,) = people.read(ref).messages.lines
    say(people, code, "And again on Friday")
    with people.sitting("Odile") as odile:
        contact_messages.ask(ref, "When?", read=[seen.id], version=row(ref).version, by=odile, at=people.at)
    assert unread(ref) == (1, [True, False], True)


def addressed(ref: UUID, part: str) -> set[str]:
    """The codes of the desks whose keys open this part of a report."""
    (header,) = SealedHeader.objects.filter(report_id=ref, part=part)
    return set(EpochKeyRow.objects.filter(id__in=header.epochs).values_list("desk__code", flat=True))


#: Something online: a kind that the round-the-clock desk does not watch, unless somebody may be in danger.
ONLINE: dict[str, Any] = {"kind": "online", "where": {"addresses": "https://films.example/watch/7781"}}


@pytest.mark.parametrize(
    ("told", "desks"),
    [
        ({**ONLINE, "now": {"danger": "no"}}, {"material"}),
        ({**ONLINE, "now": {"danger": "yes"}}, {"material", "national"}),
        (NORTH_EAST, {"north-east", "national"}),
        (ELSEWHERE, {"national"}),
    ],
    ids=["not-watched", "in-danger", "watched", "its-own"],
)
def test_a_reporters_message_is_sealed_to_the_desks_of_the_report_and_to_no_other(
    people: People, told: dict[str, Any], desks: set[str]
) -> None:
    open_desk(people.house, "material", "Mirela", "Marcus")
    ref, code = people.send(**told)
    say(people, code, "It was on Monday")
    assert addressed(ref, "report") == desks
    assert addressed(ref, "message") == desks


@pytest.mark.parametrize(
    ("to", "desks"), [("south-west", {"south-west", "national"}), ("national", {"national"})]
)
def test_a_message_after_handing_over_is_sealed_to_the_desks_that_the_report_is_with_now(
    people: People, to: str, desks: set[str]
) -> None:
    ref, code = people.taken()
    with people.sitting("Odile") as odile:
        transitions.hand_over(ref, to, "It is theirs", version=row(ref).version, by=odile, at=people.at)
    say(people, code, "It was on Monday")
    assert addressed(ref, "report") == desks
    assert addressed(ref, "message") == desks


def test_the_same_message_twice_is_one_message_and_another_text_a_conflict(people: People) -> None:
    ref, code = people.taken()
    one = uuid4()
    assert say(people, code, "It was on Monday", one) is False
    assert say(people, code, "It was on Monday", one) is True
    with pytest.raises(Conflict):
        say(people, code, "It was on Tuesday", one)
    assert Message.objects.filter(report=ref).count() == 1
    assert row(ref).unread == 1


def test_bounds_are_kept_on_both_sides(people: People) -> None:
    ref, code = people.taken()
    say(people, code, "x" * LONGEST)
    with pytest.raises(NoRoom):
        say(people, code, "x" * (LONGEST + 1))
    with people.sitting("Odile") as odile, pytest.raises(NoRoom):
        contact_messages.ask(ref, "x" * (LONGEST + 1), version=row(ref).version, by=odile, at=people.at)
    last = Message.objects.get(report=ref)
    Message.objects.bulk_create(
        Message(
            report_id=ref, from_us=False, container=uuid4(), sent_on=last.sent_on, position=last.position + n
        )
        for n in range(1, 200)
    )
    with pytest.raises(NoRoom):
        say(people, code, "the two hundred and first")
    assert Message.objects.filter(report=ref).count() == 200


def test_deleting_takes_the_reporters_copies_and_leaves_the_desks(people: People) -> None:
    ref, code = people.taken()
    ask(people, ref, "When was it?")
    say(people, code, "On Monday")
    with acting("public"):
        contact_messages.delete_messages(code, at=people.at)
        contact_messages.delete_messages(code, at=people.at)  # twice does nothing
    assert visit(people, code).messages == ()
    ours = Message.objects.get(report=ref, from_us=True)
    assert (ours.copy_header, ours.copy_payload) == (None, None)
    seen = people.read(ref).messages
    assert [m.text for m in seen.lines] == ["When was it?", "On Monday"]
    assert [m.copy_deleted for m in seen.lines] == [True, False]
    assert seen.copies_deleted
    assert seen.unread_when_deleted, "the officer is shown that nobody read the question"


def test_asking_to_withdraw_raises_a_flag_and_the_report_stays(people: People) -> None:
    ref, code = people.send()
    with acting("public"):
        contact_messages.ask_to_withdraw(code, at=people.at)
    assert visit(people, code).withdraw_asked
    assert row(ref).stage == "waiting"
    assert people.read(ref).header.withdraw_asked


def test_asking_needs_a_report_that_is_held(people: People) -> None:
    ref, _ = people.send()
    closed, _ = people.closed()
    with people.sitting("Odile") as odile:
        for target in (ref, closed):
            with pytest.raises((NotNow, Refused)):
                contact_messages.ask(target, "When?", version=row(target).version, by=odile, at=people.at)
    assert not Message.objects.exists()


# --- who says what we say ----------------------------------------------------------------------------------------------


def _forge(message: Message, **changes: Any) -> None:
    Message.objects.filter(id=message.id).update(voice={**(message.voice or {}), **changes})


def _signed(people: People, message: Message) -> str:
    """What was signed, which is known to whoever opens the message."""
    header = SealedHeader.objects.get(container=message.container)
    payload = SealedPayload.objects.get(container=message.container)
    with people.sitting("Odile") as odile:
        seeds = odile.keys().for_any(header.epochs)
    said = notes.open_words(message.container, bytes(header.header), bytes(payload.payload), seeds, "message")
    return session_signing.salted(said["text"], said["salt"])


def test_a_thief_of_the_database_cannot_try_out_what_we_may_have_said(people: People) -> None:
    """The signature lies in the clear. Over the words alone it would say of every guess whether it is right."""
    ref, _ = people.taken()
    one, two = ask(people, ref, "When was it?"), ask(people, ref, "When was it?")
    for guess in ("When was it?", session_signing.salted("When was it?", ""), _signed(people, two)):
        assert not session_signing.is_ours(one.voice, report=ref, message=one.id, on=one.sent_on, text=guess)
    assert session_signing.is_ours(
        one.voice, report=ref, message=one.id, on=one.sent_on, text=_signed(people, one)
    )


@pytest.mark.parametrize(
    "forgery",
    [
        {"signature": "00" * 64},
        {"signature": "no hex"},
        {"certificate": "00" * 64},
        {"public": "00" * 32},
        {"until": "2099-01-01"},
        {"until": "soon"},
        {"officer": str(uuid4())},
        {"officer": None},
    ],
    ids=lambda f: "-".join(f),
)
def test_a_forged_signature_shows_as_not_verified(people: People, forgery: dict[str, Any]) -> None:
    ref, code = people.taken()
    message = ask(people, ref)
    assert visit(people, code).messages[0].verified
    _forge(message, **forgery)
    assert not visit(people, code).messages[0].verified


def test_no_signature_at_all_is_not_verified(people: People) -> None:
    ref, code = people.taken()
    message = ask(people, ref)
    Message.objects.filter(id=message.id).update(voice=None)
    assert [m.verified for m in visit(people, code).messages] == [False]


def test_another_officers_name_on_a_signature_does_not_stand(people: People) -> None:
    ref, code = people.taken()
    message = ask(people, ref)
    _forge(message, officer=str(people.house.officers["Olga"].id))
    assert not visit(people, code).messages[0].verified


def test_signatures_swapped_between_messages_do_not_stand(people: People) -> None:
    ref, code = people.taken()
    one, two = ask(people, ref, "One"), ask(people, ref, "Two")
    _forge(one, **(two.voice or {}))
    assert [(m.text, m.verified) for m in visit(people, code).messages] == [("One", False), ("Two", True)]


def test_a_signature_moved_to_another_date_does_not_stand(people: People) -> None:
    ref, code = people.taken()
    message = ask(people, ref)
    Message.objects.filter(id=message.id).update(sent_on=message.sent_on - timedelta(days=1))
    assert not visit(people, code).messages[0].verified


def test_a_session_certificate_ends(people: People) -> None:
    """A stolen session key signs for a day, not for ever: the date is inside the signature and the certificate."""
    ref, code = people.taken()
    message = ask(people, ref)
    assert message.voice is not None
    later, signed = message.sent_on + timedelta(days=2), _signed(people, message)
    assert not session_signing.is_ours(message.voice, report=ref, message=message.id, on=later, text=signed)
    assert session_signing.is_ours(
        message.voice, report=ref, message=message.id, on=message.sent_on, text=signed
    )
    assert code


def test_a_message_replayed_into_another_report_does_not_open_and_does_not_stand(people: People) -> None:
    ref, _ = people.taken()
    other, code = people.taken()
    message = ask(people, ref)
    assert message.voice is not None
    Message.objects.filter(id=message.id).update(report_id=other)
    assert visit(people, code).messages == ()  # sealed to another reporter
    signed = _signed(people, message)
    assert not session_signing.is_ours(
        message.voice, report=other, message=message.id, on=message.sent_on, text=signed
    )


def test_the_message_of_a_leaver_stays_ours_for_as_long_as_they_were_here(people: People) -> None:
    ref, code = people.taken()
    message = ask(people, ref)
    with acting("office"):
        signing.state(
            "leaver",
            {"person": str(people.house.officers["Odile"].id)},
            people.house.hands,
            at=people.at,
        )
    assert key_directory.directory().officer(str(people.house.officers["Odile"].id)) is None
    assert visit(people, code).messages[0].verified
    with people.sitting("Odile") as odile:  # a session that outlives its officer by an attack
        voice = odile.keys().voice
    tomorrow = people.at.date() + timedelta(days=1)
    late = session_signing.speak(voice, report=ref, message=message.id, on=tomorrow, text="Come to the gate")
    assert not session_signing.is_ours(
        late, report=ref, message=message.id, on=tomorrow, text="Come to the gate"
    )


# --- when it cannot be stored ---------------------------------------------------------------------------------------------


def test_what_cannot_be_stored_stops_and_says_so(people: People) -> None:
    """Law 1 from the other side: no receipt without a stored report, whatever the database's reason."""
    _, code = people.send()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
            "CREATE TRIGGER no_room BEFORE INSERT ON reports_sealed_payload EXECUTE FUNCTION pg_temp.no()"
        )
    for attempt in (
        lambda: submission.submit(stories.new_report(), at=people.at),
        lambda: contact_messages.say(code, "hello", message_id=uuid4(), at=people.at),
    ):
        with acting("public"), pytest.raises(SealingStopped), transaction.atomic():
            attempt()
