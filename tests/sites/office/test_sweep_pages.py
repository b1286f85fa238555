"""A sweep by its pages, without scripts: tick, look, close, undo; and what a hand that posts anything else gets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey.bulk_close import TEXTS
from heedline.reports.models import Report, Sweep
from heedline.web.office.report.bulk_close_pages import token_of
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

HERE = {"postcode": "NE1 4ST"}
QUEUE, ALIKE, SWEEP = "/w/q/north-east/", "/w/q/north-east/alike/", "/w/q/north-east/sweep/"
ADVERT = "Buy cheap watches at www.watches.example today and get two for the price of one, only this week"
ANSWERS = {"do": "sweep", "outcome": "spam", "reason": "One advertisement, many times", "tell": "finished"}


def adverts(how_many: int = 4) -> list[UUID]:
    return [a_report(at=now(), narrative=ADVERT, where=HERE)[0] for n in range(how_many)]


def ticks(page: Hand, name: str = "choose") -> list[str]:
    """The values of every box of that name."""
    return re.findall(rf'<input[^>]* name="{name}" type="checkbox" value="([^"]+)"', page.html)


def groups(page: Hand) -> list[str]:
    """The addresses of the groups of look-alikes."""
    return re.findall(r'href="(/w/q/north-east/alike/[0-9a-f-]{36}/)"', page.html)


def open_group(page: Hand) -> None:
    page.get(ALIKE)
    page.get(groups(page)[0])


def stages() -> list[str]:
    return sorted(Report.objects.values_list("stage", flat=True))


def test_a_flood_of_five_thousand_is_grouped_and_closed_as_one_act(
    house: House, hand: Callable[[], Hand]
) -> None:
    """The page that closes a flood must not fall to one: each look names all that it opened, in as many entries as it takes."""
    refs = {str(ref) for ref in adverts(250)}
    with connection.cursor() as cursor:  # 5,000 wait; what does not open is passed over
        cursor.execute(
            "INSERT INTO reports_report SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(),"
            " 'due_at', r.due_at + interval '1 hour'))).* FROM reports_report r, generate_series(1, 20) LIMIT %s",
            [5_000 - len(refs)],
        )
    with acting("worker"):
        settle_arrivals.settle(now() + timedelta(minutes=30))
    odile = hand().at_work(house, "Odile")
    assert odile.get(ALIKE).status_code == 200
    assert "Waiting reports checked: 5000" in odile.html
    odile.get(groups(odile)[0])
    assert odile.heading == "250 similar reports"
    assert len(ticks(odile)) == 1, "their words are the same"
    odile.send(SWEEP, choose=ticks(odile))
    assert odile.heading == "Close 250 reports"
    odile.send(SWEEP, **ANSWERS)
    assert odile.heading == "250 reports closed in bulk"
    odile.send(f"/w/sweeps/{Sweep.objects.get().id}/undo/")
    assert "Undone. 250 reports wait again as before." in odile.html
    looks = [
        event.detail for event in Event.objects.filter(act="queue-read") if event.detail["state"] == "alike"
    ]
    named = [ref for detail in looks for ref in detail["opened"]]
    assert set(named) == refs
    assert max(len(detail["opened"]) for detail in looks) < 200


def test_nothing_is_ticked_beforehand_and_every_text_is_whole(house: House, hand: Callable[[], Hand]) -> None:
    adverts(3)
    odd, _ = a_report(at=now(), where=HERE, narrative=f"{ADVERT}. Ask for Marwan")
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    assert len(ticks(odile)) == 1
    assert "and 2 more with the same words" in odile.html
    assert "checked" not in odile.html.partition("<main")[2]
    assert odile.html.count(ADVERT) == 2
    assert "<mark>Marwan</mark>" in odile.html
    assert "You cannot close this report here." in odile.html
    assert odd.hex not in "".join(ticks(odile))
    odile.get(QUEUE)
    assert SWEEP not in odile.html, "nothing is closed from the queue"


def test_tick_look_close_and_undo(house: House, hand: Callable[[], Hand]) -> None:
    refs = adverts()
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    odile.send(SWEEP, choose=ticks(odile))
    assert odile.heading == "Close 4 reports"
    assert odile.html.count("Waiting → closed") == 4
    assert stages() == ["waiting"] * 4, "nothing is done yet"
    odile.send(SWEEP, leave=[token_of(refs[0], 1)], **ANSWERS)
    assert odile.heading == "3 reports closed in bulk"
    assert stages() == ["closed"] * 3 + ["waiting"]
    sweep = Sweep.objects.get()
    odile.send(f"/w/sweeps/{sweep.id}/undo/")
    assert "Undone. 3 reports wait again as before." in odile.html
    assert stages() == ["waiting"] * 4
    odile.get(f"/w/sweeps/{sweep.id}/")
    assert "undo/" not in odile.html


def test_what_is_ticked_on_one_page_is_closed_with_what_is_ticked_on_the_next(
    house: House, hand: Callable[[], Hand]
) -> None:
    for n in range(TEXTS + 3):
        a_report(at=now(), narrative=f"{ADVERT} {chr(ord('a') + n) * 4}", where=HERE)
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    first, (after,) = ticks(odile), re.findall(r'formaction="([^"]+)"', odile.html)
    odile.page = odile.client.post(after, {**odile.form(SWEEP), "choose": first})
    assert f"{TEXTS} reports are selected on other pages." in odile.html
    (carried,) = re.findall(r'<input type="hidden" name="choose" value="([^"]+)"', odile.html)
    odile.send(SWEEP, choose=[carried, *ticks(odile)])
    assert odile.heading == f"Close {TEXTS + 3} reports"
    odile.send(SWEEP, **ANSWERS)
    odile.send(f"/w/sweeps/{Sweep.objects.get().id}/undo/")
    assert f"Undone. {TEXTS + 3} reports wait again as before." in odile.html


def test_words_are_looked_for_and_stand_in_no_address(house: House, hand: Callable[[], Hand]) -> None:
    adverts(1)
    a_report(at=now(), where=HERE)
    odile = hand().at_work(house, "Odile")
    odile.get(ALIKE)
    assert "No similar reports were found." in odile.html
    adverts(1)
    odile.send(ALIKE, words="cheap watches")
    assert odile.path == ALIKE
    assert len(groups(odile)) == 1
    odile.send(ALIKE, words='nothing like this"><script>')
    assert "No similar reports were found among the waiting reports that contain these words." in odile.html
    assert "<script>" not in odile.html.partition("<main")[2]


def test_what_changed_between_the_look_and_the_button_is_named(
    house: House, hand: Callable[[], Hand]
) -> None:
    refs = adverts()
    odile, olga = hand().at_work(house, "Odile"), hand().at_work(house, "Olga")
    open_group(odile)
    odile.send(SWEEP, choose=ticks(odile))
    olga.get(QUEUE)
    olga.send(f"/w/r/{refs[0]}/take/")
    odile.send(SWEEP, **ANSWERS)
    assert odile.heading == "3 reports closed in bulk"
    assert "It has an owner, has been worked on, or shares details with another report." in odile.html


def test_the_form_says_what_is_missing_and_keeps_the_rest(house: House, hand: Callable[[], Hand]) -> None:
    adverts(2)
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    odile.send(SWEEP, choose=ticks(odile))
    odile.send(SWEEP, do="sweep", reason="Kept words")
    assert odile.page.status_code == 422
    assert "Choose what they are" in odile.html
    assert odile.form(SWEEP)["reason"] == "Kept words"
    assert stages() == ["waiting"] * 2


def test_only_outcomes_that_are_not_useful_are_offered_and_taken(
    house: House, hand: Callable[[], Hand]
) -> None:
    adverts(2)
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    odile.send(SWEEP, choose=ticks(odile))
    assert 'value="spam"' in odile.html
    assert 'value="new-lead"' not in odile.html
    odile.send(SWEEP, **{**ANSWERS, "outcome": "new-lead"})
    assert stages() == ["waiting"] * 2


def test_a_form_that_comes_after_the_lock_is_kept_and_not_acted_on(
    house: House, hand: Callable[[], Hand]
) -> None:
    adverts(2)
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    odile.send(SWEEP, choose=ticks(odile))
    page = odile.page
    odile.get("/w/")
    odile.send("/lock/")
    odile.page = page
    odile.send(SWEEP, **ANSWERS)
    assert stages() == ["waiting"] * 2
    odile.unlock(house, "Odile")
    assert odile.heading == "Close 2 reports"
    assert "We kept what you wrote." in odile.html
    assert odile.form(SWEEP)["reason"] == ANSWERS["reason"]
    odile.send(SWEEP, **ANSWERS)
    assert stages() == ["closed"] * 2


@pytest.mark.parametrize(
    "nonsense", [[], ["x"], ["0" * 32], ["z" * 32 + ".1"], ["0" * 32 + ".x"], ["." * 400]]
)
def test_nonsense_leads_back_to_the_queue(
    house: House, hand: Callable[[], Hand], nonsense: list[str]
) -> None:
    adverts(2)
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    odile.send(SWEEP, choose=nonsense, **ANSWERS)
    assert odile.path == ALIKE
    assert stages() == ["waiting"] * 2


def test_another_desk_and_a_sweep_that_never_was_look_alike(house: House, hand: Callable[[], Hand]) -> None:
    adverts()
    odile, otto = hand().at_work(house, "Odile"), hand().at_work(house, "Otto")
    open_group(odile)
    tokens = ticks(odile)
    odile.send(SWEEP, choose=tokens)
    odile.send(SWEEP, **ANSWERS)
    (ref,) = Sweep.objects.values_list("id", flat=True)
    pages = []
    for path in (f"/w/sweeps/{ref}/", f"/w/sweeps/{uuid4()}/", ALIKE, "/w/q/nowhere/alike/", SWEEP):
        otto.get(path)
        pages.append((otto.page.status_code, re.sub(r'value="[^"]{64}"', "", otto.html)))
    assert {status for status, _ in pages} == {404}
    assert len({page for _, page in pages}) == 1
    otto.get("/w/q/south-west/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', otto.html)
    assert token is not None
    posted = {"csrfmiddlewaretoken": token.group(1), "choose": tokens, **ANSWERS}
    assert otto.client.post(f"/w/sweeps/{ref}/undo/", posted).status_code == 404
    assert otto.client.post(SWEEP, posted).status_code == 404
    assert stages() == ["closed"] * 4


def test_hostile_words_are_words(house: House, hand: Callable[[], Hand]) -> None:
    for n in range(2):
        a_report(
            at=now(),
            where=HERE,
            narrative=f'<script>alert("{n}")</script> \u202egnidaer yb ti dnif ot drah si siht',
        )
    odile = hand().at_work(house, "Odile")
    open_group(odile)
    assert "<script>alert" not in odile.html
    assert "[U+202E]" in odile.html
