-- A report's desk seals its values, and replaces them. The linking desk reads them, and notes what it has done with them.
-- `IN (SELECT …)` would read all of the desk's reports for each statement, EXISTS reads the one that is meant.
ALTER TABLE reports_sealed_values ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_sealed_values TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY the_worker ON reports_sealed_values FOR SELECT TO heedline_worker USING (true);
CREATE POLICY seen ON reports_sealed_values FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())
        OR EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = reports_sealed_values.report));
CREATE POLICY of_my_reports ON reports_sealed_values FOR INSERT TO heedline_office
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = reports_sealed_values.report));
CREATE POLICY replaced ON reports_sealed_values FOR DELETE TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = reports_sealed_values.report));
CREATE POLICY at_the_linking_desk ON reports_sealed_values FOR UPDATE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));

-- A notice is its desk's. Everybody may send one to any desk: what it says is sealed, and its signature inside the seal
-- says who wrote it.
ALTER TABLE reports_desk_notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_desk_notice TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_desk_notice FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY gone_with_the_report ON reports_desk_notice FOR DELETE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY set_aside ON reports_desk_notice FOR UPDATE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY by_an_officer ON reports_desk_notice FOR INSERT TO heedline_office
    WITH CHECK (EXISTS (SELECT permits.my_desks()));

-- A question is seen by the desk that asks and the desk that is asked. The latter says who answers it. It goes once it is
-- answered, or with the report of the desk that asked.
ALTER TABLE reports_desk_question ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY the_worker ON reports_desk_question FOR SELECT TO heedline_worker USING (true);
CREATE POLICY of_my_desks ON reports_desk_question FOR SELECT TO heedline_office
    USING (from_desk_id IN (SELECT permits.my_desks()) OR to_desk_id IN (SELECT permits.my_desks()));
CREATE POLICY asked_by_my_desk ON reports_desk_question FOR INSERT TO heedline_office
    WITH CHECK (from_desk_id IN (SELECT permits.my_desks()));
CREATE POLICY taken_at_my_desk ON reports_desk_question FOR UPDATE TO heedline_office
    USING (to_desk_id IN (SELECT permits.my_desks())) WITH CHECK (to_desk_id IN (SELECT permits.my_desks()));
CREATE POLICY answered_or_gone ON reports_desk_question FOR DELETE TO heedline_office
    USING (from_desk_id IN (SELECT permits.my_desks()) OR to_desk_id IN (SELECT permits.my_desks()));

-- The desk that asked clears the other desk's alarm about its question when its own report is disposed of. It cannot
-- acknowledge that alarm, which would stop its paging. The worker raises it again if the question is still open.
CREATE POLICY of_my_questions ON dispatch_alarm FOR SELECT TO heedline_office
    USING (kind = 'question-late' AND about_id IN (SELECT q.id FROM public.reports_desk_question q
        WHERE q.from_desk_id IN (SELECT permits.my_desks())));
CREATE POLICY my_questions_end ON dispatch_alarm FOR UPDATE TO heedline_office
    USING (kind = 'question-late' AND about_id IN (SELECT q.id FROM public.reports_desk_question q
        WHERE q.from_desk_id IN (SELECT permits.my_desks())))
    WITH CHECK (kind = 'question-late' AND because = 'report-disposed' AND cleared_at IS NOT NULL
        AND cleared_by = (SELECT permits.my_officer()));

-- An entry of the interest register is its owner's. The linking desk's sessions compare reports with it. No other desk sees
-- that there is one.
ALTER TABLE reports_interest ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_interest TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY mine_or_to_compare ON reports_interest FOR SELECT TO heedline_office
    USING (owner_id = (SELECT permits.my_officer()) OR desk_id IN (SELECT permits.my_desks()));
-- An entry whose owner has left or lost the role waits for a supervisor of its desk, who gives it to somebody.
CREATE POLICY left_behind ON reports_interest FOR SELECT TO heedline_office
    USING (home_id IN (SELECT permits.my_supervised()) AND permits.has_left(owner_id, home_id));
CREATE POLICY the_worker ON reports_interest FOR SELECT TO heedline_worker USING (true);
CREATE POLICY in_my_name ON reports_interest FOR INSERT TO heedline_office
    WITH CHECK (owner_id = (SELECT permits.my_officer()) AND EXISTS (SELECT 1 FROM public.desks_appointment a
        WHERE a.officer_id = owner_id AND a.desk_id = home_id AND a.role = 'investigator' AND a.ended_on IS NULL));
CREATE POLICY ended_or_indexed ON reports_interest FOR UPDATE TO heedline_office
    USING (owner_id = (SELECT permits.my_officer()) OR desk_id IN (SELECT permits.my_desks()));
-- The linking desk deletes it months after its end, which the pack states. What has not ended is never deleted.
CREATE POLICY gone_after_its_end ON reports_interest FOR DELETE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())
        AND (until < (now() AT TIME ZONE 'UTC')::date OR ended_at < now() - interval '1 day'));

ALTER TABLE reports_interest_hit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_interest_hit TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY the_worker ON reports_interest_hit FOR SELECT TO heedline_worker USING (true);
CREATE POLICY of_my_entries ON reports_interest_hit FOR SELECT TO heedline_office
    USING (interest_id IN (SELECT i.id FROM public.reports_interest i));
CREATE POLICY by_the_linking_desk ON reports_interest_hit FOR INSERT TO heedline_office
    WITH CHECK (interest_id IN (SELECT i.id FROM public.reports_interest i WHERE i.desk_id IN (SELECT permits.my_desks())));
-- With the report that it is about.
CREATE POLICY gone_with_the_report ON reports_interest_hit FOR DELETE TO heedline_office
    USING (interest_id IN (SELECT i.id FROM public.reports_interest i WHERE i.desk_id IN (SELECT permits.my_desks())));
CREATE POLICY acknowledged_by_its_owner ON reports_interest_hit FOR UPDATE TO heedline_office
    USING (owner_id = (SELECT permits.my_officer()) AND acknowledged_at IS NULL)
    WITH CHECK (owner_id = (SELECT permits.my_officer()));
