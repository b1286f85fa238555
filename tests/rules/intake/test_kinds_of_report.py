"""Worried about someone, something online, a request for advice: each set asks what its desk needs, and no more."""

import json
from typing import Any

import pytest

from heedline.intake import engine, fields, summary
from heedline.intake.api_payload import RejectedPayload, from_api
from heedline.intake.question_files import load_question_set, read_archived
from heedline.intake.questions import QuestionSet
from heedline.intake.record import NotReady, Record, record
from heedline.packs import load_pack
from heedline.packs.tables import Table

PACK = load_pack("uk")
SETS = {kind: load_question_set(PACK, kind) for kind in PACK.kinds}
PERSON, ONLINE, ADVICE = SETS["person"], SETS["online"], SETS["advice"]
CALL = {"name": "Sam", "phone": "07700 900123", "times": "before noon", "words": "the shop"}
WORK = {"name": "Invented Teacher", "role": "Teacher", "organisation": "A School", "email": "t@example.org"}
DESK = {
    "organisation": {"name": "Example Hall", "postcode": "LS1 3AD"},
    "contact": {"name": "Invented Manager", "email": "m@example.org", "consent": ["yes"]},
}


def made(qs: QuestionSet, answers: dict[str, Any]) -> Record:
    return record(qs, answers, language="en", identity_offered=True)


def pages(qs: QuestionSet, answers: dict[str, Any]) -> list[str]:
    return [step.slug for step in engine.steps(qs, answers, identity_offered=True)]


def read(qs: QuestionSet, slug: str, **posted: str | list[str]) -> fields.Reading:
    listed = {name: value if isinstance(value, list) else [value] for name, value in posted.items()}
    return fields.read(qs, qs.any_step(slug), listed)


def taken(payload: dict[str, Any]) -> Record:
    answer = from_api(SETS, payload, identity_offered=True)
    assert isinstance(answer, Record), answer
    return answer


def refused(payload: dict[str, Any]) -> set[str]:
    answer = from_api(SETS, payload, identity_offered=True)
    assert isinstance(answer, RejectedPayload), "this payload should be refused"
    return {problem.pointer for problem in answer.problems}


@pytest.mark.parametrize("qs", [PERSON, ONLINE, ADVICE])
def test_nobody_is_asked_for_a_name_in_confidence(qs: QuestionSet) -> None:
    """What these sets ask of a reporter is ordinary contact data, sealed once, with the report."""
    assert not [step.slug for step in qs.steps if step.private or step.needs_identity]
    assert not qs.confidence


@pytest.mark.parametrize("kind", list(SETS))
def test_every_edition_can_be_read_again_from_the_archive(kind: str) -> None:
    again = read_archived(SETS[kind].canonical(), Table)
    assert again == SETS[kind]
    old = json.loads(SETS["activity"].canonical())
    del old["words"]["en"]["phrases"]["too_many_lines"]  # as in editions from before it was asked for
    assert read_archived(json.dumps(old).encode(), Table).steps == SETS["activity"].steps


# Someone I am worried about


def test_what_was_noticed_is_all_that_must_be_told() -> None:
    required = {f"{step.slug}.{q.name}" for step in PERSON.steps for q in step.fields if q.required}
    before_contact = {name for name in required if name.split(".")[0] not in ("callback", "referrer")}
    assert before_contact == {"now.danger", "call.called", "reply.way"}
    assert PERSON.any_step("what").at_least_one == ("narrative",)
    assert taken({"kind": "person", "narrative": "He stopped seeing his friends."}).anonymous


def test_danger_leads_to_999_first_and_who_cannot_call_sends_at_once() -> None:
    for qs, before in ((PERSON, {}), (ONLINE, {"where": {"addresses": "https://a.example"}})):
        answers: dict[str, Any] = {**before, "now": {"danger": "yes"}}
        assert engine.next_after(qs, answers, "now", identity_offered=True) == "call"
        assert PACK.numbers["emergency"].number in qs.any_step("call").title
        answers |= {"call": {"called": "cannot"}, "what": {"narrative": "Help."}}
        assert engine.skip_target(qs, answers, "what", identity_offered=True) == "check"
        assert made(qs, answers).urgency == "danger"
        assert (
            made(qs, {**answers, "reply": {"way": "here"}, "call": {"called": "called"}}).urgency == "danger"
        )
    assert made(PERSON, {"now": {"danger": "not_sure"}, "what": {"narrative": "x"}, "reply": {"way": "here"}}).urgency == "soon"  # fmt: skip


def test_a_call_back_asks_for_a_safe_way_and_leaves_no_message_unless_told_to() -> None:
    answers: dict[str, Any] = {"now": {"danger": "no"}, "reply": {"way": "call"}}
    assert "callback" in pages(PERSON, answers)
    with pytest.raises(NotReady) as caught:
        made(PERSON, answers)
    assert caught.value.slugs == ("callback",)
    full = made(PERSON, {**answers, "callback": CALL})
    assert (full.anonymous, full.identity) == (False, None)
    assert full.report_part()["answers"]["callback"] == CALL, "sealed once, in the report"
    step = PERSON.any_step("callback")
    assert {q.name for q in step.fields if q.required} == {"name", "phone"}
    assert [choice.value for choice in step.field("message").choices] == ["no", "yes"]
    assert "07700 900" in step.field("phone").hint
    assert set(read(PERSON, "callback").errors) == {"name", "phone"}
    rows = {
        row.label: row.lines for section in summary.record_rows(PERSON, full.answers) for row in section.rows
    }
    assert rows["If someone else answers"] == ("the shop",)


def test_changing_ones_mind_about_a_call_sends_no_number() -> None:
    answers = {
        "now": {"danger": "no"},
        "what": {"narrative": "x"},
        "reply": {"way": "here"},
        "callback": CALL,
    }
    kept = made(PERSON, answers)
    assert kept.anonymous
    assert "07700" not in json.dumps(kept.report_part())


def test_a_professional_gives_a_name_and_a_way_and_is_asked_what_was_done() -> None:
    answers: dict[str, Any] = {
        "now": {"danger": "no"},
        "reply": {"way": "here"},
        "tie": {"who": "professional"},
        "what": {"narrative": "x"},
    }
    shown = pages(PERSON, answers)
    assert {"lead", "referrer"} <= set(shown)
    assert not {"callback", "guess"} & set(shown)
    assert engine.missing(PERSON, answers, identity_offered=True) == ("referrer",)
    assert engine.skip_target(PERSON, answers, "what", identity_offered=True) == "referrer"
    assert set(read(PERSON, "referrer", phone="07700 900123").errors) == {"name", "role", "organisation"}
    assert set(read(PERSON, "referrer", name="A", role="B", organisation="C").errors) == {"email"}
    assert not made(PERSON, {**answers, "referrer": WORK}).anonymous


def test_the_area_is_where_the_person_lives() -> None:
    payload = {"kind": "person", "narrative": "x", "them": {"place": "Leeds", "postcode": "ls1 3ad"}}
    assert (taken(payload).place_text, taken(payload).postcode) == ("Leeds", "LS1 3AD")
    assert taken({**payload, "guess": {"guess": "yes"}}).guessable


def test_the_api_takes_a_professionals_referral_only_with_a_way_to_answer() -> None:
    payload = {"kind": "person", "narrative": "x", "tie": {"who": "professional"}}
    assert refused(payload) == {"/referrer"}
    assert taken({**payload, "referrer": WORK}).answers["referrer"] == WORK
    assert refused({"kind": "person", "narrative": "x", "reply": {"way": "call"}}) == {"/callback"}
    assert refused({"kind": "person"}) == {"/narrative"}
    assert refused({"kind": "person", "narrative": "x", "callback": CALL}) == {"/callback"}


# Something online


def test_a_web_address_is_enough() -> None:
    answers = {"where": {"addresses": "https://a.example/x"}, "now": {"danger": "no"}}
    sent = made(ONLINE, answers)
    assert (sent.anonymous, sent.urgency) == (True, "routine")
    assert sent.narrative == "https://a.example/x", "what queues show and search looks through"
    assert sent.answers["where"] == answers["where"]
    by_api = taken({"kind": "online", "where": {"addresses": "https://a.example/x"}})
    assert by_api.narrative == sent.narrative
    told = {**answers, "what": {"narrative": "A film."}}
    assert made(ONLINE, told).narrative == "A film."


def test_handles_and_channels_do_without_an_address() -> None:
    account = {"where": {"app": "An app", "account": "@invented"}, "now": {"danger": "no"}}
    assert made(ONLINE, account).narrative == "@invented"
    assert set(read(ONLINE, "where", app="An app").errors) == {"addresses"}


def test_without_an_address_or_a_name_it_must_be_told_in_words() -> None:
    nothing = {"where": {"not_known": ["not_known"]}, "now": {"danger": "no"}}
    assert engine.missing(ONLINE, nothing, identity_offered=True) == ("what",)
    assert engine.missing(ONLINE, {**nothing, "what": {}}, identity_offered=True) == ("what",)
    assert made(ONLINE, {**nothing, "what": {"narrative": "A leaflet with a code."}}).narrative
    assert refused({"kind": "online"}) == {"/where"}
    assert refused({"kind": "online", "narrative": "A film."}) == {"/where"}
    assert refused({"kind": "online", "where": {"not_known": ["not_known"]}}) == {"/narrative"}


def test_many_addresses_at_once_up_to_a_bound_that_is_stated_and_nothing_is_judged_or_cut() -> None:
    question = ONLINE.any_step("where").field("addresses")
    assert str(question.limit_lines) in question.hint
    pasted = (
        "https://a.example/1\r\n\r\n  abcdefgh.onion/x \r\nhttp://192.0.2.7:8080\napp://channel/7\nb.example"
    )
    reading = read(ONLINE, "where", addresses=pasted)
    assert reading.values["addresses"].split("\n") == [
        "https://a.example/1", "abcdefgh.onion/x", "http://192.0.2.7:8080", "app://channel/7", "b.example",
    ]  # fmt: skip
    many = "\n".join(f"https://a.example/{n}" for n in range(101))
    over = read(ONLINE, "where", addresses=many)
    assert over.errors["addresses"].startswith("You have entered 101 lines, but the limit is 100.")
    assert over.typed["addresses"] == many
    assert not read(ONLINE, "where", addresses=many.rpartition("\n")[0]).errors
    assert refused({"kind": "online", "where": {"addresses": many}}) == {"/where/addresses"}


def test_nobody_is_asked_to_look_for_more_or_who_they_are() -> None:
    words = " ".join(ONLINE.any_step("where").paragraphs)
    assert "Do not look for more material, and do not download or share what is there." in words
    names = {question.name for step in ONLINE.steps for question in step.fields}
    assert not names & {"name", "phone", "email", "post"}


# Advice for my organisation


def test_a_request_needs_a_place_a_person_and_leave_to_pass_it_on() -> None:
    with pytest.raises(NotReady) as caught:
        made(ADVICE, {})
    assert caught.value.slugs == ("organisation", "contact")
    assert refused({"kind": "advice"}) == {"/organisation", "/contact"}
    assert set(read(ADVICE, "contact", name="A").errors) == {"email", "consent"}
    assert set(read(ADVICE, "contact", name="A", phone="020 7946 0000").errors) == {"consent"}
    assert set(read(ADVICE, "organisation").errors) == {"name", "postcode"}
    request = taken({"kind": "advice", **DESK})
    assert (request.narrative, request.postcode, request.urgency) == ("Example Hall", "LS1 3AD", "routine")
    assert (request.anonymous, request.identity) == (False, None)
    assert request == made(ADVICE, DESK)


def test_an_odd_incident_is_said_to_have_a_form_of_its_own() -> None:
    assert "as soon as you have sent this request" in ADVICE.any_step("help").field("incident").hint


def test_the_bands_are_those_of_the_duties() -> None:
    choices = [choice.text for choice in ADVICE.any_step("organisation").field("people").choices]
    assert choices[:3] == ["1 to 199", "200 to 799", "800 or more"]


def test_official_advice_comes_first_and_chemicals_have_their_own_form() -> None:
    first = " ".join(ADVICE.steps[0].paragraphs)
    assert first.index("https://www.gov.uk/nactso") < first.index(PACK.links["chemicals"].url)
    assert "24 hours" in first
    assert "Reporting it on this site is not enough." in first
