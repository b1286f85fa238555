"""A translation: asked for, given to whoever speaks it, made beside the original, sent back in the reporter's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.contact import messages
from heedline.casework.duty import alarm_kinds, rota
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import transitions
from heedline.casework.language import clock as translation_clock
from heedline.casework.language import languages, translating
from heedline.casework.language.translating import TranslationRequest
from heedline.casework.pages.case_file import CaseFile
from heedline.casework.pages.queues.queue import QueueView, queue
from heedline.casework.people import skills
from heedline.desks.models import LanguageSkill
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Translation, TranslationText
from tests.support import stories
from tests.support.acting import acting
from tests.support.language_scene import ENGLISH, POLISH, polish, speaks, the_task
from tests.support.scene_people import DANGER, NORTH_EAST, People, logged, row

pytestmark = pytest.mark.django_db
ANSWER, PO_POLSKU = "When did you see it first?", "Kiedy zobaczył(a) to Pan(i) po raz pierwszy?"


def ask(people: People, ref: UUID, name: str = "Odile", *, message: UUID | None = None) -> None:
    with people.sitting(name) as here:
        translating.ask(
            ref, TranslationRequest("pl", message, "What is in the sacks?"), by=here, at=people.at
        )


def write(people: People, ref: UUID, name: str, text: str = ENGLISH, *, number: int = 0) -> None:
    with people.sitting(name) as here:
        translating.write(ref, the_task().id, text, number=number, by=here, at=people.at)


def officer(people: People, name: str) -> UUID:
    return people.house.officers[name].id


# --- which language it is ------------------------------------------------------------------------------------------


def test_the_words_of_a_report_hint_at_their_language_and_an_officer_says_it(people: People) -> None:
    ref, _ = polish(people)
    file = people.read(ref)
    assert (file.answers.language, file.answers.language_words) == ("en", "")
    assert file.answers.hint is not None
    assert (file.answers.hint.code, file.answers.hint.name) == ("pl", "Polish")
    assert "nie" in file.answers.hint.because
    for said in ("uk", "pl"):
        with people.sitting("Odile") as here:
            languages.say(ref, said, by=here, at=people.at)
    file = people.read(ref)
    assert (
        file.answers.language,
        file.answers.language_words,
        file.answers.language_said,
        file.answers.hint,
    ) == ("pl", "Polish", True, None)
    with people.sitting("Odile") as here:
        [line] = queue(by=here, at=people.at, view=QueueView(desk="north-east")).lines
    assert "Language: Polish" in line.flags
    assert all("pl" not in str(event.detail) for event in Event.objects.filter(thing_id=ref))


def test_a_queue_says_what_a_report_seems_to_be_in(people: People) -> None:
    polish(people)
    people.send()
    with people.sitting("Odile") as here:
        flags = {line.flags for line in queue(by=here, at=people.at, view=QueueView()).lines}
    assert flags == {("Seems to be in Polish",), ()}


def test_whoever_reads_arabic_pages_may_write_english(people: People) -> None:
    """A queue says what is known: which pages it came from. The language is what somebody says who has read it."""
    english = "There was a white van at the gate and the driver was in it all night with the lights on."
    short = "Van."
    for text, pages, channel, expected in (
        (english, "ar", "web", {"Seems to be in English", "Sent from Arabic pages"}),
        (short, "ar", "web", {"Sent from Arabic pages"}),
        (
            "رأيت شاحنة بيضاء عند البوابة في الليل وكان السائق في السيارة ولم يكن معه أحد من الناس",
            "ar",
            "web",
            {"Seems to be in Arabic"},
        ),
        (english, "ar", "api", {"Seems to be in English", "Said to be in Arabic"}),
        (english, "en", "web", set()),
    ):
        new = replace(stories.new_report(narrative=text, **NORTH_EAST), channel=channel, language=pages)
        stories.send(new, at=people.at)
        with people.sitting("Odile") as here:
            lines = {line.ref: line for line in queue(by=here, at=people.at, view=QueueView()).lines}
        line = lines[new.report_id]
        assert set(line.flags) == expected, (text, pages, channel)
        assert line.language == ("en" if text == english else "ar")
    people.take(new.report_id)
    first = next(ref for ref, line in lines.items() if "Said to be in Arabic" in line.flags)
    people.take(first)
    with people.sitting("Odile") as here:
        languages.say(first, "en", by=here, at=people.at)
        [line] = [one for one in queue(by=here, at=people.at, view=QueueView()).lines if one.ref == first]
    assert line.flags == ()


def test_nobody_says_it_of_a_report_that_is_not_theirs(people: People) -> None:
    ref, _ = polish(people)
    with people.sitting("Otto") as here, pytest.raises(NotHere):
        languages.say(ref, "pl", by=here, at=people.at)
    with people.sitting("Odile") as here, pytest.raises(ValueError):
        languages.say(ref, "xx", by=here, at=people.at)


# --- who speaks what -----------------------------------------------------------------------------------------------


def test_a_skill_counts_once_somebody_else_has_confirmed_it(people: People) -> None:
    speaks(people, "Olga", confirmed=False)
    assert not skills.speaks(officer(people, "Olga"), "pl")
    skill = LanguageSkill.objects.get()
    for name in ("Olga", "Odile", "Otto", "Ned"):  # oneself, a colleague, another desk, nobody
        with people.sitting(name, unlocked=False) as here, pytest.raises(Refused):
            skills.confirm(skill.id, by=here, at=people.at)
    with people.sitting("Stella", unlocked=False) as here:
        skills.confirm(skill.id, by=here, at=people.at)
    assert skills.speaks(officer(people, "Olga"), "pl")
    with people.sitting("Odile", unlocked=False) as here:
        [line] = rota.rota(by=here, at=people.at)[0].languages
    assert (line.officer, line.name, line.confirmed_by) == ("Olga O.", "Polish", "Stella S.")
    with people.sitting("Olga", unlocked=False) as here:
        skills.withdraw("pl", by=here, at=people.at)
    assert not LanguageSkill.objects.exists()


# --- asking and giving out -----------------------------------------------------------------------------------------


def test_it_is_given_to_somebody_on_duty_who_can_open_it(people: People) -> None:
    speaks(people, "Olga")
    speaks(people, "Nils")
    speaks(people, "Otto")  # another desk: their keys do not open it
    with people.sitting("Nils"):
        pass  # signed in and unlocked
    ref, _ = polish(people)
    ask(people, ref)
    task = the_task()
    assert task.assigned_to_id == officer(people, "Nils")
    assert timedelta(hours=23) < task.due_at - people.at <= timedelta(hours=24)
    with pytest.raises(NotNow):
        ask(people, ref, "Olga")


def test_the_clock_is_quicker_in_danger(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = polish(people, **DANGER)
    ask(people, ref)
    assert the_task().due_at - people.at <= timedelta(minutes=15)


def test_another_desk_sees_nothing_of_it(people: People) -> None:
    speaks(people, "Olga")
    speaks(people, "Otto")
    ref, _ = polish(people)
    ask(people, ref)
    task = the_task().id
    with people.sitting("Otto") as here:
        assert not Translation.objects.exists()
        for do in (
            lambda: translating.ask(ref, TranslationRequest("pl"), by=here, at=people.at),
            lambda: translating.take(ref, task, holder=None, by=here, at=people.at),
            lambda: translating.write(ref, task, "x", number=0, by=here, at=people.at),
            lambda: translating.send(ref, task, "x", by=here, at=people.at),
            lambda: translating.drop(ref, task, by=here, at=people.at),
            lambda: translating.hand_on(ref, task, here.officer_id, by=here, at=people.at),
        ):
            with pytest.raises(NotHere):
                do()
    other, _ = people.send()
    with people.sitting("Olga") as here, pytest.raises(NotHere):  # a task is of its own report only
        translating.take(other, task, holder=None, by=here, at=people.at)


def test_it_is_taken_and_handed_on_by_those_who_speak_it(people: People) -> None:
    for name in ("Olga", "Nadia"):
        speaks(people, name)
    ref, _ = polish(people)
    ask(people, ref)
    task = the_task()
    first = task.assigned_to_id
    other = next(name for name in ("Olga", "Nadia") if officer(people, name) != first)
    with people.sitting("Nils") as here, pytest.raises(Refused):
        translating.take(ref, task.id, holder=first, by=here, at=people.at)
    with people.sitting(other) as here:
        translating.take(ref, task.id, holder=first, by=here, at=people.at)
        with pytest.raises(Changed):
            translating.take(ref, task.id, holder=first, by=here, at=people.at)
        with pytest.raises(Refused):
            translating.hand_on(ref, task.id, officer(people, "Odile"), by=here, at=people.at)
        assert first
        translating.hand_on(ref, task.id, first, by=here, at=people.at)
    assert the_task().assigned_to_id == first
    with people.sitting(other) as here, pytest.raises(Refused, match="Take the translation first"):
        translating.write(ref, task.id, "x", number=0, by=here, at=people.at)


def test_whoever_asked_takes_it_back(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = polish(people)
    ask(people, ref)
    with people.sitting("Olga") as here, pytest.raises(Refused):
        translating.drop(ref, the_task().id, by=here, at=people.at)
    with people.sitting("Odile") as here:
        translating.drop(ref, the_task().id, by=here, at=people.at)
    assert the_task().state == "dropped"
    with people.sitting("Olga") as here, pytest.raises(NotNow):
        translating.write(ref, the_task().id, "x", number=0, by=here, at=people.at)


def test_handing_the_report_over_gives_it_to_somebody_there(people: People) -> None:
    speaks(people, "Olga")
    speaks(people, "Oren")
    ref, _ = polish(people)
    people.take(ref)
    ask(people, ref)
    assert the_task().assigned_to_id == officer(people, "Olga")
    with people.sitting("Odile") as here:
        transitions.hand_over(
            ref, "south-west", "It is theirs", version=row(ref).version, by=here, at=people.at
        )
    assert the_task().assigned_to_id == officer(people, "Oren")
    write(people, ref, "Oren")
    assert people.read(ref, "Otto").answers.translation is not None


# --- alarms --------------------------------------------------------------------------------------------------------


def kinds() -> set[str]:
    return set(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def test_it_calls_who_has_it_and_the_desk_when_it_is_late(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = polish(people)
    ask(people, ref)
    with acting("worker"):
        translation_clock.watch(people.at)
        translation_clock.watch(people.at)
        assert kinds() == {"translation-waits"}
        [alarm] = Alarm.objects.all()
        assert alarm_kinds.called(alarm, 0, people.at) == {"olga@unit.example"}
        translation_clock.watch(people.at + timedelta(hours=25))
    assert kinds() == {"translation-waits", "translation-late"}
    with acting("worker"):
        late = Alarm.objects.get(kind="translation-late")
        assert {"olga@unit.example"} < alarm_kinds.called(late, 0, people.at)
    write(people, ref, "Olga")
    assert kinds() == set()
    assert set(Alarm.objects.values_list("because", flat=True)) == {"translated"}


def test_that_nobody_speaks_it_is_told_until_somebody_takes_it(people: People) -> None:
    ref, _ = polish(people)
    ask(people, ref)
    with acting("worker"):
        translation_clock.watch(people.at)
        alarm = Alarm.objects.get()
        assert alarm_kinds.called(alarm, 0, people.at)
    assert kinds() == {"no-translator"}
    speaks(people, "Nadia")
    with people.sitting("Nadia") as here:
        translating.take(ref, the_task().id, holder=None, by=here, at=people.at)
    assert kinds() == set()


# --- the translation -----------------------------------------------------------------------------------------------


def test_it_lies_beside_the_original_marked_with_translator_and_day(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = polish(people)
    people.take(ref)
    ask(people, ref)
    write(people, ref, "Olga")
    write(people, ref, "Olga", ENGLISH + " Tonight.", number=1)
    with pytest.raises(Changed):
        write(people, ref, "Olga", "An old page", number=1)
    file = people.read(ref)
    assert file.answers.narrative == POLISH
    assert file.answers.translation is not None
    assert (
        file.answers.translation.by,
        file.answers.translation.number,
        file.answers.translation.verified,
    ) == ("Olga O.", 2, True)
    assert file.answers.translation.text.endswith("Tonight.")
    assert file.answers.translation.day_words == f"{people.at:%-d %B %Y}"
    [task] = file.messages.translations
    assert task.versions[0].text == ENGLISH
    assert (task.note, task.asked_by, task.state) == ("What is in the sacks?", "Odile O.", "done")
    with people.sitting("Odile") as here:
        [line] = queue(by=here, at=people.at, view=QueueView(desk="north-east")).lines
    assert line.opening.startswith("A neighbour carries")
    assert "Translated from Polish" in line.flags
    assert len(logged("translation-written", thing=ref)) == 2


def test_a_version_is_never_changed(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = polish(people)
    ask(people, ref)
    write(people, ref, "Olga")
    from django.db import DatabaseError, transaction

    with people.sitting("Olga"):
        for do in (TranslationText.objects.all().delete, lambda: TranslationText.objects.update(number=9)):
            with pytest.raises(DatabaseError), transaction.atomic():
                do()


def test_nothing_of_it_can_be_read_at_rest(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = people.taken(narrative=POLISH)
    ask(people, ref)
    write(people, ref, "Olga")
    with people.sitting("Odile") as here:
        languages.say(ref, "pl", by=here, at=people.at)
    with connection.cursor() as cursor:
        for table in (
            "reports_translation",
            "reports_translation_text",
            "reports_sealed_header",
            "audit_event",
        ):
            cursor.execute(f"SELECT t::text FROM {table} t WHERE t::text LIKE %s", [f"%{ref}%"])
            for (line,) in cursor.fetchall():
                assert "sacks" not in line
                assert "Polish" not in line
                assert '"pl"' not in line
                assert ",pl," not in line


# --- answers -------------------------------------------------------------------------------------------------------


def answered(people: People) -> tuple[UUID, CaseFile]:
    speaks(people, "Olga")
    ref, code = people.taken(narrative=POLISH)
    with people.sitting("Odile") as here:
        translating.ask_answer(ref, ANSWER, "pl", version=row(ref).version, by=here, at=people.at)
    file = people.read(ref)
    assert file.messages.lines == ()
    with acting("public"):
        assert messages.visit(code, at=people.at).messages == ()
        assert messages.visit(code, at=people.at).status == "read"
    with people.sitting("Olga") as here:
        translating.send(ref, the_task().id, PO_POLSKU, by=here, at=people.at)
        with pytest.raises(NotNow):
            translating.send(ref, the_task().id, PO_POLSKU, by=here, at=people.at)
    with acting("public"):
        [told] = messages.visit(code, at=people.at).messages
        assert (told.text, told.verified, told.translated) == (PO_POLSKU, True, "pl")
        messages.say(code, "W sobotę, o drugiej w nocy", message_id=uuid4(), at=people.at)
    return ref, people.read(ref)


def test_an_answer_reaches_the_reporter_in_their_language_and_the_english_stays(people: People) -> None:
    ref, file = answered(people)
    ours, theirs = file.messages.lines
    assert (ours.text, ours.english, ours.by, ours.verified) == (PO_POLSKU, ANSWER, "Olga O.", True)
    [task] = file.messages.translations
    assert (task.english, task.english_verified, task.outward, task.asked_by) == (
        ANSWER,
        True,
        True,
        "Odile O.",
    )
    assert row(ref).status in {"question", "read"}
    assert theirs.translation is None


def test_their_reply_is_translated_too(people: People) -> None:
    ref, file = answered(people)
    reply = file.messages.lines[1]
    ask(people, ref, message=reply.id)
    task = Translation.objects.get(state="waiting")
    with people.sitting("Olga") as here:
        translating.write(ref, task.id, "On Saturday", number=0, by=here, at=people.at)
    shown = people.read(ref).messages.lines[1].translation
    assert shown is not None
    assert (shown.text, shown.by) == ("On Saturday", "Olga O.")
    with people.sitting("Odile") as here, pytest.raises(NotHere):  # one of ours
        translating.ask(ref, TranslationRequest("pl", file.messages.lines[0].id), by=here, at=people.at)


def test_only_who_holds_the_report_has_an_answer_translated(people: People) -> None:
    speaks(people, "Olga")
    ref, _ = people.taken(narrative=POLISH)
    with people.sitting("Olga") as here, pytest.raises(Refused):
        translating.ask_answer(ref, ANSWER, "pl", version=row(ref).version, by=here, at=people.at)
    with people.sitting("Odile") as here, pytest.raises(Changed):
        translating.ask_answer(ref, ANSWER, "pl", version=row(ref).version - 1, by=here, at=people.at)


def test_an_answer_for_a_report_that_was_given_back_is_not_sent(people: People) -> None:
    speaks(people, "Olga")
    ref, code = people.taken(narrative=POLISH)
    with people.sitting("Odile") as here:
        translating.ask_answer(ref, ANSWER, "pl", version=row(ref).version, by=here, at=people.at)
        transitions.release(ref, by=here, at=people.at)
    with people.sitting("Olga") as here, pytest.raises(NotNow):
        translating.send(ref, the_task().id, PO_POLSKU, by=here, at=people.at)
    with acting("public"):
        assert messages.visit(code, at=people.at).messages == ()
