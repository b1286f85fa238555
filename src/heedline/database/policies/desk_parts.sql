-- Sealed parts that belong to a desk are that desk's. A specialist desk may narrow this for parts of its own.
ALTER TABLE reports_desk_part_header ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_desk_part_header TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_desk_part_header TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));

ALTER TABLE reports_desk_part_payload ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_desk_part_payload TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_desk_part_payload TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));

-- Files of a desk's records. A copy of one comes from viewer.keep_derivative. The worker marks which objects are missing.
ALTER TABLE reports_desk_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_desk_file TO heedline_usher, heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_desk_file TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()))
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) AND made_from IS NULL);
