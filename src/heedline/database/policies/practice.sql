-- Practice: exercises are their officer's alone. They are rows of their own table: no function of the door or of the
-- clockwork reads or writes it, so nothing can make a report of one, or one of a report.

ALTER TABLE desks_exercise ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON desks_exercise TO heedline_office
    USING (officer_id = (SELECT permits.my_officer())) WITH CHECK (officer_id = (SELECT permits.my_officer()));
CREATE POLICY wiped ON desks_exercise TO heedline_worker USING (true);
CREATE POLICY led ON desks_exercise FOR SELECT TO heedline_usher USING (true);
