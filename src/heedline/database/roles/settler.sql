-- heedline_settler: the owner of the clockwork, which rewrites finished quarter hours so that no row's age tells when it
-- came, and ends what has an end. Nobody signs in as it, and it owns no table.

GRANT USAGE ON SCHEMA public TO heedline_settler;
GRANT USAGE, CREATE ON SCHEMA clockwork TO heedline_settler;

-- the log
GRANT INSERT ON audit_event TO heedline_settler;
GRANT SELECT, DELETE ON audit_waiting TO heedline_settler;

-- drafts, questions and counts
GRANT SELECT, INSERT, DELETE ON intake_count TO heedline_settler;
-- a row can only be locked by a role that may update it
GRANT SELECT, INSERT, UPDATE (settled), DELETE ON intake_draft TO heedline_settler;

-- two weeks after they were written
GRANT SELECT (at), DELETE ON desks_shift_note TO heedline_settler;
-- ninety days after
GRANT SELECT (day), DELETE ON desks_viewing_minutes TO heedline_settler;

-- the arrival canary
GRANT SELECT (id, code, kind) ON desks_desk TO heedline_settler;
GRANT SELECT (thing_id), DELETE ON dispatch_outbox TO heedline_settler;

-- sessions
GRANT SELECT, DELETE ON permits_held_form TO heedline_settler;
GRANT SELECT, DELETE ON permits_provider_notice TO heedline_settler;
GRANT SELECT, DELETE ON permits_provider_session TO heedline_settler;
GRANT SELECT, DELETE ON permits_session TO heedline_settler;
GRANT SELECT, DELETE ON permits_unlocked TO heedline_settler;
GRANT SELECT (expires_at), DELETE ON permits_view_token TO heedline_settler;

-- reports
-- it writes the row anew and changes nothing
GRANT SELECT (report_id, state), UPDATE (state) ON reports_file TO heedline_settler;
GRANT SELECT (released_on, report_id) ON reports_hold TO heedline_settler;
GRANT SELECT ON reports_identity_request TO heedline_settler;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_identity_share TO heedline_settler;
GRANT SELECT (report_id, review_on, identity_until, identity_gone_on), UPDATE (identity_gone_on) ON reports_keeping TO
    heedline_settler;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_message TO heedline_settler;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_receipt TO heedline_settler;
GRANT SELECT (minute), DELETE ON reports_presence TO heedline_settler;
-- emptied
GRANT SELECT (request_id, sealed, until), UPDATE (sealed), DELETE ON reports_released_share TO heedline_settler;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_report TO heedline_settler;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_sealed_header TO heedline_settler;
GRANT SELECT, INSERT, UPDATE, DELETE ON reports_sealed_payload TO heedline_settler;
-- and the trigger lets it change nothing
GRANT SELECT, UPDATE (note) ON reports_step TO heedline_settler;
-- an index that nobody has purged in time, and the words of old searches
GRANT SELECT (id, desk_id, purge_by), DELETE ON reports_search_index TO heedline_settler;
GRANT SELECT (desk_id, purge_by), DELETE ON reports_search_waiting TO heedline_settler;
GRANT SELECT (index_id), DELETE ON reports_search_page TO heedline_settler;
GRANT SELECT (at), DELETE ON reports_search TO heedline_settler;
GRANT SELECT (id, until) ON reports_sweep TO heedline_settler;
GRANT SELECT, DELETE ON reports_swept TO heedline_settler;
