-- Further checks are seen by whoever sees the report. They go with it: the foreign key deletes them.
ALTER TABLE example_further_check ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_reports ON example_further_check TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY inner_roles ON example_further_check TO heedline_worker USING (true);
GRANT SELECT, INSERT, UPDATE (done) ON example_further_check TO heedline_office;
GRANT SELECT (id, report_id, due_at, done) ON example_further_check TO heedline_worker;
GRANT SELECT ON example_further_check TO heedline_backup;
CREATE POLICY letters_of_the_example_desk ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter IN ('example-asked', 'example-checked'));
