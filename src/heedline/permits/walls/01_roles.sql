-- Who may touch what, in the database's own words. Everything not granted here is refused.
-- The roles themselves are made by the operator or the embedded launcher (launch/postgres.py).
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO heedline_public, heedline_office, heedline_worker, heedline_backup,
    heedline_door, heedline_usher, heedline_settler;
CREATE SCHEMA door;
CREATE SCHEMA permits;
CREATE SCHEMA clockwork;
GRANT USAGE, CREATE ON SCHEMA door TO heedline_door;
GRANT USAGE, CREATE ON SCHEMA permits TO heedline_usher;
GRANT USAGE, CREATE ON SCHEMA clockwork TO heedline_settler;
GRANT USAGE ON SCHEMA door TO heedline_public;
GRANT USAGE ON SCHEMA permits TO heedline_office;
GRANT USAGE ON SCHEMA clockwork TO heedline_worker;

-- public: published tables only
GRANT SELECT ON keys_statement, desks_desk, desks_installation TO heedline_public;

-- office: people, rota, keys' public halves and ciphertext
GRANT SELECT, INSERT, UPDATE ON desks_organisation, desks_desk, desks_officer, desks_appointment, desks_shift,
    desks_on_call TO heedline_office;
GRANT SELECT, INSERT ON desks_installation TO heedline_office;
GRANT DELETE ON desks_on_call TO heedline_office;
GRANT SELECT, INSERT ON keys_statement, keys_epoch, keys_grant TO heedline_office;
GRANT SELECT, INSERT, UPDATE ON keys_wrapping TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_session, permits_unlocked, permits_held_form TO heedline_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_emailaddress, account_emailconfirmation, mfa_authenticator
    TO heedline_office;
GRANT SELECT ON django_content_type, intake_question_set TO heedline_office;
-- office: reports of its desks (rows are chosen by the policies in 02)
GRANT SELECT ON reports_report, reports_sealed_header, reports_sealed_payload, reports_message, reports_step,
    dispatch_alarm, audit_event, dispatch_worker_beat TO heedline_office;
GRANT UPDATE (stage, priority, danger_to_life, slot, due_at, rank, holder_id, lease_until, version, unread, outcome,
    status) ON reports_report TO heedline_office;
GRANT INSERT ON reports_sealed_header, reports_sealed_payload, reports_message, reports_step TO heedline_office;
GRANT UPDATE (header, epochs) ON reports_sealed_header TO heedline_office;
GRANT UPDATE (seen, slot) ON reports_message TO heedline_office;
GRANT SELECT (report_id, reporter_key, closed) ON reports_receipt TO heedline_office;
GRANT UPDATE (acknowledged_by, acknowledged_at, cleared_by, cleared_at, because, slot) ON dispatch_alarm
    TO heedline_office;
GRANT INSERT (act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_office;
GRANT INSERT ON dispatch_outbox TO heedline_office;

-- worker: clocks, alarms, letters; no sealed thing, no key
GRANT SELECT ON desks_desk, desks_appointment, desks_shift, desks_on_call, desks_organisation, desks_installation,
    keys_statement, keys_epoch TO heedline_worker;
GRANT SELECT (id, epoch_id, officer_id) ON keys_grant TO heedline_worker;
GRANT SELECT (id, email, name, is_active, organisation_id) ON desks_officer TO heedline_worker;
GRANT SELECT (id, kind, urgency, priority, rank, desk_id, watch_id, stage, slot, received_on, settled, due_at,
    holder_id, lease_until, unread) ON reports_report TO heedline_worker;
GRANT SELECT (id, report_id, from_us, seen, slot) ON reports_message TO heedline_worker;
GRANT SELECT, UPDATE, DELETE ON dispatch_outbox TO heedline_worker;
GRANT SELECT, INSERT, UPDATE ON dispatch_alarm, dispatch_worker_beat TO heedline_worker;
GRANT INSERT (at, act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_worker;

-- door: what its functions touch
GRANT SELECT ON desks_desk, keys_epoch TO heedline_door;
GRANT SELECT, INSERT, UPDATE ON reports_report, reports_receipt, reports_message TO heedline_door;
GRANT INSERT ON reports_sealed_header, reports_sealed_payload, reports_identity_share, reports_step, dispatch_outbox,
    intake_question_set TO heedline_door;
GRANT SELECT ON reports_step, intake_question_set TO heedline_door;
GRANT SELECT, INSERT, UPDATE, DELETE ON intake_draft TO heedline_door;

-- usher: whose session is this, and the one move that leaves a desk's sight
GRANT SELECT ON permits_session, desks_appointment, desks_desk TO heedline_usher;
GRANT SELECT (id, is_active) ON desks_officer TO heedline_usher;
GRANT SELECT, UPDATE ON reports_report TO heedline_usher;
GRANT SELECT ON reports_identity_share TO heedline_usher;
GRANT INSERT, DELETE ON reports_identity_share TO heedline_usher;
GRANT SELECT ON keys_epoch TO heedline_usher;

-- settler: rewrites finished slots so that no row's age tells when it came
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_sealed_header, reports_sealed_payload, reports_identity_share,
    reports_receipt, reports_message, reports_report TO heedline_settler;
GRANT INSERT ON audit_event TO heedline_settler;
GRANT SELECT, UPDATE (note) ON reports_step TO heedline_settler;
GRANT SELECT, INSERT, DELETE ON intake_draft TO heedline_settler;
GRANT SELECT, DELETE ON permits_session, permits_unlocked, permits_held_form TO heedline_settler;
GRANT MAINTAIN ON reports_sealed_header, reports_sealed_payload, reports_identity_share, reports_receipt,
    reports_message, reports_report, reports_step, dispatch_alarm, dispatch_outbox, intake_draft, procrastinate_jobs,
    procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO heedline_worker;

-- backup: everything, to read
GRANT SELECT ON ALL TABLES IN SCHEMA public TO heedline_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO heedline_backup;
GRANT USAGE ON SCHEMA door, permits, clockwork TO heedline_backup;
