-- Files of reports, and the derivatives of them that officers are shown. Whoever sees the report sees the rows. A row of a
-- file comes through the door with its report or message, one of a derivative from viewer.keep_derivative. The worker marks
-- which objects are missing, and reads no header.

ALTER TABLE reports_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_file
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_file FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_derivative ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_derivative TO heedline_usher, heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_derivative FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
