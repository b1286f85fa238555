"""The list of tables that are backed up, with the side that each belongs to.

A test fails for any table that is neither listed here nor explicitly left out. The order is the loading
order, so a row's references are loaded before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString

from heedline.desk_hooks import register

#: A copy of the key store lives at most so long: a disposal is true everywhere once the last one from before is gone.
DAYS_KEPT = 30


class Side(StrEnum):
    """One of the two sides of a backup, which must be stored apart."""

    KEYS = "keys"  # who may open what; copies live at most 30 days
    BODIES = "bodies"  # what opens nothing by itself


@dataclass(frozen=True, slots=True)
class Copied:
    """A table on one side of a backup.

    `order` is the column by which rows are written. `only` restricts the columns. Otherwise all columns
    except those in `without` are copied. `where` selects rows, and `{running}` in it stands for the start of
    the current quarter hour. `fill` means that the columns are filled into rows created by another part.
    """

    table: str
    side: Side
    order: str = "id"
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    where: str = "true"
    fill: bool = False
    ranges: bool = (
        False  # large: written in ranges of its order, each of which can be kept when a run is taken up again
    )

    @property
    def name(self) -> str:
        """Return the name of the entry's file."""
        return f"{self.table}.{'-'.join(self.only)}" if self.fill else self.table


#: What came in the running quarter hour and nobody has taken is left to the next backup: two backups, each with its exact
#: time, would otherwise date a report between them (law 5).
_NEW = "SELECT id FROM reports_report WHERE NOT settled AND slot >= {running}"
_NEW_MESSAGE = "FROM reports_message WHERE NOT settled AND NOT from_us AND slot >= {running}"
_NEW_WORDS = f"SELECT container {_NEW_MESSAGE}"
_NEW_FILES = f"SELECT container FROM reports_file WHERE message_id IN (SELECT id {_NEW_MESSAGE})"  # noqa: S608
#: For tables with a report: the rows of reports from before the running quarter hour.
OF_OLD_REPORTS = f"report_id NOT IN ({_NEW})"
#: A translation of a message goes with the message.
_OLD_MESSAGE = (
    f"COALESCE(message_id NOT IN (SELECT id FROM reports_message WHERE container IN ({_NEW_WORDS})), true)"  # noqa: S608
)
_OLD_PARTS = f"{OF_OLD_REPORTS} AND container NOT IN ({_NEW_WORDS}) AND container NOT IN ({_NEW_FILES})"

#: Names of people, desks and their keys, and how people sign in: all current with the newest key store.
_WHO = (
    "desks_installation",
    "desks_organisation",
    "desks_desk",
    "desks_officer",
    "desks_appointment",
    "keys_statement",
    "keys_epoch",
    "keys_grant",
    "keys_wrapping",
    "reports_disposal",  # what was disposed of since the bodies were copied, a restore disposes of again
    "account_emailaddress",
    "mfa_authenticator",
)
COPIED: tuple[Copied, ...] = (
    *(Copied(table, Side.KEYS) for table in _WHO),
    Copied("desks_invitation", Side.KEYS, order="officer_id"),
    Copied("desks_proposal", Side.KEYS),
    Copied("desks_provider_binding", Side.KEYS, order="officer_id"),
    Copied("keys_acquaintances", Side.KEYS, order="officer_id"),
    Copied("keys_own_term", Side.KEYS),
    Copied("desks_saved_view", Side.KEYS),
    Copied("desks_on_call", Side.BODIES),
    Copied("desks_language_skill", Side.BODIES),
    Copied("desks_completed_training", Side.BODIES),
    Copied("desks_pattern_slot", Side.BODIES),
    Copied("desks_shift", Side.BODIES),
    Copied("desks_daily_count", Side.BODIES, order="desk_id, day, figure, band"),
    Copied("desks_viewing_minutes", Side.BODIES, order="officer_id, day"),
    Copied("intake_count", Side.BODIES, order="hour, kind, step, what"),
    Copied("intake_question_set", Side.BODIES, order="digest"),
    Copied("reports_incident", Side.BODIES),
    Copied("reports_threat_level", Side.BODIES),
    Copied("reports_report", Side.BODIES, where=f"id NOT IN ({_NEW})"),
    Copied("reports_receipt", Side.BODIES, order="report_id", where=OF_OLD_REPORTS),
    Copied(
        "reports_message",
        Side.BODIES,
        without=("copy_header",),
        where=f"{OF_OLD_REPORTS} AND container NOT IN ({_NEW_WORDS})",
    ),
    Copied("reports_step", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_sweep", Side.BODIES),
    Copied("reports_hand_over", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_call_back", Side.BODIES, order="report_id", where=OF_OLD_REPORTS),
    Copied("reports_dissemination", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_earlier_answer", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_translation", Side.BODIES, where=f"{OF_OLD_REPORTS} AND {_OLD_MESSAGE}"),
    Copied("reports_translation_text", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_note_revision", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_owner_notice", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_task", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_file", Side.BODIES, order="container", where=_OLD_PARTS),
    Copied(
        "reports_derivative",
        Side.BODIES,
        order="container",
        where=f"{OF_OLD_REPORTS} AND file_id NOT IN ({_NEW_FILES})",
    ),
    Copied("reports_identity_request", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_danger", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_danger_entry", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_dip_check", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_keeping", Side.BODIES, order="report_id", where=OF_OLD_REPORTS),
    Copied("reports_review", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_hold", Side.BODIES, where=OF_OLD_REPORTS),
    Copied("reports_subject_request", Side.BODIES, without=("header",)),
    Copied("reports_subject_request", Side.KEYS, only=("header",), where="header IS NOT NULL", fill=True),
    Copied("reports_desk_notice", Side.BODIES, without=("header",)),
    Copied("reports_desk_question", Side.BODIES),
    Copied("reports_interest", Side.BODIES, without=("header",)),
    Copied("reports_interest_hit", Side.BODIES, without=("header",)),
    Copied("reports_desk_notice", Side.KEYS, only=("header",), where="header IS NOT NULL", fill=True),
    Copied("reports_interest", Side.KEYS, only=("header",), where="header IS NOT NULL", fill=True),
    Copied("reports_interest_hit", Side.KEYS, only=("header",), where="header IS NOT NULL", fill=True),
    Copied("reports_sealed_payload", Side.BODIES, order="container", where=_OLD_PARTS, ranges=True),
    Copied("reports_sealed_header", Side.KEYS, order="container", where=_OLD_PARTS),
    Copied("reports_identity_share", Side.KEYS, where=OF_OLD_REPORTS),
    Copied("reports_desk_part_payload", Side.BODIES, order="container"),
    Copied("reports_record", Side.BODIES),
    Copied("reports_record_step", Side.BODIES),
    Copied("reports_desk_file", Side.BODIES, order="container"),
    Copied("reports_desk_part_header", Side.KEYS, order="container"),
    Copied(
        "reports_message",
        Side.KEYS,
        only=("copy_header",),
        where=f"{OF_OLD_REPORTS} AND copy_header IS NOT NULL",
        fill=True,
    ),
    Copied("dispatch_alarm", Side.BODIES, where=f"about_id IS NULL OR about_id NOT IN ({_NEW})"),
    Copied("dispatch_outbox", Side.BODIES, where="slot < {running}"),
    Copied("audit_event", Side.BODIES, order="generation, xid, id"),
    Copied("audit_waiting", Side.BODIES, where="slot < {running}"),
    Copied("audit_checkpoint", Side.BODIES, order="feed, size"),
)

#: What is in no copy, and why.
LEFT_OUT: dict[str, str] = {
    "intake_draft": "unfinished reports are the browser's, and end within a day",
    "permits_session": "people sign in again",
    "desks_shift_note": "what one shift told the next, for two weeks",
    "desks_exercise": "practice: forgotten within weeks anyway, and its words with the session",
    "permits_secret_attempts": "guesses of secrets: counted anew",
    "permits_sign_in_proof": "each site leaves its own when it starts",
    "permits_unlocked": "and unlock again",
    "permits_view_token": "a look at one file, for minutes",
    "permits_provider_session": "people sign in again",
    "permits_provider_notice": "a notice of the provider that was taken, for minutes",
    "permits_held_form": "a form kept after the lock, for hours",
    "reports_presence": "who has a report open, for ten minutes",
    "reports_released_share": "a half key, for minutes or hours: asked for again",
    "reports_swept": "quarter hours, kept for a day to undo a sweep: after a restore it cannot be undone",
    "reports_search": "the log has who searched, when and how; its words would lie beside their header in one half",
    "reports_search_index": "made anew from the reports in an officer's session",
    "reports_search_page": "made anew from the reports in an officer's session",
    "reports_sealed_values": "made anew from the reports in an officer's session",
    "reports_search_waiting": "made anew with the index",
    "reports_record_move": "filled by the migrations of specialist desks",
    "audit_tile": "made anew from the events",
    "audit_mark": "made anew from the events",
    "dispatch_worker_beat": "the worker says it every minute",
    "account_emailconfirmation": "not used",
    "django_content_type": "made by the migrations",
    "django_migrations": "made by the migrations",
    "auth_group": "not used",
    "auth_group_permissions": "not used",
    "auth_permission": "made by the migrations",
    "procrastinate_events": "jobs that have no argument and run again by the clock",
    "procrastinate_jobs": "jobs that have no argument and run again by the clock",
    "procrastinate_periodic_defers": "jobs that have no argument and run again by the clock",
    "procrastinate_workers": "jobs that have no argument and run again by the clock",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBackup(register.Hook):
    """A specialist desk's tables in a backup.

    `copied` lists those that are in one, and `left_out` those that are in none, with the reason. `mended` are statements that a restore runs as the tables' owner once all rows are in: its bodies may be older than its key store.
    """

    copied: tuple[Copied, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    mended: tuple[LiteralString, ...] = ()


def copied() -> tuple[Copied, ...]:
    """Return the entries of the plan in loading order, with the specialist desks' tables last."""
    return (*COPIED, *(one for hook in register.hooks(DeskBackup) for one in hook.copied))


def left_out() -> dict[str, str]:
    """Return the tables that are not backed up, including the specialist desks', each with the reason."""
    return LEFT_OUT | {
        table: why for hook in register.hooks(DeskBackup) for table, why in hook.left_out.items()
    }


def of_side(side: Side) -> Sequence[Copied]:
    """Return the entries that belong to one side, in loading order."""
    return [one for one in copied() if one.side is side]
