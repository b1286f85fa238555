"""Load a question set from its two pack files, with errors that name the file and key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from heedline.intake.conditions import Always, Condition, read_condition
from heedline.intake.questions import (
    Choice,
    FieldKind,
    OwnWords,
    Question,
    QuestionPage,
    QuestionSet,
    StepKind,
    UrgencyRule,
)

if TYPE_CHECKING:
    from heedline.packs.pack import Pack
    from heedline.packs.tables import Table

URGENCIES = ("danger", "planned", "soon")
ROLES = (
    "place",
    "postcode",
    "own_place",
    "own_postcode",
    "subject_young",
    "guess",
    "odd",
    "who",
    "young",
    "call_young",
    "call_number",
    "call_days",
    "call_hours",
    "call_times",
)
PHRASES = (
    "not_given", "choose", "too_long", "exclusive", "unknown_choice", "date_day", "date_month", "date_year",
    "date_year_missing", "date_month_missing", "date_not_real", "postcode", "registration", "email", "phone",
    "required", "loop_full",
)  # fmt: skip
#: Names that no question page can have, as the public site has pages of its own at these addresses (`web/public/urls.py`).
RESERVED = ("brief", "files")
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
#: Newer than the first editions in the archive: asked for only where the questions use them.
TOO_MANY_LINES = "too_many_lines"

_loaded: dict[tuple[int, str, str], tuple[Pack, QuestionSet]] = {}


def load_question_set(pack: Pack, code: str, language: str = "en") -> QuestionSet:
    """Return a pack's question set `code` in one language, loading it only once.

    Raises PackError if the data is wrong.
    """
    key = (id(pack), code, language)
    held = _loaded.get(key)
    # A Pack cannot be hashed. It is kept beside its set, so that its id cannot come to mean another pack.
    if held is None:
        read = read_question_set(pack, code, language)
        held = _loaded[key] = (pack, replace(read, thousands=pack.languages[language].thousands))
    return held[1]


@dataclass(frozen=True)
class _Archived:
    """A stand-in for a pack, used for an edition of the questions that exists only in the archive."""

    facts: Mapping[str, Any]
    as_table: Callable[[Mapping[str, Any], str], Table]

    @property
    def formats(self) -> Mapping[str, str]:
        formats: Mapping[str, str] = self.facts["formats"]
        return formats

    def table(self, path: str) -> Table:
        return self.as_table(self.facts["structure"], path)

    def spoken(self, stem: str, language: str) -> Table:
        return self.as_table(self.facts["words"][language], f"{stem}.{language}.toml")


def read_archived(
    canonical: bytes, as_table: Callable[[Mapping[str, Any], str], Table], language: str = ""
) -> QuestionSet:
    """Rebuild a question set from bytes archived by `QuestionSet.canonical()`, possibly years ago.

    Raises ValueError if the bytes are not in that form. The set is returned in `language` as worded in that
    edition. Texts missing in that language, or all texts if no language is given, are in the first language.

    `as_table` is `packs.tables.Table`. The questions and packs modules do not depend on each other, so the
    caller supplies it.
    """
    facts = json.loads(canonical)
    spoken = language if language in facts["words"] else facts["first"]
    return read_question_set(_Archived(facts, as_table), facts["code"], spoken)


_sources: dict[tuple[int, str], tuple[Pack, Mapping[str, Any]]] = {}


def _source(pack: Pack | _Archived, code: str) -> Mapping[str, Any]:
    """Return a question set's canonical data, from its pack or from an archived edition.

    It contains the wording in every language, so the digest does not reveal which language a reporter was
    asked in.
    """
    if isinstance(pack, _Archived):
        return pack.facts
    held = _sources.get((id(pack), code))
    if held is None:
        first = pack.first_language
        words = {language: _words_of(pack, code, language) for language in pack.languages}
        source = {
            "code": code,
            "first": first,
            "structure": pack.table(f"kinds/{code}/questions.toml").data,
            "words": {
                language: said
                for language, said in words.items()
                if language == first or said != words[first]
            },
            "formats": dict(pack.formats),
        }
        held = _sources[id(pack), code] = (pack, source)
    return held[1]


def _words_of(pack: Pack, code: str, language: str) -> dict[str, Any]:
    shared = pack.spoken("questions/phrases", language).data
    words = pack.spoken(f"kinds/{code}/questions", language).data
    return {**words, "phrases": shared["phrases"], "months": shared["months"]}


def read_question_set(pack: Pack | _Archived, code: str, language: str) -> QuestionSet:
    """Return the question set of a pack, after checking its structure and wording."""
    structure = pack.table(f"kinds/{code}/questions.toml")
    words = pack.spoken(f"kinds/{code}/questions", language)
    section_words = words.table("sections")
    sections = {name: section_words.text(name) for name in structure.texts("sections")}
    section_words.done()
    shared = words if words.has("phrases") else pack.spoken("questions/phrases", language)
    phrase_words = shared.table("phrases")
    phrases = {name: phrase_words.text(name) for name in PHRASES}
    phrases[TOO_MANY_LINES] = phrase_words.text(TOO_MANY_LINES, "")
    phrase_words.done()
    step_words = words.table("steps")
    steps: list[QuestionPage] = []
    for table in structure.tables("steps"):
        slug = table.text("slug")
        if any(step.slug == slug for step in steps):
            raise table.wrong("slug", f"{slug} is there twice")
        # old reports must stay readable, whatever their pages were called
        if not isinstance(pack, _Archived):
            _check_address(table, slug)
        steps.append(_step(table, step_words.table(slug), sections, pack))
    if not steps or [s.slug for s in steps if s.kind is StepKind.CHECK] != [steps[-1].slug]:
        raise structure.wrong("steps", "must end with the one check page")
    step_words.done()

    role_table = structure.table("roles", optional=True)
    roles = {role: _place(role_table, role, steps) for role in ROLES if role_table.has(role)}
    confidence = role_table.text("confidence") if "who" in roles else ""
    role_table.done()
    lines = [
        f"{step.slug}.{question.name}" for step in steps for question in step.fields if question.limit_lines
    ]
    if lines and not phrases[TOO_MANY_LINES]:
        raise shared.wrong(f"phrases.{TOO_MANY_LINES}", f"is missing for {lines[0]}")
    urgencies = []
    for table in structure.tables("urgencies"):
        rule = UrgencyRule(table.one_of("urgency", URGENCIES), read_condition(table.table("when")))
        _check_condition(table, "when", rule.when, steps, len(steps))
        table.done()
        urgencies.append(rule)
    fast = read_condition(structure.table("fast")) if structure.has("fast") else None
    if fast:
        _check_condition(structure, "fast", fast, steps, len(steps))
    for at, (step, table) in enumerate(zip(steps, structure.tables("steps"), strict=True)):
        if step.leads_to and step.leads_to not in {later.slug for later in steps[at + 1 :]}:
            raise table.wrong("leads_to", "names no later page")
        own = step.own_words.when if step.own_words else None
        for key, condition in (("applies", step.applies), ("needed", step.needed), ("own_words", own)):
            if condition:
                _check_condition(table, key, condition, steps, at)
        for question in step.fields:
            if question.required_when:
                _check_condition(table, f"fields.{question.name}", question.required_when, steps, at + 1)
    source = _source(pack, code)
    first_months = source["words"][source["first"]]["months"]
    narrative = _place(structure, "narrative", steps)
    stands_for = tuple(
        _named(structure, "stands_for", name, steps) for name in structure.texts("stands_for", ())
    )
    if stands_for and _field(steps, narrative).required:
        raise structure.wrong("stands_for", "nothing stands for an account that is required")
    result = QuestionSet(
        code=code,
        version=structure.text("version"),
        language=language,
        steps=tuple(steps),
        sections=sections,
        phrases=phrases,
        months=_months(shared, first_months),
        urgencies=tuple(urgencies),
        narrative=narrative,
        stands_for=stands_for,
        roles=roles,
        confidence=confidence,
        api_needs=_needs(structure, steps),
        skip_to=structure.one_of("skip_to", tuple(step.slug for step in steps)),
        fast=fast,
        source=source,
    )
    structure.done()
    words.done()
    shared.done()
    return result


def _check_address(table: Table, slug: str) -> None:
    """Check that a question page's slug is valid and not reserved by the public site."""
    if slug in RESERVED:
        raise table.wrong(
            "slug", f"no page can be called {slug}: the public site uses {' and '.join(RESERVED)} itself"
        )
    if not _SLUG.fullmatch(slug):
        raise table.wrong(
            "slug", f"{slug} must be lower-case letters and digits, joined by hyphens or underscores"
        )


def _step(table: Table, words: Table, sections: dict[str, str], pack: Pack | _Archived) -> QuestionPage:
    kind = StepKind(table.one_of("kind", tuple(StepKind), "questions"))
    field_tables = table.tables("fields", optional=True)
    if bool(field_tables) != (kind in (StepKind.QUESTIONS, StepKind.LOOP)):
        raise table.wrong("fields", f"a {kind} step has {'no ' if field_tables else ''}fields")
    field_words = words.table("fields", optional=True)
    fields = tuple(_question(item, field_words, pack) for item in field_tables)
    field_words.done()
    names = [question.name for question in fields]
    if len(set(names)) != len(names):
        raise table.wrong("fields", "two fields have the same name")
    at_least_one = table.texts("at_least_one", ())
    if unknown := set(at_least_one) - set(names):
        raise table.wrong("at_least_one", f"no field is called {min(unknown)}")
    loop = kind is StepKind.LOOP
    step = QuestionPage(
        slug=table.text("slug"),
        kind=kind,
        title=words.text("title"),
        section=table.one_of("section", tuple(sections)),
        used_for=table.text("used_for"),
        paragraphs=words.texts("paragraphs", ()),
        prompts=words.texts("prompts", ()),
        why=words.text("why", None if field_tables else ""),
        more=words.text("more") if any(question.more for question in fields) else "",
        button=words.text("button", ""),
        skippable=table.flag("skippable", False),
        private=table.flag("private", False),
        contact=table.flag("contact", False),
        needs_identity=table.flag("needs_identity", False),
        fields=fields,
        at_least_one=at_least_one,
        error_at_least_one=words.text("error_at_least_one") if at_least_one else "",
        applies=read_condition(table.table("applies")) if table.has("applies") else None,
        needed=_needed(table),
        by_door=table.flag("by_door", False),
        leads_to=table.text("leads_to", ""),
        limit_items=table.number("limit_items") if loop else 0,
        item_name=words.text("item_name") if loop else "",
        item_title=words.text("item_title") if loop else "",
        without_identity=(
            words.text("without_identity_title", ""),
            words.texts("without_identity_paragraphs", ()),
        ),
        own_words=_own_words(table, words.table("own")) if table.has("own_words") else None,
    )
    if step.contact and (step.private or loop):
        raise table.wrong("contact", "is for a page of ordinary contact data, which is not private")
    if loop and not 1 <= step.limit_items <= 50:
        raise table.wrong("limit_items", "must be from 1 to 50")
    table.done()
    words.done()
    return step


def _own_words(table: Table, words: Table) -> OwnWords:
    found = OwnWords(
        read_condition(table.table("own_words")),
        words.text("title"),
        words.texts("paragraphs"),
        words.texts("prompts"),
        words.text("why"),
        words.text("label"),
        words.text("error_at_least_one"),
    )
    words.done()
    return found


def _needed(table: Table) -> Condition | None:
    if not table.has("needed"):
        return None
    if table.data["needed"] is True:
        table.flag("needed")
        return Always()
    return read_condition(table.table("needed"))


def _question(table: Table, all_words: Table, pack: Pack | _Archived) -> Question:
    name = table.text("name")
    words = all_words.table(name)
    kind = FieldKind(table.one_of("kind", tuple(FieldKind)))
    values: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    if kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        values = table.texts("choices")
        exclusive = table.texts("exclusive", ())
        if set(exclusive) - set(values) or (exclusive and kind is FieldKind.CHOICE):
            raise table.wrong("exclusive", "must name choices of a tick-box question")
        texts, hints = words.table("choices"), words.table("hints", optional=True)
        choices = tuple(Choice(v, texts.text(v), hints.text(v, ""), v in exclusive) for v in values)
        texts.done()
        hints.done()
    patterns: tuple[str, ...] = ()
    if kind is FieldKind.POSTCODE:
        patterns = (pack.formats["postcode"], pack.formats["outcode"])
    elif kind is FieldKind.REGISTRATION:
        patterns = (pack.formats["registration"],)
    question = Question(
        name=name,
        kind=kind,
        label=words.text("label"),
        hint=words.text("hint", ""),
        limit=table.number("limit", 200),
        limit_lines=table.number("limit_lines", 0),
        choices=choices,
        required=table.flag("required", False),
        required_when=read_condition(table.table("required_when")) if table.has("required_when") else None,
        error_required=words.text("error_required", ""),
        autocomplete=table.text("autocomplete", "off"),
        inputmode=table.text("inputmode", ""),
        spellcheck=table.flag("spellcheck", True),
        check_label=words.text("check_label", ""),
        patterns=patterns,
        tail=int(pack.formats["postcode_tail"]) if kind is FieldKind.POSTCODE else 0,
        more=table.flag("more", False),
        compact=table.flag("compact", False),
    )
    if question.limit_lines and kind is not FieldKind.LONG_TEXT:
        raise table.wrong("limit_lines", "is for long texts")
    if question.more and question.required:
        raise table.wrong("more", "is for fields that are not required")
    if question.compact and kind not in (FieldKind.CHOICES, FieldKind.LONG_TEXT):
        raise table.wrong("compact", "is for tick boxes and long texts")
    if (question.required or question.required_when) and not question.error_required:
        raise words.wrong("error_required", "is missing for a field that is required")
    table.done()
    words.done()
    return question


def _place(table: Table, key: str, steps: list[QuestionPage]) -> tuple[str, str]:
    return _named(table, key, table.text(key), steps)


def _named(table: Table, key: str, text: str, steps: list[QuestionPage]) -> tuple[str, str]:
    slug, _, name = text.partition(".")
    for step in steps:
        if step.slug == slug and step.kind is StepKind.QUESTIONS and any(f.name == name for f in step.fields):
            return slug, name
    raise table.wrong(key, "names no field of a page")


def _field(steps: list[QuestionPage], place: tuple[str, str]) -> Question:
    return next(step for step in steps if step.slug == place[0]).field(place[1])


def _needs(table: Table, steps: list[QuestionPage]) -> tuple[str, ...]:
    needs = table.texts("api_needs", ())
    for slug in needs:
        if not any(step.slug == slug and step.needed for step in steps):
            raise table.wrong("api_needs", f"{slug} is no page that is needed")
    return needs


def _check_condition(
    table: Table, key: str, condition: Condition, steps: list[QuestionPage], before: int
) -> None:
    """Check that a condition depends only on choices made on earlier pages."""
    for part in condition.looks_at():
        step = next((s for s in steps[:before] if s.slug == part.step), None)
        if step is None or step.kind is not StepKind.QUESTIONS:
            raise table.wrong(key, f"looks at {part.step}, which is no earlier page")
        question = next((q for q in step.fields if q.name == part.field), None)
        if question is None or not question.choices:
            raise table.wrong(key, f"looks at {part.step}.{part.field}, which is no choice")
        if stray := part.values - {choice.value for choice in question.choices}:
            raise table.wrong(key, f"{part.step}.{part.field} has no choice {min(stray)}")


def _months(words: Table, first: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the accepted names of each month, as twelve tuples.

    A translation also accepts the names of its original, unless they mean a different month.
    """
    months = words.raw("months")
    if (
        not isinstance(months, list)
        or len(months) != 12
        or not all(
            isinstance(m, list) and m and all(isinstance(name, str) and name for name in m) for m in months
        )
    ):
        raise words.wrong("months", "must be twelve lists of names")
    taken = {name.lower() for month in months for name in month}
    return tuple(
        (*month, *(name for name in other if name.lower() not in taken))
        for month, other in zip(months, first, strict=True)
    )
