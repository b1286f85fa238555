-- heedline_office: officers, stewards and overseers. Rows are chosen by the policies; columns by these grants.

GRANT USAGE ON SCHEMA public, permits, door, history TO heedline_office;

-- the log
GRANT SELECT ON audit_checkpoint TO heedline_office;
-- never `at`: the database tells the time
GRANT SELECT, INSERT (act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_office;
GRANT SELECT ON audit_mark TO heedline_office;
-- never `slot`
GRANT INSERT (id, act, actor, desk, outcome, detail) ON audit_waiting TO heedline_office;

-- people, desks and hours
GRANT SELECT, INSERT, UPDATE ON desks_appointment TO heedline_office;
-- added and withdrawn; what was said is never changed
GRANT SELECT, INSERT, UPDATE (withdrawn_on, withdrawn_by_id) ON desks_completed_training TO heedline_office;
GRANT SELECT, INSERT, UPDATE ON desks_desk TO heedline_office;
GRANT SELECT, INSERT, UPDATE (stage, version, priority, danger, outcome, ended_on, sealed) ON desks_exercise TO
    heedline_office;
GRANT SELECT, INSERT ON desks_installation TO heedline_office;
-- how a new officer comes in once
GRANT SELECT, INSERT, UPDATE ON desks_invitation TO heedline_office;
-- what is said can be taken back, and is then gone
GRANT SELECT, INSERT, UPDATE (confirmed_on, confirmed_by_id), DELETE ON desks_language_skill TO heedline_office;
GRANT SELECT, INSERT, UPDATE ON desks_officer TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON desks_on_call TO heedline_office;
GRANT SELECT, INSERT, UPDATE ON desks_organisation TO heedline_office;
-- what stewards propose to each other
GRANT SELECT, INSERT, UPDATE ON desks_proposal TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON desks_provider_binding TO heedline_office;
-- the hours that a desk covers each week
GRANT SELECT, INSERT, DELETE ON desks_pattern_slot TO heedline_office;
GRANT SELECT, INSERT, UPDATE ON desks_shift TO heedline_office;
GRANT SELECT ON desks_daily_count TO heedline_office;
GRANT SELECT ON desks_viewing_minutes TO heedline_office;
GRANT SELECT, INSERT, UPDATE (acknowledged_by_id, acknowledged_at) ON desks_shift_note TO heedline_office;

-- letters and alarms
GRANT SELECT, UPDATE (slot, acknowledged_by, acknowledged_at, cleared_by, cleared_at, because) ON dispatch_alarm TO
    heedline_office;
GRANT INSERT ON dispatch_outbox TO heedline_office;
GRANT SELECT ON dispatch_worker_beat TO heedline_office;

-- drafts, questions and counts
GRANT SELECT ON intake_count TO heedline_office;
GRANT SELECT ON intake_question_set TO heedline_office;

-- keys: public halves and ciphertext
-- whose keys an officer has compared: sealed under their own seed
GRANT SELECT, INSERT, UPDATE ON keys_acquaintances TO heedline_office;
GRANT SELECT, INSERT ON keys_epoch TO heedline_office;
-- a new grant of the same epoch replaces the old one
GRANT SELECT, INSERT, UPDATE (sealed) ON keys_grant TO heedline_office;
GRANT SELECT, INSERT, DELETE ON keys_own_term TO heedline_office;
GRANT SELECT, INSERT, DELETE ON desks_saved_view TO heedline_office;
GRANT SELECT, INSERT ON keys_statement TO heedline_office;
-- deleted: a lost way to unlock, and a leaver's
GRANT SELECT, INSERT, UPDATE, DELETE ON keys_wrapping TO heedline_office;

-- sessions
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_held_form TO heedline_office;
-- each notice of the provider is taken once
GRANT SELECT, INSERT ON permits_provider_notice TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_provider_session TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_session TO heedline_office;
GRANT SELECT, INSERT, UPDATE (counted_until) ON permits_secret_attempts TO heedline_office;
-- left once, and never read or changed
GRANT INSERT ON permits_sign_in_proof TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_unlocked TO heedline_office;
-- its own, to remove them; what is sealed in them is never read back
GRANT SELECT (session, expires_at, ends_at), INSERT, DELETE ON permits_view_token TO heedline_office;

-- reports
GRANT SELECT, INSERT, UPDATE (due_at, missed, done) ON reports_call_back TO heedline_office;
-- who opened it and when is never changed; entries are added
GRANT SELECT, INSERT, UPDATE (review_at, acknowledged_by_id, acknowledged_at, offered_to_id, offered_by_id,
    discharge_asked_by_id, discharge_asked_at, discharged_by_id, discharged_at, discharge_note, discharged_alone,
    discharge_reviewed_by_id, discharge_reviewed_at, discharge_review_note) ON reports_danger TO heedline_office;
GRANT SELECT, INSERT ON reports_danger_entry TO heedline_office;
GRANT SELECT, UPDATE (verdict, answers, judged_on, words, remedied_on, remedy, judged_by_id, remedied_by_id) ON
    reports_dip_check TO heedline_office;
GRANT SELECT, INSERT ON reports_disposal TO heedline_office;
-- never what the partner signed or answered
GRANT SELECT, INSERT, UPDATE (state, due_at, answer_by, version, checked_at, sent_at, key, ended_at, ended_words,
    checked_by_id, ended_by_id) ON reports_dissemination TO heedline_office;
GRANT SELECT ON reports_earlier_answer TO heedline_office;
-- accepted; offered and returned in permits.hand_over
GRANT SELECT, UPDATE (state, ended_at, ended_by_id) ON reports_hand_over TO heedline_office;
GRANT SELECT, INSERT, UPDATE (released_on, released_by_id) ON reports_hold TO heedline_office;
GRANT SELECT ON reports_identity_request TO heedline_office;
-- never that the identity is gone
GRANT SELECT, INSERT, UPDATE ("group", review_on, identity_until) ON reports_keeping TO heedline_office;
GRANT SELECT, INSERT, UPDATE (slot, seen) ON reports_message TO heedline_office;
-- never `lookup`
GRANT SELECT (report_id, reporter_key, closed) ON reports_receipt TO heedline_office;
GRANT SELECT ON reports_released_share TO heedline_office;
-- never the desk: see permits.hand_over
GRANT SELECT, UPDATE (priority, danger_to_life, stage, slot, seen, due_at, offered, rank, owner_id, lease_by_id,
    lease_until, version, unread, outcome, status) ON reports_report TO heedline_office;
-- noted in permits.open_with, and deleted at the lock
GRANT SELECT, INSERT, UPDATE (minute), DELETE ON reports_presence TO heedline_office;
GRANT SELECT, INSERT ON reports_review TO heedline_office;
GRANT SELECT, INSERT, UPDATE (header, epochs) ON reports_sealed_header TO heedline_office;
GRANT SELECT, INSERT ON reports_sealed_payload TO heedline_office;
GRANT SELECT, INSERT ON reports_step TO heedline_office;
GRANT SELECT, INSERT, UPDATE (epochs, header, payload, answer, answered_on, answered_by_id) ON
    reports_subject_request TO heedline_office;
GRANT SELECT, INSERT, UPDATE (closed_at, closed_by_id) ON reports_incident TO heedline_office;
GRANT SELECT, INSERT, UPDATE (state, decided_at, decided_by_id) ON reports_threat_level TO heedline_office;
GRANT SELECT, INSERT, UPDATE (undone_at, not_restored, undone_by_id) ON reports_sweep TO heedline_office;
-- what is kept for undoing a sweep goes with undoing it
GRANT SELECT, INSERT, DELETE ON reports_swept TO heedline_office;
GRANT SELECT, INSERT, UPDATE (state, assigned_to_id) ON reports_translation TO heedline_office;
-- nobody changes or removes a version
GRANT SELECT, INSERT ON reports_translation_text TO heedline_office;
GRANT SELECT, INSERT ON reports_note_revision TO heedline_office;
GRANT SELECT, INSERT, UPDATE (seen_at) ON reports_owner_notice TO heedline_office;
GRANT SELECT ON reports_file TO heedline_office;
GRANT SELECT ON reports_derivative TO heedline_office;
-- never who set it, or what it is
GRANT SELECT, INSERT, UPDATE (owner_id, due_at, state, ended_by_id, ended_at, ended_note) ON reports_task TO heedline_office;
-- made by permits.begin_search alone
GRANT SELECT, UPDATE (epoch, header, payload, size, reports, version, purge, purge_by, rekeyed), DELETE ON
    reports_search_index TO heedline_office;
GRANT SELECT, INSERT, UPDATE (generation, version, sealed), DELETE ON reports_search_page TO heedline_office;
GRANT SELECT, UPDATE (aside), DELETE ON reports_search_waiting TO heedline_office;
-- a part of a desk is never changed, except by re-addressing, and goes only by a function of its desk
GRANT SELECT, INSERT ON reports_desk_part_header, reports_desk_part_payload, reports_desk_file TO heedline_office;
-- a record of a desk moves by steps, and its steps stay
GRANT SELECT, INSERT, UPDATE (container, due_at, held, indexed, offered_id, owner_id, state, version) ON
    reports_record TO heedline_office;
GRANT SELECT, INSERT ON reports_record_step TO heedline_office;
GRANT SELECT ON reports_record_move TO heedline_office;
-- what desks compare with each other, and the register of interests: never what was sealed
GRANT SELECT, INSERT, UPDATE (indexed, matched_at, due_at), DELETE ON reports_sealed_values TO heedline_office;
GRANT SELECT, INSERT, UPDATE (aside), DELETE ON reports_desk_notice TO heedline_office;
GRANT SELECT, INSERT, UPDATE (owner_id), DELETE ON reports_desk_question TO heedline_office;
GRANT SELECT, INSERT, UPDATE (ended_at, indexed, matches), DELETE ON reports_interest TO heedline_office;
GRANT SELECT, INSERT, UPDATE (acknowledged_at), DELETE ON reports_interest_hit TO heedline_office;
-- a search is never changed, except by re-addressing
GRANT SELECT, INSERT ON reports_search TO heedline_office;

-- signing in
GRANT SELECT, INSERT, UPDATE, DELETE ON account_emailaddress TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_emailconfirmation TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator TO heedline_office;

-- Django's own
GRANT SELECT ON django_content_type TO heedline_office;

-- Rights on a function are given by its owner.
SET ROLE heedline_door;
GRANT EXECUTE ON FUNCTION
    door.archive_questions(text, bytea),
    door.delete_draft(bytea),
    door.incidents(),
    door.load_draft(bytea),
    door.save_draft(bytea, bytea, integer, bytea, bigint, bigint),
    door.say(bytea, uuid, bytea, uuid, bytea, bytea, bytea, uuid[], interval, text, uuid[], bytea[], uuid[], bigint[]),
    door.submit_report(uuid, bytea, bytea, bytea, text, text, text, text, smallint, uuid, uuid, interval, text,
        uuid, bytea, bytea, bytea, uuid[], uuid, bytea, bytea, bytea, uuid[], bytea[], uuid, bytea,
        uuid[], bytea[], uuid[], bigint[], uuid),
    door.visit(bytea)
TO heedline_office;
SET ROLE heedline_owner;

-- Rights on a function are given by its owner.
SET ROLE heedline_usher;
GRANT EXECUTE ON FUNCTION
    history.logged_statement_count(),
    history.logged_statements(),
    permits.count_act(uuid, date, text, text),
    permits.a_report_moves(),
    permits.a_report_grows(),
    permits.a_danger_opens(),
    permits.a_second_is_on_duty(uuid, uuid),
    permits.had_no_part(uuid, uuid),
    permits.may_confirm_discharge(uuid, uuid),
    permits.on_duty(timestamptz),
    permits.a_receipt_rests(),
    permits.an_index_begins(),
    permits.values_go(),
    permits.disposed_among(uuid[]),
    permits.hand_on_interest(uuid, uuid),
    permits.has_left(uuid, uuid),
    permits.coordinator(uuid),
    permits.owner_leaves(),
    permits.works_at(uuid, uuid),
    permits.values_leave(),
    permits.ask_identity(uuid, uuid, uuid, text, text, integer, uuid),
    permits.begin_search(uuid, uuid, uuid, bytea, bytea),
    permits.begin_pair(uuid, text, uuid, timestamptz, uuid, text, uuid, bytea, bytea),
    permits.lock_pair(uuid),
    permits.tell_pair(uuid, text, timestamptz, uuid, text, uuid, bytea, bytea, boolean),
    permits.dangers_owned(uuid, uuid),
    permits.decide_disposal(uuid, jsonb, date, uuid[]),
    permits.decide_identity(uuid, boolean, uuid, bytea, bytea, bytea, uuid[], bytea, integer, boolean),
    permits.desk_shares(uuid),
    permits.destroy_epoch(uuid),
    permits.hand_over(uuid, uuid, timestamptz, integer, uuid, uuid, bytea, uuid[], bytea[], bytea[], timestamptz),
    permits.headers_to_move(uuid, uuid, integer),
    permits.end_danger_watch(uuid, uuid[], bytea[], bytea[]),
    permits.facing_desks(uuid),
    permits.i_look_after_welfare(),
    permits.i_oversee(),
    permits.i_set_up(),
    permits.i_watch(),
    permits.is_on_the_other_side(uuid, uuid),
    permits.left_to_move(uuid),
    permits.logged_payload(uuid),
    permits.may_decide(uuid),
    permits.move_headers(uuid, uuid, uuid[], bytea[], bytea[]),
    permits.move_shares(uuid, uuid, uuid[], bytea[], bytea[]),
    permits.my_authoriser_desks(),
    permits.my_desks(),
    permits.my_officer(),
    permits.my_partner_desks(),
    permits.my_retired(uuid),
    permits.my_supervised(),
    permits.name_officer(bytea, uuid, text, bytea),
    permits.take_attempt(text, integer, integer, interval),
    permits.open_dangers(text),
    permits.open_with(uuid, timestamptz),
    permits.note_call(bytea, uuid, bytea, bytea, bytea, uuid[]),
    permits.practised_by_mine(),
    permits.figures(uuid[], timestamptz),
    permits.mark_unfinished_call(bytea, boolean),
    permits.unfinished_calls(uuid, timestamptz),
    permits.open_work(uuid, timestamptz, date, integer[]),
    permits.release_words(uuid),
    permits.retire_epoch(uuid),
    permits.search_coverage(),
    permits.second_share(uuid),
    permits.shares_to_move(uuid, uuid, integer),
    permits.waiting(uuid[]),
    permits.watch_danger(uuid, uuid, uuid, bytea, uuid[], bytea[], bytea[]),
    permits.who_decides(uuid),
    permits.who_decides_trace(uuid),
    permits.worker_runs()
TO heedline_office;
SET ROLE heedline_owner;
