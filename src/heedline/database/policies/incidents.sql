-- Incidents are public. Each is opened and closed once, by an officer of the round-the-clock desk in their own name; that it
-- is a supervisor, the verbs make sure (casework/intake/incidents.py).

ALTER TABLE reports_incident ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_incident FOR SELECT TO heedline_door USING (true);
CREATE POLICY seen ON reports_incident FOR SELECT TO heedline_office USING (true);
CREATE POLICY opened_by_me ON reports_incident FOR INSERT TO heedline_office
    WITH CHECK (opened_by_id = (SELECT permits.my_officer()) AND closed_at IS NULL AND (SELECT permits.i_watch()));
CREATE POLICY closed_once ON reports_incident FOR UPDATE TO heedline_office
    USING (closed_at IS NULL) WITH CHECK (closed_by_id = (SELECT permits.my_officer()) AND (SELECT permits.i_watch()));
