-- What an officer notes after taking a report down for somebody else, on the telephone or at a counter.
SET ROLE heedline_usher;

-- The note after a call: `noted`, `again`, `unknown` or `refused`.
-- It lies with the report, wherever that went. It is keyed by the receipt, which whoever took the call has read out;
-- there is one for each report, and like the report it says on which day and not when: the exact time of its writing
-- would tell the time of the call. The settling worker writes it anew with everything else.
CREATE FUNCTION permits.note_call(p_lookup bytea, p_container uuid, p_header bytea, p_payload bytea, p_sha bytea,
    p_epochs uuid[]) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_report uuid;
    v_desk uuid;
    v_stage text;
BEGIN
    IF NOT EXISTS (SELECT permits.my_desks()) OR octet_length(p_header) > 20000 OR octet_length(p_payload) > 200000 THEN
        RETURN 'refused';
    END IF;
    UPDATE public.reports_receipt c
        SET touched = date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00:00+00')
        WHERE c.lookup = p_lookup AND NOT c.closed RETURNING c.report_id INTO v_report;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    SELECT r.desk_id, r.stage INTO v_desk, v_stage FROM public.reports_report r WHERE r.id = v_report FOR UPDATE;
    IF EXISTS (SELECT 1 FROM public.reports_step t WHERE t.report_id = v_report AND t.move = 'submit') THEN
        RETURN 'again';
    END IF;
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        VALUES (p_container, v_report, 'note', p_header, p_epochs);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES (p_container, v_report, p_payload, p_sha);
    INSERT INTO public.reports_step (id, report_id, number, move, from_stage, to_stage, by_id, "on", from_desk, to_desk,
            codes, note)
        VALUES (gen_random_uuid(), v_report,
            1 + COALESCE((SELECT max(t.number) FROM public.reports_step t WHERE t.report_id = v_report), 0),
            'submit', v_stage, v_stage, permits.my_officer(), (now() AT TIME ZONE 'UTC')::date, v_desk, v_desk,
            '{}', p_container);
    RETURN 'noted';
END $$;

-- Say that a draft is an unfinished call of this officer, or is none any more, so that their supervisor can count it. The
-- hour in which it was begun is all that is said of it: a telephone company knows who rang when.
CREATE FUNCTION permits.mark_unfinished_call(p_row bytea, p_open boolean) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.intake_draft d SET settled = false,
            officer = CASE WHEN p_open THEN permits.my_officer() END,
            begun = CASE WHEN p_open THEN COALESCE(d.begun, date_trunc('hour', now(), 'UTC')) END
        WHERE d."row" = p_row AND (d.officer IS NULL OR d.officer = permits.my_officer())
$$;

-- The unfinished calls of the people of a desk that the caller supervises, by officer, and how many of them were begun more
-- than four hours ago, whatever the minute was.
CREATE FUNCTION permits.unfinished_calls(p_desk uuid, p_at timestamptz) RETURNS TABLE (owner uuid, calls integer, old integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.officer, count(*)::integer, (count(*) FILTER (WHERE d.begun <= p_at - interval '5 hours'))::integer
    FROM public.intake_draft d
    WHERE p_desk IN (SELECT permits.my_supervised()) AND d.expires > p_at AND d.officer IN (
        SELECT a.officer_id FROM public.desks_appointment a WHERE a.desk_id = p_desk AND a.ended_on IS NULL)
    GROUP BY 1
$$;

SET ROLE heedline_owner;
