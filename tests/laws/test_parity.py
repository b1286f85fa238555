"""Rules that stand in Python and in SQL, held against each other: one test for each pair, by name.

What is compared is read from the migrated database and not from the files.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

import heedline
from heedline.casework.duty import alarm_kinds
from heedline.casework.identity import requests as identity_requests
from heedline.casework.journey import call_taking
from heedline.casework.setup import readdressing
from heedline.database import access
from heedline.desks.models import TAKE_NO_REPORTS
from heedline.dispatch.clocks import SLOT, rank_of, slot_of
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.dispatch.outbox import desk_letters
from heedline.launch import roles
from heedline.packs.reading.loading import URGENCIES
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.queue_rows import QueueOrder, QueueRows
from heedline.permits.roles import GRANTS, Role
from heedline.permits.scopes import reports_of
from heedline.permits.second_person import RULES, Matter, Reply
from heedline.reports import dissemination_states as sending
from heedline.reports.lifecycle import PATH, TURNS, Move, Stage, Turn
from heedline.reports.models import Report
from tests.support import stories
from tests.support.cast import House, now
from tests.support.scene_people import ELSEWHERE, NORTH_EAST, SOUTH_WEST, People, row

pytestmark = pytest.mark.django_db
PACKAGE = Path(heedline.__file__).parent


def source(function: str) -> str:
    """Return the body of a function, without its comments and with single blanks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = %s::regproc", [function])
        (body,) = cursor.fetchone()
    return re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", body))


def policy(table: str, name: str) -> str:
    """Return what a policy asks of rows that are read and written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(qual, '') || ' ' || COALESCE(with_check, '') FROM pg_policies"
            " WHERE tablename = %s AND policyname = %s",
            [table, name],
        )
        (asked,) = cursor.fetchone()
    return str(asked)


def named(text: str) -> set[str]:
    """Return every quoted code in a piece of SQL."""
    return set(re.findall(r"'([a-z][a-z-]*)'", text))


def listed(body: str, before: str) -> set[str]:
    """Return the codes in the parentheses or brackets that follow `before`."""
    found = re.search(re.escape(before) + r"\s*[(\[]([^)\]]*)[)\]]", body)
    assert found, before
    return named(found[1])


def pairs(body: str) -> set[tuple[str, str]]:
    return {(a, b) for a, b in re.findall(r"'([a-z-]+) ([a-z-]+)'", body)}


def may(capability: Capability) -> set[str]:
    return {str(role) for role in Role if capability in GRANTS[role]}


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


# --- who may -----------------------------------------------------------------------------------------------------------


def test_the_roles_that_read_reports() -> None:
    assert listed(source("permits.my_desks"), "a.role IN ") == may(Capability.READ_REPORT)


@pytest.mark.parametrize(
    ("function", "capability"),
    [
        ("permits.my_supervised", Capability.DECIDE_DISPOSAL),
        ("permits.my_authoriser_desks", Capability.DECIDE_IDENTITY),
        ("permits.my_authoriser_desks", Capability.DECIDE_TRACE),
        ("permits.my_partner_desks", Capability.READ_SENT),
        ("permits.my_partner_desks", Capability.ANSWER_SENT),
        ("permits.i_oversee", Capability.OVERSEE),
        ("permits.i_set_up", Capability.SET_UP),
    ],
)
def test_the_role_that_alone_may(function: str, capability: Capability) -> None:
    assert set(re.findall(r"a\.role = '([a-z]+)'", source(function))) == may(capability)


def test_the_roles_that_sign_what_a_panel_decides() -> None:
    assert listed(source("permits.answer_sent"), "a.role IN ") == may(Capability.SIGN_DECISION)


def test_the_roles_that_see_what_their_people_practised() -> None:
    asked = set(re.findall(r"lead\.role = '([a-z]+)'", source("permits.practised_by_mine")))
    assert asked == may(Capability.RECORD_TRAINING)


def test_the_reports_that_a_person_can_find(people: People) -> None:
    """Scopes and policies choose the same rows: those of the person's desks and those that they watch."""
    for told in (NORTH_EAST, SOUTH_WEST, ELSEWHERE):
        stories.a_report(at=people.at, **told)
    seen = set()
    for name in ("Odile", "Otto", "Nadia", "Ada", "Stella"):
        with people.sitting(name, unlocked=False) as here:
            by_policy = set(Report.objects.values_list("id", flat=True))
            assert set(reports_of(here.desk_ids).values_list("id", flat=True)) == by_policy, name
        seen.add(len(by_policy))
    assert seen == {0, 1, 3}


def test_the_roles_of_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'heedline\\_%%'")
        found = {name.removeprefix("heedline_") for (name,) in cursor.fetchall()} - {"super"}
    assert found == set(access.ROLES) == set(roles.PROCESSES + roles.OWNERS)
    assert set(access.LOGINS) == set(roles.PROCESSES)


@pytest.mark.parametrize(
    ("matter", "source_of", "forbids"),
    [
        (Matter.IDENTITY, "permits.may_decide", "q.asked_by_id <> permits.my_officer()"),
        (Matter.TRACE, "permits.may_decide", "q.asked_by_id <> permits.my_officer()"),
        (
            Matter.DISPOSAL,
            "permits.decide_disposal",
            "IF d.proposed_by_id = permits.my_officer() THEN RETURN",
        ),
    ],
)
def test_nobody_decides_their_own_request_in_sql(matter: Matter, source_of: str, forbids: str) -> None:
    body = source(source_of)
    assert Reply.AGREE not in RULES[matter].own_replies
    assert forbids in body
    if matter is Matter.DISPOSAL:  # keeping the report is decided before the proposer is refused
        assert Reply.REFUSE in RULES[matter].own_replies
        assert body.index("RETURN 'kept'") < body.index(forbids)
    else:
        assert not RULES[matter].own_replies
        assert "AND NOT EXISTS (SELECT permits.my_desks())" in body
        assert RULES[matter].reads_reports


def test_nobody_reviews_their_own_dissemination_in_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'nobody_checks_their_own'"
        )
        (rule,) = cursor.fetchone()
    assert "checked_by_id = written_by_id" in rule
    assert Reply.AGREE not in RULES[Matter.DISSEMINATION].own_replies


# --- the path of a report ----------------------------------------------------------------------------------------------


def test_the_changes_of_stage_that_a_move_makes() -> None:
    by_moves = {(str(a), str(b)) for (a, _), b in PATH.items() if a is not b and b is not Stage.DISPOSED}
    assert pairs(source("public.a_stage_follows_the_path")) == by_moves


def test_every_other_change_of_stage_is_refused(people: People) -> None:
    ref, _ = people.send(**NORTH_EAST)
    for wrong in (Stage.ASSESSED, Stage.ACTING, "gone"):
        with pytest.raises(DatabaseError, match="no move leads there"), transaction.atomic():
            Report.objects.filter(id=ref).update(stage=wrong)
    assert row(ref).stage == Stage.WAITING


def test_the_stages_from_which_a_report_is_handed_over(people: People) -> None:
    body = source("permits.hand_over")
    origins = {origin for origin, move in PATH if move is Move.HAND_OVER}
    assert set(re.findall(r"r\.stage <> '([a-z]+)'", body)) == {
        str(stage) for stage in Stage if stage not in origins | {Stage.DISPOSED}
    }
    assert set(re.findall(r"stage = '([a-z]+)'", body)) == {str(PATH[Stage.TAKEN, Move.HAND_OVER])}


def test_a_closed_report_is_not_handed_over_past_the_verb(people: People) -> None:
    ref, _ = people.taken()
    Report.objects.filter(id=ref).update(stage=Stage.ASSESSED)
    Report.objects.filter(id=ref).update(stage=Stage.CLOSED, owner=None, lease_by=None, lease_until=None)
    found = row(ref)
    desks = people.house.desks
    with people.sitting("Odile"):
        version = found.version
        assert not functions.hand_over(
            ref, desks["south-west"].id, people.at, version, desks["north-east"].id, UUID(int=0), b"share", []
        )
    assert row(ref).desk_id == desks["north-east"].id


def test_the_desks_that_take_no_reports() -> None:
    assert listed(source("permits.hand_over"), "d.kind NOT IN ") == set(TAKE_NO_REPORTS)


def test_the_stage_in_which_a_report_begins(people: People) -> None:
    ref, _ = people.send(**NORTH_EAST)
    first = row(ref).stage
    assert first == Stage.WAITING
    assert TURNS[Stage(first)] is Turn.DESK
    assert (Stage(first), Move.TAKE) in PATH


def test_the_moves_that_a_message_and_a_word_of_danger_make() -> None:
    body = source("door.reopen")
    assert body.count(f"stage = '{Stage.CLOSED}'") == 2
    assert f"'{Move.REOPEN}', '{Stage.CLOSED}', '{PATH[Stage.CLOSED, Move.REOPEN]}'" in body
    assert f"SET stage = '{PATH[Stage.CLOSED, Move.REOPEN]}'" in body
    stops = source("door.stop_closing")
    assert f"'{Move.STOP_CLOSING}', '{Stage.CLOSING}', '{PATH[Stage.CLOSING, Move.STOP_CLOSING]}'" in stops
    assert f"SET stage = '{PATH[Stage.CLOSING, Move.STOP_CLOSING]}'" in stops


def test_the_move_of_a_note_after_a_call() -> None:
    assert set(re.findall(r"t\.move = '([a-z-]+)'", source("permits.note_call"))) == {str(Move.SUBMIT)}


@pytest.mark.parametrize("function", ["permits.decide_disposal", "clockwork.end_identities"])
def test_the_stage_that_a_disposal_needs(function: str) -> None:
    origins = {str(origin) for origin, move in PATH if move is Move.DISPOSE}
    assert set(re.findall(r"[a-z]\.stage = '([a-z]+)'", source(function))) == origins


def queue_sql() -> str:
    desks = (UUID(int=1),)
    return QueueRows(desks, desks, datetime(2026, 11, 27, tzinfo=UTC), 26, order=QueueOrder()).sql()[0]


def test_the_stages_that_stand_in_a_queue() -> None:
    body = queue_sql()
    assert set(re.findall(r"NOT r\.stage = '([a-z]+)'", body)) == {
        str(stage) for stage in Stage if TURNS[stage] is Turn.NOBODY and stage is not Stage.DISPOSED
    }
    for text in (body, source("permits.waiting"), source("permits.figures")):
        assert set(re.findall(r"(?<!NOT )r\.stage = '([a-z]+)'", text)) == {
            str(stage) for stage in Stage if TURNS[stage] is Turn.DESK
        }


def test_the_ranks_of_a_queue() -> None:
    body = queue_sql()
    lists = [{*map(int, one.split(","))} for one in re.findall(r"'\{([0-9,]+)\}'::smallint", body)]
    made = {
        rank_of(urgency, priority, danger)
        for urgency in URGENCIES
        for priority in ("", "danger", "high", "medium", "low")
        for danger in (None, False, True)
    }
    places = max(lists, key=len)
    assert places == {0, *(rank + 1 for rank in made)}, "one more than the ranks: a danger that nobody owns"
    asked = {rank for one in lists if one != places for rank in one}
    asked |= {int(rank) for rank in re.findall(r"r\.rank = ([0-9])", body)}
    assert asked == made, "danger is asked for by itself"


@pytest.mark.django_db
def test_the_rank_that_follows_from_answers_and_decision() -> None:
    body = re.search(
        r"NEW\.rank <> \((CASE.*?END)\) THEN\s+RAISE", source("public.rank_and_time_follow"), re.DOTALL
    )
    assert body is not None
    made = f"SELECT {re.sub('NEW[.]', '', body[1])} FROM (SELECT %s, %s, %s::boolean) AS r(urgency, priority, danger_to_life)"
    with connection.cursor() as cursor:
        for each in product(URGENCIES, ("", "danger", "high", "medium", "low"), (None, False, True)):
            cursor.execute(made, each)
            assert cursor.fetchone() == (rank_of(*each),), each


# --- what is sent to partners ------------------------------------------------------------------------------------------


def test_the_states_of_what_is_sent() -> None:
    path = {(str(a), str(b)) for (a, _), b in sending.PATH.items()}
    path.add(
        (str(sending.DisseminationState.SENT), str(sending.DisseminationState.DONE))
    )  # opened, and no answer is wanted
    assert pairs(source("public.a_dissemination_stays")) == path


@pytest.mark.parametrize("function", ["permits.sent_parts", "permits.receive_sent", "permits.answer_sent"])
def test_the_states_in_which_a_partner_opens_it(function: str) -> None:
    found = re.findall(r"\.state (?:NOT )?IN \(([^)]*)\)", source(function))
    assert found
    assert {frozenset(named(text)) for text in found} == {frozenset(map(str, sending.WITH_THE_PARTNER))}


def test_the_states_that_a_partners_acts_lead_to() -> None:
    received, answered = source("permits.receive_sent"), source("permits.answer_sent")
    assert f"fresh := d.state = '{sending.DisseminationState.SENT}'" in received
    assert (
        f"ELSE '{sending.after(sending.DisseminationState.SENT, sending.DisseminationMove.RECEIVE)}' END"
        in received
    )
    assert f"d.state <> '{sending.DisseminationState.RECEIVED}'" in answered
    assert (
        f"SET state = '{sending.after(sending.DisseminationState.RECEIVED, sending.DisseminationMove.ANSWER)}'"
        in answered
    )


# --- letters, alarms and the log ---------------------------------------------------------------------------------------


def test_the_letters_that_the_office_may_write() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(with_check, ' ') FROM pg_policies WHERE tablename = 'dispatch_outbox'"
            " AND roles = '{heedline_office}'"
        )
        (checks,) = cursor.fetchone()
    sending = [source(f"door.{name}") for name in ("submit_report", "submit_reports")]
    assert named(sending[0]) & set(map(str, Letter)) == named(sending[1]) & set(map(str, Letter))
    by_the_door = named(sending[0] + source("door.say")) & set(map(str, Letter))
    assert by_the_door == {str(Letter.REPORT_ARRIVED), str(Letter.REPORTER_WROTE)}
    # what a call back or a reporter says of danger is one letter, and an officer writes it too
    told = named(source("door.told_of_danger")) & set(map(str, Letter))
    assert told == {str(Letter.DANGER_TOLD)}
    assert named(checks) == (set(map(str, Letter)) | set(desk_letters())) - by_the_door


def test_the_alarms_that_are_the_authorisers_alone() -> None:
    (prefix,) = re.findall(r"!~~ '([a-z-]+)%'", policy("dispatch_alarm", "of_my_desks"))
    assert {kind for kind in AlarmKind if kind.startswith(prefix)} == alarm_kinds.answered_with(
        Capability.DECIDE_IDENTITY
    )


def test_the_acts_that_are_logged_by_the_quarter_hour() -> None:
    used = set()
    for file in PACKAGE.rglob("*.py"):
        used |= set(re.findall(r"record_by_the_slot\(\s*Act\.([A-Z_]+)", file.read_text(encoding="utf-8")))
    codes = {name.lower().replace("_", "-") for name in used}
    assert named(policy("audit_waiting", "of_myself")) == codes
    refused = named(policy("audit_event", "write")) - {"capability", str(Capability.TAKE_DOWN)}
    assert refused == codes


# --- what comes in -----------------------------------------------------------------------------------------------------


def test_the_channels_of_a_report() -> None:
    assert listed(source("door.submit_report"), "p_channel NOT IN ") == {"web", "api", *call_taking.CHANNELS}


def test_the_urgencies_of_a_report() -> None:
    assert listed(source("door.submit_report"), "p_urgency NOT IN ") == set(URGENCIES)
    assert listed(source("door.submit_reports"), "f.urgency IN ") == set(URGENCIES)
    assert listed(source("door.say"), "p_urgency NOT IN ") == set(URGENCIES)
    assert listed(source("permits.answer_sent"), "p_urgency NOT IN ") == set(URGENCIES)


def test_the_quarter_hour() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT door.slot(), now()")
        slot, moment = cursor.fetchone()
        assert slot_of(moment) == slot
        cursor.execute(
            "SELECT DISTINCT m[1] FROM pg_proc p, regexp_matches(p.prosrc, 'date_bin\\(''([^'']*)''', 'g') m"
        )
        assert {text for (text,) in cursor.fetchall()} == {f"{SLOT.seconds // 60} minutes"}
    assert slot_of(datetime(2000, 1, 1, 0, 14, tzinfo=UTC)) == datetime(2000, 1, 1, tzinfo=UTC)


def test_the_hours_that_a_draft_is_kept() -> None:
    (hours,) = re.findall(r"p_hours NOT IN \(([0-9, ]+)\)", source("door.save_draft"))
    used = {int(hour) for hour in hours.split(",")}
    written = (PACKAGE / "casework" / "intake" / "drafting.py").read_text(encoding="utf-8")
    assert f"keep_hours: int = {min(used)}" in written
    assert max(used) == call_taking._HOURS


# --- identities and keys -----------------------------------------------------------------------------------------------


def test_the_purposes_of_a_request_about_an_identity() -> None:
    purposes = set(re.findall(r"WHEN '([a-z]+)' THEN permits\.who_decides", source("permits.ask_identity")))
    assert purposes == {identity_requests.OPEN, identity_requests.TRACE}


def test_how_long_an_ended_epoch_is_kept() -> None:
    (hours,) = re.findall(r"interval '(\d+) hour'", source("permits.destroy_epoch"))
    assert timedelta(hours=int(hours)) == readdressing.WAIT


def test_the_statements_that_a_partners_member_makes() -> None:
    written = (PACKAGE / "casework" / "keys" / "epochs.py").read_text(encoding="utf-8")
    by_members = set(re.findall(r'\bstate\(\s*"([a-z]+)"', written))
    of_our_desks = {"destroyed", "opened"}  # partners take no part in identities and sign neither
    assert named(policy("keys_statement", "of_members")) == by_members - of_our_desks
