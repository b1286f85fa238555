-- Threat levels are public. A member of a desk enters one in their own name, and a colleague decides about it once. That it is
-- the desk of the pack, the verbs make sure, and the public site asks for the levels of that desk only.

ALTER TABLE reports_threat_level ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_threat_level FOR SELECT TO heedline_door USING (true);
CREATE POLICY seen ON reports_threat_level FOR SELECT TO heedline_office USING (true);
CREATE POLICY entered_by_me ON reports_threat_level FOR INSERT TO heedline_office
    WITH CHECK (entered_by_id = (SELECT permits.my_officer()) AND state = 'waiting'
        AND desk_id IN (SELECT permits.my_desks()));
CREATE POLICY decided_once ON reports_threat_level FOR UPDATE TO heedline_office
    USING (state = 'waiting' AND desk_id IN (SELECT permits.my_desks()))
    WITH CHECK (decided_by_id = (SELECT permits.my_officer()) AND desk_id IN (SELECT permits.my_desks()));
