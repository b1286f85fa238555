-- Officers' saved views of queues: each officer finds only their own. What is in them is sealed to the officer as well.

ALTER TABLE desks_saved_view ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY my_own ON desks_saved_view TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()))
    WITH CHECK (officer_id = (SELECT permits.my_officer()));
