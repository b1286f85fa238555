-- heedline_usher: the owner of the functions that ask whose session this is, and that do what the policies let nobody do.
-- Nobody signs in as it, and it owns no table.

GRANT USAGE ON SCHEMA public, door TO heedline_usher;
GRANT USAGE, CREATE ON SCHEMA permits, history, viewer TO heedline_usher;

-- the log
-- what a partner does with what was sent to it
GRANT INSERT (act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_usher;
-- which statements and payloads the log names
GRANT SELECT (id, act, outcome, detail, thing_id) ON audit_event TO heedline_usher;

-- people, desks and hours
GRANT SELECT ON desks_appointment TO heedline_usher;
GRANT SELECT, INSERT, UPDATE (number) ON desks_daily_count TO heedline_usher;
GRANT SELECT ON desks_desk TO heedline_usher;
GRANT SELECT (id, scenario, priority, danger, outcome, ended_on, officer_id) ON desks_exercise TO heedline_usher;
GRANT SELECT (id, is_active, name, organisation_id) ON desks_officer TO heedline_usher;
GRANT SELECT, INSERT, UPDATE (minutes, minute) ON desks_viewing_minutes TO heedline_usher;

-- whose unfinished calls there are, and nothing of what is in them
GRANT SELECT ("row", officer, begun, expires), UPDATE (officer, begun, settled) ON intake_draft TO heedline_usher;

-- who falls back on whom when an owner of records leaves
GRANT UPDATE (offered_id) ON reports_record TO heedline_usher;
GRANT INSERT ON dispatch_outbox TO heedline_usher;

-- that the worker runs
GRANT SELECT ON dispatch_worker_beat TO heedline_usher;

-- keys: public halves and ciphertext
GRANT SELECT, UPDATE (retired_at, destroyed_on) ON keys_epoch TO heedline_usher;
GRANT SELECT (id, epoch_id, officer_id), DELETE ON keys_grant TO heedline_usher;
GRANT SELECT ON keys_statement TO heedline_usher;

-- sessions
GRANT SELECT, UPDATE (officer_id) ON permits_session TO heedline_usher;
-- until when a session's keys are unlocked, never the keys
GRANT SELECT (session_id, idle_until) ON permits_unlocked TO heedline_usher;
GRANT SELECT ON permits_sign_in_proof TO heedline_usher;
-- what the files origin opens one file with; those of partners are made and removed for them
GRANT SELECT, INSERT, DELETE, UPDATE (digest, used, sealed, prepared, expires_at) ON permits_view_token TO heedline_usher;

-- reports
GRANT SELECT (report_id), DELETE ON reports_call_back TO heedline_usher;
GRANT SELECT (id, report_id, discharged_at, acknowledged_at, review_at, offered_to_id, watch_added,
    discharged_alone, discharge_asked_by_id, discharge_reviewed_at), UPDATE (watch_added,
    offered_to_id, offered_by_id), DELETE ON reports_danger TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_danger_entry TO heedline_usher;
GRANT SELECT (object, report_id, file_id, number), INSERT, DELETE ON reports_derivative TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_dip_check TO heedline_usher;
GRANT SELECT, UPDATE (decided_on, done, certificate, true_from, decided_by_id) ON reports_disposal TO heedline_usher;
GRANT SELECT, UPDATE (state, due_at, version, receipt, received_at, answer_code, answer, answer_key, answer_voice,
    answered_at, answered_by_id, received_by_id), DELETE ON reports_dissemination TO heedline_usher;
GRANT SELECT, INSERT, DELETE ON reports_earlier_answer TO heedline_usher;
GRANT SELECT (container, object, report_id), DELETE ON reports_file TO heedline_usher;
GRANT SELECT (report_id, from_desk_id, to_desk_id, state), INSERT, UPDATE (state, ended_at, ended_by_id), DELETE ON
    reports_hand_over TO heedline_usher;
GRANT SELECT (released_on, report_id), DELETE ON reports_hold TO heedline_usher;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_identity_request TO heedline_usher;
GRANT SELECT, INSERT, UPDATE (epoch, sealed), DELETE ON reports_identity_share TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_keeping TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_message TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_note_revision TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_owner_notice TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_task TO heedline_usher;
-- the note after a call is keyed by its receipt
GRANT SELECT (report_id, lookup, closed, touched), UPDATE (touched), DELETE ON reports_receipt TO heedline_usher;
GRANT SELECT (request_id), INSERT, DELETE ON reports_released_share TO heedline_usher;
GRANT SELECT, UPDATE, DELETE ON reports_report TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_presence TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_review TO heedline_usher;
GRANT SELECT, INSERT, UPDATE (header, epochs), DELETE ON reports_sealed_header TO heedline_usher;
GRANT SELECT, INSERT, DELETE ON reports_sealed_payload TO heedline_usher;
-- what waits to be indexed, and that something is to be purged
GRANT SELECT (id, desk_id, epoch, header, reports, purge, purge_by), INSERT, UPDATE (epoch, header, purge, purge_by) ON
    reports_search_index TO heedline_usher;
GRANT SELECT (id, epochs, header), UPDATE (epochs, header) ON reports_search TO heedline_usher;
-- parts of a desk: addressed to its new keys, disposed of with what they are about, and written by those without a session
GRANT SELECT, INSERT, UPDATE (epoch, header), DELETE ON reports_desk_part_header TO heedline_usher;
GRANT SELECT (container, desk_id, thing), INSERT, DELETE ON reports_desk_part_payload TO heedline_usher;
-- the record of another desk that goes with one's own: see functions/record_pairs.sql
GRANT SELECT, INSERT, UPDATE (container, due_at, held, owner_id, state, version) ON reports_record TO heedline_usher;
GRANT INSERT ON reports_record_step TO heedline_usher;
GRANT SELECT ON reports_record_move TO heedline_usher;
GRANT SELECT (id, kind, desk_id, about_id, cleared_at), UPDATE (cleared_by, cleared_at, because) ON dispatch_alarm TO heedline_usher;
-- `FOR UPDATE` needs the right to change a column: nothing does
GRANT SELECT, INSERT, UPDATE (state), DELETE ON reports_desk_file TO heedline_usher;
GRANT SELECT (id, desk_id, report, indexed, epochs, header), UPDATE (indexed, epochs, header), DELETE ON
    reports_sealed_values TO heedline_usher;
GRANT SELECT (id, epochs, header), UPDATE (epochs, header) ON reports_desk_notice TO heedline_usher;
GRANT SELECT (id, epochs, header), UPDATE (epochs, header) ON reports_subject_request TO heedline_usher;
GRANT SELECT (id, interest_id, epochs, header), UPDATE (owner_id, epochs, header) ON reports_interest_hit TO
    heedline_usher;
GRANT SELECT (id, owner_id, home_id, desk_id, indexed, epochs, header), UPDATE (owner_id, indexed, unindexed_since, epochs,
    header) ON reports_interest TO heedline_usher;
GRANT SELECT (desk_id, report, aside, gone, purge_by), INSERT, UPDATE (aside, gone) ON reports_search_waiting TO heedline_usher;
GRANT SELECT, INSERT, DELETE ON reports_step TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_swept TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_translation TO heedline_usher;
GRANT SELECT (report_id), DELETE ON reports_translation_text TO heedline_usher;
