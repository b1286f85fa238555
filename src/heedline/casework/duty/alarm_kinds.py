"""The register of alarm kinds: who each one calls, how long it lasts and what resolves it.

`paging` uses it to find whom to call, and `alarms` to decide whether an alarm may be cleared and what clears it. The kinds of specialist desks are included as soon as the desk has registered (`heedline.desk_hooks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from heedline.casework.duty import on_call, training_clock
from heedline.casework.keys import health
from heedline.desk_hooks import register
from heedline.dispatch.letters import AlarmKind, AnyLetter, Letter
from heedline.dispatch.models import About, Alarm
from heedline.packs import load_pack
from heedline.packs.pack import OnCallStep
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Dissemination, IdentityRequest, Report


class AlarmEvent(StrEnum):
    """An action that resolves alarms.

    It is stored with the alarm and in the log as the reason why the alarm was cleared.
    """

    TAKEN = "taken"
    DECIDED = "decided"
    CALLED = "called"
    TRANSLATED = "translated"
    GIVEN_ON = "given-on"
    CHECKED = "checked"
    WITHDRAWN = "withdrawn"
    ANSWER_READ = "answer-read"


#: (alarm, step of the on-call chain, now) -> e-mail addresses.
Called = Callable[[Alarm, int, datetime], frozenset[str]]
#: (alarm, now) -> whether its cause is still there.
Lasts = Callable[[Alarm, datetime], bool]


def _chain() -> tuple[OnCallStep, ...]:
    return tuple(load_pack(settings.PACK).on_call)


def call_the_desk(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the people whom this step of the on-call chain calls at the alarm's desk."""
    return on_call.called(alarm.desk_id, step, _chain(), at)


def call_supervisors(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the supervisors of the alarm's desk or, if it has none, the people whom the on-call chain calls."""
    return on_call.supervisors(alarm.desk_id) or call_the_desk(alarm, step, at)


def _call_authorisers(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    return on_call.called_authorisers(alarm.desk_id, step, at, overdue=False)


def _call_every_authoriser(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    return on_call.called_authorisers(alarm.desk_id, step, at, overdue=True)


def _call_translators(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    if alarm.about_id is None:
        return call_the_desk(alarm, step, at)
    return on_call.called_translators(alarm.kind, alarm.desk_id, alarm.about_id, _chain(), at)


def _call_the_desk_and_stewards(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the people on call at the desk and the stewards, who alone can restore statements."""
    return call_the_desk(alarm, step, at) | on_call.stewards()


def _call_the_trained(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    called = training_clock.called(alarm.desk_id, alarm.about_id, at) if alarm.about_id else frozenset()
    return called or call_the_desk(alarm, step, at)


def _report_waits(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report is still waiting to be taken.

    A report that this session cannot see counts as waiting.
    """
    taken = Report.objects.exclude(stage=Stage.WAITING)
    return alarm.about_id is not None and not taken.filter(id=alarm.about_id).exists()


def _request_undecided(alarm: Alarm, at: datetime) -> bool:
    undecided = IdentityRequest.objects.filter(decided_at=None)
    return alarm.about_id is not None and undecided.filter(id=alarm.about_id).exists()


def _urgent_unopened(alarm: Alarm, at: datetime) -> bool:
    """Return whether a partner has yet to open a disclosure sent because life is at risk."""
    return Dissemination.objects.filter(
        report=alarm.about_id, state=DisseminationState.SENT, urgent=True
    ).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """The behaviour of one kind of alarm.

    `words` is the text for the officer, and `about` is what `Alarm.about_id` names. `called` returns whom a step pages. `chain` means that the alarm is paged up the chain until acknowledged, and otherwise once. `chain_in_danger` limits that to reports which say that life is at risk. If `lasts` is set, nobody can clear the alarm before its cause is gone, and `while_it_lasts` says what to do instead. `resolved_by` lists the events that clear it in the name of the person who caused them. `answered_with` is the capability needed to acknowledge and clear it. `raised_by` is the letter that raises it at once. The clocks raise the other kinds.
    """

    words: str
    about: str = About.REPORT
    called: Called = call_the_desk
    chain: bool = False
    chain_in_danger: bool = False
    lasts: Lasts | None = None
    while_it_lasts: str = ""
    resolved_by: frozenset[str] = frozenset()
    answered_with: AnyCapability = Capability.ANSWER_ALARM
    raised_by: AnyLetter | None = None


def _about_waiting(words: str, instead: str) -> AlarmRule:
    return AlarmRule(
        words=words,
        chain=True,
        lasts=_report_waits,
        while_it_lasts=instead,
        resolved_by=frozenset({AlarmEvent.TAKEN}),
    )


def _about_request(words: str, called: Called, raised_by: Letter | None = None) -> AlarmRule:
    """Return a rule for alarms about requests, which only authorisers decide and no other desk answers."""
    return AlarmRule(
        words=words,
        about=About.REQUEST,
        called=called,
        chain=True,
        lasts=_request_undecided,
        while_it_lasts="Decide about the request: this alarm stays until an authoriser has decided.",
        resolved_by=frozenset({AlarmEvent.DECIDED}),
        answered_with=Capability.DECIDE_IDENTITY,
        raised_by=raised_by,
    )


def _about_call(words: str) -> AlarmRule:
    return AlarmRule(words=words, called=call_supervisors, resolved_by=frozenset({AlarmEvent.CALLED}))


def _about_source(words: str, raised_by: Letter) -> AlarmRule:
    return AlarmRule(words=words, called=call_supervisors, raised_by=raised_by)


def _about_translation(words: str, *resolved_by: AlarmEvent) -> AlarmRule:
    return AlarmRule(
        words=words, called=_call_translators, resolved_by=frozenset({AlarmEvent.TRANSLATED, *resolved_by})
    )


def _about_keys(words: str, lasts: Lasts, instead: str) -> AlarmRule:
    return AlarmRule(words=words, about=About.DESK, lasts=lasts, while_it_lasts=instead)


def _about_the_desk(words: str) -> AlarmRule:
    return AlarmRule(words=words, about=About.DESK)


#: In the order in which the page Alarms lists them.
ALARM_KINDS: dict[AlarmKind, AlarmRule] = {
    AlarmKind.DANGER: _about_waiting(
        "Someone may be in danger",
        "Take the report: this alarm stays until an officer has taken it.",
    ),
    AlarmKind.NOBODY_ON_DUTY: _about_waiting(
        "A report is waiting and nobody is on duty at its desk",
        "Take the report or hand it over: this alarm stays until an officer has taken it.",
    ),
    AlarmKind.IDENTITY_OVERDUE: _about_request(
        "A request about who sent a report has waited for ten minutes", _call_every_authoriser
    ),
    AlarmKind.IDENTITY_ASKED: _about_request(
        "Somebody asks to open who sent a report, or to have a sender traced",
        _call_authorisers,
        Letter.IDENTITY_ASKED,
    ),
    AlarmKind.OVERDUE: AlarmRule(words="A report is overdue", chain_in_danger=True),
    AlarmKind.MESSAGE_WAITING: AlarmRule(words="A message from a reporter has not been read in time"),
    AlarmKind.CALL_MISSED: _about_call("Calls to somebody who asked for one did not reach them"),
    AlarmKind.CALL_LATE: _about_call("A call that somebody asked for has not been made in time"),
    AlarmKind.SOURCE_REFERRED: _about_source(
        "An officer refers a report to the source unit: take it there", Letter.SOURCE_REFERRED
    ),
    AlarmKind.SOURCE_OVERRIDDEN: _about_source(
        "A message went to a reporter although the source guard warned: read why", Letter.SOURCE_OVERRIDDEN
    ),
    AlarmKind.PARTNER_DANGER: AlarmRule(
        words="Life may be at risk, and a partner has not opened what was sent: phone them",
        chain=True,
        lasts=_urgent_unopened,
        while_it_lasts="Phone the partner, or withdraw what was sent: this alarm stays until they have opened it.",
        resolved_by=frozenset({AlarmEvent.WITHDRAWN}),
    ),
    AlarmKind.PARTNER_SILENT: AlarmRule(words="A partner has not opened or answered in time: phone them"),
    AlarmKind.PARTNER_ANSWERED: AlarmRule(
        words="A partner has answered: read it", resolved_by=frozenset({AlarmEvent.ANSWER_READ})
    ),
    AlarmKind.SENDING_TO_CHECK: AlarmRule(
        words="What is written for a partner waits for a second officer",
        resolved_by=frozenset({AlarmEvent.CHECKED}),
    ),
    AlarmKind.NO_TRANSLATOR: _about_translation(
        "Nobody at the desk speaks the language of a report", AlarmEvent.GIVEN_ON
    ),
    AlarmKind.TRANSLATION_LATE: _about_translation("A translation has not been made in time"),
    AlarmKind.TRANSLATION_WAITS: _about_translation(
        "A translation waits for the officer it was given to", AlarmEvent.GIVEN_ON
    ),
    AlarmKind.EPOCH_ENDING: _about_keys(
        "The keys of a desk run out: no new ones follow",
        lambda alarm, at: health.keys_run_out(alarm.desk_id, at),
        "An officer of the desk has to unlock their keys once: that makes the next ones.",
    ),
    AlarmKind.THIN_DESK: _about_keys(
        "A desk has fewer than two officers who can open its reports",
        lambda alarm, at: health.desk_is_thin(alarm.desk_id, at),
        "A second officer has to be enrolled on the desk first.",
    ),
    AlarmKind.KEYS_RECOVERED: AlarmRule(
        words="The keys of a desk were opened by three shares of its recovery key",
        about=About.DESK,
        chain=True,
        raised_by=Letter.KEYS_RECOVERED,
    ),
    AlarmKind.KEYS_TO_CHANGE: _about_keys(
        "Somebody has left and still holds keys of a desk, or old keys wait to be destroyed",
        lambda alarm, at: health.keys_to_change(alarm.desk_id),
        "A member of the desk unlocks their keys, re-addresses its reports and destroys the old keys.",
    ),
    AlarmKind.MEMBER_WITHOUT_KEYS: _about_keys(
        "A member of a desk cannot open its reports yet",
        lambda alarm, at: health.without_keys(alarm.desk_id, at),
        "A colleague of the desk has to compare their words first, on the page Keys.",
    ),
    AlarmKind.KEYS_DOUBTED: AlarmRule(
        words="A statement about somebody's keys is missing, was not believed, or is not what the log names",
        about=About.DESK,
        called=_call_the_desk_and_stewards,
    ),
    AlarmKind.SESSION_ALTERED: AlarmRule(
        words="Somebody changed the session of an officer in the database: ask the operator who can write to it",
        about=About.DESK,
        called=_call_the_desk_and_stewards,
        chain=True,
        raised_by=Letter.SESSION_ALTERED,
    ),
    AlarmKind.TOO_FEW_TRAINED: _about_the_desk(
        "Too few people at a desk have a training that has not run out: see who, on the page Training"
    ),
    AlarmKind.TRAINING_ENDS: AlarmRule(
        words="A training of somebody at a desk runs out soon: yours on the page Me, everybody’s on the page Training",
        about=About.OFFICER,
        called=_call_the_trained,
    ),
    AlarmKind.REVIEW_LATE: _about_the_desk("Reports are kept past their review"),
    AlarmKind.SUBJECT_LATE: _about_the_desk("Somebody who used their rights has to be answered within days"),
    AlarmKind.PAGE_FAILED: _about_the_desk("A page could not be delivered"),
    AlarmKind.WORKER_FAILING: _about_the_desk("A background task keeps failing"),
    AlarmKind.LOG_STANDS: _about_the_desk("The log is not being sequenced or signed"),
    AlarmKind.LOG_BROKEN: _about_the_desk("The log does not add up: somebody may have changed it"),
}

#: About what is written for partners, sent to them or answered by them: the page Alarms links to the tab Partners.
ABOUT_PARTNERS = frozenset(
    {
        AlarmKind.PARTNER_DANGER,
        AlarmKind.PARTNER_SILENT,
        AlarmKind.PARTNER_ANSWERED,
        AlarmKind.SENDING_TO_CHECK,
    }
)


def every_kind() -> Iterator[tuple[str, AlarmRule]]:
    """Yield (code, rule) for every kind of alarm, in the order of the Alarms page."""
    yield from ((str(kind), rule) for kind, rule in ALARM_KINDS.items())
    for desk in register.desks():
        yield from ((str(kind), rule) for kind, rule in desk.alarms.items())


def rule_of(kind: str) -> AlarmRule:
    """Return the rule of a kind of alarm. Raises KeyError if it is not registered."""
    return dict(every_kind())[kind]


def known() -> frozenset[str]:
    """Return every registered kind of alarm.

    Alarms of other kinds are left over from a desk that was removed. They neither page anybody nor are
    shown.
    """
    return frozenset(kind for kind, _ in every_kind())


def called(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return the email addresses of the people called at this step of an alarm."""
    return rule_of(alarm.kind).called(alarm, step, at)


def about(kind: str, ident: UUID | None) -> dict[str, object]:
    """Return the fields of an alarm that say what it is about. Raise KeyError for an unknown kind."""
    rule = rule_of(kind)
    return {"kind": kind, "about_kind": rule.about if ident is not None else About.DESK, "about_id": ident}


def resolved_by(event: str) -> frozenset[str]:
    """Return the kinds of alarm that this event resolves."""
    return frozenset(kind for kind, rule in every_kind() if event in rule.resolved_by)


def answered_with(capability: AnyCapability) -> frozenset[str]:
    """Return the kinds of alarm that an officer with this capability may answer."""
    return frozenset(kind for kind, rule in every_kind() if rule.answered_with == capability)


def raised_by(letter: str) -> str | None:
    """Return the kind of alarm that a letter raises at once, or None."""
    return next((kind for kind, rule in every_kind() if rule.raised_by == letter), None)
