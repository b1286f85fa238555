-- heedline_partner: the partners' site, a process of its own. It may do what signing in, enrolling, unlocking and comparing
-- words need, on the rows of partners' people and of no officer (policies/partner_site.sql). It has no right on any table
-- of reports; what was sent to a partner comes by functions (functions/disseminations.sql).

GRANT USAGE ON SCHEMA public, permits, history TO heedline_partner;

-- the log
-- never `at`: the database tells the time
GRANT INSERT (act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_partner;

-- people, desks and hours
GRANT SELECT ON desks_appointment TO heedline_partner;
GRANT SELECT ON desks_completed_training TO heedline_partner;
-- only to lock the row: the policy lets no change through
GRANT SELECT, UPDATE (name) ON desks_desk TO heedline_partner;
GRANT SELECT, UPDATE (code, kem, signing) ON desks_invitation TO heedline_partner;
GRANT SELECT, UPDATE (password, last_login) ON desks_officer TO heedline_partner;
GRANT SELECT ON desks_organisation TO heedline_partner;
-- looked at beside a session, by the same code as at the office; there is never one of theirs
GRANT SELECT ON desks_provider_binding TO heedline_partner;

-- keys: public halves and ciphertext
GRANT SELECT, INSERT, UPDATE ON keys_acquaintances TO heedline_partner;
GRANT SELECT, INSERT ON keys_epoch TO heedline_partner;
GRANT SELECT, INSERT, UPDATE (sealed) ON keys_grant TO heedline_partner;
GRANT SELECT ON keys_own_term TO heedline_partner;
GRANT SELECT, INSERT ON keys_statement TO heedline_partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON keys_wrapping TO heedline_partner;

-- sessions
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_held_form TO heedline_partner;
GRANT SELECT, DELETE ON permits_provider_session TO heedline_partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_session TO heedline_partner;
GRANT SELECT, INSERT, UPDATE (counted_until) ON permits_secret_attempts TO heedline_partner;
-- left once, and never read or changed
GRANT INSERT ON permits_sign_in_proof TO heedline_partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_unlocked TO heedline_partner;

-- signing in
GRANT SELECT, INSERT, UPDATE, DELETE ON account_emailaddress TO heedline_partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator TO heedline_partner;

-- Rights on a function are given by its owner.
SET ROLE heedline_usher;
GRANT EXECUTE ON FUNCTION
    history.logged_statement_count(),
    history.logged_statements(),
    permits.answer_sent(uuid, text, uuid, bytea, uuid[], bytea, bytea, uuid, bytea, uuid, jsonb, integer, text, interval),
    permits.answer_to(uuid),
    permits.earlier_answers(uuid),
    permits.destroy_epoch(uuid),
    permits.headers_to_move(uuid, uuid, integer),
    permits.left_to_move(uuid),
    permits.move_headers(uuid, uuid, uuid[], bytea[], bytea[]),
    permits.move_shares(uuid, uuid, uuid[], bytea[], bytea[]),
    permits.my_officer(),
    permits.my_partner_desks(),
    permits.my_retired(uuid),
    permits.name_officer(bytea, uuid, text, bytea),
    permits.take_attempt(text, integer, integer, interval),
    permits.next_statement(),
    permits.partner_people(),
    permits.reads_as_my_statement(uuid, bigint, text, text),
    permits.receive_sent(uuid, jsonb),
    permits.retire_epoch(uuid),
    permits.close_sent_files(),
    permits.sent_parts(uuid),
    permits.sent_to_me(uuid),
    permits.view_sent_file(uuid, uuid, bytea, bytea),
    permits.shares_to_move(uuid, uuid, integer)
TO heedline_partner;
SET ROLE heedline_owner;
