"""A mistake in a question set stops the start with a message that names file and key."""

import pytest
from tests.support.pack_copy import PackCopy
from tests.support.tongues import english_only

from heedline.intake.question_files import RESERVED, load_question_set, read_archived, read_question_set
from heedline.packs import PackError, load_pack
from heedline.packs.reading.loading import read_pack
from heedline.packs.tables import Table
from heedline.web.public.urls import urlpatterns

STRUCTURE, WORDS = "kinds/activity/questions.toml", "kinds/activity/questions.en.toml"
PHRASES = "questions/phrases.en.toml"
#: A kind of incident that asks all pages of another kind of report.
INCIDENT = f"""[kinds.other]
name = "Other"
report = "online"
desk = "national"
asks = {[step.slug for step in load_question_set(load_pack("uk"), "online").steps]}
first_priority = {{ danger = "danger", planned = "high", soon = "high", routine = "low" }}
"""


def read_with(file: str, old: str, new: str) -> str:
    """Replace one text in a copy of the pack, read the question set, answer its digest."""
    folder = PackCopy()
    # a translation, or the short form of an incident, would be the first to say what no longer fits
    english_only(folder)
    (folder / "incidents.toml").write_text(INCIDENT, encoding="utf-8")
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return read_question_set(read_pack("uk", folder), "activity", "en").digest


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (STRUCTURE, 'slug = "where"', 'slug = "now"', r"kinds/activity/questions.toml: steps\[4\].slug: now is there twice"),
        (STRUCTURE, 'slug = "where"', 'slug = "brief"', r"kinds/activity/questions.toml: steps\[4\].slug: no page can be called brief: the public site uses brief and files itself"),
        (STRUCTURE, 'slug = "where"', 'slug = "files"', r"kinds/activity/questions.toml: steps\[4\].slug: no page can be called files: the public site uses brief and files itself"),
        (STRUCTURE, 'slug = "where"', 'slug = "When?"', r"kinds/activity/questions.toml: steps\[4\].slug: When\? must be lower-case letters and digits"),
        (STRUCTURE, 'slug = "where"', 'slug = "regarding"', r"kinds/activity/questions.en.toml: steps.regarding: is missing"),
        (STRUCTURE, 'slug = "person"\nkind = "loop"', 'slug = "person"\nkind = "check"', r"kinds/activity/questions.toml: steps\[5\].fields: a check step has no fields"),
        (STRUCTURE, '[[steps]]\nslug = "check"\nkind = "check"\nsection = "you"\nused_for = "the reporter sees everything before it is sent"', "", r"kinds/activity/questions.toml: steps: must end with the one check page"),
        (STRUCTURE, 'kind = "check"', 'kind = "last"', r"kinds/activity/questions.toml: steps\[10\].kind: must be one of"),
        (STRUCTURE, 'field = "now.danger", equals = "yes" }\nneeded', 'field = "where.when", equals = "today" }\nneeded',
         r"kinds/activity/questions.toml: steps\[1\].applies: looks at where, which is no earlier page"),
        (STRUCTURE, 'applies = { field = "you.who", equals = "confidence"', 'applies = { field = "you.who", equals = "si"',
         r"kinds/activity/questions.toml: steps\[9\].applies: you.who has no choice si"),
        (STRUCTURE, 'applies = { field = "you.who"', 'applies = { field = "where.place"', r"kinds/activity/questions.toml: steps\[9\].applies: looks at where.place, which is no choice"),
        (STRUCTURE, 'narrative = "what.narrative"', 'narrative = "what.story"', r"kinds/activity/questions.toml: narrative: names no field of a page"),
        (STRUCTURE, 'exclusive = ["not_say"]', 'exclusive = ["nothing"]', r"kinds/activity/questions.toml: steps\[7\].fields\[0\].exclusive: must name choices"),
        (STRUCTURE, "limit_items = 10", "limit_items = 500", r"kinds/activity/questions.toml: steps\[5\].limit_items: must be from 1 to 50"),
        (STRUCTURE, "skippable = true", "skipable = true", r"kinds/activity/questions.toml: steps\[3\].skipable: is not a known key here"),
        (STRUCTURE, 'at_least_one = ["registration"', 'at_least_one = ["plate"', r"kinds/activity/questions.toml: steps\[6\].at_least_one: no field is called plate"),
        (STRUCTURE, 'urgency = "soon"', 'urgency = "later"', r"kinds/activity/questions.toml: urgencies\[2\].urgency: must be one of danger, planned, soon"),
        (STRUCTURE, 'used_for = "urgency: whom', 'use = "urgency: whom', r"kinds/activity/questions.toml: steps\[0\].used_for: is missing"),
        (WORDS, 'choices.not_sure = "I am not sure"\n', "", r"kinds/activity/questions.en.toml: steps.now.fields.danger.choices.not_sure: is missing"),
        (WORDS, 'error_required = "Select whether anyone', 'error = "Select whether anyone', r"kinds/activity/questions.en.toml: steps.now.fields.danger.error_required: is missing"),
        (PHRASES, 'not_given = "Not given"', 'not_givven = "Not given"', r"questions/phrases.en.toml: phrases.not_given: is missing"),
        (PHRASES, '["May"], ', "", r"questions/phrases.en.toml: months: must be twelve lists of names"),
        (WORDS, "{numbers.emergency}", "{numbers.urgent}", r"kinds/activity/questions.en.toml: numbers.urgent: nothing in the pack is called so"),
        (WORDS, "[steps.check]", "[steps.files]\ntitle = \"x\"\n[steps.check]", r"kinds/activity/questions.en.toml: steps.files: is not a known key here"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(PackError, match=f"^{message}"):
        read_with(file, old, new)


def test_every_address_beside_the_questions_is_reserved() -> None:
    """The first part after `r/` of each address of the public site that is no question page."""
    own = {str(one.pattern).split("/")[1] for one in urlpatterns if str(one.pattern).startswith("r/")}
    assert own - {"<slug:slug>"} == set(RESERVED)


def test_an_archived_edition_is_read_whatever_its_pages_were_called() -> None:
    pack = load_pack("uk")
    facts = read_question_set(pack, "activity", "en").canonical().decode()
    archived = facts.replace('"slug":"check"', '"slug":"brief"').replace('"check":', '"brief":')
    assert archived != facts
    assert [step.slug for step in read_archived(archived.encode(), Table, "en").steps][-1] == "brief"


def test_a_change_of_one_word_changes_the_digest() -> None:
    published = read_with(WORDS, "Use your own words,", "Use your own words,")
    assert read_with(WORDS, "Use your own words,", "Use your own words,") == published
    assert read_with(WORDS, "Use your own words,", "Use plain words.") != published
    assert read_with(STRUCTURE, "limit = 10000", "limit = 9999") != published


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(PackError, match=r"kinds/activity/questions.fr.toml: the file is missing"):
        load_question_set(load_pack("uk"), "activity", "fr")
