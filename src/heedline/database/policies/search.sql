-- The index of a desk, its pages and what waits for it are that desk's. A page is one row of one heap page, never
-- compressed and never moved out: it is random.
ALTER TABLE reports_search_page ALTER COLUMN sealed SET STORAGE PLAIN;

ALTER TABLE reports_search_index ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_search_index TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_search_index TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));

ALTER TABLE reports_search_page ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_search_page TO heedline_settler USING (true);
CREATE POLICY of_my_desks ON reports_search_page TO heedline_office
    USING (index_id IN (SELECT x.id FROM public.reports_search_index x))
    WITH CHECK (index_id IN (SELECT x.id FROM public.reports_search_index x));

ALTER TABLE reports_search_waiting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY the_worker ON reports_search_waiting FOR SELECT TO heedline_worker USING (true);
CREATE POLICY inner_roles ON reports_search_waiting TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_search_waiting TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));

-- What somebody searched for is theirs and their supervisors'. Overseers see that somebody searched, and hold no key. It is
-- written in their own name.
ALTER TABLE reports_search ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_search TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);
CREATE POLICY of_mine ON reports_search FOR SELECT TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()) OR desks && ARRAY(SELECT permits.my_supervised())
        OR (SELECT permits.i_oversee()));
CREATE POLICY in_my_name ON reports_search FOR INSERT TO heedline_office
    WITH CHECK (officer_id = (SELECT permits.my_officer()) AND desks <@ ARRAY(SELECT permits.my_desks()));
