-- Sweeps are seen by the desk that made them, and undone once.

ALTER TABLE reports_sweep ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_sweep TO heedline_settler USING (true);
CREATE POLICY of_my_desks ON reports_sweep FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY by_me ON reports_sweep FOR INSERT TO heedline_office
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) AND by_id = (SELECT permits.my_officer()));
CREATE POLICY undone_once ON reports_sweep FOR UPDATE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) AND undone_at IS NULL AND until > now())
    WITH CHECK (undone_by_id = (SELECT permits.my_officer()));

ALTER TABLE reports_swept ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_swept TO heedline_settler USING (true);
CREATE POLICY of_my_sweeps ON reports_swept TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_sweep w WHERE w.id = sweep_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_sweep w WHERE w.id = sweep_id));
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_swept TO heedline_usher USING (true);
