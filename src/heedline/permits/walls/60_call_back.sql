-- Calls that reporters asked for. The office notes that one was asked for and how it went; the worker watches the clock.
-- Both see of it what they see of its report.
ALTER TABLE reports_call_back ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_call_back FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON reports_call_back TO heedline_office;
GRANT UPDATE (due_at, missed, done) ON reports_call_back TO heedline_office;
GRANT SELECT ON reports_call_back TO heedline_worker;
CREATE POLICY inner_roles ON reports_call_back TO heedline_worker USING (true);
CREATE POLICY of_my_reports ON reports_call_back TO heedline_office
    USING (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id));
