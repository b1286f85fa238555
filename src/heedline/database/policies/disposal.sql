-- Disposals, and people who ask what is held about them: seen by the desk.

ALTER TABLE reports_disposal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_disposal
    TO heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_disposal FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR (SELECT permits.i_oversee()));
CREATE POLICY proposed ON reports_disposal FOR INSERT TO heedline_office
    WITH CHECK (proposed_by_id = (SELECT permits.my_officer()) AND NOT done AND decided_on IS NULL
        AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report AND r.desk_id = reports_disposal.desk_id
            AND r.stage = 'closed' AND r.desk_id IN (SELECT permits.my_desks())));

ALTER TABLE reports_subject_request ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_subject_request
    TO heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_subject_request TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
