"""Text for pages about earlier reports: strength, reasons, cautions and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from heedline.casework.access.session import office_zone
from heedline.casework.search.index_rows import COUNTED
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.seen_before import MOST_OF_A_KEY, EarlierReport, SeenBefore
from heedline.casework.search.subject_entries import SubjectLink
from heedline.index.extraction.comparison import Caution, SharedReason, Strength
from heedline.packs import load_pack
from heedline.reports.lifecycle import Stage
from heedline.web.shell.report_bar import STAGES

STRENGTHS = {Strength.POSSIBLE: "Possible", Strength.STRONG: "Strong"}
REASONS = {
    "file": "Same file",
    "phone": "Same phone number",
    "registration": "Same registration",
    "registration-part": "Registration that may be the same, with one character not read",
    "email": "Same email address",
    "handle": "Same account name",
    "web": "Same web address",
    "device": "Same device number (IMEI)",
    "wallet": "Same crypto wallet",
    "bank": "Same bank account",
    "passport": "Same passport number",
    "alias": "Same alias",
    "address": "Same house",
    "address-building": "Same building",
    "postcode": "Same postcode",
    "birth": "Same date of birth",
    "birth-month": "Same month of birth",
    "name": "Same name",
    "name-form": "Forms of the same name",
    "name-spelt": "Similar spelling of a name",
    "name-sound": "Names that sound alike",
    "name-initial": "Same surname and initial",
    "name-initials": "Same surname and initials",
    "text": "Nearly the same text",
    "text-same": "The same text",
}
#: Undecided reports that are named. Of more, the number is given.
_MOST_NAMED = 5
_CAUTIONS = {
    Caution.TWINS: "Could be twins, or another brother or sister.",
    Caution.GENERATIONS: "Could be two people with the same name, such as a father and son.",
    Caution.BORN_APART: "The dates of birth are different.",
    Caution.HOUSEHOLD: "The names are different. They could be people who live at the same address.",
    Caution.INITIAL: "One report gives only the initial of a forename. They could be people who live at the same address.",
    Caution.COPY: "The same text or file may have been forwarded, so do not count it as a second source.",
    Caution.COMMON: "Some of this is shared by many reports.",
}
_KINDS = {
    "file": "File",
    "phone": "Phone number",
    "registration": "Registration",
    "email": "Email address",
    "handle": "Account name",
    "web": "Web address",
    "device": "Device number (IMEI)",
    "wallet": "Crypto wallet",
    "bank": "Bank account",
    "passport": "Passport number",
    "alias": "Alias",
    "address": "House",
    "name": "Name",
    "birth": "Date of birth",
}
VERDICTS = {
    LinkVerdict.SAME: "Same",
    LinkVerdict.NOT_SAME: "Not the same",
    LinkVerdict.NOT_SURE: "Not sure",
    LinkVerdict.UNDONE: "Decision undone",
}


def reason_words(reason: SharedReason) -> dict[str, str]:
    """Return the display text for a reason, with both spellings of the detail if the reports differ."""
    said = {"text": REASONS[reason.code], "mine": reason.mine, "theirs": "", "shared": ""}
    if reason.theirs != reason.mine:
        said["theirs"] = reason.theirs
    if reason.shared_by:
        said["shared"] = f"shared by {_number(reason.shared_by)} other reports"
    return said


def _number(number: int) -> str:
    return f"more than {MOST_OF_A_KEY}" if number > MOST_OF_A_KEY else str(number)


def earlier_words(one: EarlierReport, links: Iterable[SubjectLink] = ()) -> dict[str, Any]:
    """Return the display data for an earlier report.

    `links` are the links of the opened report to subjects. A decision that the two reports are not the same disagrees with
    a subject of both.
    """
    found = one.found
    return {
        "ref": one.ref,
        "short": one.short,
        "kind": one.kind_words,
        "received": one.received_words,
        "stage": STAGES[Stage(one.stage)],
        "desk": one.desk_name,
        "unread": one.unread,
        "strength": STRENGTHS[found.strength] if found else "",
        "strong": found is not None and found.strength is Strength.STRONG,
        "reasons": [reason_words(reason) for reason in found.reasons] if found else [],
        "cautions": [_CAUTIONS[caution] for caution in found.cautions] if found else [],
        "verdict": VERDICTS[LinkVerdict(one.verdict)] if one.verdict else "",
        "both_of": [each.id for each in links if each.in_force and each.subject in one.subjects],
        "decided": [
            {
                "verdict": VERDICTS[decision.verdict],
                "why": decision.why,
                "by": decision.by,
                "when": f"{decision.at.astimezone(office_zone()):%-d %B %Y, %H:%M}",
            }
            for decision in one.decided
        ],
    }


def seen_words(
    seen: SeenBefore, most: int | None = None, links: Sequence[SubjectLink] = ()
) -> dict[str, Any]:
    """Return text describing the earlier reports found for a report, at most `most` of them.

    `links` are those of `earlier_words`.
    """
    shown = seen.earlier[:most]
    return {
        "earlier": [earlier_words(one, links) for one in shown],
        "found": len(seen.earlier),
        "hidden": len(seen.earlier) - len(shown) + seen.more,
        "more": seen.more,
        "before": seen.before,
        "common": [
            {"kind": _KINDS[one.kind], "written": one.written, "number": _number(one.number)}
            for one in seen.common
        ],
        "reports": seen.reports,
        "uncompared": _uncompared(seen),
        "restricted": seen.restricted,
        "answer": answer_words(seen.earlier),
    }


def _uncompared(seen: SeenBefore) -> str:
    """Return how many other reports have not been compared, or "" if all have, or none can be."""
    number = seen.unsearched
    if not number or not (seen.reports or seen.earlier):
        return ""
    few = "1 other report is" if number == 1 else f"{number} other reports are"
    return (
        f"{'At least ' if number >= COUNTED else ''}{few} new or changed, and not compared with this one yet."
    )


def answer_words(earlier: Iterable[EarlierReport]) -> str:
    """Return a hint for the question "Has anybody told us before?", without answering it."""
    shown = list(earlier)
    said = {
        "Decided to be the same": [one.short for one in shown if one.verdict == LinkVerdict.SAME],
        "Recorded as not sure": [one.short for one in shown if one.verdict == LinkVerdict.NOT_SURE],
        "Nobody has decided yet about": [one.short for one in shown if not one.verdict],
    }
    return " ".join(_listed(words, found) for words, found in said.items() if found)


def _listed(words: str, found: list[str]) -> str:
    """Return a sentence that names these reports, or says how many they are."""
    if words.endswith("about"):
        return (
            f"{words} {', '.join(found) if len(found) <= _MOST_NAMED else f'{len(found)} of these reports'}."
        )
    return f"{words}: {', '.join(found)}."


def denied_links(seen: SeenBefore, kind: str, answers: Mapping[str, str]) -> dict[str, str] | None:
    """Return what an assessment form says of reports decided to be the same, or None if it agrees with the decisions.

    `answers` maps each label of an assessment to its chosen wording. Says which `reports` are the same, the `question`
    about earlier reports, the answer that `agrees`, and the one `given`, or "".
    """
    same = [one.short for one in seen.earlier if one.verdict == LinkVerdict.SAME]
    asked = next((one for one in load_pack(settings.PACK).assessment(kind).choices if one.needs_link), None)
    if not same or asked is None:
        return None
    agreeing = [asked.choices[code] for code in asked.needs_link]
    given = answers.get(asked.label, "")
    if given in agreeing:
        return None
    return {"reports": ", ".join(same), "question": asked.label, "agrees": agreeing[0], "given": given}


def one_of(seen: SeenBefore, ref: UUID) -> EarlierReport | None:
    """Return the report with this id from the earlier reports found, or None if it is not among them."""
    return next((one for one in seen.earlier if one.ref == ref), None)
