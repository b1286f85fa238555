-- heedline_door: the owner of the functions that the internet-facing process calls. Nobody signs in as it, and it owns no
-- table.

GRANT USAGE ON SCHEMA public TO heedline_door;
GRANT USAGE, CREATE ON SCHEMA door TO heedline_door;

-- people, desks and hours
GRANT SELECT ON desks_desk TO heedline_door;

-- letters and alarms, and what is logged by the quarter hour
GRANT INSERT ON dispatch_outbox TO heedline_door;
GRANT INSERT (id, act, desk, report, outcome, detail) ON audit_waiting TO heedline_door;

-- drafts, questions and counts
GRANT SELECT, INSERT, UPDATE ON intake_count TO heedline_door;
GRANT SELECT, INSERT, UPDATE, DELETE ON intake_draft TO heedline_door;
GRANT SELECT, INSERT ON intake_question_set TO heedline_door;

-- keys: public halves and ciphertext
GRANT SELECT ON keys_epoch TO heedline_door;

-- whether all servers of the public site have its key
GRANT SELECT, INSERT ON permits_sign_in_proof TO heedline_door;

-- reports
GRANT INSERT ON reports_file TO heedline_door;
GRANT INSERT ON reports_identity_share TO heedline_door;
GRANT SELECT ON reports_incident TO heedline_door;
GRANT SELECT ON reports_threat_level TO heedline_door;
GRANT SELECT (report_id), UPDATE (review_on, identity_until) ON reports_keeping TO heedline_door;
GRANT SELECT, INSERT, UPDATE ON reports_message TO heedline_door;
GRANT SELECT, INSERT, UPDATE ON reports_receipt TO heedline_door;
GRANT SELECT, INSERT, UPDATE ON reports_report TO heedline_door;
GRANT INSERT ON reports_sealed_header TO heedline_door;
GRANT INSERT ON reports_sealed_payload TO heedline_door;
GRANT SELECT, INSERT ON reports_step TO heedline_door;
