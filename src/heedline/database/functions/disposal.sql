-- The end of a report. It asks again who is there: a supervisor of its desk, about what somebody else proposed, for a
-- closed report that nothing holds. The last row that is left of the report is the disposal's.
SET ROLE heedline_usher;

-- Whether two people have disposed of this report. A row of it goes only then: the triggers of its tables ask here. It looks
-- with the eyes of whoever deletes, which is the function below.
CREATE FUNCTION permits.disposed_of(p_report uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.reports_disposal d WHERE d.report = p_report AND d.done)
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
        INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('disposal-decided',
            permits.my_officer(), d.desk_id, 'report', d.report, 'done',
            jsonb_build_object('disposal', p_disposal::text, 'disposed', false, 'reason', d.reason));
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
    -- here and not by the caller: nothing is disposed of without a mark
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('disposal-decided',
        permits.my_officer(), d.desk_id, 'report', d.report, 'done',
        jsonb_build_object('disposal', p_disposal::text, 'disposed', true, 'reason', d.reason));
    DELETE FROM public.reports_released_share s USING public.reports_identity_request q
        WHERE q.id = s.request_id AND q.report_id = r;
    DELETE FROM public.reports_identity_request WHERE report_id = r;
    DELETE FROM public.reports_identity_share WHERE report_id = r;
    DELETE FROM public.reports_earlier_answer WHERE report_id = r;
    DELETE FROM public.reports_dissemination WHERE report_id = r;
    DELETE FROM public.reports_note_revision WHERE report_id = r;
    DELETE FROM public.reports_presence WHERE report_id = r;
    DELETE FROM public.reports_owner_notice WHERE report_id = r;
    DELETE FROM public.reports_task WHERE report_id = r;
    DELETE FROM public.reports_derivative WHERE report_id = r;
    DELETE FROM public.reports_file WHERE report_id = r;
    DELETE FROM public.reports_translation_text WHERE report_id = r;
    DELETE FROM public.reports_translation WHERE report_id = r;
    DELETE FROM public.reports_message WHERE report_id = r;
    DELETE FROM public.reports_step WHERE report_id = r;
    DELETE FROM public.reports_receipt WHERE report_id = r;
    DELETE FROM public.reports_call_back WHERE report_id = r;
    DELETE FROM public.reports_swept WHERE report_id = r;
    DELETE FROM public.reports_danger_entry WHERE report_id = r;
    DELETE FROM public.reports_danger WHERE report_id = r;
    DELETE FROM public.reports_dip_check WHERE report_id = r;
    DELETE FROM public.reports_keeping WHERE report_id = r;
    DELETE FROM public.reports_review WHERE report_id = r;
    DELETE FROM public.reports_hand_over WHERE report_id = r;
    DELETE FROM public.reports_hold WHERE report_id = r;
    DELETE FROM public.reports_sealed_payload WHERE report_id = r;
    DELETE FROM public.reports_sealed_header WHERE report_id = r;
    DELETE FROM public.reports_report WHERE id = r;
    -- a note that somebody has in hand just now stays, as waiting for it could be waiting for each other
    SELECT array_agg(container) INTO naming FROM (
        SELECT h.container FROM public.reports_sealed_header h JOIN public.reports_report o ON o.id = h.report_id
        WHERE h.container = ANY (p_notes) AND h.part IN ('asked-before', 'link')
            AND (o.desk_id IN (SELECT permits.my_desks()) OR o.watch_id IN (SELECT permits.my_desks()))
            AND NOT EXISTS (SELECT 1 FROM public.reports_hold l WHERE l.report_id = o.id AND l.released_on IS NULL)
        FOR UPDATE OF h SKIP LOCKED) n;
    DELETE FROM public.reports_sealed_payload WHERE container = ANY (naming);
    DELETE FROM public.reports_sealed_header WHERE container = ANY (naming);
    RETURN 'done';
END $$;

SET ROLE heedline_owner;
