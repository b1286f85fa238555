"""Passing on to a partner: written by one, read by another, opened with a signature, answered, withdrawn."""

from __future__ import annotations

import email
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from heedline.casework.dissemination import clock as dissemination_clock
from heedline.casework.dissemination import lines as dissemination_lines
from heedline.casework.dissemination import outgoing, partner_inbox, partners
from heedline.casework.duty import alarms
from heedline.casework.errors import NoRoom, NotHere
from heedline.casework.journey import transitions
from heedline.casework.log import checkpoints
from heedline.casework.log.proofs import MAIL_MARK
from heedline.casework.pages import case_file
from heedline.dispatch.clocks import SLOT
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm, Outbox
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Dissemination, EarlierAnswer
from tests.support import danger_scene, stories
from tests.support.acting import acting
from tests.support.danger_scene import with_leads
from tests.support.partner_scene import (
    COUNCIL,
    NECESSITY,
    TEXT,
    TITLE,
    answered,
    at_the_council,
    checked,
    compared,
    in_danger,
    opened,
    sent,
    sent_to_the_council,
    writing,
    written,
)
from tests.support.scene_people import People, logged, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("council")]


def test_the_whole_way(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    assert (sent(ident).state, row(ref).stage) == ("sent", "acting")
    with at_the_council(people) as here:
        (line,) = partner_inbox.listing(by=here, at=people.at)
    assert (line.state, line.from_desk, line.opened, line.conditions) == (
        "sent",
        "North East desk",
        False,
        ("Only for people who need it for this.",),
    )
    got = opened(people, ident)
    assert (got.title, got.text, got.ours, got.about.state) == (TITLE, TEXT, True, "received")
    assert NECESSITY not in repr(vars(got))
    answered(people, ident)
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
        assert (one.title, one.text, one.necessity) == (TITLE, TEXT, NECESSITY)
        assert one.arrived.startswith("Petra P., ")
        assert one.arrived_signed is True
        assert (one.answer, one.answer_signed, one.line.turn) == ("We will visit.", True, "the desk")
        outgoing.finish(ident, version=one.line.version, by=here, at=people.at)
    assert sent(ident).state == "done"
    assert opened(people, ident, "Pavel").answer == "We will visit."
    for act, times in (
        ("dissemination-written", 1),
        ("dissemination-checked", 1),
        ("dissemination-sent", 1),
        ("received-by-partner", 1),
        ("opened-by-partner", 2),
        ("answered-by-partner", 1),
        ("dissemination-finished", 1),
    ):
        assert len(logged(act, thing=ref)) == times, act


def test_one_thing_is_fetched_alone(people: People) -> None:
    """Of all that a partner was sent, opening one page reads one row."""
    idents = [sent_to_the_council(people)[1] for _ in range(3)]
    with at_the_council(people) as here, CaptureQueriesContext(connection) as asked:
        assert partner_inbox.one(idents[0], by=here, at=people.at).id == idents[0]
        with pytest.raises(NotHere):
            partner_inbox.one(uuid4(), by=here, at=people.at)
    calls = [query["sql"] for query in asked.captured_queries if "sent_to_me" in query["sql"]]
    assert len(calls) == 2
    with at_the_council(people), connection.cursor() as cursor:
        cursor.execute(calls[0])
        assert [found[0] for found in cursor.fetchall()] == [idents[0]]


def test_nothing_goes_before_another_officer_has_read_it(people: People) -> None:
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref)
    with at_the_council(people) as here:
        assert partner_inbox.listing(by=here, at=people.at) == ()
        with pytest.raises(NotHere):
            partner_inbox.open_it(ident, by=here, at=people.at)
    with people.sitting("Odile") as here, pytest.raises(Refused):
        outgoing.check(ident, version=1, by=here, at=people.at)
    assert logged("dissemination-checked", thing=ref, refused=True)
    assert sent(ident).state == "to-check"
    assert sent(ident).key is None
    with pytest.raises(Error), transaction.atomic():
        Dissemination.objects.filter(pk=ident).update(checked_by=sent(ident).written_by, version=2)


def test_where_life_is_at_risk_it_goes_at_once_and_is_read_afterwards(people: People) -> None:
    with_leads(people)
    ref = in_danger(people)
    ident = written(people, ref, urgent=True, purpose="act-now")
    assert sent(ident).state == "sent"
    assert sent(ident).checked_by is None
    assert sent(ident).due_at is not None
    assert (sent(ident).due_at - people.at).total_seconds() == 15 * 60
    assert opened(people, ident).about.urgent
    answered(people, ident)
    danger_scene.end(people, ref)
    with people.sitting("Odile") as here:
        outgoing.finish(ident, version=sent(ident).version, by=here, at=people.at)
        with pytest.raises(NotNow, match="have it reviewed"):  # a second officer has still not read it
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
    checked(people, ident)
    assert sent(ident).state == "done"
    assert sent(ident).checked_by_id == people.house.officers["Olga"].id
    with people.sitting("Odile") as here:
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)


def test_without_danger_nothing_goes_at_once(people: People) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as here, pytest.raises(NotNow, match="danger to life"):
        outgoing.write(ref, writing(people, urgent=True), version=row(ref).version, by=here, at=people.at)


def test_nothing_goes_to_a_key_that_nobody_has_compared(people: People) -> None:
    ref, _ = people.assessed()
    ident = written(people, ref)
    with people.sitting("Olga") as here, pytest.raises(NotNow, match="verified"):
        outgoing.check(ident, version=1, by=here, at=people.at)
    assert sent(ident).state == "to-check"
    compared(people, "Olga")  # either of the two will do
    checked(people, ident)
    assert sent(ident).state == "sent"


def test_words_that_are_others_are_refused(people: People) -> None:
    desk = people.house.desks[COUNCIL].id
    with people.sitting("Odile") as here, pytest.raises(Refused):
        partners.compare(
            desk, "one two three four five six", people.house.keys["Odile"].passphrase, by=here, at=people.at
        )
    assert logged("key-compared", thing=desk, refused=True)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"purpose": "gossip"}, ValueError),
        ({"basis": "none"}, ValueError),
        ({"conditions": ("whatever",)}, ValueError),
        ({"text": "  "}, NotNow),
        ({"necessity": ""}, NotNow),
        ({"title": ""}, NotNow),
        ({"text": "x" * 10_001}, NoRoom),
    ],
)
def test_what_is_not_whole_is_not_written(
    people: People, changed: dict[str, object], error: type[Exception]
) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as here, pytest.raises(error):
        outgoing.write(ref, writing(people, **changed), version=row(ref).version, by=here, at=people.at)
    assert not Dissemination.objects.exists()
    assert row(ref).stage == "assessed"


def test_only_the_holder_of_an_assessed_report_writes(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as here, pytest.raises(NotNow):
        outgoing.write(ref, writing(people), version=row(ref).version, by=here, at=people.at)
    with people.sitting("Olga") as here, pytest.raises(Refused):
        outgoing.write(ref, writing(people), version=row(ref).version, by=here, at=people.at)


def test_a_desk_that_is_no_partner_is_sent_nothing(people: People) -> None:
    ref, _ = people.assessed()
    for code in ("south-west", "identity"):
        with people.sitting("Odile") as here, pytest.raises(NotNow):
            outgoing.write(
                ref,
                writing(people, partner=people.house.desks[code].id),
                version=row(ref).version,
                by=here,
                at=people.at,
            )


def test_a_report_is_not_handed_to_a_partner(people: People) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as here:
        assert COUNCIL not in dict(
            case_file.other_desks(case_file.case_file(ref, by=here, at=people.at).header)
        )
        with pytest.raises(Exception):  # noqa: B017 - whichever wall comes first
            transitions.hand_over(ref, COUNCIL, "Yours", version=row(ref).version, by=here, at=people.at)
    assert row(ref).desk.code == "north-east"


def test_sending_back_keeps_it_in(people: People) -> None:
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref)
    with people.sitting("Olga") as here:
        outgoing.send_back(ident, "It names the street.", version=1, by=here, at=people.at)
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
    assert (one.line.state, one.ended_words) == ("not-sent", "It names the street.")
    with people.sitting("Olga") as here, pytest.raises(NotNow):
        outgoing.check(ident, version=2, by=here, at=people.at)


def test_a_partner_answers_again_and_what_it_said_before_is_kept(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    with at_the_council(people) as here, pytest.raises(NotNow, match="Open it first"):
        partner_inbox.answer(ident, "known", "We knew.", danger="no", by=here, at=people.at)
    opened(people, ident)
    answered(people, ident)
    with at_the_council(people, "Pavel") as here:
        partner_inbox.answer(ident, "known", "We knew.", danger="no", by=here, at=people.at)
    with people.sitting("Odile") as here:
        (one,) = dissemination_lines.of_report(ref, by=here, at=people.at)
        assert (one.answer, one.answer_signed) == ("We knew.", True)
        assert [(each.text, each.signed) for each in one.earlier] == [("We will visit.", True)]
        assert one.earlier[0].answered.startswith("Petra P., ")
        outgoing.finish(ident, version=one.line.version, by=here, at=people.at)
    answered(people, ident, text="Visited on Friday.")  # also after the desk has read what they said
    assert sent(ident).state == "answered"
    got = opened(people, ident, "Pavel")
    assert (got.answer, [each.text for each in got.earlier]) == (
        "Visited on Friday.",
        ["We knew.", "We will visit."],
    )
    assert len(logged("answered-by-partner", thing=ref)) == 3


def test_a_further_answer_does_not_reach_a_closed_report(people: People) -> None:
    ref, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident)
    with people.sitting("Odile") as here:
        outgoing.finish(ident, version=sent(ident).version, by=here, at=people.at)
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
    with pytest.raises(NotNow, match="finished with this"):
        answered(people, ident, text="Visited on Friday.")
    assert not EarlierAnswer.objects.exists()


def test_nobody_rewrites_what_a_partner_has_answered(people: People) -> None:
    """Not even the function that stores answers: an answer gives way only to a later one, and is then kept as it was."""
    _, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident)
    for change in ("answer_code = 'known'", "answer = gen_random_uuid()", "answer_voice = '{}'"):
        with (
            acting("usher"),
            connection.cursor() as cursor,
            pytest.raises(Error, match="stays as it is"),
            transaction.atomic(),
        ):
            cursor.execute(
                f"UPDATE reports_dissemination SET {change}, version = version + 1 WHERE id = %s", [ident]
            )
    answered(people, ident, text="Visited on Friday.")
    for statement in (
        "UPDATE reports_earlier_answer SET code = 'known'",
        "DELETE FROM reports_earlier_answer",
    ):
        for role in ("office", "usher", "partner"):
            with (
                acting(role),
                connection.cursor() as cursor,
                pytest.raises(Error),
                transaction.atomic(),
            ):
                cursor.execute(statement)
    assert EarlierAnswer.objects.get().code == "taken-on"


def test_where_no_answer_is_wanted_opening_is_the_end(people: People) -> None:
    ref, ident = sent_to_the_council(people, purpose="inform")
    opened(people, ident)
    assert (sent(ident).state, sent(ident).due_at) == ("done", None)
    with people.sitting("Odile") as here:
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)


def test_a_report_is_not_closed_over_something_that_a_partner_has(people: People) -> None:
    ref, _ = sent_to_the_council(people)
    with people.sitting("Odile") as here, pytest.raises(NotNow, match="partner"):
        transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)


def test_partners_are_told_by_a_mail_that_says_nothing(
    people: People, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    monkeypatch.setattr(checkpoints, "mail_words", lambda at: f"{MAIL_MARK}\nsigned\n")
    sent_to_the_council(people)
    with acting("worker"):
        assert dissemination_clock.tell_partners(people.at) == 1
        assert dissemination_clock.tell_partners(people.at) == 0
    assert not Outbox.objects.filter(letter="sent-to-partner").exists()
    mails = [email.message_from_bytes(path.read_bytes()) for path in tmp_path.glob("*.eml")]
    assert sorted(str(mail["To"]) for mail in mails) == ["pavel@unit.example", "petra@unit.example"]
    for mail in mails:
        words = str(mail.get_payload())
        assert settings.PARTNER_URL in words
        assert settings.OFFICE_URL not in words
        assert MAIL_MARK not in words  # how much the office does is told outside once a day
        assert TITLE not in words
        assert "report" not in words.lower()


def kinds() -> set[str]:
    return set(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True)) & {
        str(one)
        for one in (
            AlarmKind.PARTNER_DANGER,
            AlarmKind.PARTNER_SILENT,
            AlarmKind.PARTNER_ANSWERED,
            AlarmKind.SENDING_TO_CHECK,
        )
    }


def cleared(people: People) -> None:
    with people.sitting("Odile") as here:
        for alarm in Alarm.objects.filter(cleared_at=None):
            alarms.clear(alarm.id, "put-right", by=here, at=people.at)


def watched(people: People, hours: float = 0) -> set[str]:
    with acting("worker"):
        dissemination_clock.watch(people.at + hours * 4 * SLOT)
    return kinds()


def test_a_further_answer_alarms_at_once_although_the_one_before_it_was_just_read(people: People) -> None:
    """A day's grace for what was read is none for what came after it: it may say that somebody is in danger."""
    ref, ident = sent_to_the_council(people)
    opened(people, ident)
    answered(people, ident)
    assert watched(people) == {"partner-answered"}
    with people.sitting("Odile") as here:
        outgoing.finish(ident, version=sent(ident).version, by=here, at=people.at)
    assert watched(people, 1) == set()
    answered(people, ident, text="He was seen with a knife.")
    assert watched(people, 1) == {"partner-answered"}
    with people.sitting("Odile") as here:
        (alarm,) = Alarm.objects.filter(about_id=ref, kind="partner-answered", cleared_at=None)
        alarms.clear(alarm.id, "put-right", by=here, at=people.at + 4 * SLOT)
    assert watched(people, 2) == set(), "cleared by hand, it waits for a day"
    assert watched(people, 26) == {"partner-answered"}


def test_every_state_has_a_clock_that_somebody_hears(people: People) -> None:
    ref, _ = people.assessed()
    compared(people)
    ident = written(people, ref)
    assert watched(people) == {"sending-to-check"}
    checked(people, ident)
    assert watched(people) == set()
    assert watched(people, 25) == {"partner-silent"}
    cleared(people)
    opened(people, ident)
    assert watched(people, 9 * 24) == set()
    assert watched(people, 11 * 24) == {"partner-silent"}
    cleared(people)
    answered(people, ident)
    assert watched(people) == {"partner-answered"}
    with people.sitting("Odile") as here:
        outgoing.finish(ident, version=sent(ident).version, by=here, at=people.at)
    assert kinds() == set()


def test_danger_that_a_partner_does_not_open_pages_until_they_have(people: People) -> None:
    ref = in_danger(people)
    ident = written(people, ref, urgent=True, purpose="act-now")
    checked(people, ident)
    assert watched(people, 0.3) == {"partner-danger"}
    alarm = Alarm.objects.get(kind="partner-danger")
    with people.sitting("Odile") as here, pytest.raises(NotNow, match="Phone"):
        alarms.clear(alarm.id, "put-right", by=here, at=people.at)
    opened(people, ident)
    with people.sitting("Odile") as here:
        alarms.clear(alarm.id, "put-right", by=here, at=people.at)


def test_the_lists_of_a_desk(people: People) -> None:
    _, ident = sent_to_the_council(people)
    with people.sitting("Olga") as here:
        (line,) = dissemination_lines.open_lines(by=here, at=people.at)
    assert (line.id, line.partner, line.state, line.to_read) == (
        ident,
        "Northgate Council: Northgate safeguarding",
        "sent",
        False,
    )
    with people.sitting("Otto") as here:
        assert dissemination_lines.open_lines(by=here, at=people.at) == ()
    with people.sitting("Ada") as here, pytest.raises(Refused):
        dissemination_lines.open_lines(by=here, at=people.at)


def test_what_may_point_to_the_reporter_is_named(people: People) -> None:
    ref, _ = people.assessed()
    with people.sitting("Odile") as here:
        told = case_file.case_file(ref, by=here, at=people.at).answers.narrative
        words = " ".join(told.split()[:9])
        found = dissemination_lines.hints(ref, f"A neighbour says: {words}", by=here, at=people.at)
    assert "neighbour" in found
    assert any(len(one.split()) >= 6 for one in found)
