"""Codes for a notice's legal basis, its state at the desk and the company's answer.

This is plain Python. `notices/states.py` says what follows what.
"""

from __future__ import annotations

from enum import StrEnum


class NoticeBasis(StrEnum):
    """The legal basis of a notice."""

    VOLUNTARY = "voluntary"
    """A referral under the company's own terms."""
    SECTION_3 = "section-3"
    """A notice under section 3 of the Terrorism Act 2006, served by hand or by recorded post."""


class NoticeState(StrEnum):
    """The state of a notice at the desk."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT = "sent"
    """Accepted by the company's system, or served by hand or post."""
    FAILED = "failed"
    """The notice could not be delivered, or was returned."""
    CLOSED = "closed"
    LAPSED = "lapsed"
    """Closed without an answer, after every escalation level."""
    WITHDRAWN = "withdrawn"
    """Withdrawn by the desk after sending, because the notice was wrong."""
    DROPPED = "dropped"
    """Abandoned before the company was notified."""


class CompanyAnswer(StrEnum):
    """The state of a notice as reported by the company."""

    NONE = "none"
    RECEIVED = "received"
    REMOVED = "removed"
    RESTRICTED = "restricted"
    """Blocked in the United Kingdom, but still available elsewhere."""
    REFUSED = "refused"
    ASKS = "asks"
    OBJECTS = "objects"
    """The company disputes the notice. An independent examiner examines the item again."""
