-- An examiner's own account of time with items, and what they do not want to see. Nobody else finds it.
ALTER TABLE material_examiner_account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY my_own ON material_examiner_account TO heedline_office
    USING (officer_id = (SELECT permits.my_officer())) WITH CHECK (officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT, UPDATE (day, minutes, since_break, last_at, break_until, last_severe, opted_out)
    ON material_examiner_account TO heedline_office;
GRANT SELECT ON material_examiner_account TO heedline_backup;

-- An examiner's minutes on each day. Each adds to their own, and who looks after their welfare sees everybody's.
ALTER TABLE material_examiner_day ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY my_own ON material_examiner_day TO heedline_office
    USING (officer_id = (SELECT permits.my_officer())) WITH CHECK (officer_id = (SELECT permits.my_officer()));
CREATE POLICY for_welfare ON material_examiner_day FOR SELECT TO heedline_office
    USING ((SELECT permits.i_look_after_welfare()));
CREATE POLICY old_ones ON material_examiner_day FOR DELETE TO heedline_worker USING (true);
CREATE POLICY old_ones_found ON material_examiner_day FOR SELECT TO heedline_worker USING (true);
GRANT SELECT, INSERT, UPDATE (minutes, severe) ON material_examiner_day TO heedline_office;
GRANT SELECT (day), DELETE ON material_examiner_day TO heedline_worker;
GRANT SELECT ON material_examiner_day TO heedline_backup;
