"""Generate documents from the code, so that they always match it.

`docs/journey.md` shows the transitions of a report. `docs/access.md` shows who may do what, and who can
use each page. `docs/languages.md` shows which public page is in which language and who has reviewed it.
`docs/database-access.md` shows what each database role may do. `docs/data-protection/` holds the
demonstration's data protection documents. A check compares the files on disk with what would be
generated.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from heedline.packs.text.languages import Page, PageState
from heedline.permits import second_person
from heedline.permits.capabilities import AnyCapability, Capability
from heedline.permits.roles import DESCRIPTIONS, Role, desk_grants, granted
from heedline.permits.rules import RULES
from heedline.reports.dissemination_states import PATH as SENDING
from heedline.reports.dissemination_states import TURNS as SENDING_TURNS
from heedline.reports.dissemination_states import DisseminationState as Sending
from heedline.reports.lifecycle import OWNER_MOVES, PATH, TURNS, Stage
from heedline.reports.next_action import CLOCKS

_PRINTED = "*Printed from the code by `make docs`. Change the code, not this page.*"
SITES = {site: f"heedline.config.urls_{site}" for site in ("public", "office", "partner", "files")}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _yes(holds: bool) -> str:
    return "yes" if holds else ""


def _in_words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").replace("i hold", "they hold")


def _drawn(state: str) -> str:
    """Return a state's name as a valid identifier in the diagram language.

    That language reads a hyphen as the start of an arrow.
    """
    return state.replace("-", "_")


def _diagram[S: str, M: str](first: S, by: str, path: Mapping[tuple[S, M], S]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {_drawn(first)}: {by}"
    for (origin, move), goal in path.items():
        yield f"    {_drawn(origin)} --> {_drawn(goal)}: {move}"
    yield "```"


def journey() -> str:
    """Return the document on a report's journey, with a diagram, the next person to act and every permitted transition."""
    turns = _table(("A report that is", "waits for"), ((stage, TURNS[stage]) for stage in Stage))
    moves = _table(
        ("From", "Move", "To", "Only by its owner", "Clock afterwards"),
        (
            (origin, move, goal, _yes(move in OWNER_MOVES), CLOCKS[move])
            for (origin, move), goal in PATH.items()
        ),
    )
    return "\n\n".join(
        [
            "# The journey of a report",
            _PRINTED,
            "A report is always in exactly one stage. These are all the moves there are; any other is refused.",
            "\n".join(_diagram(Stage.WAITING, "submit", PATH)),
            "## Whose turn it is",
            turns,
            "## Every move",
            "Two clocks time the work. *Seen* runs from the arrival, or from a reopening, to the first take. *Next action* "
            "starts there by the priority and runs until the report is closed. Times after the first take are counted from "
            "what officers do, never from the arrival. While a colleague is writing in a report nobody else can; when their "
            "twenty minutes lapse, neither the owner nor a clock changes.",
            moves,
            "## What is sent to a partner about it",
            "An officer writes it, and it has states of its own. A report is not closed while one of them calls for somebody.",
            "\n".join(_diagram(Sending.TO_CHECK, "write", SENDING)),
            _table(("Something that is", "waits for"), ((state, SENDING_TURNS[state]) for state in Sending)),
            "Where life is at risk it is sent as it is written, and a second officer reads it afterwards. Where no answer is "
            "wanted, opening it is the end.",
        ]
    )


def _roles() -> Iterator[str]:
    yield "## Roles"
    yield _table(("Role", "In words"), ((role, DESCRIPTIONS[role]) for role in Role))
    yield "## What each role may do"
    yield _table(
        ("", *Role),
        (
            [_in_words(what), *(_yes(what in granted(role)) for role in Role)]
            for what in (*Capability, *desk_grants())
        ),
    )
    yield "## What must hold besides"
    yield "A capability that is not listed needs only the role, on a desk whose reports the officer may see."
    yield _table(
        ("Capability", "Only while"),
        (
            (_in_words(what), "; ".join(_in_words(rule.__name__) for rule in rules))
            for what, rules in (*RULES.items(), *_desk_rules())
        ),
    )
    yield "## What a second person decides"
    yield "Nobody answers their own request, except with the replies in the fourth column."
    yield _table(
        (
            "Matter",
            "Decided with the capability",
            "Replies",
            "The requester's own replies",
            "Never by",
            "Open for",
        ),
        (
            (
                matter,
                _in_words(rule.capability),
                ", ".join(reply for reply in second_person.Reply if reply in rule.replies),
                ", ".join(reply for reply in second_person.Reply if reply in rule.own_replies),
                "people who can open reports" if rule.reads_reports else "",
                f"{rule.open_for.days} days" if rule.open_for else "",
            )
            for matter, rule in second_person.RULES.items()
        ),
    )
    yield from _records_decided()


def _records_decided() -> Iterator[str]:
    from heedline.reports.record_kinds import kinds

    rows = [
        (kind.title, ", ".join(sorted(kind.decides)), ", ".join(sorted(kind.uninvolved)))
        for kind in kinds().values()
        if kind.decides
    ]
    if rows:
        yield "Records of specialist desks: nobody decides about one who began it or made any other move of it (ADR 152)."
        yield _table(("Record", "Moves that decide", "Moves after which one may still decide"), rows)


def _desk_rules() -> Iterator[tuple[AnyCapability, tuple[Callable[..., str | None], ...]]]:
    yield from ((what, grant.rules) for what, grant in desk_grants().items() if grant.rules)


def _pages(site: str, module: str) -> Iterator[str]:
    from django.urls import get_resolver

    from heedline.web.declared import audience_of, routes

    yield f"## Pages of the {site} site"
    rows = []
    for where, route in routes(get_resolver(module)):
        audience = audience_of(route.callback)
        rows.append((f"`/{where}`", audience.value if audience else "**nobody said**"))
    yield _table(("Address", "Answers"), rows)


def access() -> str:
    """Return the document on permissions, with roles, capabilities, rules and the audience of every URL.

    Needs Django.
    """
    parts = ["# Who may do what", _PRINTED, *_roles()]
    for site, module in SITES.items():
        parts += _pages(site, module)
    return "\n\n".join(parts)


_IN_SHORT = {
    PageState.ORIGINAL: "",
    PageState.REVIEWED: "reviewed",
    PageState.CHANGED: "changed since",
    PageState.UNREVIEWED: "not reviewed",
    PageState.WITHHELD: "**English shown**",
    PageState.ABSENT: "English only",
}


_STALE = {"": "", "original": " (**the English changed**)", "translation": " (**the translation changed**)"}


def _in_short(page: Page) -> str:
    part = f", {page.own} of {page.texts} texts" if 0 < page.own < page.texts else ""
    mark = f" {page.mark.on} by {page.mark.by}" if page.mark else ""
    return f"{_IN_SHORT[page.state]}{mark}{_STALE[page.stale]}{part}"


def _share(pages: Sequence[Page]) -> str:
    return f"{sum(page.own for page in pages)} of {sum(page.texts for page in pages)}"


def languages() -> str:
    """Return the document on the public pages in every language.

    Needs Django.
    """
    from django.conf import settings

    from heedline.casework.language.pages_review import of_pack
    from heedline.packs import load_pack

    found = of_pack(load_pack(settings.PACK))
    head = [f"{one.english} (`{one.code}`)" for one in found.languages]
    rows = (
        (f"`{line.code}`", line.name, *(_in_short(page) for page in line.in_languages))
        for line in found.lines
    )
    counts = (
        (
            name,
            one.direction,
            _share([line.in_languages[at] for line in found.lines]),
            f"{reviewed} of {len(found.lines)}",
        )
        for at, (name, one, reviewed) in enumerate(zip(head, found.languages, found.reviewed, strict=True))
    )
    return "\n\n".join(
        [
            "# The public pages in every language",
            _PRINTED,
            "A text that a language lacks stands in English. A text that nobody has reviewed has the English beside it. "
            "What to do in an attack is never shown in a translation that nobody has reviewed: **English shown**. "
            f"A mark stands in `packs/{settings.PACK}/words/reviews.toml` with a digest of the translation and its English; when "
            "either changes, the mark no longer counts. `heedline reviewed LANGUAGE PAGE --by NAME` prints one; "
            "`heedline reviewed --stale` names those that no longer hold.",
            "## Languages",
            _table(("Language", "Direction", "Texts", "Pages reviewed"), counts),
            "## Pages",
            _table(("Page", "Called", *head), rows),
        ]
    )


def papers() -> dict[str, str]:
    """Return every generated document, by file name."""
    os.environ.pop("HEEDLINE_PROCESS", None)  # as nobody: both sites' addresses can be read, no database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
    from heedline.config.starting import set_up_django

    set_up_django()
    from django.conf import settings

    from heedline.jobs.papers import data_protection, database_access

    return {
        "journey.md": journey() + "\n",
        "access.md": access() + "\n",
        "languages.md": languages() + "\n",
        "database-access.md": database_access.paper() + "\n",
        **{
            f"data-protection/{name}": text
            for name, text in data_protection.for_the_demo(settings.PACK).items()
        },
    }


def run(folder: Path, *, check: bool) -> int:
    """Write the documents to `folder`, or with `check` only compare them.

    Returns 1 if any document is out of date.
    """
    stale = []
    for name, text in papers().items():
        file = folder / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"{', '.join(stale)} no longer says what the code does: make docs", file=sys.stderr)  # noqa: T201
        return 1
    return 0
