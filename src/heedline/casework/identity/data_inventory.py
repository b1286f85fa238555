"""An inventory of the data that is and is not held about a reporter, column by column.

Each entry for data not held names the tests that show it. A statement for people outside is printed from
this inventory (`trace_requests.statement`). `tests/laws/test_held.py` checks it against the tables: the
build fails when a column of a table near a report is in neither list, and when a test named here does
not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heedline.desk_hooks import register


@dataclass(frozen=True, slots=True)
class HeldData:
    """A category of data that is held about a reporter.

    `columns` maps each table to the columns that hold the data, separated by spaces. `sealed` states whether
    it opens only with officers' keys.
    """

    words: str
    sealed: bool
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lack:
    """A category of data that is not held, with the tests that prove it (file::test)."""

    words: str
    shown_by: tuple[str, ...]


HOLDS: tuple[HeldData, ...] = (
    HeldData(
        "What they wrote, and inside it the exact time at which it arrived. The officers of the desk can open it; nothing "
        "else holds that time. Which pages and which language they used is "
        "inside it too. Stored unencrypted: which types of part a report has: report, identity, message, reply, note, "
        "language, translation, release, sent, partner, answer, file, derivative, derivative-description, asked-before, link. The last two say that an officer noted that the sender had "
        "written before under another code, or decided whether the report and another one belong together; which one is inside "
        "the seal. Files they sent, such as photos, are sealed each under a key of its own, and kept under random names. What "
        "a file is called, its type, its length and its hash are sealed in the report or the message. Stored unencrypted: "
        "which files a report or a message has, the size band of each, and whether it is still there.",
        True,
        {
            "reports_file": "container report_id message_id object size state",
            "reports_sealed_header": "container report_id part header epochs",
            "reports_sealed_payload": "container report_id payload sha256",
        },
    ),
    HeldData(
        "A part for what senders say about themselves. Every report has one until it is deleted, and it looks the same "
        "whether or not it is empty. Two people from two teams can open it. This statement cannot show what is in it.",
        True,
        {"reports_identity_share": "id report_id share epoch sealed"},
    ),
    HeldData(
        "The day it was received. The quarter hour is kept here only until an officer first takes the report. The log "
        "keeps it (below).",
        False,
        {"reports_report": "slot received_on settled"},
    ),
    HeldData(
        "Facts about the report: its kind, how it was received (web, telephone, another service), the broad area that the "
        "sender named, how urgent the answers suggest it is, the version of the questions, the incident by whose public form "
        "it was sent, and whether the sender asked to withdraw it.",
        False,
        {
            "reports_report": "id kind channel area urgency question_set incident_id withdraw_asked unread status"
        },
    ),
    HeldData(
        "Incidents with a public form of their own: the name and address that everybody can read, which desk takes the "
        "reports, and which supervisors opened and closed the form when.",
        False,
        {"reports_incident": "id name slug kind desk_id opened_at opened_by_id closed_at closed_by_id"},
    ),
    HeldData(
        "The threat level from terrorism that the public site shows: for where, from which source, of which day, and which "
        "advisers entered and confirmed it when.",
        False,
        {
            "reports_threat_level": "id desk_id scope level source read_on state entered_at entered_by_id decided_at"
            " decided_by_id"
        },
    ),
    HeldData(
        "Derived from their receipt code: a one-way hash of it, a public key made from it, and a checksum. The code "
        "is random and says nothing about a person. Whether each message is shown in one visit only. The quarter hour of their last visit, until it has passed.",
        False,
        {"reports_receipt": "report_id lookup reporter_key body_mac closed only_new touched"},
    ),
    HeldData(
        "Messages with them. The text is sealed. Unencrypted: the order, the day, and whether they were read. For a new "
        "message from them the quarter hour is kept until the desk has read it.",
        True,
        {
            "reports_message": "id report_id from_us container copy_header copy_payload voice slot sent_on position seen "
            "body_mac settled"
        },
    ),
    HeldData(
        "If they asked for a call: by when it is due and how often it was tried. The number is sealed in the report.",
        False,
        {"reports_call_back": "report_id due_at missed done"},
    ),
    HeldData(
        "In the log, for good, and in calls to officers: in which quarter hour this report came, and in which its reporter "
        "told us of a danger later, written in shuffled batches; and what officers did with it, to the second. When an officer took something down by telephone, at a "
        "counter or from a letter, the log has the quarter hour in which they sent it and who they are, not which report "
        "it became. Where a report has something in it that concerns the officer who opened "
        "it, such as a name of their family, the log says so, and not what.",
        False,
        {
            "audit_waiting": "id slot act actor desk report outcome detail",
            "audit_event": "id generation xid at act actor desk thing thing_id outcome detail",
            "dispatch_outbox": "id letter desk thing_id slot",
            "dispatch_alarm": "id kind desk_id about_kind about_id slot steps_sent failures paged acknowledged_by acknowledged_at "
            "cleared_by cleared_at because settled",
        },
    ),
    HeldData(
        "Unfinished forms, sealed under a key that only the sender's browser holds, and deleted when they are "
        "sent or expire. Nothing links one to a report. An unfinished call says which officer began it and in which "
        "hour. Page views are counted in fives and linked to nobody.",
        True,
        {
            "intake_draft": "row sealed expires sendings settled officer begun",
            "intake_count": "hour kind step what number",
            "intake_question_set": "digest name canonical",
        },
    ),
    HeldData(
        "In the memory of the running service, for a quarter hour at most: how often one place asked lately, under a "
        "number made with a random key that is then thrown away. It is tied to no report and written nowhere.",
        False,
        {},
    ),
    HeldData(
        "What the desk did with the report: who took, assessed, asked, translated, kept or closed it, and when. What "
        "officers wrote is sealed. That includes their view of the report, its language and its sender.",
        False,
        {
            "reports_report": "priority danger_to_life desk_id watch_id stage due_at rank seen offered owner_id lease_by_id lease_until version "
            "outcome",
            "reports_step": "id report_id number version move from_stage to_stage by_id at on from_desk to_desk codes note",
            "reports_identity_request": "id report_id desk_id authoriser_desk_id purpose granted_minutes asked_back asked_by_id asked_at ground "
            "minutes asked_words decided_by_id decided_at approved decided_words opens_until",
            "reports_released_share": "request_id officer_id sealed until",
            "reports_keeping": "report_id group review_on identity_until identity_gone_on",
            "reports_review": "id report_id group reason words next_on by_id on",
            "reports_hold": "id report_id reason words placed_by_id placed_on released_by_id released_on",
            "reports_disposal": "id report desk_id group reason proposed_by_id proposed_on proposal decided_by_id "
            "decided_on done certificate true_from",
            "reports_dip_check": "id report_id desk_id week verdict answers words remedy judged_by_id judged_on "
            "remedied_by_id remedied_on",
            "reports_danger": "id report_id opened_by_id opened_at watch_added review_at acknowledged_by_id acknowledged_at "
            "offered_to_id offered_by_id discharge_asked_by_id discharge_asked_at discharged_by_id discharged_at discharge_note "
            "discharged_alone discharge_reviewed_by_id discharge_reviewed_at discharge_review_note",
            "reports_danger_entry": "id danger_id report_id number by_id at told note",
            "reports_hand_over": "id report_id from_desk_id to_desk_id by_id at due_at state ended_by_id ended_at",
            "reports_sweep": "id desk_id by_id at until outcome closed left_out undone_by_id undone_at not_restored",
            "reports_swept": "id sweep_id report_id version slot due_at status",
            "reports_dissemination": "id report_id partner_id state purpose basis conditions urgent answer_minutes answer_by "
            "meets_on due_at version container sha256 necessity voice written_by_id written_at compared checked_by_id checked_at sent_at "
            "key receipt received_by_id received_at answer_code answer answer_key answer_voice answered_by_id answered_at "
            "ended_by_id ended_at ended_words",
            "reports_earlier_answer": "id report_id dissemination_id number code container key voice by_id at",
            "reports_translation": "id report_id message_id outward asked_words asked_by_id asked_on assigned_to_id "
            "due_at state",
            "reports_translation_text": "id report_id translation_id number container by_id on",
            "reports_note_revision": "id report_id note number container by_id at",
            "reports_presence": "report_id officer_id minute",
            "reports_task": "id report_id owner_id set_by_id set_at due_at container state ended_by_id ended_at ended_note",
            "reports_derivative": "container report_id file_id number description object size state",
            "reports_owner_notice": "id report_id officer_id to_id by_id at note seen_at",
        },
    ),
    HeldData(
        "Each desk has a search index, made from what its reports say, from messages with their senders and from officers' "
        "notes; never from what senders say of themselves or from call-back details. Its words are one-way hashes inside "
        "sealed pages, so nobody without the desk's keys can tell which words a report has. What officers searched for is "
        "sealed as well, and kept for ninety days. Stored unencrypted: the number of pages, which reports are to be added, "
        "and who searched when, how and with how many hits.",
        True,
        {
            "reports_search": "id officer_id desks session at kind hits reasoned epochs header payload",
            "reports_search_index": "id desk_id epoch header payload size reports version purge purge_by rekeyed",
            "reports_search_page": "index_id number generation version sealed",
            "reports_search_waiting": "id desk_id report aside gone purge_by",
        },
    ),
    HeldData(
        "A specialist desk's own sealed records, such as an item of online material that several reports name. They belong "
        "to the desk and to no report: which reports they concern is never stored unencrypted. Files of such a record are sealed "
        "under random names; only its size band is stored. Stored unencrypted of a record: its desk, kind, state and owner, when it "
        "is due, and when officers moved it.",
        True,
        {
            "reports_desk_part_header": "container desk_id thing part header epoch",
            "reports_desk_part_payload": "container desk_id thing payload",
            "reports_record": "id desk_id kind state held version container owner_id offered_id due_at parent_id pair indexed",
            "reports_record_step": "id record_id number move from_state to_state by_id at note",
            "reports_record_move": "id kind from_state move to_state held decides involves told owner",
            "reports_desk_file": "container desk_id thing made_from description object size state",
        },
    ),
    HeldData(
        "For kinds of report that the pack says are compared across desks, names, numbers and other values of the report, "
        "sealed to the linking desk. Stored unencrypted: the report, how many of its texts were read, and when it was sent and "
        "compared. They go when the report is disposed of.",
        True,
        {
            "reports_sealed_values": "id report desk_id parts slot indexed matched_at due_at epochs header payload"
        },
    ),
    HeldData(
        "The requests of people about data on them, with the reports that concern them sealed to the desk. Stored unencrypted: "
        "the data protection officer’s number, the right, the deadline, and the answer.",
        True,
        {
            "reports_subject_request": "id desk_id reference right received_on due_on epochs header payload opened_by_id "
            "answer answered_by_id answered_on",
        },
    ),
    HeldData(
        "Sealed notices to desks: a possible match at another desk, a question or an answer about one, or whom to contact. "
        "Every desk gets as many, so which report a notice is about, and whether it says anything, is never stored unencrypted.",
        True,
        {
            "reports_desk_notice": "id desk_id on aside epochs header payload",
            "reports_desk_question": "id from_desk_id to_desk_id owner_id due_at",
        },
    ),
    HeldData(
        "The interest register: names and identifiers about which an officer must be contacted first, and the reports that "
        "match them, all sealed. Stored unencrypted: whose entries there are, until when, and when their owners acknowledged "
        "that some report matches.",
        True,
        {
            "reports_interest": "id owner_id home_id desk_id registered_at until ended_at indexed unindexed_since matches epochs header payload",
            "reports_interest_hit": "id interest_id owner_id home_id on acknowledged_at epochs header payload",
        },
    ),
)

_CANARY = "tests/laws/test_canary_law.py::"
_TIME = "tests/laws/test_time_law.py::"
LACKS: tuple[Lack, ...] = (
    Lack(
        "No network address (IP) of the sender: not in a table, a log line, a file or an answer.",
        (
            "tests/laws/test_forgetting.py::test_no_address_goes_further",
            _CANARY + "test_no_table_has_a_mark",
            _CANARY + "test_no_file_has_a_mark",
            _CANARY + "test_no_log_line_has_a_mark",
        ),
    ),
    Lack(
        "Nothing of their browser, telephone or computer: no user agent, no language setting of the device, no referring "
        "page, no cookie that outlives the visit.",
        (
            _CANARY + "test_no_table_has_a_mark",
            _CANARY + "test_no_answer_repeats_what_a_browser_sent_unasked",
            "tests/sites/public/test_when_things_go_wrong.py::"
            "test_every_cookie_ends_with_the_browser_and_is_for_this_site_only",
        ),
    ),
    Lack(
        "No exact time of arrival outside the sealed report: neither of what a sender sent us themselves, nor of what an "
        "officer took down for them.",
        (
            _TIME + "test_every_column_with_a_time_is_declared",
            _TIME + "test_before_settling_no_column_has_an_exact_time_of_a_report",
            _TIME + "test_the_log_dates_arrivals_to_the_quarter_hour",
            _TIME + "test_taking_a_report_down_leaves_no_exact_time",
            _TIME + "test_a_report_that_was_taken_keeps_only_its_day",
        ),
    ),
    Lack(
        "No number or order that shows which report came first: ids are random, and rows are rewritten "
        "in shuffled batches.",
        (
            "tests/laws/test_fields.py::test_ids_of_reports_are_random",
            _TIME + "test_after_settling_rows_of_a_slot_have_one_transaction_number",
            _TIME + "test_after_settling_no_order_tells_who_came_first",
        ),
    ),
    Lack(
        "No receipt code: only the sender has it.",
        (
            "tests/laws/test_dump_law.py::test_no_file_holds_a_code",
            _CANARY + "test_a_code_stands_on_its_own_page_and_nowhere_else",
        ),
    ),
    Lack(
        "No column that this statement does not name: a new one fails the tests until it is listed here.",
        ("tests/laws/test_held.py::test_every_column_near_a_report_stands_in_the_statement",),
    ),
)


@dataclass(frozen=True, slots=True)
class DeskHolds(register.Hook):
    """A specialist desk's lines for the statement of data held about a reporter."""

    lines: tuple[HeldData, ...]


def holds() -> tuple[HeldData, ...]:
    """Return every entry of the inventory.

    The entries of the registered specialist desks come last.
    """
    return (*HOLDS, *(line for hook in register.hooks(DeskHolds) for line in hook.lines))
