-- Who has a report open now. Officers of its desks see it, and each writes only their own row. Nothing of it outlives a
-- crash, and no copy of the database has it.

ALTER TABLE reports_presence SET UNLOGGED;
ALTER TABLE reports_presence ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_reports ON reports_presence FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
-- In their own name, and never ahead of time: the row would stay longer.
CREATE POLICY in_my_name ON reports_presence FOR INSERT TO heedline_office
    WITH CHECK (officer_id = (SELECT permits.my_officer()) AND minute <= now()
        AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY my_own ON reports_presence FOR UPDATE TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()))
    WITH CHECK (officer_id = (SELECT permits.my_officer()) AND minute <= now());
CREATE POLICY i_am_gone ON reports_presence FOR DELETE TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()));
-- Ended by the clock, and disposed of with the report.
CREATE POLICY inner_roles ON reports_presence TO heedline_usher, heedline_settler USING (true);
