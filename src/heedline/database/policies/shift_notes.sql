-- Handover notes of shifts: the desk's, written in one's own name, acknowledged once in somebody else's. The settler deletes
-- them when two weeks are over. The worker sees that one waits, and never what it says.

ALTER TABLE desks_shift_note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON desks_shift_note TO heedline_settler USING (true);
CREATE POLICY which_wait ON desks_shift_note FOR SELECT TO heedline_worker USING (true);
CREATE POLICY of_my_desks ON desks_shift_note FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY by_me ON desks_shift_note FOR INSERT TO heedline_office
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) AND by_id = (SELECT permits.my_officer())
        AND acknowledged_by_id IS NULL);
CREATE POLICY acknowledged_once ON desks_shift_note FOR UPDATE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) AND acknowledged_by_id IS NULL)
    WITH CHECK (acknowledged_by_id = (SELECT permits.my_officer()));
