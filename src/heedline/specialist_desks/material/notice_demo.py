"""Invented notices to an invented company, at several stages."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from heedline.desk_hooks.hooks import DemoScene
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.examination.examining import ExaminationForm
from heedline.specialist_desks.material.examination.law import ExaminationAnswers
from heedline.specialist_desks.material.items import adding, sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import CompanyNotice, MaterialItem
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis, NoticeConstable
from heedline.specialist_desks.material.notice_rules.states import CompanyAnswer
from heedline.specialist_desks.material.notices import channels, composing, following, sending
from heedline.specialist_desks.material.notices.composing import NoticeForm

_FINDING = ExaminationForm(
    ExaminationAnswers({"ta2006-s1": frozenset({0, 1, 2})}, "no"),
    {"what": "propaganda", "audience": "public", "closed_audience": "no", "language": "English"},
    {"ta2006-s1": "Invented: the post praises an attack."},
    "Invented: a post of two sentences with a picture.",
)
_GROUNDS = {"ta2006-s1": "Invented: it praises an attack and calls on others to do the same."}
_REASONS = "Invented: a post of two sentences with a picture, which anybody can see."
_LETTER = NoticeForm(
    NoticeBasis.SECTION_3,
    None,
    _REASONS,
    _GROUNDS,
    description="Invented: the post of two sentences with a picture of a flag.",
    constable=NoticeConstable("A. Sample", "Detective Constable", "0000", "Exampleshire Police"),
)
#: The channels of the invented company in the pack: a signed request and an email.
_REQUEST, _EMAIL = 0, 1


def load(scene: DemoScene, first: str, second: str) -> None:
    """Create notices at several stages, from a draft to an overdue notice and a letter to serve."""
    with scene.sitting(first) as by:
        for number in (_REQUEST, _EMAIL):
            channels.test_channel("kiteboard", number, by=by, at=scene.at)
    referral = NoticeForm(NoticeBasis.VOLUNTARY, _EMAIL, _REASONS, _GROUNDS)
    request = NoticeForm(NoticeBasis.VOLUNTARY, _REQUEST, _REASONS, _GROUNDS)
    urgent = NoticeForm(NoticeBasis.VOLUNTARY, _EMAIL, _REASONS, _GROUNDS, crisis=True)
    _written(scene, first, second, "Draft01", referral)
    _proposed(scene, first, _written(scene, first, second, "Waits02", referral))
    _approved(scene, first, second, _written(scene, first, second, "Letter3", _LETTER))
    _sent(scene, first, second, _written(scene, first, second, "Silent4", request))
    answered = _written(scene, first, second, "Answer5", referral)
    _sent(scene, first, second, answered)
    with scene.sitting(first) as by:
        following.record_answer(
            answered, CompanyAnswer.REMOVED, "Invented: by telephone, it was removed.", by=by, at=scene.at
        )
    # two hours ago, but not before the day on which the desk's key begins
    earlier = max(scene.at - timedelta(hours=2), scene.at.replace(hour=0, minute=0, second=0, microsecond=0))
    late = _written(scene, first, second, "Urgent6", urgent, at=earlier)
    _sent(scene, first, second, late, at=earlier)


def _written(
    scene: DemoScene, first: str, second: str, post: str, form: NoticeForm, *, at: datetime | None = None
) -> UUID:
    """Add an item that two examiners find unlawful, and draft a notice about it."""
    at = at or scene.at
    with scene.sitting(first) as by:
        item = adding.add(f"https://kiteboard.example/posts/{post}", by=by, at=scene.at)
        examining.check(item, ["wide"], gone=False, label=f"Post {post}", by=by, at=scene.at)
        examining.take(item, by=by, at=scene.at)
    for name in (first, second):
        with scene.sitting(name) as by:
            version = MaterialItem.objects.get(id=item).version
            examining.examine(item, _FINDING, version=version, by=by, at=scene.at)
    with scene.sitting(first) as by:
        sightings.record(item, LivenessVerdict.LIVE, by=by, at=at)
        return composing.compose(item, form, by=by, at=at)


def _version(ref: UUID) -> int:
    return CompanyNotice.objects.get(id=ref).version


def _proposed(scene: DemoScene, first: str, ref: UUID, *, at: datetime | None = None) -> None:
    with scene.sitting(first) as by:
        composing.propose(ref, version=_version(ref), by=by, at=at or scene.at)


def _approved(scene: DemoScene, first: str, second: str, ref: UUID, *, at: datetime | None = None) -> None:
    _proposed(scene, first, ref, at=at)
    with scene.sitting(second) as by:
        composing.approve(ref, version=_version(ref), by=by, at=at or scene.at)


def _sent(scene: DemoScene, first: str, second: str, ref: UUID, *, at: datetime | None = None) -> None:
    _approved(scene, first, second, ref, at=at)
    with scene.sitting(first) as by:
        sending.send(ref, by=by, at=at or scene.at)
