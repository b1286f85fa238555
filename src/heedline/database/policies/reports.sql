-- Reports, and all that hangs on one. Even a query that forgot its scope sees only the rows of the desks that the
-- session's token opens; whatever names a report is seen by whoever sees the report. `inner_roles` are owners of
-- functions, which ask by themselves who is there, and the worker, whose columns are few.

ALTER TABLE reports_report ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_report
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON reports_report TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR watch_id IN (SELECT permits.my_desks()))
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) OR watch_id IN (SELECT permits.my_desks()));

-- The desk that gave a report away sees that it waits for the other, and nothing else of it.
ALTER TABLE reports_hand_over ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_hand_over TO heedline_usher, heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_either_desk ON reports_hand_over FOR SELECT TO heedline_office
    USING (from_desk_id IN (SELECT permits.my_desks()) OR to_desk_id IN (SELECT permits.my_desks())
        OR EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY accepted_once ON reports_hand_over FOR UPDATE TO heedline_office
    USING (state = 'waiting' AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (state = 'accepted' AND ended_by_id = (SELECT permits.my_officer())
        AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id AND NOT r.offered));

ALTER TABLE reports_sealed_header ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_sealed_header
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_sealed_header TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_sealed_payload ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_sealed_payload
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_sealed_payload TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

-- No policy for the office: permits.desk_shares and permits.second_share give single halves to whom they are for.
ALTER TABLE reports_identity_share ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_identity_share
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);

ALTER TABLE reports_receipt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_receipt
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_receipt TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_message ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_message
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_message TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_step ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_step
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_step TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_call_back ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_call_back TO heedline_worker USING (true);
CREATE POLICY of_my_reports ON reports_call_back TO heedline_office
    USING (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id));
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_call_back TO heedline_usher USING (true);

ALTER TABLE reports_translation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_reports ON reports_translation TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY inner_roles ON reports_translation TO heedline_worker USING (true);
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_translation TO heedline_usher USING (true);

ALTER TABLE reports_translation_text ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_reports ON reports_translation_text TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY the_usher ON reports_translation_text TO heedline_usher USING (true);

-- An officer writes in their own name.
ALTER TABLE reports_note_revision ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_reports ON reports_note_revision TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (by_id = (SELECT permits.my_officer())
        AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_note_revision TO heedline_usher USING (true);

-- A task is set in one's own name, and changed while it is open; the worker asks whose time is over.
ALTER TABLE reports_task ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_task TO heedline_worker USING (true);
CREATE POLICY of_my_reports ON reports_task FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY set_by_me ON reports_task FOR INSERT TO heedline_office
    WITH CHECK (set_by_id = (SELECT permits.my_officer()) AND state = 'open'
        AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY while_open ON reports_task FOR UPDATE TO heedline_office
    USING (state = 'open' AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (ended_by_id IS NULL OR ended_by_id = (SELECT permits.my_officer()));
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_task TO heedline_usher USING (true);

-- A supervisor tells the owner from whom they take a report, in their own name; that officer says once that they have read it.
ALTER TABLE reports_owner_notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_reports ON reports_owner_notice FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
CREATE POLICY by_who_leads ON reports_owner_notice FOR INSERT TO heedline_office
    WITH CHECK (by_id = (SELECT permits.my_officer()) AND seen_at IS NULL AND EXISTS (SELECT 1 FROM public.reports_report r
        WHERE r.id = report_id AND (r.desk_id IN (SELECT permits.my_supervised())
            OR r.watch_id IN (SELECT permits.my_supervised()))));
CREATE POLICY read_by_me ON reports_owner_notice FOR UPDATE TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()) AND seen_at IS NULL) WITH CHECK (seen_at IS NOT NULL);
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_owner_notice TO heedline_usher USING (true);

ALTER TABLE reports_dip_check ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_dip_check TO heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_dip_check TO heedline_office
    USING (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id));
-- Disposal removes it with its report.
CREATE POLICY the_usher ON reports_dip_check TO heedline_usher USING (true);

ALTER TABLE reports_keeping ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_keeping
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_keeping TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_review ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_review
    TO heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_review TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_hold ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_hold
    TO heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_hold TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));

ALTER TABLE reports_earlier_answer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_earlier_answer TO heedline_usher USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_earlier_answer FOR SELECT TO heedline_office
    USING (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id));

ALTER TABLE reports_dissemination ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_dissemination TO heedline_usher, heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_dissemination TO heedline_office
    USING (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id));
