"""Every door, walked by somebody whose browser runs no scripts: from the first page to its end."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.conf import settings

from heedline.casework.keys import directory as key_directory
from heedline.casework.pages.queues import queue as pages_queue
from heedline.casework.pages.queues.queue import QueueLine, QueueView
from heedline.casework.setup import stewardship
from heedline.intake import engine
from heedline.intake.questions import FieldKind
from heedline.packs import load_pack
from heedline.permits.roles import Role
from heedline.web.public.report import sending
from heedline.web.public.shell.asking import question_sets
from tests.sites.public.mishaps import run_out_of_time
from tests.sites.public.walker import DRAFT, Walker
from tests.support import cast
from tests.support.acting import acting
from tests.support.cast import House, become_acquainted, now
from tests.support.public_pages import ATTACK, OPEN

#: Names of the routes that the tests of this file reach.
THE_OTHER_DOORS = {
    "emergency", "examples", "person", "online", "advice", "charity", "phone", "near", "safe", "easy", "safe-home", "safe-work",
    "safe-out", "attack", "call-me", "how-easy", "odd", "receipt", "hide",
}  # fmt: skip
FRONT = ["Something you saw or heard", "Someone you are worried about", "Something online", "Use your code"]
LEARN = [
    "Report by phone or in person", "Contact a charity instead of the police", "What to do in an attack: Run, Hide, Tell",
    "Staying safe", "Security advice for your organisation",
]  # fmt: skip
CALLS = {
    "999": "999", "101": "101", "18000": "18000", "0800 789 321": "+44800789321", "0800 555 111": "+44800555111",
    "0800 011 3764": "+448000113764",
}  # fmt: skip
#: Door → the real numbers that can be pressed in its own part, what is pressed or dialled before, and official links.
REAL = {
    "I cannot call": (("999", "18000"), ("55",), ("https://999bsl.co.uk", "https://www.relayuk.bt.com")),
    "Someone you are worried about": (("0800 011 3764", "101"), ("18001",), ("https://actearly.uk",)),
    "Something online": ((), (), ("https://report.iwf.org.uk",)),
    "What to do in an attack: Run, Hide, Tell": (("999",), ("55",), ("https://999bsl.co.uk",)),
    "Security advice for your organisation": (
        ("0800 789 321",),
        (),
        ("https://www.gov.uk/nactso", "https://www.gov.uk/government/publications/supplying-explosives-precursors"),
    ),
    "Contact a charity instead of the police": (("0800 555 111",), (), ("https://crimestoppers-uk.org",)),
    "Report by phone or in person": (
        ("0800 789 321", "101", "0800 011 3764", "18000", "999"),
        ("55", "18001"),
        ("https://www.relayuk.bt.com", "https://999bsl.co.uk"),
    ),
}  # fmt: skip
ADDRESSES = "\n".join(f"https://films.example/{number}" for number in range(40))


def own_part(rosa: Walker) -> str:
    """The HTML of the main part."""
    return rosa.html[rosa.html.index("<main") : rosa.html.index("</main>")]


def test_the_first_page_says_999_and_what_it_is_and_then_the_ways_to_report(rosa: Walker) -> None:
    rosa.visit("/")
    assert rosa.text.index("call 999") < rosa.text.index(FRONT[0])
    assert rosa.heading == "Report something that could be linked to terrorism"
    doors = [
        one
        for text, _ in rosa.page.links
        for one in (*FRONT, *LEARN)
        if text == one or text.startswith(f"{one} ")
    ]
    assert doors == [*FRONT, *LEARN, "Use your code"], (
        "what to report, what to read, and the footer's way back"
    )
    assert not rosa.page.forms
    assert not rosa.client.cookies
    assert "This service is run by" in rosa.text
    assert rosa.follow("Use your code").at == "/messages/"


def told_to_robots(rosa: Walker) -> set[str]:
    """Return what the page and its header tell search engines, which follow the stricter of the two."""
    return {*re.findall(r'name="robots" content="([^"]*)"', rosa.html), rosa.response["X-Robots-Tag"]}


@pytest.mark.parametrize("twice", [False, True], ids=["rendered", "kept"])
def test_guidance_may_be_found_and_nothing_of_a_report_may(rosa: Walker, twice: bool) -> None:
    described = []
    for page in (ATTACK, *OPEN):
        for _ in range(1 + twice):
            rosa.visit(f"/{page}")
        if page.startswith(("messages/", "code/")):
            assert told_to_robots(rosa) == {"noindex, nofollow"}, page
            continue
        assert told_to_robots(rosa) == {"index, follow"}, page
        described += re.findall(r'name="description" content="([^"]+)"', rosa.html)
        assert page == ATTACK or re.search(r'property="og:image" content="http[^"]+share', rosa.html), page
    assert len(described) == len(set(described)) == len(OPEN) + 1 - 8
    rosa.start()
    for page in ("/r/what/", "/nowhere/"):
        rosa.visit(page)
        assert told_to_robots(rosa) == {"noindex, nofollow"}, page


def test_a_shared_link_says_what_the_page_says_and_its_tab_may_say_less(rosa: Walker) -> None:
    for page in OPEN:
        rosa.visit(f"/{page}")
        shared = [unescape(one) for one in re.findall(r'property="og:title" content="([^"]+)"', rosa.html)]
        private = page.startswith(("messages/", "code/"))
        assert shared == ([] if private else [rosa.heading]), page
    rosa.visit("/")
    assert 'property="og:title" content="Report something that could be linked to terrorism"' in rosa.html
    assert rosa.title == "Report suspicious activity – Heedline"
    assert rosa.visit("/tell/").title == "Report something you saw or heard – Heedline"


def test_no_page_lists_a_link_to_itself(rosa: Walker) -> None:
    for page in OPEN:
        rosa.visit(f"/{page}")
        assert f'href="/{page}"' not in own_part(rosa), page


def test_search_engines_are_given_all_guidance_and_no_hint_of_anything_else(rosa: Walker) -> None:
    rosa.visit("/robots.txt")
    assert rosa.response["Content-Type"].startswith("text/plain")
    assert rosa.html == "User-agent: *\nAllow: /\nSitemap: http://testserver/sitemap.xml\n"
    assert not rosa.client.cookies
    rosa.visit("/sitemap.xml")
    assert rosa.response["Content-Type"].startswith("application/xml")
    listed = re.findall(r"<loc>http://testserver/(.*?)</loc>", rosa.html)
    assert len(listed) == len(set(listed))
    guidance = {page for page in (ATTACK, *OPEN) if not page.startswith(("messages/", "code/"))}
    assert set(listed) == guidance  # no translation has been reviewed


@pytest.mark.parametrize("door", list(REAL))
def test_the_real_numbers_and_links_stand_at_their_doors(rosa: Walker, door: str) -> None:
    numbers, pressed, links = REAL[door]
    rosa.visit("/").follow(door)
    assert rosa.status == 200
    for number in numbers:
        assert f'href="tel:{CALLS[number]}"' in own_part(rosa), number
        assert number in rosa.main
    for number in pressed:
        assert re.search(rf"(?<!\d){number}(?!\d)", rosa.main), number
        assert f'href="tel:{number}"' not in rosa.html, "this is no number to call"
    for link in links:
        assert any(href.startswith(link) for _, href in rosa.page.links), link


@pytest.mark.parametrize("door", [*FRONT[:3], *LEARN])
def test_behind_every_door_999_comes_first_and_no_address_says_more_than_it_must(
    rosa: Walker, door: str
) -> None:
    rosa.visit("/").follow(door)
    first = re.search(r"\b(999|101|0800 \d{3} \d{3,4})\b", rosa.text)
    assert first is not None
    assert first[1] == "999"
    assert not re.search(r"terror|attack|extrem|police|prevent|worr|online", rosa.at)


def test_nobody_is_told_that_a_text_or_a_key_always_works(rosa: Walker) -> None:
    for door in (
        "I cannot call",
        "What to do in an attack: Run, Hide, Tell",
        "Report by phone or in person",
    ):
        rosa.visit("/").follow(door)
        assert "You can text 999 only if your phone is already registered." in rosa.main
        assert "call 999 from a mobile, listen to the operator, and press 55 when asked" in rosa.main


def test_pages_elsewhere_do_not_learn_where_somebody_came_from(rosa: Walker) -> None:
    for door in (*FRONT, *LEARN):
        rosa.visit("/").follow(door)
        for tag in re.findall(r'<a [^>]*href="https?://[^>]*>', rosa.html):
            if settings.PUBLIC_URL in tag:  # ours, whole in the page that can be saved
                continue
            assert 'rel="noreferrer noopener"' in tag


# --- in an emergency -------------------------------------------------------------------------------------------------
def test_who_cannot_call_is_one_box_away_from_being_heard(rosa: Walker, house: House) -> None:
    rosa.visit("/").follow("I cannot call")
    assert "If you cannot call, write to us" in rosa.main
    rosa.press("Send now", narrative="He has a knife. Flat 4, the house by the mill.")
    assert rosa.at == "/code/"
    assert rosa.shown_code()
    (line,) = queue(house, "Nadia")
    assert line.urgency == "danger"


def test_what_was_said_before_goes_with_it(rosa: Walker) -> None:
    start_person(rosa).press("Continue", who="friend")
    rosa.visit("/emergency/").press("Send now", narrative="She is on the bridge.")
    assert rosa.at == "/code/"


def test_saying_that_one_cannot_call_cuts_every_form_short_that_asks_it() -> None:
    asked = [qs for qs in question_sets() if qs.fast]
    assert [qs.code for qs in asked] == ["activity", "person", "online"]
    for qs in asked:
        assert qs.fast is not None
        assert qs.fast.holds(engine.counted(qs, sending.CANNOT_CALL, identity_offered=True))
        assert engine.urgency(qs, sending.CANNOT_CALL, identity_offered=True) == "danger"
        for slug, answer in sending.CANNOT_CALL.items():
            for name, value in answer.items():
                question = qs.any_step(slug).field(name)
                assert question.kind is FieldKind.CHOICE
                assert value in {choice.value for choice in question.choices}


# --- what somebody saw -----------------------------------------------------------------------------------------------
def test_examples_have_a_page_of_their_own_and_lead_to_the_form(rosa: Walker) -> None:
    rosa.visit("/").follow("Something you saw or heard").follow("What people report")
    assert rosa.at == "/tell/examples/"
    assert "is never a reason" in rosa.main
    assert len(rosa.page.headings) >= 7
    assert rosa.follow("Start a report").at == "/tell/"


def test_easy_read_leads_to_what_it_explains(rosa: Walker) -> None:
    for door, there in zip(FRONT, ("/tell/", "/talk/", "/link/", "/messages/"), strict=True):
        assert rosa.visit("/tell/easy/").follow(door).at == there


# --- someone ---------------------------------------------------------------------------------------------------------
def start_person(rosa: Walker) -> Walker:
    return rosa.visit("/").follow("Someone you are worried about").press("Start", danger="no")


def test_a_worry_reaches_the_safeguarding_desk_and_can_be_answered(rosa: Walker, house: House) -> None:
    open_desk(house, "safeguarding", "Sal", "Seth")
    rosa.visit("/").follow("Someone you are worried about")
    assert "Prevent is there to help people" in rosa.main
    rosa.press("Start", danger="no", keep="24").press("Continue", who="family")
    rosa.press(
        "Continue", narrative="My brother has stopped seeing his friends and says that a war is coming."
    )
    rosa.press("Skip the other questions").visit("/r/reply/?back=check").press("Continue", way="call")
    rosa.press("Continue", name="Rosa", phone="07700 900123", times="After six", message="no")
    assert rosa.heading == "Check your answers"
    for said in ("My brother has stopped", "07700 900123", "After six"):
        assert said in rosa.main
    rosa.press("Send what you have written")
    code = rosa.shown_code()
    rosa.press("I have saved my code")
    assert not rosa.cookie(DRAFT)
    (line,) = queue(house, "Sal")
    assert line.opening.startswith("My brother has stopped")
    assert "person" in line.kind_words.casefold()
    assert not queue(house, "Odile")
    assert rosa.visit("/").follow("Use your code").press("Open", code=code).heading == "Your messages"


def test_that_the_person_is_under_18_stands_in_the_queue(rosa: Walker, house: House) -> None:
    open_desk(house, "safeguarding", "Sal", "Seth")
    start_person(rosa).press("Continue", who="family").press("Continue", narrative="He says a war is coming.")
    rosa.visit("/r/age/").press("Continue", under18="yes")
    rosa.visit("/r/check/").press("Send what you have written")
    (line,) = queue(house, "Sal")
    assert "Person under 18" in line.flags
    assert "Reporter under 18" not in line.flags


def test_a_professional_is_asked_for_a_name(rosa: Walker) -> None:
    start_person(rosa).press("Continue", who="professional")
    rosa.press("Skip the other questions", narrative="A pupil praised an attack in class.")
    assert rosa.at == "/r/referrer/"
    rosa.press(
        "Continue", name="Tess", role="Teacher", organisation="Mill School", email="tess@school.example"
    )
    assert rosa.press("Send what you have written").at == "/code/"


# --- online ----------------------------------------------------------------------------------------------------------
def start_online(rosa: Walker) -> Walker:
    return rosa.visit("/").follow("Something online").press("Start", danger="no")


def test_a_web_address_is_enough_and_reaches_the_material_desk(rosa: Walker, house: House) -> None:
    open_desk(house, "material", "Mina", "Milo")
    rosa.visit("/").follow("Something online")
    assert "Do not look for more material." in rosa.main
    assert "Do not download or share what you found" in rosa.main
    rosa.press("Start", danger="no").press("Continue", addresses=ADDRESSES).press("Skip the other questions")
    assert "https://films.example/39" in rosa.main
    rosa.press("Send your report")
    assert rosa.at == "/code/"
    (line,) = queue(house, "Mina")
    assert line.opening.startswith("https://films.example/0")
    assert not queue(house, "Nadia"), "most of it can wait for an examiner"


def test_nobody_is_asked_who_they_are(rosa: Walker) -> None:
    start_online(rosa).press("Continue", account="skylark_example")
    while rosa.heading != "Check your answers":
        assert not {"name", "phone", "email"} & {c.name for form in rosa.page.forms for c in form.controls}
        rosa.press("Continue")


# --- drafts of different doors ---------------------------------------------------------------------------------------
def test_a_second_door_does_not_drop_what_was_said_at_the_first(rosa: Walker) -> None:
    start_online(rosa).press("Continue", addresses="https://films.example/1")
    rosa.visit("/").follow("Someone you are worried about")
    assert "You have already started" in rosa.main
    assert "https://films.example/1" in rosa.follow("Carry on").visit("/r/where/").html
    rosa.visit("/talk/").press("Delete my answers and start again")
    assert rosa.press("Continue", danger="no").at == "/r/tie/", "the questions of the second door"


def test_a_page_of_another_doors_form_is_not_taken_for_an_answer(rosa: Walker) -> None:
    start_person(rosa).visit("/r/what/")
    old = rosa.page
    rosa.visit("/link/").press("Delete my answers and start again")
    token = rosa.typed("csrfmiddlewaretoken")
    rosa.page, rosa.at = old, "/r/what/"
    for control in old.forms[0].controls:
        if control.name == "csrfmiddlewaretoken":
            control.value = token
    rosa.press("Continue", narrative="He says that a war is coming.")
    assert rosa.heading == "What you wrote is still here"
    assert "He says that a war is coming." in rosa.html
    assert "a war is coming" not in rosa.visit("/r/check/").html


def test_who_was_slow_still_answers_the_questions_of_their_door(rosa: Walker) -> None:
    start_person(rosa).visit("/r/since/")
    run_out_of_time()
    rosa.press("Continue", since="weeks", change="He sleeps in the day.")
    assert rosa.typed("change") == "He sleeps in the day."
    assert "We have deleted your earlier answers" in rosa.text


# --- the doors that end on their own pages ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    "title", ["Staying safe at home", "Staying safe at work", "Staying safe when you go out"]
)
def test_staying_safe_is_three_short_pages(rosa: Walker, title: str) -> None:
    rosa.visit("/").follow("Staying safe").follow(title)
    assert rosa.heading == title
    assert "What happens when you report" in rosa.page.headings
    assert rosa.follow("Back").at == "/stay-safe/"


def test_things_left_behind_have_their_advice_where_they_are_found(rosa: Walker) -> None:
    for page in ("work", "out"):
        assert "Bags and other things left behind" in rosa.visit(f"/stay-safe/{page}/").page.headings


def ask_for_advice(rosa: Walker) -> Walker:
    return rosa.visit("/").follow("Security advice for your organisation").press("Ask for advice")


def test_an_organisation_asks_its_adviser(rosa: Walker, house: House) -> None:
    open_desk(house, "advice-north-east", "Avi", "Asta")
    rosa.visit("/").follow("Security advice for your organisation")
    links = [href for _, href in rosa.page.links]
    assert rosa.html.index("https://www.gov.uk/nactso") < rosa.html.index("<form")
    assert "Reporting it on this site is not enough." in rosa.main
    assert any("supplying-explosives-precursors" in href for href in links)
    rosa.press("Ask for advice")
    assert rosa.follow("Back").at == "/ask/"
    rosa.press("Ask for advice").press("Continue", name="Mill Lane Hall", sort="venue", postcode="NE1 4ST")
    rosa.press("Continue")
    rosa.press("Continue", name="Hal Keeper", email="hal@hall.example", consent=["yes"])
    rosa.press("Send your request")
    rosa.press("I have saved my code")
    (line,) = queue(house, "Avi")
    assert line.opening.startswith("Mill Lane Hall")
    assert not queue(house, "Nadia")


def test_files_are_promised_only_where_they_can_be_sent_and_children_addressed_where_they_are_asked(
    rosa: Walker,
) -> None:
    for kind, door in (
        ("activity", "/tell/"),
        ("person", "/talk/"),
        ("online", "/link/"),
        ("advice", "/ask/"),
    ):
        rosa.visit(door)
        taken = kind in load_pack(settings.PACK).file_limits.kinds
        assert ("You can add photos, videos or documents" in rosa.main) == taken, door
        assert ("If you are under 18" in rosa.main) == (kind != "advice"), door


def test_the_questions_of_advice_begin_at_their_door_only(rosa: Walker) -> None:
    assert rosa.visit("/ask/start/").status == 404


def test_nothing_goes_with_whoever_goes_to_the_charity(rosa: Walker) -> None:
    rosa.begin().press("Start", danger="no").visit("/").follow("Contact a charity instead of the police")
    assert rosa.response["Referrer-Policy"] == "no-referrer"
    assert not rosa.page.forms
    (there,) = [href for text, href in rosa.page.links if text == "Go to the Crimestoppers website"]
    assert there == load_pack(settings.PACK).links["charity"].url
    assert "?" not in there


def test_what_happens_on_a_call(rosa: Walker) -> None:
    rosa.visit("/").follow("Report by phone or in person")
    for heading in ("Call the hotline", "What happens on a call", "In another language", "In person"):
        assert heading in rosa.page.headings


# --- the desks -------------------------------------------------------------------------------------------------------
def open_desk(house: House, code: str, *names: str) -> None:
    """A desk of the pack, with these officers, made by the real verbs."""
    at, entry = now(), load_pack(settings.PACK).desks[code]
    unit = house.officers["Stella"].organisation
    with acting("office"):
        house.desks[code] = cast._desk(house, code, entry.name, unit, entry.kind, house.desks["identity"], at)
        for name in names:
            cast._officer(house, name, unit, house.hands, at)
            stewardship.state_officer_keys(house.keys[name], hands=house.hands, at=at)
            stewardship.appoint(
                house.officers[name], Role.OFFICER, house.desks[code], hands=house.hands, at=at
            )
        become_acquainted(house, *names, at=at)
        cast.open_keys(house, house.desks[code], names[0], at=at)
    key_directory.forget()


def queue(house: House, name: str) -> tuple[QueueLine, ...]:
    """What this officer finds in the queue."""
    at = now()
    with acting("office"):
        view = QueueView(desk=None, state="open", after=None)
        return pages_queue.queue(by=house.sign_in(name, at=at), at=at, view=view).lines


@pytest.mark.parametrize("language", ["", "cy/", "ar/"])
def test_an_address_in_a_question_is_a_link_that_says_where_it_leads(rosa: Walker, language: str) -> None:
    rosa.visit("/ask/").press("Ask for advice").visit(f"/{language}r/organisation/")
    led = {href: text for text, href in rosa.page.links}
    for link in ("protective_security", "chemicals"):
        url = load_pack("uk").links[link].url
        assert led[url]
        assert url not in led[url]
        assert url not in rosa.main, "nobody reads an address aloud"
