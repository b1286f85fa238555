-- An examiner's own account of time with items, and what they do not want to see. Nobody else finds it.
ALTER TABLE material_examiner_account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY my_own ON material_examiner_account TO heedline_office
    USING (officer_id = (SELECT permits.my_officer())) WITH CHECK (officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT, UPDATE (day, minutes, since_break, last_at, break_until, opted_out)
    ON material_examiner_account TO heedline_office;
GRANT SELECT ON material_examiner_account TO heedline_backup;
