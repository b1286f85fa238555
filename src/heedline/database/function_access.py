"""The database functions, and the roles that may call each of them.

Written by hand, independently of the SQL, and compared with a migrated database by a test, as the rights in `access`
are.
"""

from __future__ import annotations

from heedline.database.desk_rights import DeskRights
from heedline.desk_hooks import register

#: Who may call the functions of a schema, and who owns them. In `public` there are the job library's, the worker's.
FUNCTIONS: dict[str, tuple[str, str]] = {
    "door": ("public", "door"),
    "permits": ("office", "usher"),
    "clockwork": ("worker", "settler"),
    "public": ("worker", "owner"),
    "viewer": ("files", "usher"),
    "history": ("public", "usher"),  # which statements the log names: every process compares
}
#: (schema, function) → who may call it besides: officers take reports down for others, through the same door.
ALSO = {
    ("door", name): {"office"}
    for name in (
        "archive_questions",
        "delete_draft",
        "incidents",
        "load_draft",
        "save_draft",
        "say",
        "submit_report",
        "visit",
    )
} | {
    ("permits", name): {"partner"}
    for name in (
        "destroy_epoch",
        "headers_to_move",
        "left_to_move",
        "move_headers",
        "move_shares",
        "my_officer",
        "my_partner_desks",
        "my_retired",
        "name_officer",
        "retire_epoch",
        "shares_to_move",
        "take_attempt",
    )
}
ALSO |= {
    ("permits", name): {"owner"}
    for name in (
        "facing_desks",
        "is_on_the_other_side",
        "a_danger_opens",
        "a_receipt_rests",
        "a_report_grows",
        "a_report_moves",
        "an_index_begins",
        "owner_leaves",
        "values_go",
        "values_leave",
    )
}  # for a trigger
ALSO[("permits", "on_duty")] = {"worker"}
ALSO |= {
    ("history", name): {"office", "worker", "partner"}
    for name in ("logged_statement_count", "logged_statements")
}
#: (schema, function) → who alone may call it.
ALONE = {
    ("clockwork", "note_backup"): "backup",
    ("permits", "disposed_of"): "usher",  # for triggers
    ("door", "add_files"): "door",
    ("door", "reopen"): "door",
    ("door", "stop_closing"): "door",
    ("door", "wait_for_the_standby"): "door",
    ("door", "told_of_danger"): "usher",  # called by answer_sent
    ("viewer", "keep_copy_of_desk_file"): "usher",  # called by keep_derivative
    ("viewer", "reaches"): "usher",  # asked by the others
    **{
        ("permits", name): "partner"
        for name in (
            "answer_sent",
            "answer_to",
            "close_sent_files",
            "earlier_answers",
            "next_statement",
            "partner_people",
            "reads_as_my_statement",
            "receive_sent",
            "sent_parts",
            "sent_to_me",
            "view_sent_file",
        )
    },
}


def callers_of(schema: str, name: str) -> set[str]:
    """Return the roles that may call a given non-trigger function."""
    alone = ALONE.get((schema, name)) or (_of_desks().get(name) if schema == "permits" else None)
    return {alone or FUNCTIONS[schema][0]} | ALSO.get((schema, name), set())


def _of_desks() -> dict[str, str]:
    """Return the specialist desks' functions in the schema `permits`, each with the role that may call it."""
    return {name: role for hook in register.hooks(DeskRights) for name, role in hook.functions.items()}


def permits_functions() -> frozenset[str]:
    """Return every function of the schema `permits`, including those of the specialist desks."""
    return frozenset(PERMITS).union(_of_desks())


DOOR = {
    "add_files",
    "add_counts",
    "archive_questions",
    "ask_to_withdraw",
    "delete_draft",
    "delete_messages",
    "incidents",
    "is_key_of_the_site",
    "load_draft",
    "mark_seen",
    "new_messages",
    "reopen",
    "save_draft",
    "say",
    "show_only_new",
    "slot",
    "spend_form",
    "submit_report",
    "submit_reports",
    "stop_closing",
    "told_of_danger",
    "visit",
    "wait_for_the_disk",
    "wait_for_the_standby",
    "threat_levels",
}
PERMITS = {
    "a_danger_opens",
    "a_receipt_rests",
    "a_report_grows",
    "a_report_moves",
    "a_second_is_on_duty",
    "an_index_begins",
    "answer_sent",
    "answer_to",
    "ask_identity",
    "close_sent_files",
    "coordinator",
    "count_act",
    "dangers_owned",
    "begin_pair",
    "begin_search",
    "decide_disposal",
    "decide_identity",
    "desk_shares",
    "disposed_among",
    "disposed_of",
    "destroy_epoch",
    "earlier_answers",
    "end_danger_watch",
    "facing_desks",
    "figures",
    "hand_on_interest",
    "hand_over",
    "has_left",
    "headers_to_move",
    "i_look_after_welfare",
    "i_oversee",
    "i_set_up",
    "i_watch",
    "is_on_the_other_side",
    "left_to_move",
    "lock_pair",
    "logged_payload",
    "mark_unfinished_call",
    "had_no_part",
    "may_confirm_discharge",
    "may_decide",
    "move_headers",
    "move_shares",
    "my_authoriser_desks",
    "my_desks",
    "my_officer",
    "my_partner_desks",
    "my_retired",
    "my_supervised",
    "name_officer",
    "next_statement",
    "partner_people",
    "practised_by_mine",
    "note_call",
    "on_duty",
    "open_dangers",
    "open_with",
    "open_work",
    "owner_leaves",
    "reads_as_my_statement",
    "receive_sent",
    "release_words",
    "retire_epoch",
    "search_coverage",
    "second_share",
    "sent_parts",
    "sent_to_me",
    "shares_to_move",
    "take_attempt",
    "tell_pair",
    "unfinished_calls",
    "values_go",
    "values_leave",
    "view_sent_file",
    "waiting",
    "watch_danger",
    "who_decides",
    "who_decides_trace",
    "worker_runs",
    "works_at",
}
#: Those that look with the caller's eyes, so that row-level security holds inside, or look at no table.
INVOKERS = {
    "a_second_is_on_duty",
    "add_files",
    "disposed_of",
    "figures",
    "had_no_part",
    "may_confirm_discharge",
    "open_with",
    "slot",
    "take_attempt",
    "wait_for_the_disk",
    "wait_for_the_standby",
    "waiting",
}
VIEWER = {
    "keep_copy_of_desk_file",
    "keep_derivative",
    "lasts",
    "open_capability",
    "reaches",
    "reseal",
    "use_token",
}
HISTORY = {"logged_statement_count", "logged_statements"}
CLOCKWORK = {
    "end_identities",
    "end_releases",
    "end_searches",
    "forget_sweeps",
    "join_counts",
    "note_backup",
    "settle",
    "settle_drafts",
    "sweep",
    "take_canaries",
}
TRIGGERS = {
    "a_session_names_nobody",
    "a_check_stays",
    "a_danger_stays",
    "danger_entries_stay",
    "danger_is_held",
    "a_decision_stays",
    "a_disposal_stays",
    "a_dissemination_stays",
    "a_header_stays",
    "an_earlier_answer_stays",
    "a_key_that_lives",
    "one_side_alone",
    "statements_only_grow",
    "a_stage_follows_the_path",
    "a_step_is_ones_own",
    "a_call_was_tried",
    "a_review_is_the_next_action",
    "an_alarm_is_answered",
    "a_record_moves",
    "record_steps_stay",
    "rank_and_time_follow",
    "steps_say_what_moved",
    "an_appointment_stays",
    "steps_stay",
    "note_revisions_stay",
    "the_log_only_grows",
}
#: Functions of PostgreSQL itself that one of ours may call and PUBLIC may not.
SYSTEM_FUNCTIONS = {
    ("worker", "pg_stat_reset_single_table_counters(oid)"),
    ("worker", "pg_switch_wal()"),
    ("worker", "pg_current_wal_lsn()"),
    ("worker", "pg_relation_size(regclass)"),
    ("worker", "pg_relation_size(regclass,text)"),
    ("worker", "pg_current_snapshot()"),
    ("owner", "pg_current_snapshot()"),
    ("door", "pg_current_xact_id_if_assigned()"),
    ("door", "pg_total_relation_size(regclass)"),
    ("door", "pg_logical_emit_message(boolean,text,text,boolean)"),
} | {
    (role, "pg_current_xact_id()")  # the log counts its events by it
    for role in ("owner", "office", "partner", "worker", "usher", "settler")
}


def triggers() -> frozenset[str]:
    """Return the functions that triggers run, including those of the specialist desks."""
    return frozenset(TRIGGERS).union(*(hook.triggers for hook in register.hooks(DeskRights)))
