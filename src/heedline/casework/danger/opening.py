"""Opens and finds danger-to-life records, and refuses actions that would leave one unattended.

Called from the verbs of a report's path, in their transaction.
"""

from __future__ import annotations

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.danger import watching
from heedline.casework.errors import NotHere
from heedline.casework.report.verb import FoundReport, record
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.packs.urgency import Urgency
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DangerEpisode, Report

HELD = (
    "A danger to life is open on this report. Until a second person confirms its discharge on the page Danger to life, "
    "the report cannot be closed, released or assessed as no danger."
)
HAND_ON = (
    "This report has an open danger to life. Hand it over to a colleague who accepts, or take it over as a supervisor, on "
    "the page Danger to life."
)


#: What was said after the report had arrived, and has not been assessed since.
TOLD = (
    "Since this report was assessed, someone has said that there is danger or that something is planned. Read it, and assess "
    "the report again first."
)
CONFIRM = "Someone has said that there is danger now. Record a danger to life: a supervisor can discharge it if there is none."


def _told_since(report: Report) -> bool:
    """Return whether somebody has said that there is danger, and no officer has decided about it since.

    A report that came in danger has an open record from its first take, so this is one that was told of danger later.
    """
    return report.danger_to_life is None and report.urgency == Urgency.DANGER and report.owner_id is not None


def of_report(report: Report) -> DangerEpisode | None:
    """Return a report's open danger-to-life record with its row locked, or None."""
    rows = DangerEpisode.objects.select_for_update(of=("self",))
    return rows.filter(report=report, discharged_at=None).first()


def found_open(found: FoundReport) -> DangerEpisode:
    """Return a report's open danger-to-life record with its row locked.

    Raises NotHere if there is none.
    """
    row = of_report(found.report)
    if row is None:
        raise NotHere
    return row


def _is_open(report: Report) -> bool:
    return DangerEpisode.objects.filter(report=report, discharged_at=None).exists()


def refuse_while_open(report: Report) -> None:
    """Raise NotNow if the report has an open danger-to-life record, or needs one."""
    if _is_open(report):
        raise NotNow(HELD)
    if _told_since(report):
        raise NotNow(TOLD)


def refuse_taking_back(report: Report, *, danger: bool) -> None:
    """Raise NotNow if a new assessment would close an open danger-to-life record.

    An assessment without danger would do so.
    """
    if not danger and _is_open(report):
        raise NotNow(HELD, about="danger")
    if not danger and _told_since(report):
        raise NotNow(CONFIRM, about="danger")


def refuse_assigning(report: Report) -> None:
    """Refuse to assign a report that has an open danger-to-life record, by raising NotNow.

    Its owner must hand the danger over to somebody who accepts it.
    """
    if _is_open(report):
        raise NotNow(HAND_ON)


def open_if_it_came_in_danger(found: FoundReport) -> None:
    """Open a danger-to-life record if the reporter said life is at risk and no officer has ruled it out."""
    report = found.report
    if report.danger_to_life is None and report.urgency == Urgency.DANGER:
        open_danger(found)


def open_danger(found: FoundReport) -> bool:
    """Open a danger-to-life record, add the round-the-clock desk and page a supervisor.

    Returns False, and does nothing, if one is open already. That the round-the-clock desk cannot be added
    does not stop the danger from being recorded: the page says so, and the log.
    """
    report, by, at = found.report, found.by, found.at
    if of_report(report) is not None:
        return False
    DangerEpisode.objects.create(
        report=report,
        opened_by_id=by.officer_id,
        opened_at=at,
        review_at=at + load_pack(settings.PACK).clock("danger_review"),
    )
    record(found, Act.DANGER_OPENED)
    watching.add(found)
    post(Letter.DANGER_OPENED, desk=report.desk_id, thing_id=report.id, at=at)
    return True
