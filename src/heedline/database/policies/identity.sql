-- Requests to open an identity are seen by the report's desks and by the authorisers who decide; the released half by the
-- officer whom it was released to.

ALTER TABLE reports_identity_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_identity_request TO heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_identity_request FOR SELECT TO heedline_office
    USING (authoriser_desk_id IN (SELECT permits.my_authoriser_desks())
        OR EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_released_share ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_released_share TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);
-- The named officer, nobody else, and only while the time lasts.
CREATE POLICY named_officer ON reports_released_share FOR SELECT TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()) AND until > now());
