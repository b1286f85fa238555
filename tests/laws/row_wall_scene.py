"""A report at each desk, with everything that hangs on a report, and a partner."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from heedline.casework.contact import messages
from heedline.casework.dissemination import outgoing
from heedline.casework.journey import transitions
from heedline.casework.language import translating
from heedline.casework.language.translating import TranslationRequest
from heedline.casework.report import officer_notes
from heedline.casework.tasks import tasks
from heedline.dispatch.models import Alarm
from heedline.reports.models import Derivative, EarlierAnswer, HandOver, OwnerNotice, ReportFile, Translation
from tests.support import stories
from tests.support.acting import acting
from tests.support.language_scene import speaks
from tests.support.partner_scene import writing
from tests.support.scene_people import ELSEWHERE, NORTH_EAST, SOUTH_WEST, People, row


def furnish(people: People) -> tuple[dict[str, str], dict[str, UUID]]:
    """Make the reports, and return the sessions of their officers, who are signed in, and the reports by desk."""
    return people.tokens, _reports(people)


def _reports(people: People) -> dict[str, UUID]:
    made = {}
    for desk, told, name in (
        ("north-east", NORTH_EAST, "Odile"),
        ("south-west", SOUTH_WEST, "Otto"),
        ("national", ELSEWHERE, "Nadia"),
    ):
        ref, code = stories.a_report(at=people.at, **told)
        speaks(people, name)
        people.take(ref, name)
        with people.sitting(name) as here:
            translating.ask(ref, TranslationRequest("pl"), by=here, at=people.at)
            task = Translation.objects.get(report_id=ref).id
            translating.write(ref, task, "What it says", number=0, by=here, at=people.at)
            messages.ask(ref, "When?", version=row(ref).version, by=here, at=people.at)
            transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
            officer_notes.write(ref, "Rang the estate office.", by=here, at=people.at)
            tasks.set_task(
                ref, "Ring", here.officer_id, people.at + timedelta(hours=1), by=here, at=people.at
            )
            sent = outgoing.write(ref, writing(people), version=row(ref).version, by=here, at=people.at)
        with acting("public"):
            messages.say(code, "Now", message_id=uuid4(), at=people.at)
        Alarm.objects.create(
            kind="overdue", desk=people.house.desks[desk], about_kind="report", about_id=ref, slot=people.at
        )
        here = people.house.desks[desk]
        officer = people.house.officers[name]
        OwnerNotice.objects.create(
            report_id=ref, officer=officer, to=officer, by=officer, at=people.at, note=uuid4()
        )
        HandOver.objects.create(
            report_id=ref,
            from_desk=here,
            to_desk=here,
            by=officer,
            at=people.at,
            due_at=people.at,
            state="accepted",
            ended_by=officer,
            ended_at=people.at,
        )
        photo = ReportFile.objects.create(container=uuid4(), report_id=ref, object=uuid4(), size=65_568)
        Derivative.objects.create(
            container=uuid4(), report_id=ref, file=photo, description=uuid4(), object=uuid4(), size=65_568
        )
        EarlierAnswer.objects.create(
            report_id=ref,
            dissemination_id=sent,
            number=1,
            code="known",
            container=uuid4(),
            key=uuid4(),
            voice={},
            by=officer,
            at=people.at,
        )
        made[desk] = ref
    return made
