-- Clockwork: what the worker may do to rows that it may not read.

-- A row's transaction number places it between two events of the log whose times are exact. So when a quarter hour is
-- over, everything that arrived in it is written anew in one transaction and in shuffled order, and logged so.
CREATE FUNCTION clockwork.settle(p_before timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    arrived uuid[];
    wrote uuid[];
BEGIN
    SELECT array_agg(id ORDER BY random()) INTO arrived FROM
        (SELECT id FROM public.reports_report WHERE NOT settled AND (slot IS NULL OR slot < p_before) FOR UPDATE) f;
    SELECT array_agg(DISTINCT report_id) INTO wrote FROM public.reports_message
        WHERE NOT settled AND NOT from_us AND (slot IS NULL OR slot < p_before);
    IF arrived IS NOT NULL THEN
        INSERT INTO public.audit_event (at, act, desk, thing, thing_id, outcome, detail)
            SELECT date_bin('15 minutes', COALESCE(r.slot, r.received_on::timestamptz), timestamptz '2000-01-01 00:00:00+00'),
                'report-arrived', r.desk_id, 'report', r.id, 'done',
                jsonb_build_object('sha256', encode(p.sha256, 'hex'))
            FROM public.reports_report r JOIN public.reports_sealed_header h ON h.report_id = r.id AND h.part = 'report'
                JOIN public.reports_sealed_payload p ON p.container = h.container
            WHERE r.id = ANY (arrived) ORDER BY random();
    END IF;
    IF arrived IS NULL AND wrote IS NULL THEN
        RETURN 0;
    END IF;
    WITH gone AS (DELETE FROM public.reports_sealed_payload
            WHERE report_id = ANY (arrived) OR report_id = ANY (wrote) RETURNING *)
        INSERT INTO public.reports_sealed_payload SELECT * FROM gone ORDER BY random();
    WITH gone AS (DELETE FROM public.reports_sealed_header
            WHERE report_id = ANY (arrived) OR report_id = ANY (wrote) RETURNING *)
        INSERT INTO public.reports_sealed_header SELECT * FROM gone ORDER BY random();
    WITH gone AS (DELETE FROM public.reports_identity_share WHERE report_id = ANY (arrived) RETURNING *)
        INSERT INTO public.reports_identity_share SELECT * FROM gone ORDER BY random();
    WITH gone AS (DELETE FROM public.reports_receipt WHERE report_id = ANY (arrived) OR report_id = ANY (wrote) RETURNING *)
        INSERT INTO public.reports_receipt SELECT * FROM gone ORDER BY random();
    UPDATE public.reports_message SET settled = true WHERE report_id = ANY (wrote);
    UPDATE public.reports_report SET settled = true WHERE id = ANY (arrived) OR id = ANY (wrote);
    RETURN COALESCE(cardinality(arrived), 0);
END $$;
CREATE FUNCTION clockwork.sweep() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    DELETE FROM public.intake_draft WHERE expires < now();
    GET DIAGNOSTICS n = ROW_COUNT;
    DELETE FROM public.permits_unlocked u USING public.permits_session s
        WHERE s.row = u.session_id AND (u.idle_until < now() OR s.expires_at < now());
    DELETE FROM public.permits_session WHERE expires_at < now() - interval '1 day';
    DELETE FROM public.permits_held_form WHERE expires_at < now();
    RETURN n;
END $$;
