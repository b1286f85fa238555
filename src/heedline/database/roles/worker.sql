-- heedline_worker: clocks, alarms, letters and the log's order. No sealed thing, no key. MAINTAIN is for VACUUM: the rows that
-- settling wrote anew must not stay behind in the file. It also allows LOCK TABLE (docs/threat-model.md), so the worker has it
-- only on tables that it vacuums.

GRANT USAGE ON SCHEMA public, clockwork, history, permits TO heedline_worker;

-- the log
GRANT SELECT, INSERT ON audit_checkpoint TO heedline_worker;
-- it reads events to hash them, keeps hashes, and changes no event
GRANT SELECT, INSERT (at, act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_worker;
GRANT SELECT, INSERT, UPDATE ON audit_mark TO heedline_worker;
GRANT SELECT, INSERT, UPDATE ON audit_tile TO heedline_worker;
GRANT MAINTAIN ON audit_waiting TO heedline_worker;

-- people, desks and hours
GRANT SELECT ON desks_appointment TO heedline_worker;
GRANT SELECT ON desks_completed_training TO heedline_worker;
GRANT SELECT ON desks_desk TO heedline_worker;
-- wiped when their time is over
GRANT SELECT (id, began_on), DELETE ON desks_exercise TO heedline_worker;
GRANT SELECT ON desks_installation TO heedline_worker;
GRANT SELECT (id, email, name, is_active, organisation_id) ON desks_officer TO heedline_worker;
GRANT SELECT ON desks_on_call TO heedline_worker;
GRANT SELECT ON desks_organisation TO heedline_worker;
GRANT SELECT ON desks_pattern_slot TO heedline_worker;
-- that a proposal waits, and whose it is; never what it says
GRANT SELECT (id, proposed_by_id, proposed_at, closed_on) ON desks_proposal TO heedline_worker;
GRANT SELECT ON desks_shift TO heedline_worker;
GRANT SELECT (desk_id, at, acknowledged_by_id) ON desks_shift_note TO heedline_worker;

-- letters and alarms
GRANT SELECT, INSERT, UPDATE, MAINTAIN ON dispatch_alarm TO heedline_worker;
GRANT SELECT, UPDATE, DELETE, MAINTAIN ON dispatch_outbox TO heedline_worker;
GRANT SELECT, INSERT, UPDATE ON dispatch_worker_beat TO heedline_worker;

-- drafts, questions and counts
GRANT MAINTAIN ON intake_count TO heedline_worker;
GRANT MAINTAIN ON intake_draft TO heedline_worker;

-- keys: public halves and ciphertext
GRANT SELECT ON keys_epoch TO heedline_worker;
-- never `sealed`
GRANT SELECT (id, officer_id, epoch_id) ON keys_grant TO heedline_worker;
GRANT SELECT ON keys_statement TO heedline_worker;

-- reports
GRANT SELECT ON reports_call_back TO heedline_worker;
-- never a word of it: times, and who owns it
GRANT SELECT (id, report_id, opened_at, acknowledged_at, review_at, discharged_at, discharged_alone,
    discharge_reviewed_at) ON reports_danger TO heedline_worker;
-- which objects in storage belong to a report, and which are missing
GRANT SELECT (object, report_id, size, state), UPDATE (state) ON reports_derivative TO heedline_worker;
GRANT SELECT (object, desk_id, thing, made_from, size, state), UPDATE (state) ON reports_desk_file TO heedline_worker;
-- it draws them, from the log
GRANT SELECT, INSERT ON reports_dip_check TO heedline_worker;
GRANT SELECT (id, state, urgent, due_at, checked_by_id, report_id) ON reports_dissemination TO heedline_worker;
GRANT SELECT (object, report_id, size, state), UPDATE (state), MAINTAIN ON reports_file TO heedline_worker;
GRANT SELECT (report_id, from_desk_id, due_at, state) ON reports_hand_over TO heedline_worker;
GRANT SELECT (reason, released_on, report_id) ON reports_hold TO heedline_worker;
GRANT SELECT (id, asked_at, decided_at, authoriser_desk_id, report_id) ON reports_identity_request TO heedline_worker;
GRANT MAINTAIN ON reports_identity_share TO heedline_worker;
GRANT SELECT (report_id, review_on) ON reports_keeping TO heedline_worker;
GRANT SELECT (id, from_us, slot, seen, report_id), MAINTAIN ON reports_message TO heedline_worker;
GRANT MAINTAIN ON reports_receipt TO heedline_worker;
-- which records of specialist desks are overdue, and whose they are
GRANT SELECT (desk_id, due_at, id, kind, owner_id, parent_id, state) ON reports_record TO heedline_worker;
GRANT SELECT (record_id, from_state, to_state, at) ON reports_record_step TO heedline_worker;
GRANT MAINTAIN ON reports_released_share TO heedline_worker;
GRANT SELECT (id, kind, channel, urgency, priority, stage, slot, received_on, settled, seen, due_at, offered, rank, unread,
    desk_id, owner_id, watch_id), MAINTAIN ON reports_report TO heedline_worker;
GRANT MAINTAIN ON reports_sealed_header TO heedline_worker;
GRANT MAINTAIN ON reports_sealed_payload TO heedline_worker;
-- who closed a report, to be paged about it; never a note
GRANT SELECT (report_id, number, move, by_id), MAINTAIN ON reports_step TO heedline_worker;
GRANT SELECT (id, due_on, answered_on, desk_id), MAINTAIN ON reports_subject_request TO heedline_worker;
GRANT MAINTAIN ON reports_swept TO heedline_worker;
GRANT SELECT (desk_id, aside) ON reports_search_waiting TO heedline_worker;
GRANT MAINTAIN ON reports_search, reports_search_index, reports_desk_notice, reports_desk_part_header TO heedline_worker;
GRANT SELECT (report, desk_id, matched_at, due_at), MAINTAIN ON reports_sealed_values TO heedline_worker;
GRANT SELECT (id, interest_id, owner_id, acknowledged_at), MAINTAIN ON reports_interest_hit TO heedline_worker;
GRANT SELECT (id, to_desk_id, owner_id, due_at) ON reports_desk_question TO heedline_worker;
GRANT SELECT (id, owner_id, home_id, desk_id, until, ended_at, indexed, unindexed_since), MAINTAIN ON reports_interest TO
    heedline_worker;
GRANT SELECT (id, due_at, state, owner_id, report_id) ON reports_task TO heedline_worker;
GRANT SELECT (id, due_at, state, assigned_to_id, report_id) ON reports_translation TO heedline_worker;

-- Rights on a function are given by its owner.
SET ROLE heedline_usher;
GRANT EXECUTE ON FUNCTION
    history.logged_statement_count(),
    history.logged_statements(),
    permits.on_duty(timestamptz)
TO heedline_worker;
SET ROLE heedline_settler;
GRANT EXECUTE ON FUNCTION
    clockwork.end_identities(),
    clockwork.end_releases(),
    clockwork.end_searches(),
    clockwork.forget_sweeps(),
    clockwork.join_counts(),
    clockwork.settle(timestamptz, integer),
    clockwork.settle_drafts(integer),
    clockwork.sweep(),
    clockwork.take_canaries()
TO heedline_worker;
SET ROLE heedline_owner;

-- The job library's tables and functions are the worker's alone: a right to defer is a right to queue any task.
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT c.relname, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'procrastinate\_%' LOOP
        IF t.relkind = 'r' THEN
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON public.%I TO heedline_worker', t.relname);
        ELSIF t.relkind = 'S' THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE public.%I TO heedline_worker', t.relname);
        END IF;
    END LOOP;
    FOR t IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'procrastinate%' LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO heedline_worker', t.name);
    END LOOP;
END $$;
