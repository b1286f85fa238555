"""Demonstration notices to an invented company, at every stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import Attendance
from heedline.casework.linking import matching
from heedline.casework.search import desk_index
from heedline.jobs.demonstration.desks import DemoScene
from heedline.packs import load_pack
from heedline.specialist_desks.material import demo_evidence
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination.examining import ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers
from heedline.specialist_desks.material.items import adding, sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem
from heedline.specialist_desks.material.notice_rules.clock import day_in_uk
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeConstable
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.notices import channels, composing, following, sending
from heedline.specialist_desks.material.notices.composing import NoticeForm

_FACTS = {"what": "propaganda", "audience": "public", "closed_audience": "no", "language": "English"}
_FINDING = ExaminationForm(
    ExaminationAnswers({"ta2006-s1": frozenset({0, 1, 2})}, "no"),
    _FACTS,
    {"ta2006-s1": "Invented: the post praises an attack."},
    "Invented: a post of two sentences with a picture.",
)
_REVERSED = ExaminationForm(
    ExaminationAnswers({}, "art"),
    _FACTS,
    {},
    "Invented: the company is right. The post announces a stage play, and the two sentences are a line from it.",
)
_GROUNDS = {"ta2006-s1": "Invented: it praises an attack and calls on others to do the same."}
_REASONS = "Invented: a post of two sentences with a picture, which anybody can see."
#: The channels of the invented company in the pack: a signed request and an email.
_REQUEST, _EMAIL = 0, 1
_BY_EMAIL = NoticeForm(NoticeBasis.VOLUNTARY, _EMAIL, _REASONS, _GROUNDS)
_BY_REQUEST = NoticeForm(NoticeBasis.VOLUNTARY, _REQUEST, _REASONS, _GROUNDS)
_LETTER = NoticeForm(
    NoticeBasis.SECTION_3,
    None,
    _REASONS,
    _GROUNDS,
    description="Invented: the post of two sentences with a picture of a flag.",
    constable=NoticeConstable("A. Sample", "Detective Constable", "0000", "Exampleshire Police"),
)
#: Posts with the notice that is written about each. How far each comes is said in `load`.
_DRAFT, _PROPOSED, _APPROVED, _SILENT, _THANKED = "Draft01", "Waits02", "Ready03", "Silent04", "Thanks05"
_BOUNCED, _URGENT, _REMOVED, _SERVED, _APPEALED = "Bounce06", "Urgent07", "Removed08", "Letter09", "Appeal10"
_FORMS: Mapping[str, NoticeForm] = {
    _DRAFT: _BY_EMAIL,
    _PROPOSED: _BY_EMAIL,
    _APPROVED: _BY_REQUEST,
    _SILENT: _BY_REQUEST,
    _THANKED: _BY_EMAIL,
    _BOUNCED: _BY_EMAIL,
    _URGENT: NoticeForm(NoticeBasis.VOLUNTARY, _EMAIL, _REASONS, _GROUNDS, crisis=True),
    _REMOVED: _BY_REQUEST,
    _SERVED: _LETTER,
    _APPEALED: _BY_EMAIL,
}
#: The same picture as in a post that was removed, under another address.
_AGAIN = "Again11"


def _compare(scene: DemoScene) -> None:
    """Let the linking desk compare the items with the interest register: no report names them."""
    code = load_pack(settings.PACK).linking_desk
    with scene.sitting(scene.officers[code][0]) as by:
        desk = next(one.id for one in by.desks if one.code == code)
        desk_index.begin(desk, on=scene.at.date())
        while matching.catch_up(by=by, at=scene.at):
            pass


def load(scene: DemoScene, first: str, second: str, third: str) -> None:
    """Create a notice about each demonstration post, and bring each one to a different stage."""
    at = scene.at
    # two hours ago, but not before the day on which the desk's key begins
    earlier = max(at - timedelta(hours=2), at.replace(hour=0, minute=0, second=0, microsecond=0))
    times = dict.fromkeys(_FORMS, at) | {_URGENT: earlier}
    with scene.sitting(first) as by:
        for number in (_REQUEST, _EMAIL):
            channels.test_channel("kiteboard", number, by=by, at=earlier)
        items = {post: _item(post, post, by, at) for post in _FORMS}
        for item in items.values():
            examining.take(item, by=by, at=at)
            _examine(item, _FINDING, by, at)
        _item(_AGAIN, _REMOVED, by, at)
    with scene.sitting(second) as by:
        for item in items.values():
            _examine(item, _FINDING, by, at)
    _compare(scene)
    with scene.sitting(first) as by:
        notices = {}
        for post, form in _FORMS.items():
            sightings.record(items[post], LivenessVerdict.LIVE, by=by, at=times[post])
            notices[post] = composing.compose(items[post], form, by=by, at=times[post])
            if post != _DRAFT:
                composing.propose(notices[post], version=_version(notices[post]), by=by, at=times[post])
    with scene.sitting(second) as by:
        for post in _FORMS.keys() - {_DRAFT, _PROPOSED}:
            composing.approve(notices[post], version=_version(notices[post]), by=by, at=times[post])
    with scene.sitting(first) as by:
        for post in _FORMS.keys() - {_DRAFT, _PROPOSED, _APPROVED, _SERVED}:
            sending.send(notices[post], by=by, at=times[post])
        _answered(items, notices, by, at + timedelta(seconds=1))
    with scene.sitting(third) as by:
        _examine(items[_APPEALED], _REVERSED, by, at)
    with scene.sitting(first) as by:
        following.withdraw(notices[_APPEALED], "Invented: the post announces a play.", by=by, at=at)


def _answered(items: Mapping[str, UUID], notices: Mapping[str, UUID], by: Attendance, at: datetime) -> None:
    """Record the company's invented answers to the notices that were sent."""
    following.record_answer(
        notices[_THANKED], CompanyAnswer.RECEIVED, "Invented: it has a number, K-1204.", by=by, at=at
    )
    following.record_answer(
        notices[_REMOVED], CompanyAnswer.REMOVED, "Invented: by telephone, it was removed.", by=by, at=at
    )
    following.record_answer(
        notices[_APPEALED], CompanyAnswer.OBJECTS, "Invented: it is a line from a play.", by=by, at=at
    )
    sending.came_back(notices[_BOUNCED], "Invented: 550 mailbox is full.", by=by, at=at)
    channels.test_channel("kiteboard", _EMAIL, by=by, at=at + timedelta(seconds=1))  # it has room again
    sightings.record(items[_REMOVED], LivenessVerdict.REMOVED_404, by=by, at=at)
    following.close(notices[_REMOVED], by=by, at=at)
    following.serve(
        notices[_SERVED],
        day_in_uk(at),
        "hand",
        "Invented: handed to C. Example, the company secretary, at its office.",
        by=by,
        at=at,
    )


def _item(post: str, shown: str, by: Attendance, at: datetime) -> UUID:
    """Add the item for a post, record its first check, and upload a picture of it."""
    item = adding.add(f"https://kiteboard.example/posts/{post}", by=by, at=at)
    examining.check(item, ["wide"], gone=False, label=f"Post {post}", by=by, at=at)
    demo_evidence.upload(item, f"post {shown}", by=by, at=at)
    return item


def _examine(item: UUID, form: ExaminationForm, by: Attendance, at: datetime) -> None:
    examining.examine(item, form, version=MaterialItem.objects.get(id=item).version, by=by, at=at)


def _version(ref: UUID) -> int:
    return CompanyNotice.objects.get(id=ref).version
