-- Records of a specialist desk, and their steps, are that desk's.
ALTER TABLE reports_record ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON reports_record TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY inner_roles ON reports_record TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY deadlines ON reports_record FOR SELECT TO heedline_worker USING (true);

ALTER TABLE reports_record_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_records ON reports_record_step TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_record r WHERE r.id = record_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_record r WHERE r.id = record_id));
CREATE POLICY inner_roles ON reports_record_step TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY deadlines ON reports_record_step FOR SELECT TO heedline_worker USING (true);
