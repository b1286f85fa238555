-- Officers' own terms: an overseer registers and ends them; the officer's own session may read the sealed rows, to open
-- them while it unlocks, and can neither add, change nor take one away.

ALTER TABLE keys_own_term ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY mine_or_overseen ON keys_own_term FOR SELECT TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()) OR (SELECT permits.i_oversee()));
CREATE POLICY registered_by_overseers ON keys_own_term FOR INSERT TO heedline_office
    WITH CHECK ((SELECT permits.i_oversee()) AND registered_by_id = (SELECT permits.my_officer())
        AND officer_id <> (SELECT permits.my_officer()));
CREATE POLICY ended_by_overseers ON keys_own_term FOR DELETE TO heedline_office
    USING ((SELECT permits.i_oversee()) AND officer_id <> (SELECT permits.my_officer()));
