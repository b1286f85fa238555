"""The page Checks of a report: several results in one save, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from heedline.casework.checks.register import CheckOutcome
from heedline.reports.models import Task
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_statements import BUDGET, statements
from tests.support import advice_scene, linking_scene
from tests.support.cast import House, now
from tests.support.check_scene import FOUND, one, recorded
from tests.support.scene_people import SOUTH_WEST, People
from tests.support.subject_scene import BOY, linked

NATIONAL, LOCAL, OPEN = "national-records-report", "local-records-report", "open-sources-report"
NO_TRACE = {f"result-{NATIONAL}": "no-trace", f"text-{NATIONAL}": "Surname and year of birth"}
TRACE = {f"result-{LOCAL}": "trace", f"text-{LOCAL}": FOUND}
ASKED = {f"result-{OPEN}": "asked", f"text-{OPEN}": "Asked the open source unit", f"due-{OPEN}": "240"}


def _taken(house: House, hand: Callable[[], Hand], **told: str) -> tuple[str, Hand]:
    people = People(house, now())
    ref, _ = people.taken(**told)
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/checks/")
    return f"/w/r/{ref}/checks/", odile


def test_an_empty_register_says_so_and_takes_several_results_at_once(
    house: House, hand: Callable[[], Hand]
) -> None:
    path, odile = _taken(house, hand)
    assert odile.heading == "Checks"
    assert "No subject is linked to this report" in odile.html
    assert "No check has been recorded yet" in odile.html
    odile.send(path, **NO_TRACE, **TRACE, **ASKED)
    assert "Recorded." in odile.html
    for words in ("Surname and year of birth", FOUND, "Asked the open source unit", "<strong>Asked</strong>"):
        assert words in odile.html
    assert "No check has been recorded yet" not in odile.html
    odile.get(path.replace("checks", "tasks"))
    assert "Open sources: The report itself. Asked the open source unit" in odile.html
    assert "Record the result of this check" in odile.html
    for page in ("timeline", "print"):
        odile.get(path.replace("checks", page))
        assert FOUND in odile.html, page
        assert "National police records: The report itself" in odile.html, page


def test_the_rows_of_a_subject_are_recorded_in_the_same_save(house: House, hand: Callable[[], Hand]) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=BOY[0])
    link = linked(people, ref)
    odile = hand().at_work(house, "Odile")
    path = f"/w/r/{ref}/checks/"
    odile.get(path)
    code = f"national-records-{link.hex}"
    odile.send(path, **NO_TRACE, **{f"result-{code}": "trace", f"text-{code}": FOUND})
    shown = odile.html.split("Caoimhin Tierney</bdi></h2>")[1]
    assert FOUND in shown


def test_each_error_stands_at_its_field_and_what_was_typed_stays(
    house: House, hand: Callable[[], Hand]
) -> None:
    path, odile = _taken(house, hand)
    wrong = {**TRACE, f"text-{LOCAL}": "x", **NO_TRACE, f"text-{OPEN}": "Two pages were read"}
    odile.send(path, **wrong, who="")
    assert odile.page.status_code == 422
    for field in (f"text-{LOCAL}", f"result-{OPEN}", "who"):
        assert f'href="#{field}"' in odile.html, field
    for typed in ("Surname and year of birth", "Two pages were read"):
        assert typed in odile.html
    odile.send(path, **{**ASKED, f"due-{OPEN}": ""})
    assert "Choose when the answer is due" in odile.html
    odile.send(path)
    assert "Choose a result for at least one check" in odile.html
    assert "No check has been recorded yet" in odile.html


def test_a_save_over_another_one_gets_the_conflict_page_with_both_versions(
    house: House, hand: Callable[[], Hand]
) -> None:
    path, odile = _taken(house, hand)
    other = hand().at_work(house, "Odile")
    other.get(path)
    odile.send(path, **NO_TRACE)
    other.send(path, **TRACE)
    assert other.page.status_code == 409
    assert "A colleague saved changes" in other.html
    assert FOUND in other.html
    assert "Surname and year of birth" in other.html
    other.send(path)
    assert "A colleague saved changes" not in other.html


def test_words_survive_the_lock(house: House, hand: Callable[[], Hand]) -> None:
    path, odile = _taken(house, hand)
    answers = {**odile.form(path), **NO_TRACE}
    odile.send("/lock/")
    odile.page = odile.client.post(path, answers, follow=True)
    odile._arrived(path)
    assert odile.heading == "Unlock your keys"
    odile.unlock(house, "Odile")
    assert "We kept what you wrote." in odile.html
    assert odile.form(path)[f"text-{NATIONAL}"] == "Surname and year of birth"
    assert "No check has been recorded yet" in odile.html


def test_an_officer_of_another_desk_and_a_kind_without_a_register_have_no_page(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.send(**SOUTH_WEST)
    odile = hand().at_work(house, "Odile")
    assert odile.get(f"/w/r/{ref}/checks/").status_code == 404
    advice_scene.adviser_desk(people)
    ref, _ = advice_scene.a_request(people)
    otto = hand().at_work(house, "Otto")
    assert otto.get(f"/w/r/{ref}/checks/").status_code == 404
    otto.get(f"/w/r/{ref}/")
    assert "/checks/" not in otto.html


def test_the_page_asks_five_times_however_much_is_recorded(house: House, hand: Callable[[], Hand]) -> None:
    path, odile = _taken(house, hand)
    for sent in (NO_TRACE, TRACE, ASKED):
        odile.send(path, **sent)
    found = statements(odile, path)
    assert len(found) <= BUDGET, found


def test_the_page_asks_about_the_officer_to_contact_first_to_end_a_check_of_people(
    house: House, hand: Callable[[], Hand]
) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=linking_scene.BOY[0])
    recorded(people, ref, one(people, "people-or-permits", CheckOutcome.ASKED))
    odile, path = hand().at_work(house, "Odile"), f"/w/r/{ref}/checks/"
    odile.get(path)
    assert "An officer had to be contacted first" not in odile.html
    linking_scene.interest(people)
    linking_scene.compared(people, "Odile")
    odile.get(path)
    assert "An officer had to be contacted first" in odile.html
    code = "people-or-permits-report"
    ended = {f"result-{code}": "no-trace", f"text-{code}": "The landlord knows nobody of that name"}
    odile.send(path, **ended)
    assert "Say whether Otto O., South West desk cleared you to act" in odile.html
    odile.send(path, **ended, first="cleared")
    assert "Recorded." in odile.html
    assert "They were contacted first, and cleared us to act" in odile.html


def test_the_task_of_a_check_offers_only_to_give_it_to_somebody(
    house: House, hand: Callable[[], Hand]
) -> None:
    path, odile = _taken(house, hand)
    odile.send(path, **ASKED)
    odile.get(path.replace("checks", "tasks"))
    assert ">Reassign<" in odile.html
    odile.get(f"{path.replace('checks', 'tasks')}{Task.objects.get().id}/")
    assert "Give it to somebody, with a new due time" in odile.html
    assert "It is done" not in odile.html
    assert "Cancel it" not in odile.html
