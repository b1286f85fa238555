-- Daily counts: a desk's own, and every desk's for overseers. Only permits.count_act adds to them.

ALTER TABLE desks_daily_count ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON desks_daily_count TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON desks_daily_count FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR (SELECT permits.i_oversee()));
