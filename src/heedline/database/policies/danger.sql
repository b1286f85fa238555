-- An open danger and its log are seen by those who see the report: its desk, and the desk that watches it.

ALTER TABLE reports_danger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_danger TO heedline_usher, heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_danger FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY changed_by_us ON reports_danger FOR UPDATE TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
-- In their own name, and nothing in a supervisor's.
CREATE POLICY opened_by_me ON reports_danger FOR INSERT TO heedline_office
    WITH CHECK (opened_by_id = (SELECT permits.my_officer()) AND acknowledged_by_id IS NULL AND discharged_by_id IS NULL
        AND NOT watch_added AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_danger_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_danger_entry TO heedline_usher USING (true);
CREATE POLICY of_my_reports ON reports_danger_entry FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
-- In their own name, and while the danger is open.
CREATE POLICY in_my_name ON reports_danger_entry FOR INSERT TO heedline_office
    WITH CHECK (by_id = (SELECT permits.my_officer()) AND EXISTS (SELECT 1 FROM public.reports_danger d
        WHERE d.id = danger_id AND d.report_id = reports_danger_entry.report_id AND d.discharged_at IS NULL));
