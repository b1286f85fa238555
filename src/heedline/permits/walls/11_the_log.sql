-- The log's order and its tree (audit/sequence.py). The worker reads events to hash them, and keeps hashes; it changes no
-- event. What is signed stays: checkpoints are only added. Everyone may read those of the day, the office all of them.
GRANT SELECT ON audit_event TO heedline_worker;
GRANT SELECT, INSERT, UPDATE ON audit_tile, audit_mark TO heedline_worker;
GRANT SELECT, INSERT ON audit_checkpoint TO heedline_worker;
GRANT SELECT ON audit_mark, audit_checkpoint TO heedline_office;
GRANT SELECT ON audit_checkpoint TO heedline_public;
GRANT SELECT ON audit_tile, audit_mark, audit_checkpoint TO heedline_backup;

CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION public.the_log_only_grows();

-- The number of leaves counts what the office does: published often, it would tell everyone when reports come in. The
-- public process sees one checkpoint a day.
ALTER TABLE audit_checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_checkpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON audit_checkpoint TO heedline_worker, heedline_office USING (true) WITH CHECK (true);
CREATE POLICY one_a_day ON audit_checkpoint FOR SELECT TO heedline_public USING (feed = 'day');

-- A restore says so in the log, under the next generation. The walls bind the table's owner too, so that needs a door.
CREATE POLICY a_restore_reads ON audit_event FOR SELECT TO heedline_owner USING (true);
CREATE POLICY a_restore_says_so ON audit_event FOR INSERT TO heedline_owner WITH CHECK (act = 'log-restored');
