-- How long reports are kept, and the end of one. The office reads and writes the clocks of its own reports; a report is
-- disposed of by a function that asks again who is there: a supervisor of its desk, about what somebody else proposed,
-- for a closed report that nothing holds. The last row that is left of it is the disposal's.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['reports_keeping', 'reports_review', 'reports_hold', 'reports_disposal',
        'reports_subject_request'] LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT ON public.%I TO heedline_office', t);
        EXECUTE format('CREATE POLICY inner_roles ON public.%I TO heedline_usher, heedline_settler, heedline_worker
            USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['reports_keeping', 'reports_review', 'reports_hold'] LOOP
        EXECUTE format('CREATE POLICY of_my_reports ON public.%I TO heedline_office
            USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
            WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['reports_report', 'reports_sealed_header', 'reports_sealed_payload', 'reports_receipt',
        'reports_message', 'reports_step', 'reports_call_back', 'reports_identity_request', 'reports_released_share',
        'reports_keeping', 'reports_review', 'reports_hold', 'reports_swept', 'reports_dip_check'] LOOP
        EXECUTE format('GRANT DELETE ON public.%I TO heedline_usher', t);
    END LOOP;
END $$;
CREATE POLICY the_usher ON reports_call_back TO heedline_usher USING (true);
CREATE POLICY the_usher ON reports_dip_check TO heedline_usher USING (true);
CREATE POLICY the_usher ON reports_swept TO heedline_usher USING (true);
GRANT INSERT ON reports_keeping, reports_review, reports_hold, reports_disposal, reports_subject_request TO heedline_office;
GRANT UPDATE ("group", review_on, identity_until) ON reports_keeping TO heedline_office;
GRANT UPDATE (released_by_id, released_on) ON reports_hold TO heedline_office;
GRANT UPDATE (found, answer, answered_by_id, answered_on) ON reports_subject_request TO heedline_office;
GRANT SELECT (report_id) ON reports_keeping, reports_review, reports_call_back, reports_message, reports_swept,
 reports_dip_check TO heedline_usher;
GRANT SELECT (request_id) ON reports_released_share TO heedline_usher;
GRANT SELECT (report_id, released_on) ON reports_hold TO heedline_usher;
GRANT SELECT, UPDATE (decided_by_id, decided_on, done, certificate, true_from) ON reports_disposal TO heedline_usher;
GRANT SELECT (report_id, review_on, identity_until, identity_gone_on), UPDATE (identity_gone_on) ON reports_keeping
    TO heedline_settler;
GRANT SELECT (report_id, released_on) ON reports_hold TO heedline_settler;
GRANT DELETE ON reports_released_share TO heedline_settler;
GRANT SELECT (report_id, review_on) ON reports_keeping TO heedline_worker;
GRANT SELECT (report_id, released_on) ON reports_hold TO heedline_worker;
GRANT SELECT (id, desk_id, due_on, answered_on) ON reports_subject_request TO heedline_worker;
GRANT SELECT ON reports_keeping, reports_review, reports_hold, reports_disposal, reports_subject_request
    TO heedline_backup;

-- A disposal is decided once and is never taken back, not even by the tables' owner.
CREATE FUNCTION public.a_disposal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.decided_on IS NULL AND ROW(NEW.id, NEW.report, NEW.desk_id, NEW."group", NEW.reason, NEW.proposed_by_id,
            NEW.proposed_on, NEW.proposal) IS NOT DISTINCT FROM ROW(OLD.id, OLD.report, OLD.desk_id, OLD."group",
            OLD.reason, OLD.proposed_by_id, OLD.proposed_on, OLD.proposal) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a disposal stays as it is';
END $$;
REVOKE ALL ON FUNCTION public.a_disposal_stays() FROM PUBLIC;
CREATE TRIGGER a_disposal_stays BEFORE UPDATE OR DELETE ON reports_disposal
    FOR EACH ROW EXECUTE FUNCTION public.a_disposal_stays();
CREATE TRIGGER disposals_are_not_emptied BEFORE TRUNCATE ON reports_disposal
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_disposal_stays();

GRANT CREATE ON SCHEMA permits TO heedline_usher;
SET ROLE heedline_usher;
CREATE FUNCTION permits.my_supervised() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a
    WHERE a.officer_id = permits.my_officer() AND a.desk_id IS NOT NULL AND a.ended_on IS NULL AND a.role = 'supervisor'
$$;
-- Decide about a proposal, once. `done`, `kept`, or why not: `not-yours`, `held`, `not-closed`.
-- `p_notes`: what other reports of the caller's desks say inside the seal of this one's reporter (asked-before).
CREATE FUNCTION permits.decide_disposal(p_disposal uuid, p_certificate jsonb, p_true_from date, p_notes uuid[])
    RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d public.reports_disposal%ROWTYPE;
    r uuid;
    naming uuid[];
BEGIN
    SELECT * INTO d FROM public.reports_disposal WHERE id = p_disposal FOR UPDATE;
    IF NOT FOUND OR d.decided_on IS NOT NULL OR d.desk_id NOT IN (SELECT permits.my_supervised())
        OR (p_certificate IS NULL) <> (p_true_from IS NULL) THEN
        RETURN 'not-yours';
    END IF;
    IF p_certificate IS NULL THEN
        UPDATE public.reports_disposal SET decided_by_id = permits.my_officer(),
            decided_on = (now() AT TIME ZONE 'UTC')::date WHERE id = p_disposal;
        RETURN 'kept';
    END IF;
    IF d.proposed_by_id = permits.my_officer() THEN RETURN 'not-yours'; END IF;
    SELECT p.id INTO r FROM public.reports_report p
        WHERE p.id = d.report AND p.desk_id = d.desk_id AND p.stage = 'closed' FOR UPDATE;
    IF NOT FOUND THEN RETURN 'not-closed'; END IF;
    IF EXISTS (SELECT 1 FROM public.reports_hold h WHERE h.report_id = r AND h.released_on IS NULL) THEN
        RETURN 'held';
    END IF;
    UPDATE public.reports_disposal SET decided_by_id = permits.my_officer(), done = true, certificate = p_certificate,
        decided_on = (now() AT TIME ZONE 'UTC')::date, true_from = p_true_from WHERE id = p_disposal;
    DELETE FROM public.reports_released_share s USING public.reports_identity_request q
        WHERE q.id = s.request_id AND q.report_id = r;
    DELETE FROM public.reports_identity_request WHERE report_id = r;
    DELETE FROM public.reports_identity_share WHERE report_id = r;
    DELETE FROM public.reports_dissemination WHERE report_id = r;
    DELETE FROM public.reports_translation_text WHERE report_id = r;
    DELETE FROM public.reports_translation WHERE report_id = r;
    DELETE FROM public.reports_message WHERE report_id = r;
    DELETE FROM public.reports_step WHERE report_id = r;
    DELETE FROM public.reports_receipt WHERE report_id = r;
    DELETE FROM public.reports_call_back WHERE report_id = r;
    DELETE FROM public.reports_swept WHERE report_id = r;
    DELETE FROM public.reports_dip_check WHERE report_id = r;
    DELETE FROM public.reports_keeping WHERE report_id = r;
    DELETE FROM public.reports_review WHERE report_id = r;
    DELETE FROM public.reports_hold WHERE report_id = r;
    DELETE FROM public.reports_sealed_payload WHERE report_id = r;
    DELETE FROM public.reports_sealed_header WHERE report_id = r;
    DELETE FROM public.reports_report WHERE id = r;
    -- a note that somebody has in hand just now stays, as waiting for it could be waiting for each other
    SELECT array_agg(container) INTO naming FROM (
        SELECT h.container FROM public.reports_sealed_header h JOIN public.reports_report o ON o.id = h.report_id
        WHERE h.container = ANY (p_notes) AND h.part = 'asked-before'
            AND (o.desk_id IN (SELECT permits.my_desks()) OR o.watch_id IN (SELECT permits.my_desks()))
            AND NOT EXISTS (SELECT 1 FROM public.reports_hold l WHERE l.report_id = o.id AND l.released_on IS NULL)
        FOR UPDATE OF h SKIP LOCKED) n;
    DELETE FROM public.reports_sealed_payload WHERE container = ANY (naming);
    DELETE FROM public.reports_sealed_header WHERE container = ANY (naming);
    RETURN 'done';
END $$;
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['my_supervised()', 'decide_disposal(uuid, jsonb, date, uuid[])'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION permits.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION permits.%s TO heedline_office', f);
    END LOOP;
END $$;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;

-- Who sent a report is disposed of sooner, by the clock, of every report alike: whether anybody gave a name or not.
GRANT CREATE ON SCHEMA clockwork TO heedline_settler;
SET ROLE heedline_settler;
CREATE FUNCTION clockwork.end_identities() RETURNS TABLE (report uuid, desk uuid) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE due uuid[];
BEGIN
    SELECT array_agg(k.report_id) INTO due FROM (
        SELECT g.report_id FROM public.reports_keeping g JOIN public.reports_report r ON r.id = g.report_id
        WHERE g.identity_gone_on IS NULL AND g.identity_until <= (now() AT TIME ZONE 'UTC')::date AND r.stage = 'closed'
            AND NOT EXISTS (SELECT 1 FROM public.reports_hold h WHERE h.report_id = r.id AND h.released_on IS NULL)
        ORDER BY g.report_id LIMIT 500 FOR UPDATE OF r SKIP LOCKED) k;
    DELETE FROM public.reports_released_share s USING public.reports_identity_request q
        WHERE q.id = s.request_id AND q.report_id = ANY (due);
    DELETE FROM public.reports_identity_share i WHERE i.report_id = ANY (due);
    DELETE FROM public.reports_sealed_payload p USING public.reports_sealed_header h
        WHERE h.container = p.container AND h.part = 'identity' AND h.report_id = ANY (due);
    DELETE FROM public.reports_sealed_header h WHERE h.part = 'identity' AND h.report_id = ANY (due);
    UPDATE public.reports_keeping k SET identity_gone_on = (now() AT TIME ZONE 'UTC')::date WHERE k.report_id = ANY (due);
    RETURN QUERY SELECT r.id, r.desk_id FROM public.reports_report r WHERE r.id = ANY (due) ORDER BY random();
END $$;
REVOKE ALL ON FUNCTION clockwork.end_identities() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clockwork.end_identities() TO heedline_worker;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;

CREATE POLICY of_my_desks ON reports_disposal FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR (SELECT permits.i_oversee()));
CREATE POLICY proposed ON reports_disposal FOR INSERT TO heedline_office
    WITH CHECK (proposed_by_id = (SELECT permits.my_officer()) AND NOT done AND decided_on IS NULL
        AND EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report AND r.desk_id = reports_disposal.desk_id
            AND r.stage = 'closed' AND r.desk_id IN (SELECT permits.my_desks())));
CREATE POLICY of_my_desks ON reports_subject_request TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
