-- Acts of officers that are logged by the quarter hour: sending what somebody told them on the telephone is a moment of
-- that somebody's, and a telephone company knows who rang then. They wait here, without an exact time, and
-- clockwork.settle writes them into the log. Nobody reads them before, and only in their own name can officers add one.
GRANT INSERT (id, act, actor, desk, outcome, detail) ON audit_waiting TO heedline_office;
GRANT SELECT, DELETE ON audit_waiting TO heedline_settler;
GRANT MAINTAIN ON audit_waiting TO heedline_worker;
GRANT SELECT ON audit_waiting TO heedline_backup;
ALTER TABLE audit_waiting ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_waiting FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON audit_waiting TO heedline_settler USING (true);
CREATE POLICY of_myself ON audit_waiting FOR INSERT TO heedline_office
    WITH CHECK (actor = permits.my_officer() AND act IN ('call-taken-down', 'without-training'));
