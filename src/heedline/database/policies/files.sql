-- Files of reports, and the derivatives of them that officers are shown. Whoever sees the report sees the rows. A row of a
-- file comes through the door with its report or message. The worker marks which objects are missing, and reads no header.

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
-- of a file of the same report
CREATE POLICY of_a_file ON reports_derivative FOR INSERT TO heedline_office
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_file f
        WHERE f.container = reports_derivative.file_id AND f.report_id = reports_derivative.report_id));
