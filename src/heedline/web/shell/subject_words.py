"""Display text for subjects on office pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from heedline.casework.access.session import office_zone
from heedline.casework.report.opening import short_name
from heedline.casework.search.subject_entries import (
    DESCRIPTION,
    SubjectBasis,
    SubjectKind,
    SubjectLink,
    SubjectMove,
    SubjectValue,
    name_of,
)
from heedline.casework.subjects.offering import OfferedSubject
from heedline.casework.subjects.reading import SubjectEntryLine, SubjectReportLine, SubjectView
from heedline.index.extraction.values import Kind
from heedline.reports.lifecycle import Stage
from heedline.web.shell.report_bar import STAGES
from heedline.web.shell.seen_words import STRENGTHS, reason_words

KINDS = {
    SubjectKind.PERSON: "Person",
    SubjectKind.VEHICLE: "Vehicle",
    SubjectKind.PLACE: "Place",
    SubjectKind.ACCOUNT: "Account",
}
BASES = {SubjectBasis.FACT: "Fact", SubjectBasis.ASSESSMENT: "Assessment"}
VALUES: dict[str, str] = {
    Kind.NAME: "Name",
    Kind.BIRTH: "Date of birth",
    Kind.PHONE: "Phone number",
    Kind.EMAIL: "Email address",
    Kind.HANDLE: "Account name",
    Kind.WEB: "Web address",
    Kind.REGISTRATION: "Registration",
    Kind.DEVICE: "Device number (IMEI)",
    Kind.WALLET: "Crypto wallet",
    Kind.BANK: "Bank account",
    Kind.PASSPORT: "Passport number",
    Kind.ALIAS: "Alias",
    Kind.ADDRESS: "Address",
    Kind.POSTCODE: "Postcode",
    DESCRIPTION: "Description",
}
MOVES = {
    SubjectMove.LINKED: "Linked report",
    SubjectMove.UNDONE: "Undid the link to report",
    SubjectMove.NOT_SAME: "Decided that this is not the subject of report",
    SubjectMove.ADDED: "Added a value on report",
    SubjectMove.CORRECTED: "Corrected a value on report",
}
VERDICTS = {
    SubjectMove.LINKED: "Linked",
    SubjectMove.UNDONE: "Link undone",
    SubjectMove.NOT_SAME: "Not the same",
}
VIEWS = {"subject-viewed": "Viewed", "subject-printed": "Printed"}
#: The source of a value that no report contains.
OF_OFFICER = "Officer"


def when_words(moment: datetime) -> str:
    """Return a time such as "3 May 2026, 14:05"."""
    return f"{moment.astimezone(office_zone()):%-d %B %Y, %H:%M}"


def stop_after(told: str) -> str:
    """Return the full stop that an officer's own words need before another sentence, or "" if they have one."""
    return "" if not told.strip() or told.rstrip()[-1] in ".?!…" else "."


def called(kind: SubjectKind, name: str) -> str:
    """Return a subject's display name."""
    return name or f"{KINDS[kind]} without a name"


def link_words(link: SubjectLink, heading: str = "") -> dict[str, Any]:
    """Return the display text for a report's link to a subject.

    The subject is named by its `heading`, if that is known, and otherwise from the report's own values. `here` is the name
    in this report, if it is another one.
    """
    here = name_of(link.kind, link.values)
    return {
        "id": link.id,
        "kind": KINDS[link.kind],
        "name": heading or here or "no name in this report",
        "here": here if heading and here.casefold() != heading.casefold() else "",
        "state": "" if link.in_force else VERDICTS[link.verdict],
        "values": [value_words(one) for one in link.values],
    }


def value_words(one: SubjectValue) -> dict[str, Any]:
    """Return the display text for a value, with its kind, source and basis."""
    return {
        "id": one.id,
        "kind": VALUES.get(one.kind, one.kind),
        "written": one.written,
        "source": one.source or OF_OFFICER,
        "of_officer": not one.source,
        "basis": BASES[one.basis],
        "fact": one.basis is SubjectBasis.FACT,
    }


def view_words(found: SubjectView) -> dict[str, Any]:
    """Return the template data for a subject's page."""
    held = [
        {
            **value_words(one.value),
            "by": one.by,
            "when": when_words(one.at),
            "corrected": one.corrected,
            "ref": line.ref,
            "short": line.short,
            "link": line.link,
        }
        for line in found.linked
        for one in line.values
    ]
    return {
        "ref": found.ref,
        "link": found.link,
        "kind": KINDS[found.kind],
        "name": called(found.kind, found.name),
        "also": _other_names(found),
        "facts": [one for one in held if one["fact"]],
        "assessments": [one for one in held if not one["fact"]],
        "linked": [_report_words(one) for one in found.linked],
        "unlinked": [_report_words(one) for one in found.unlinked],
        "apart": [
            {"ref": one, "short": short_name(one), "other": other, "other_short": short_name(other)}
            for one, other in found.apart
        ],
        "here_linked": found.here.in_force,
        "history": [_entry_words(one) for one in found.history],
        "views": [
            {
                "act": VIEWS.get(one.act, one.act) + (" (refused)" if one.refused else ""),
                "by": one.by,
                "when": when_words(one.at),
            }
            for one in found.views
        ],
        "earlier_views": found.viewed - len(found.views),
        "viewed": found.viewed,
    }


def _other_names(found: SubjectView) -> list[str]:
    """Return the names that linked reports give for a person, other than the one in the heading."""
    names = [one.value.written for line in found.linked for one in line.values if one.value.kind == "name"]
    return [one for one in dict.fromkeys(names) if one.casefold() != found.name.casefold()]


def _report_words(line: SubjectReportLine) -> dict[str, Any]:
    return {
        "line": line,
        "stage": STAGES[Stage(line.stage)],
        "verdict": VERDICTS[line.verdict],
    }


def _entry_words(one: SubjectEntryLine) -> dict[str, Any]:
    move = MOVES[one.move]
    if one.move is SubjectMove.CORRECTED and not one.values:
        move = "Withdrew a value on report"
    return {
        "ref": one.ref,
        "short": one.short,
        "move": move,
        "was": value_words(one.corrected) if one.corrected is not None else None,
        "values": [value_words(value) for value in one.values],
        "why": one.why,
        "why_stop": stop_after(one.why),
        "behaviour": one.behaviour,
        "behaviour_stop": stop_after(one.behaviour),
        "by": one.by,
        "when": when_words(one.at),
    }


def offered_words(one: OfferedSubject) -> tuple[str, str]:
    """Return the label of a suggested subject, with the reason for the suggestion."""
    label = f"{KINDS[one.kind]}: {called(one.kind, one.name)}"
    return label, " ".join(_why_offered(one))


def _why_offered(one: OfferedSubject) -> Iterable[str]:
    if one.refused is not None:
        yield (
            f"{one.refused.by} decided on {when_words(one.refused.at)} that this report is about a different subject: "
            f"{one.refused.why}{stop_after(one.refused.why)}"
        )
    yield f"Linked reports: {', '.join(short for _, short in one.reports)}."
    if one.found is None:
        yield (
            "You or a colleague decided that one of them is about the same matter as this report."
            if one.refused is None
            else ""
        )
        return
    reasons = [reason_words(reason) for reason in one.found.reasons]
    yield f"{STRENGTHS[one.found.strength]}: {'; '.join(_reason(said) for said in reasons)}."


def _reason(said: dict[str, str]) -> str:
    both = " and ".join(dict.fromkeys(text for text in (said["mine"], said["theirs"]) if text))
    return f"{said['text']} ({both})" if both else said["text"]
