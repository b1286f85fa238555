"""What a closure has to say, and how many people it takes, by what the report tells and how it was assessed.

The report, its messages and every assessment are opened in the officer's session. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from heedline.casework.checks import recording, register
from heedline.casework.contact.call_back import KEEPS_PROMISE, UNREACHED
from heedline.casework.report import notes
from heedline.casework.report.opening import OpenedReport, open_stored
from heedline.casework.report.question_editions import questions_of
from heedline.casework.report.verb import FoundReport
from heedline.casework.search import documents, values
from heedline.casework.search.documents import SearchedText
from heedline.casework.tasks import odd_things
from heedline.index.extraction import birth_dates
from heedline.index.extraction.values import Kind
from heedline.packs import load_pack
from heedline.packs.rules.look_alikes import MarkedSentence, WordMark
from heedline.packs.urgency import Priority, Urgency
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import DangerEpisode, Dissemination, Report, Step
from heedline.reports.stored import parts_of

#: The sorts of sealed part in which reporters write.
REPORTERS = frozenset({"report", "message", "translation"})
#: Fields of question sets that say whether somebody is a child.
_AGES = frozenset({"child", "under18"})
#: Labels in the pack's assessments are looked up by these codes.
_SUSCEPTIBLE, _UNDER18, _TOLD = "susceptible", "under18", "told"
#: Urgencies of reports that were sent as danger or as something planned. One that was set to low counts as high.
_URGENT = frozenset({Urgency.DANGER, Urgency.PLANNED})
#: Roles of questions that ask reporters for their own age.
_OF_REPORTERS = ("young", "call_young")
UNREAD = "This report cannot be read now, so it cannot be closed."
WRITE_WHY = (
    "This report has a word for a weapon, a threat, a date or a child: “{}” Read it again, and close it on its own page with a "
    "reason of your own."
)
ODD_OPEN = (
    "The request says that something odd has happened. Say first what became of it, on the page Tasks: the reference under "
    "which it was reported, or why it is not suspicious."
)
NOT_ANSWERED = (
    "Nobody at the organisation has been reached yet. Log under First answer how you reached it, or choose an outcome without a "
    "service."
)
SAY_WHAT = "Say in a sentence what was done for the organisation, with whom and when."
NOT_TRIED = "Log attempts to reach the organisation on two days first, under First answer."
EXPLAIN = "Say in a sentence why this report can be closed although it says “{}”"
EXPLAIN_CHILD = "It was assessed as about a child who is susceptible. Say in a sentence why there is no terrorism concern."
NOBODY_TOLD = (
    "This report was assessed as about a susceptible person under 18, and nobody has been told. Tell somebody first, and say in "
    "the assessment who it was, when and by which means."
)
ONLY_REPORTER_TOLD = (
    "This report was assessed as about a susceptible person under 18, and only the reporter has been told what happens next. "
    "Tell somebody who can safeguard the child first, and say in the assessment who it was, when and by which means."
)
NOT_CHECKED = "On the page Checks, record these checks or say why they were not done: {}."
NOTHING_CHECKED = "On the page Checks, record at least one check that was made, and its result."
OWN_CHECKS = (
    "You recorded these checks yourself: {}. Before you close this report of high priority, another officer looks at what they "
    "showed and records them, or a colleague closes it."
)
IN_A_CASE = "This report is in a case, which holds the matter now. It closes only as joined to that case."
IN_NO_CASE = "This report is in no case. Put it into one first, or choose another outcome."
SECOND = (
    "Two officers must close this report, because {}. Save the assessment without closing it, and make a colleague the owner, who "
    "reads the report and closes it."
)
FOR_A_CHILD, FOR_HIGH, FOR_URGENT, FOR_DANGER = (
    "it concerns a child",
    "its priority is or was high",
    "it was sent as a danger or as something planned",
    "a danger to life was recorded on it",
)


@dataclass(frozen=True)
class ClosingProof:
    """What a closure says beside its reason, as its outcome needs it.

    If somebody else has accepted the matter: `body` (a person or a reference will do), `when`, and `means`, one of `MEANS`,
    with `accepted_by` for a telephone call. If something was checked: what it `explained`. The checks stand in the register.
    """

    body: str = field(default="", repr=False)
    when: str = field(default="", repr=False)
    means: str = ""
    accepted_by: str = field(default="", repr=False)
    explained: str = field(default="", repr=False)

    @property
    def words(self) -> dict[str, str]:
        """Return what was said, by its label, to be sealed with the reason."""
        told = {label: getattr(self, name).strip() for name, label in LABELS.items()}
        told[LABELS["means"]] = MEANS.get(self.means, "")
        return {label: text for label, text in told.items() if text}


LABELS = {
    "body": "Who has it now? Give the body, the person or a reference.",
    "when": "When did they accept it?",
    "means": "How did they accept it?",
    "accepted_by": "Who accepted it by telephone?",
    "explained": "What explains the behaviour?",
}
#: What a marked word is about, in words.
MARKS = {WordMark.VIOLENCE: "Weapon or threat", WordMark.DATE: "Named date", WordMark.CHILD: "Child"}
#: How it is proved that somebody else has accepted the matter.
MEANS = {
    "receipt": "A signed receipt of a disclosure on this report",
    "hand-over": "A handover of this report that was accepted",
    "telephone": "By telephone",
}
#: What is missing, by the field of the proof that it is about.
MISSING = {
    "body": "Say which body, person or reference has it now.",
    "when": "Say when they accepted it, with the time.",
    "means": "Choose how they accepted it.",
    "accepted_by": "Say who accepted it by telephone.",
    "explained": "Say in a sentence what explains the behaviour.",
}
NO_RECEIPT = "No partner has signed a receipt for a disclosure on this report."
NO_HAND_OVER = "No other desk has accepted this report."


@dataclass(frozen=True)
class ClosingFacts:
    """What a report tells, as far as it bears on closing it.

    `marked` are its sentences with a word for a weapon, a threat, a date or a child. `child` is True if the reporter, an
    assessment or a word says that somebody is a child. `names_person` is True if a name is found in it. `assessed` are the texts of its assessments, oldest first, and
    `assessed_by` is the officer who made the last one. `told` says whether danger or a plan was told in a call. `danger` and `high` say whether a danger to life was ever recorded on it, and
    whether its priority ever was high: whoever lowers them does not close it alone.
    """

    marked: tuple[MarkedSentence, ...] = field(repr=False, default=())
    child: bool = False
    names_person: bool = False
    assessed: tuple[Mapping[str, str], ...] = field(repr=False, default=())
    assessed_by: UUID | None = None
    told: bool = False
    danger: bool = False
    high: bool = False
    odd: bool = False
    """Whether a request says that something odd has happened, and nobody has said what became of it."""


def marked_in(texts: Iterable[str], *, kind: str = "") -> tuple[MarkedSentence, ...]:
    """Return the sentences in these texts that have a marked word, without dates of birth.

    In a request to an ordinary service (`kind`) only words for a weapon or a threat count: organisations ask for advice about
    events with a date, and for schools.
    """
    pack, found = load_pack(settings.PACK), dict[str, MarkedSentence]()
    counted = set(WordMark) if not kind or pack.is_confidential(kind) else {WordMark.VIOLENCE}
    for text in texts:
        plain = text
        for _, written in birth_dates.birth_dates(text, pack.matching.birth):
            plain = plain.replace(written, " ")
        for one in pack.look_alikes.marked(plain):
            if marks := one.marks & counted:
                found.setdefault(one.sentence, MarkedSentence(one.sentence, frozenset(marks)))
    return tuple(found.values())


def _ages(answers: Any) -> Iterator[str]:
    """Yield the answers to the questions whether somebody is a child, wherever they stand."""
    if isinstance(answers, Mapping):
        for key, value in answers.items():
            if key in _AGES and isinstance(value, str):
                yield value
            else:
                yield from _ages(value)
    elif isinstance(answers, list | tuple):
        for one in answers:
            yield from _ages(one)


def names_child(opened: OpenedReport, marked: Iterable[MarkedSentence], report: Report) -> bool:
    """Return whether the reporter's answers or words say that somebody is a child, or that the reporter is one.

    An answer that the person is no child goes before the words.
    """
    asked, answers = questions_of(report.question_set, report.kind), opened.record.get("answers", {})
    about_them = (
        {asked.roles[role][0] for role in _OF_REPORTERS if role in asked.roles}
        if asked is not None
        else set()
    )
    said = set(_ages({step: told for step, told in answers.items() if step not in about_them}))
    if opened.young or "yes" in said:
        return True
    return "no" not in said and any(WordMark.CHILD in one.marks for one in marked)


def names_person(report: Report, texts: Iterable[SearchedText]) -> bool:
    """Return whether a name of a person is found in these texts of a report, as the comparison finds it."""
    read = values.extract_of(report, texts, indexed=False, compared=False)
    return any(one.kind is Kind.NAME for one in read.values)


def _answered(kind: str, assessed: Mapping[str, str], code: str) -> str:
    """Return the code of an answer in an assessment, or "" if there is none. Of several, the first is returned."""
    for choice in load_pack(settings.PACK).assessment(kind).choices:
        if choice.code == code:
            given = assessed.get(choice.label, "").split("; ")
            return next((option for option, words in choice.choices.items() if words in given), "")
    return ""


def facts_of(found: FoundReport) -> ClosingFacts:
    """Open a report and its assessments, and return what bears on closing it.

    Raises NotNow if the report cannot be opened, and Locked.
    """
    report, ring = found.report, found.by.keys()
    parts = documents.searched_parts([report.id]).get(report.id, [])
    try:
        texts = documents.texts_of(report, parts, ring)
        opened = open_stored(next(one for one in parts if one.part == "report"), ring)
    except (*documents.UNREADABLE, StopIteration):
        raise NotNow(UNREAD, about="closing") from None
    marked = marked_in((one.text for one in texts if one.part in REPORTERS), kind=report.kind)
    made = list(Step.objects.filter(report=report, move__in=(Move.ASSESS, Move.CALL)).order_by("number"))
    steps = [step for step in made if step.move == Move.ASSESS]
    wanted = {step.note: step for step in steps if step.note is not None}
    stored = {one.container: one for one in parts_of([report.id], Q(container__in=list(wanted)))}
    assessed = []
    for container in wanted:
        told = notes.opened_of([stored[container]], "note", ring) if container in stored else []
        assessed += [{label: str(value) for label, value in words.items()} for _, words in told]
    child = names_child(opened, marked, report) or any(
        _answered(report.kind, one, _UNDER18) == "yes" for one in assessed
    )
    return ClosingFacts(
        marked,
        child,
        names_person(report, texts),
        tuple(assessed),
        steps[-1].by_id if steps else None,
        told=any(step.codes.get("told") in _URGENT for step in made),
        danger=DangerEpisode.objects.filter(report=report).exists(),
        high=any(step.codes.get("priority") == Priority.HIGH for step in made),
        odd=opened.odd and bool(odd_things.unsettled([report.id], by=found.by)),
    )


def with_assessment(found: FoundReport, facts: ClosingFacts, coded: Mapping[str, str]) -> ClosingFacts:
    """Return the facts with the answers of an assessment that is made together with the closure."""
    young = _answered(found.report.kind, coded, _UNDER18) == "yes"
    child = facts.child or young
    return replace(facts, assessed=(*facts.assessed, coded), assessed_by=found.by.officer_id, child=child)


def needs_of(kind: str, outcome: str, reason: str) -> str:
    """Return what a closure has to say beside its reason, one of `CLOSING_NEEDS`."""
    pack = load_pack(settings.PACK)
    for one in pack.reasons_for(kind).values():
        if one.outcome == outcome and one.words == reason:
            return one.needs
    return pack.outcomes_for(kind)[outcome].needs


def is_own_reason(kind: str, reason: str) -> bool:
    """Return whether an officer wrote this reason, and it says something."""
    given = {one.words for one in load_pack(settings.PACK).reasons_for(kind).values()}
    return reason not in given and not notes.says_too_little(reason)


def refuse_closing(
    found: FoundReport,
    facts: ClosingFacts,
    *,
    outcome: str,
    reason: str,
    proof: ClosingProof,
    priority: str,
    closer: UUID,
    at_once: bool,
) -> None:
    """Raise NotNow unless the closure says what it has to, and enough people have read the report.

    `priority` is that of the assessment, which is made with the closure if `at_once`. `closer` is the officer who decides on
    the closure. `about` of NotNow names the field of the proof that is missing.
    """
    kind = found.report.kind
    if facts.odd:
        raise NotNow(ODD_OPEN, about="closing")
    pack = load_pack(settings.PACK)
    needs = needs_of(kind, outcome, reason)
    if (needs == "case") != Step.objects.filter(report=found.report, move=Move.JOIN_CASE).exists():
        raise NotNow(IN_NO_CASE if needs == "case" else IN_A_CASE, about="outcome")
    served = not pack.is_confidential(kind) and pack.outcomes_for(kind)[outcome].useful
    if served and not is_own_reason(
        kind, reason
    ):  # a service was given, which nobody can see but by these words
        raise NotNow(SAY_WHAT, about="closing" if at_once else "reason")
    if served and not _calls(found, KEEPS_PROMISE).exists():
        raise NotNow(NOT_ANSWERED, about="outcome")
    if facts.marked and not is_own_reason(kind, reason):
        words = facts.marked[0].sentence
        raise NotNow(
            (WRITE_WHY if at_once else EXPLAIN).format(words), about="closing" if at_once else "reason"
        )
    susceptible, young, told = _assessed_child(kind, facts)
    if susceptible and young:
        if told in {"", "reporter"}:
            raise NotNow(ONLY_REPORTER_TOLD if told else NOBODY_TOLD, about="closing")
        _refuse_unaccepted(found, proof)  # who was told, when and how: a tick is not enough
        if not load_pack(settings.PACK).outcomes_for(kind)[outcome].useful and not is_own_reason(
            kind, reason
        ):
            raise NotNow(EXPLAIN_CHILD, about="closing" if at_once else "reason")
    high = priority == Priority.HIGH
    urgent = not high and (facts.danger or facts.told or found.report.urgency in _URGENT)
    if needs == "accepted":
        _refuse_unaccepted(found, proof)
    if needs == "tried":
        _refuse_untried(found)
    if needs == "checked":
        _refuse_unexplained(proof)
    if needs == "checked" or (urgent and needs == "nothing"):
        ever_high = high or facts.high  # nobody gets rid of checks by lowering a priority
        _refuse_unchecked(found, Priority.HIGH if ever_high else priority, closer if ever_high else None)
    why = (
        FOR_A_CHILD
        if facts.child
        else (FOR_DANGER if facts.danger else FOR_URGENT)
        if urgent
        else FOR_HIGH
        if (high or facts.high) and needs == "checked"
        else ""
    )
    if why and facts.assessed_by in (None, closer):  # whoever lowered it does not close it
        raise NotNow(SECOND.format(why), about="closing")


def _refuse_untried(found: FoundReport) -> None:
    """Raise NotNow unless attempts that reached nobody have been logged on two days."""
    if _calls(found, UNREACHED).values("on").distinct().count() < 2:
        raise NotNow(NOT_TRIED, about="outcome")


def _calls(found: FoundReport, how: Collection[str]) -> QuerySet[Step]:
    return Step.objects.filter(report=found.report, move=Move.CALL, codes__call__in=how)


def _assessed_child(kind: str, facts: ClosingFacts) -> tuple[bool, bool, str]:
    """Return whether any assessment said susceptible, whether any said under 18, and who was told, as the last one says.

    An officer who changes an answer to "not known yet" takes nothing back. An answer "no" does.
    """
    susceptible = young = False
    for one in facts.assessed:
        susceptible = _kept(susceptible, _answered(kind, one, _SUSCEPTIBLE))
        young = _kept(young, _answered(kind, one, _UNDER18))
    last = facts.assessed[-1] if facts.assessed else {}
    return susceptible, young or facts.child, _answered(kind, last, _TOLD)


def _kept(before: bool, answer: str) -> bool:
    return answer == "yes" or (before and answer != "no")


def _refuse_unexplained(proof: ClosingProof) -> None:
    """Raise NotNow unless the proof says what explains the behaviour."""
    if notes.says_too_little(proof.explained):
        raise NotNow(MISSING["explained"], about="explained")


def _refuse_unchecked(found: FoundReport, priority: str, closer: UUID | None) -> None:
    """Raise NotNow unless the register has the checks that the report needs, and one that was made.

    With `closer`, that officer has not recorded what counts: the required checks, or without any, those that were made.
    """
    if not register.has_register(found.report.kind):
        return
    rows = recording.rows_now(found, priority)
    if missing := [row.words for row in rows if row.is_missing]:
        raise NotNow(NOT_CHECKED.format("; ".join(missing)), about="closing")
    made = [row for row in rows if row.latest is not None and row.latest.result in register.MADE]
    if not made:
        raise NotNow(NOTHING_CHECKED, about="closing")
    counts = [row for row in rows if row.required] or made
    own = [row.words for row in counts if row.latest is not None and row.latest.by == str(closer)]
    if own:
        raise NotNow(OWN_CHECKS.format("; ".join(own)), about="closing")


def _refuse_missing(proof: ClosingProof, *fields: str) -> None:
    """Raise NotNow for the first of these fields that says nothing."""
    for name in fields:
        if not any(map(str.isalnum, getattr(proof, name))):
            raise NotNow(MISSING[name], about=name)


def _refuse_unaccepted(found: FoundReport, proof: ClosingProof) -> None:
    """Raise NotNow unless the proof says who has accepted the matter, when and how, and the record agrees."""
    _refuse_missing(proof, "body", "when", "means")
    if not any(map(str.isdigit, proof.when)):
        raise NotNow(MISSING["when"], about="when")
    if proof.means not in MEANS:
        raise NotNow(MISSING["means"], about="means")
    if proof.means == "telephone":
        _refuse_missing(proof, "accepted_by")
    elif proof.means == "receipt":
        if not Dissemination.objects.filter(report=found.report, receipt__isnull=False).exists():
            raise NotNow(NO_RECEIPT, about="means")
    elif not Step.objects.filter(report=found.report, move=Move.ACCEPT).exists():
        raise NotNow(NO_HAND_OVER, about="means")
