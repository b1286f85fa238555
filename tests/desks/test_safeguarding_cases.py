"""A safeguarding case: opened from a report, joined by others, moved on by two people, and sealed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.records.shown_record import shown
from heedline.casework.report.opening import short_name
from heedline.jobs.demonstration.desks import DemoScene
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import DeskPartPayload, DeskRecord
from heedline.specialist_desks.safeguarding import cases, demo, joined_reports
from heedline.specialist_desks.safeguarding.content import SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.pages.case_pages import WORDS
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from tests.laws import thief
from tests.support import stories
from tests.support.safeguarding_scene import (
    CODE,
    GROWN,
    ROBIN,
    a_report,
    child_checked,
    opened,
    support_desk,
    version_of,
)
from tests.support.scene_people import People, logged, row

pytestmark = pytest.mark.django_db
WHY = "Grounds that are written down in a sentence"
CONCERN = replace(stories.VAGUE, coded={"Is the person susceptible to being drawn into terrorism?": "No"})


@pytest.fixture
def people(people: People) -> People:
    """Odile works at the safeguarding desk, and Olga leads it."""
    return support_desk(people)


def moved(people: People, ref: UUID, name: str, how: str, reason: str = WHY, version: int = 0) -> None:
    with people.sitting(name) as by:
        cases.move(ref, how, version=version or version_of(ref), reason=reason, by=by, at=people.at)


def reports_of(people: People, ref: UUID, name: str = "Odile") -> tuple[str, ...]:
    with people.sitting(name) as by:
        found = shown(KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=people.at)
        return joined_reports.reports_of_case(ref, SupportCase.of_words(found.words), by=by)


def test_every_state_and_move_has_words() -> None:
    assert WORDS.missing(KIND) == set()


def test_a_case_is_opened_from_a_report_and_owned_by_who_opened_it(people: People) -> None:
    ref, report = opened(people)
    case = DeskRecord.objects.get(id=ref)
    odile = people.house.officers["Odile"].id
    assert (case.state, case.held, case.owner_id) == ("gateway", "taken", odile)
    assert reports_of(people, ref, "Olga") == (str(report),)
    with people.sitting("Odile") as by, pytest.raises(NotNow):
        cases.open_case(report, ROBIN, by=by, at=people.at)
    assert DeskRecord.objects.filter(kind=KIND.code).count() == 1
    assert len(logged("safeguarding-report-joined", thing=report)) == 1


def test_another_report_joins_the_case_and_writes_nothing_on_it(people: People) -> None:
    ref, report = opened(people)
    second = a_report(people)
    before = DeskRecord.objects.filter(id=ref).values().get(), DeskPartPayload.objects.count()
    with people.sitting("Odile") as by:
        assert cases.by_reference(short_name(ref), by=by) == ref
        cases.join(second, ref, by=by, at=people.at)
        with pytest.raises(NotNow):
            cases.join(second, ref, by=by, at=people.at)
        with pytest.raises(NotNow):
            cases.by_reference("AAAA-AAA", by=by)
    assert before == (DeskRecord.objects.filter(id=ref).values().get(), DeskPartPayload.objects.count())
    assert reports_of(people, ref) == (str(report), str(second))
    with people.sitting("Odile") as by:
        cases.save(ref, ROBIN, version=1, by=by, at=people.at)
        found = shown(KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=people.at)
    assert SupportCase.of_words(found.words).reports == (str(report), str(second))


def test_a_report_in_a_case_closes_only_as_joined(people: People) -> None:
    _, report = opened(people)
    apart = a_report(people)
    joined = Closing(outcome="joined-case", reason="The case holds the matter now", tell_reporter="finished")
    for ref, closing in ((report, stories.NOTHING), (apart, joined)):
        with people.sitting("Odile") as by:
            transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=by, at=people.at)
            with pytest.raises(NotNow) as no:
                transitions.close(ref, closing, version=row(ref).version, by=by, at=people.at)
        assert no.value.about == "outcome"
    with people.sitting("Odile") as by:
        transitions.close(report, joined, version=row(report).version, by=by, at=people.at)
    assert row(report).stage in (Stage.CLOSED, Stage.CLOSING)


def test_a_supervisor_who_took_no_part_decides_with_reasons(people: People) -> None:
    ref, _ = opened(people)
    with people.sitting("Odile") as by, pytest.raises(NotNow):
        cases.move(ref, "propose", version=1, reason="ok", by=by, at=people.at)
    moved(people, ref, "Odile", "propose")
    for how in ("agree", "refuse"):
        with pytest.raises(Refused):
            moved(people, ref, "Odile", how)
        with pytest.raises(NotNow):
            moved(people, ref, "Olga", how, reason="yes")
    with people.sitting("Olga") as by:
        assert [one.ref for one in cases.to_decide(by, people.at)] == [ref]
    with people.sitting("Odile") as by:
        assert cases.to_decide(by, people.at) == ()
    moved(people, ref, "Olga", "agree")
    case = DeskRecord.objects.get(id=ref)
    assert (case.state, case.owner_id) == ("information", people.house.officers["Odile"].id)


def test_the_decision_is_about_the_version_that_was_proposed(people: People) -> None:
    ref, _ = opened(people)
    moved(people, ref, "Odile", "propose")
    seen = version_of(ref)
    with people.sitting("Odile") as by, pytest.raises(NotNow):
        cases.save(ref, ROBIN, version=seen, by=by, at=people.at)
    moved(people, ref, "Odile", "take-back")
    moved(people, ref, "Odile", "propose")
    with pytest.raises(Changed):
        moved(people, ref, "Olga", "agree", version=seen)


def test_two_people_end_a_case_and_a_new_report_opens_it_again(people: People) -> None:
    ref, report = opened(people, case=GROWN)
    child_checked(people, ref)
    moved(people, ref, "Odile", "propose-ending")
    with pytest.raises(Refused):
        moved(people, ref, "Odile", "agree-ending")
    moved(people, ref, "Olga", "agree-ending")
    assert DeskRecord.objects.get(id=ref).held == "ended"
    second = a_report(people, "Olga")
    with people.sitting("Olga") as by:
        cases.join(second, ref, by=by, at=people.at)
    case = DeskRecord.objects.get(id=ref)
    assert (case.state, case.owner_id) == ("gateway", people.house.officers["Olga"].id)
    assert set(reports_of(people, ref)) == {str(report), str(second)}


def test_two_officers_do_not_overwrite_each_other(people: People) -> None:
    ref, _ = opened(people)
    with people.sitting("Odile") as by:
        cases.save(ref, ROBIN, version=1, by=by, at=people.at)
    with people.sitting("Olga") as by, pytest.raises(Changed):
        cases.save(ref, ROBIN, version=1, by=by, at=people.at)


@pytest.mark.parametrize(
    ("change", "about"), [({"name": ""}, "name"), ({"concern": ""}, "concern"), ({"name": "x" * 201}, "name")]
)
def test_a_case_without_a_name_or_a_concern_is_not_opened(
    people: People, change: dict[str, str], about: str
) -> None:
    report = a_report(people)
    wrong = replace(ROBIN, texts={**ROBIN.texts, **change})
    with people.sitting("Odile") as by, pytest.raises(NotNow) as no:
        cases.open_case(report, wrong, by=by, at=people.at)
    assert no.value.about == about
    with people.sitting("Odile") as by:
        cases.open_case(report, ROBIN, by=by, at=people.at)


def test_strangers_are_told_that_it_is_not_there(people: People) -> None:
    ref, report = opened(people)
    with people.sitting("Otto") as by:
        for unknown in (ref, uuid4()):
            with pytest.raises(NotHere):
                cases.move(unknown, "propose", version=1, reason=WHY, by=by, at=people.at)
            with pytest.raises(NotHere):
                cases.save(unknown, ROBIN, version=1, by=by, at=people.at)
            with pytest.raises(NotHere):
                cases.join(report, unknown, by=by, at=people.at)
        with pytest.raises(NotHere):
            cases.open_case(report, ROBIN, by=by, at=people.at)
        with pytest.raises(NotNow):
            cases.by_reference(short_name(ref), by=by)


def test_every_version_has_one_size_and_no_row_names_a_report_and_its_case(people: People) -> None:
    ref, report = opened(people)
    second = a_report(people)
    with people.sitting("Odile") as by:
        cases.join(second, ref, by=by, at=people.at)
        long = replace(ROBIN, texts={**ROBIN.texts, "concern": "word " * 1000})
        cases.save(ref, long, version=1, by=by, at=people.at)
    payloads = DeskPartPayload.objects.filter(thing=ref).values_list("payload", flat=True)
    assert len({len(bytes(one)) for one in payloads}) == 1

    def ask(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def named(text: str, *refs: UUID) -> bool:
        return any(str(one) in text or one.hex in text for one in refs)

    seen = 0
    for table, rows in thief.tables(ask).items():
        for one in map(str, rows):
            seen += named(one, ref)
            assert not (named(one, ref) and named(one, report, second)), table
    assert seen > 1


def test_the_demonstration_has_one_case(people: People) -> None:
    ref, _ = stories.a_report(at=people.at, kind="person")
    demo.load(
        DemoScene(at=people.at, reports={CODE: [ref]}, officers={CODE: ["Odile"]}, sitting=people.sitting)
    )
    assert DeskRecord.objects.get(kind=KIND.code).state == "gateway"
