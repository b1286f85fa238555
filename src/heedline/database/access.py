"""The expected rights of each database role on each table and column.

`function_access` lists the rights on functions. The list is written by hand, independently of the SQL. A test
compares it with a migrated database, and `docs/database-access.md` is generated from it. A table that is not
listed here fails the test.

The letters are PostgreSQL's: r SELECT, a INSERT, w UPDATE, d DELETE, D TRUNCATE, x REFERENCES, t
TRIGGER, m MAINTAIN. The owner may do everything to every table, and nobody signs in as the owner.
`backup` reads every table. Which rows a role sees is decided by the policies (`database/policies/`).
"""

from __future__ import annotations

from collections.abc import Mapping

from heedline.database.desk_rights import DeskRights
from heedline.desk_hooks import register

#: Every role, and what it is.
ROLES = {
    "public": "The process that faces the internet. It reads published tables and calls functions of the door.",
    "office": "The process of officers, stewards and overseers. It sees the rows of the signed-in officer's desks.",
    "worker": "The process that keeps clocks, alarms, letters and the log's order. It has no key and no sealed part.",
    "backup": "The backup. It reads every table and sequence, and records in the log that it began.",
    "partner": "The process of partner organisations. It sees rows of partners' people, and no table of reports.",
    "files": "The process that shows files. It calls functions of the viewer, for one file at a time, and reads no table.",
    "migrate": "The operator's migrations. It may become the owners, and has no right of its own.",
    "door": "The owner of the functions that `public` calls. Nobody signs in as it.",
    "usher": "The owner of the functions that `office` and `partner` call. Nobody signs in as it.",
    "settler": "The owner of the functions that `worker` calls. Nobody signs in as it.",
    "owner": "The owner of all tables. Nobody signs in as it.",
}
LOGINS = ("public", "office", "worker", "backup", "partner", "files", "migrate")
ALL = "arwdDxtm"

#: Rights on whole tables.
TABLES: dict[str, dict[str, str]] = {
    # the log
    "audit_event": {"office": "r", "settler": "a", "worker": "r"},
    "audit_waiting": {"settler": "rd", "worker": "m"},
    "audit_tile": {"worker": "arw"},
    "audit_mark": {"office": "r", "worker": "arw"},
    "audit_checkpoint": {"public": "r", "office": "r", "worker": "ar"},
    # people and hours
    "desks_appointment": {"office": "arw", "worker": "r", "usher": "r", "partner": "r"},
    "desks_daily_count": {"office": "r", "usher": "ar"},
    "desks_desk": {"public": "r", "office": "arw", "worker": "r", "door": "r", "usher": "r", "partner": "r"},
    "desks_invitation": {"office": "arw", "partner": "r"},
    "desks_proposal": {"office": "arw"},
    "desks_provider_binding": {"office": "arwd", "partner": "r"},
    "desks_installation": {"public": "r", "office": "ar", "worker": "r"},
    "desks_language_skill": {"office": "ard"},
    "desks_completed_training": {"office": "ar", "worker": "r", "partner": "r"},
    "desks_exercise": {"office": "ar", "worker": "d"},
    "desks_officer": {"office": "arw", "partner": "r"},
    "desks_viewing_minutes": {"office": "r", "usher": "ra", "settler": "d"},
    "desks_on_call": {"office": "arwd", "worker": "r"},
    "desks_organisation": {"office": "arw", "worker": "r", "partner": "r"},
    "desks_saved_view": {"office": "ard"},
    "desks_pattern_slot": {"office": "ard", "worker": "r"},
    "desks_shift": {"office": "arw", "worker": "r"},
    "desks_shift_note": {"office": "ar", "settler": "d"},
    # letters and alarms
    "dispatch_alarm": {"office": "r", "worker": "arwm"},
    "dispatch_outbox": {"office": "a", "worker": "rwdm", "door": "a", "usher": "a", "settler": "d"},
    "dispatch_worker_beat": {"office": "r", "usher": "r", "worker": "arw"},
    # drafts and questions
    "intake_count": {"office": "r", "door": "arw", "settler": "ard", "worker": "m"},
    "intake_draft": {"door": "arwd", "settler": "ard", "worker": "m"},
    "intake_question_set": {"office": "r", "door": "ar"},
    # keys
    "keys_acquaintances": {"office": "arw", "partner": "arw"},
    "keys_epoch": {"office": "ar", "worker": "r", "door": "r", "usher": "r", "partner": "ar"},
    "keys_grant": {"office": "ar", "usher": "d", "partner": "ar"},
    "keys_own_term": {"office": "ard", "partner": "r"},
    "keys_statement": {"public": "r", "office": "ar", "worker": "r", "usher": "r", "partner": "ar"},
    "keys_wrapping": {"office": "arwd", "partner": "arwd"},
    # sessions
    "permits_held_form": {"office": "arwd", "settler": "rd", "partner": "arwd"},
    "permits_provider_notice": {"office": "ar", "settler": "rd"},
    "permits_provider_session": {"office": "arwd", "settler": "rd", "partner": "rd"},
    "permits_session": {"office": "arwd", "usher": "r", "settler": "rd", "partner": "arwd"},
    "permits_secret_attempts": {"office": "ra", "partner": "ra"},
    "permits_sign_in_proof": {"office": "a", "usher": "r", "partner": "a", "door": "ra"},
    "permits_unlocked": {"office": "arwd", "settler": "rd", "partner": "arwd"},
    "permits_view_token": {"office": "ad", "usher": "ard", "settler": "d"},
    # reports
    "reports_call_back": {"office": "ar", "worker": "r", "usher": "d"},
    "reports_danger": {"office": "ar", "usher": "d"},
    "reports_danger_entry": {"office": "ar", "usher": "d"},
    "reports_dip_check": {"office": "r", "worker": "ar", "usher": "d"},
    "reports_identity_request": {"office": "r", "usher": "arwd", "settler": "r"},
    "reports_identity_share": {"door": "a", "usher": "ard", "settler": "arwd", "worker": "m"},
    "reports_message": {"office": "ar", "door": "arw", "usher": "d", "settler": "arwd", "worker": "m"},
    "reports_receipt": {"door": "arw", "usher": "d", "settler": "arwd", "worker": "m"},
    "reports_released_share": {"office": "r", "usher": "ad", "settler": "d", "worker": "m"},
    "reports_disposal": {"office": "ar", "usher": "r"},
    "reports_hand_over": {"office": "r", "usher": "ad"},
    "reports_hold": {"office": "ar", "usher": "d"},
    "reports_keeping": {"office": "ar", "usher": "d"},
    "reports_review": {"office": "ar", "usher": "d"},
    "reports_subject_request": {"office": "ar", "worker": "m"},
    "reports_report": {"office": "r", "door": "arw", "usher": "rwd", "settler": "arwd", "worker": "m"},
    "reports_sealed_header": {"office": "ar", "door": "a", "usher": "ard", "settler": "arwd", "worker": "m"},
    "reports_sealed_payload": {"office": "ar", "door": "a", "usher": "ard", "settler": "arwd", "worker": "m"},
    "reports_step": {"office": "ar", "door": "ar", "usher": "ard", "settler": "r", "worker": "m"},
    "reports_sweep": {"office": "ar"},
    "reports_incident": {"office": "ar", "door": "r"},
    "reports_threat_level": {"office": "ar", "door": "r"},
    "reports_dissemination": {"office": "ar", "usher": "rd"},
    "reports_earlier_answer": {"office": "r", "usher": "ard"},
    "reports_translation": {"office": "ar", "usher": "d"},
    "reports_presence": {"office": "rad", "usher": "d", "settler": "d"},
    "reports_translation_text": {"office": "ar", "usher": "d"},
    "reports_note_revision": {"office": "ar", "usher": "d"},
    "reports_owner_notice": {"office": "ar", "usher": "d"},
    "reports_task": {"office": "ar", "usher": "d"},
    "reports_file": {"office": "r", "door": "a", "usher": "d", "worker": "m"},
    "reports_desk_part_header": {"office": "ar", "usher": "ard", "worker": "m"},
    "reports_desk_part_payload": {"office": "ar", "usher": "ad"},
    "reports_desk_file": {"office": "ar", "usher": "ard"},
    "reports_record": {"office": "ar", "usher": "ar"},
    "reports_record_step": {"office": "ar", "usher": "a"},
    "reports_record_move": {"office": "r", "usher": "r"},
    "reports_derivative": {"office": "r", "usher": "ad"},
    "reports_search": {"office": "ar", "settler": "d", "worker": "m"},
    "reports_search_index": {"office": "rd", "usher": "a", "settler": "d", "worker": "m"},
    "reports_search_page": {"office": "ard", "settler": "d"},
    "reports_search_waiting": {"office": "rd", "usher": "a", "settler": "d"},
    "reports_sealed_values": {"office": "ard", "usher": "d", "worker": "m"},
    "reports_desk_notice": {"office": "ard", "worker": "m"},
    "reports_desk_question": {"office": "ard"},
    "reports_interest": {"office": "ard", "worker": "m"},
    "reports_interest_hit": {"office": "ard", "worker": "m"},
    "reports_swept": {"office": "ard", "usher": "d", "settler": "rd", "worker": "m"},
    # signing in: other people's tables
    "account_emailaddress": {"office": "arwd", "partner": "arwd"},
    "account_emailconfirmation": {"office": "arwd"},
    "mfa_authenticator": {"office": "arwd", "partner": "arwd"},
    # Django's own, which nothing here uses
    "auth_group": {},
    "auth_group_permissions": {},
    "auth_permission": {},
    "django_content_type": {"office": "r"},
    "django_migrations": {},
    # the job library
    "procrastinate_events": {"worker": "arwdm"},
    "procrastinate_jobs": {"worker": "arwdm"},
    "procrastinate_periodic_defers": {"worker": "arwdm"},
    "procrastinate_workers": {"worker": "arwdm"},
}

#: Rights on single columns, where the role has not the right on the whole table.
COLUMNS: dict[tuple[str, str, str], str] = {
    ("intake_draft", "settler", "w"): "settled",  # to lock rows
    ("intake_draft", "usher", "r"): "begun expires officer row",  # never `sealed`
    ("intake_draft", "usher", "w"): "begun officer settled",
    ("audit_event", "office", "a"): "act actor desk detail outcome thing thing_id",  # never `at`
    ("audit_waiting", "office", "a"): "act actor desk detail id outcome",  # never `slot`
    ("audit_waiting", "door", "a"): "act desk detail id outcome report",  # never an actor
    (
        "audit_event",
        "usher",
        "a",
    ): "act actor desk detail outcome thing thing_id",  # what a partner does with what was sent
    ("audit_event", "worker", "a"): "act actor at desk detail outcome thing thing_id",
    ("desks_officer", "worker", "r"): "email id is_active name organisation_id",
    ("desks_officer", "usher", "r"): "id is_active name organisation_id",
    ("audit_event", "usher", "r"): "act detail id outcome thing_id",  # never who or when
    ("audit_event", "partner", "a"): "act actor desk detail outcome thing thing_id",  # never `at`
    ("desks_officer", "partner", "w"): "last_login password",
    ("desks_invitation", "partner", "w"): "code kem signing",
    ("desks_desk", "partner", "w"): "name",  # to lock the row: row-level security lets no change through
    ("keys_grant", "partner", "w"): "sealed",
    ("dispatch_alarm", "usher", "r"): "about_id cleared_at desk_id id kind",
    ("dispatch_alarm", "usher", "w"): "because cleared_at cleared_by",
    ("dispatch_alarm", "office", "w"): "acknowledged_at acknowledged_by because cleared_at cleared_by slot",
    ("keys_epoch", "usher", "w"): "destroyed_on retired_at",
    ("desks_proposal", "worker", "r"): "closed_on id proposed_at proposed_by_id",  # never `facts`
    ("keys_grant", "worker", "r"): "epoch_id id officer_id",  # never `sealed`
    ("permits_unlocked", "usher", "r"): "idle_until session_id",  # never the keys
    ("permits_secret_attempts", "office", "w"): "counted_until",
    ("permits_secret_attempts", "partner", "w"): "counted_until",
    ("permits_session", "usher", "w"): "officer_id",  # with a proof: see permits.name_officer
    ("keys_grant", "usher", "r"): "epoch_id id officer_id",  # never `sealed`
    ("keys_grant", "office", "w"): "sealed",  # granted anew to a new key of the same officer
    (
        "reports_danger",
        "office",
        "w",
    ): "acknowledged_at acknowledged_by_id discharge_asked_at discharge_asked_by_id discharge_note discharge_review_note"
    " discharge_reviewed_at discharge_reviewed_by_id discharged_alone discharged_at discharged_by_id offered_by_id"
    " offered_to_id review_at",  # never who opened it
    (
        "reports_danger",
        "worker",
        "r",
    ): "acknowledged_at discharge_reviewed_at discharged_alone discharged_at id opened_at report_id review_at",
    (
        "reports_danger",
        "usher",
        "r",
    ): "acknowledged_at discharge_asked_by_id discharge_reviewed_at discharged_alone discharged_at id offered_to_id report_id"
    " review_at watch_added",
    ("reports_danger", "usher", "w"): "offered_by_id offered_to_id watch_added",
    ("reports_danger_entry", "usher", "r"): "report_id",
    (
        "reports_dip_check",
        "office",
        "w",
    ): "answers judged_by_id judged_on remedied_by_id remedied_on remedy verdict words",
    ("reports_identity_request", "worker", "r"): "asked_at authoriser_desk_id decided_at id report_id",
    ("reports_call_back", "office", "w"): "done due_at missed",
    ("desks_language_skill", "office", "w"): "confirmed_by_id confirmed_on",
    ("desks_completed_training", "office", "w"): "withdrawn_by_id withdrawn_on",
    ("desks_exercise", "office", "w"): "danger ended_on outcome priority sealed stage version",
    ("desks_exercise", "worker", "r"): "began_on id",
    ("desks_exercise", "usher", "r"): "danger ended_on id officer_id outcome priority scenario",
    # never what a partner signs
    (
        "reports_dissemination",
        "office",
        "w",
    ): "answer_by checked_at checked_by_id due_at ended_at ended_by_id ended_words key sent_at state version",
    ("reports_dissemination", "worker", "r"): "checked_by_id due_at id report_id state urgent",
    (
        "reports_dissemination",
        "usher",
        "w",
    ): "answer answer_code answer_key answer_voice answered_at answered_by_id due_at receipt received_at"
    " received_by_id state version",
    ("reports_translation", "usher", "r"): "report_id",
    ("reports_translation_text", "usher", "r"): "report_id",
    ("reports_note_revision", "usher", "r"): "report_id",
    ("desks_daily_count", "usher", "w"): "number",
    ("desks_viewing_minutes", "usher", "w"): "minute minutes",
    ("desks_viewing_minutes", "settler", "r"): "day",
    ("permits_view_token", "office", "r"): "ends_at expires_at session",  # its own, to remove them
    ("permits_view_token", "usher", "w"): "digest expires_at prepared sealed used",
    ("permits_view_token", "settler", "r"): "expires_at",
    ("desks_shift_note", "office", "w"): "acknowledged_at acknowledged_by_id",
    ("desks_shift_note", "settler", "r"): "at",
    ("desks_shift_note", "worker", "r"): "acknowledged_by_id at desk_id",  # never what it says
    ("reports_task", "usher", "r"): "report_id",
    (
        "reports_task",
        "office",
        "w",
    ): "due_at ended_at ended_by_id ended_note owner_id state",  # never what it is
    ("reports_task", "worker", "r"): "due_at id owner_id report_id state",
    ("reports_file", "usher", "r"): "container object report_id",
    ("desks_desk", "settler", "r"): "code id kind",  # the arrival canary's
    ("dispatch_outbox", "settler", "r"): "thing_id",
    ("reports_file", "settler", "r"): "report_id state",
    ("reports_file", "settler", "w"): "state",  # written anew, and not changed
    ("reports_file", "worker", "r"): "object report_id size state",
    ("reports_file", "worker", "w"): "state",
    ("reports_desk_file", "usher", "w"): "state",  # lets it lock a row, and is not changed
    ("reports_desk_file", "worker", "r"): "desk_id made_from object size state thing",
    ("reports_desk_file", "worker", "w"): "state",
    ("reports_derivative", "usher", "r"): "file_id number object report_id",
    ("reports_derivative", "worker", "r"): "object report_id size state",
    ("reports_derivative", "worker", "w"): "state",
    ("reports_owner_notice", "usher", "r"): "report_id",
    ("reports_owner_notice", "office", "w"): "seen_at",
    ("reports_translation", "office", "w"): "assigned_to_id state",
    ("reports_translation", "worker", "r"): "assigned_to_id due_at id report_id state",
    ("reports_message", "office", "w"): "seen slot",
    ("reports_message", "worker", "r"): "from_us id report_id seen slot",
    ("reports_call_back", "usher", "r"): "report_id",
    ("reports_dip_check", "usher", "r"): "report_id",
    ("reports_disposal", "usher", "w"): "certificate decided_by_id decided_on done true_from",
    ("reports_hand_over", "office", "w"): "ended_at ended_by_id state",
    ("reports_hand_over", "usher", "r"): "from_desk_id report_id state to_desk_id",
    ("reports_hand_over", "usher", "w"): "ended_at ended_by_id state",
    ("reports_hand_over", "worker", "r"): "due_at from_desk_id report_id state",
    ("reports_hold", "office", "w"): "released_by_id released_on",
    ("reports_hold", "usher", "r"): "released_on report_id",
    ("reports_hold", "settler", "r"): "released_on report_id",
    ("reports_hold", "worker", "r"): "reason released_on report_id",
    ("reports_keeping", "office", "w"): "group identity_until review_on",  # never that it is gone
    ("reports_keeping", "door", "r"): "report_id",
    (
        "reports_keeping",
        "door",
        "w",
    ): "identity_until review_on",  # emptied, when a message reopens its report
    ("reports_keeping", "usher", "r"): "report_id",
    ("reports_keeping", "settler", "r"): "identity_gone_on identity_until report_id review_on",
    ("reports_keeping", "settler", "w"): "identity_gone_on",
    ("reports_keeping", "worker", "r"): "report_id review_on",
    ("reports_message", "usher", "r"): "report_id",
    ("reports_released_share", "usher", "r"): "request_id",
    ("reports_presence", "office", "w"): "minute",
    ("reports_presence", "usher", "r"): "report_id",
    ("reports_presence", "settler", "r"): "minute",
    ("reports_review", "usher", "r"): "report_id",
    ("reports_swept", "usher", "r"): "report_id",
    ("reports_subject_request", "office", "w"): "answer answered_by_id answered_on epochs header payload",
    ("reports_subject_request", "usher", "r"): "epochs header id",
    ("reports_subject_request", "usher", "w"): "epochs header",
    ("reports_subject_request", "worker", "r"): "answered_on desk_id due_on id",
    ("reports_receipt", "office", "r"): "closed report_id reporter_key",  # never `lookup`
    ("reports_released_share", "settler", "r"): "request_id sealed until",
    ("reports_released_share", "settler", "w"): "sealed",  # emptied
    (
        "reports_report",
        "office",
        "w",
    ): "danger_to_life due_at lease_by_id lease_until offered outcome owner_id priority rank seen slot stage"
    " status unread version",  # never the desk: see permits.hand_over
    (
        "reports_report",
        "worker",
        "r",
    ): "channel desk_id due_at id kind offered owner_id priority rank received_on seen settled"
    " slot stage unread urgency watch_id",
    (
        "reports_receipt",
        "usher",
        "r",
    ): "closed lookup report_id touched",  # the note after a call is keyed by its receipt
    ("reports_receipt", "usher", "w"): "touched",
    ("reports_sealed_header", "office", "w"): "epochs header",
    ("reports_record", "office", "w"): "container due_at held indexed offered_id owner_id state version",
    (
        "reports_record",
        "usher",
        "w",
    ): "container due_at held offered_id owner_id state version",  # of another desk's pair, and when an owner leaves
    ("reports_record", "worker", "r"): "desk_id due_at id kind owner_id parent_id state",
    ("reports_record_step", "worker", "r"): "at from_state record_id to_state",
    ("reports_desk_part_header", "usher", "w"): "epoch header",
    ("reports_desk_part_payload", "usher", "r"): "container desk_id thing",
    ("reports_search", "settler", "r"): "at",
    ("reports_search", "usher", "r"): "epochs header id",
    ("reports_search", "usher", "w"): "epochs header",
    (
        "reports_search_index",
        "office",
        "w",
    ): "epoch header payload purge purge_by rekeyed reports size version",
    ("reports_search_index", "settler", "r"): "desk_id id purge_by",
    ("reports_search_index", "usher", "r"): "desk_id epoch header id purge purge_by reports",
    ("reports_search_index", "usher", "w"): "epoch header purge purge_by",
    ("reports_search_page", "office", "w"): "generation sealed version",
    ("reports_search_page", "settler", "r"): "index_id",
    ("reports_search_waiting", "office", "w"): "aside",
    ("reports_search_waiting", "worker", "r"): "aside desk_id",
    ("reports_search_waiting", "settler", "r"): "desk_id purge_by",
    ("reports_search_waiting", "usher", "r"): "aside desk_id gone purge_by report",
    ("reports_search_waiting", "usher", "w"): "aside gone",
    ("reports_sealed_values", "office", "w"): "due_at indexed matched_at",
    ("reports_sealed_values", "usher", "r"): "desk_id epochs header id indexed report",
    ("reports_sealed_values", "usher", "w"): "epochs header indexed",
    ("reports_sealed_values", "worker", "r"): "desk_id due_at matched_at report",
    ("reports_desk_notice", "office", "w"): "aside",
    ("reports_desk_notice", "usher", "r"): "epochs header id",
    ("reports_desk_notice", "usher", "w"): "epochs header",
    ("reports_desk_question", "office", "w"): "owner_id",
    ("reports_desk_question", "worker", "r"): "due_at id owner_id to_desk_id",
    ("reports_interest", "office", "w"): "ended_at indexed matches",
    ("reports_interest", "usher", "r"): "desk_id epochs header home_id id indexed owner_id",
    ("reports_interest", "usher", "w"): "epochs header indexed owner_id unindexed_since",
    ("reports_interest", "worker", "r"): "desk_id ended_at home_id id indexed owner_id unindexed_since until",
    ("reports_interest_hit", "office", "w"): "acknowledged_at",
    ("reports_interest_hit", "usher", "r"): "epochs header id interest_id",
    ("reports_interest_hit", "usher", "w"): "epochs header owner_id",
    ("reports_interest_hit", "worker", "r"): "acknowledged_at id interest_id owner_id",
    ("reports_incident", "office", "w"): "closed_at closed_by_id",  # an incident is never renamed or moved
    ("reports_threat_level", "office", "w"): "decided_at decided_by_id state",
    ("reports_sweep", "office", "w"): "not_restored undone_at undone_by_id",
    ("reports_sweep", "settler", "r"): "id until",
    ("reports_sealed_header", "usher", "w"): "epochs header",
    ("reports_identity_share", "usher", "w"): "epoch sealed",
    ("reports_step", "worker", "r"): "by_id move number report_id",
    ("reports_step", "settler", "w"): "note",  # and the trigger lets it change nothing
}

#: (member, group): who may become whom by SET ROLE; nobody inherits.
MAY_BECOME = {("migrate", g) for g in ("owner", "door", "usher", "settler")} | {
    ("owner", g) for g in ("door", "usher", "settler")
}


def tables() -> dict[str, Mapping[str, str]]:
    """Return the table-level privileges, including those on the specialist desks' tables."""
    theirs = {name: who for hook in register.hooks(DeskRights) for name, who in hook.tables.items()}
    return {**TABLES, **theirs}


def columns() -> dict[tuple[str, str, str], str]:
    """Return the rights on individual columns, including those of the specialist desks."""
    return {
        **COLUMNS,
        **{key: said for hook in register.hooks(DeskRights) for key, said in hook.columns.items()},
    }
