-- Settling a quarter hour: what the worker may do to rows that it may not read.
SET ROLE heedline_settler;

-- Write anew what arrived in finished quarter hours, and log the arrivals: at most p_most reports in one transaction, so that
-- no lock is held for long. Returns how many arrived and how many were written anew: fewer than p_most are the last. A
-- row's transaction number places it between two events of the log whose times are exact. So reports are taken in the
-- order of their ids, which are random: neither a batch, nor its place among the batches, nor a row's place in it tells
-- when a report came.
CREATE FUNCTION clockwork.settle(p_before timestamptz, p_most integer, OUT logged integer, OUT written integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    arrived uuid[];
    stirred uuid[];
    r uuid;
BEGIN
    logged := 0;
    written := 0;
    IF NOT pg_try_advisory_xact_lock(hashtext('heedline/settle')) THEN
        RETURN;  -- another worker is at it
    END IF;
    -- what would date somebody, done by officers or told by reporters: dated by the quarter hour, without its order
    WITH over AS (DELETE FROM public.audit_waiting WHERE slot < p_before RETURNING *)
        INSERT INTO public.audit_event (at, act, actor, desk, thing, thing_id, outcome, detail)
        SELECT slot, act, actor, desk, CASE WHEN report IS NULL THEN '' ELSE 'report' END, report, outcome, detail
        FROM over ORDER BY random();
    -- arrived, or the reporter has been at it since: wrote, read, deleted, asked to withdraw
    SELECT array_agg(id ORDER BY id) INTO stirred FROM (
        SELECT id FROM public.reports_report WHERE NOT settled AND (slot IS NULL OR slot < p_before)
        UNION SELECT report_id FROM public.reports_receipt WHERE touched < p_before
        ORDER BY 1 LIMIT p_most) f;
    IF stirred IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(id) INTO arrived FROM public.reports_report
        WHERE id = ANY (stirred) AND NOT settled AND (slot IS NULL OR slot < p_before);
    INSERT INTO public.audit_event (at, act, desk, thing, thing_id, outcome, detail)
        SELECT date_bin('15 minutes', COALESCE(r.slot, r.received_on::timestamptz), timestamptz '2000-01-01 00:00:00+00'),
            'report-arrived', r.desk_id, 'report', r.id, 'done',
            jsonb_build_object('sha256', encode(p.sha256, 'hex'))
        FROM public.reports_report r JOIN public.reports_sealed_header h ON h.report_id = r.id AND h.part = 'report'
            JOIN public.reports_sealed_payload p ON p.container = h.container
        WHERE r.id = ANY (arrived) ORDER BY random();
    -- Rows that somebody may be locking are updated, so that whoever waits for one finds it again; and in the order in
    -- which everybody locks them: receipt, report, then what hangs on the report.
    FOREACH r IN ARRAY stirred LOOP
        UPDATE public.reports_receipt SET touched = NULL WHERE report_id = r;
        UPDATE public.reports_report SET settled = true WHERE id = r;
        -- joined with nothing, so that what lies in the overflow table is written anew too
        UPDATE public.reports_sealed_header SET header = header || ''::bytea WHERE report_id = r;
        UPDATE public.reports_identity_share SET sealed = sealed || ''::bytea WHERE report_id = r;
        UPDATE public.reports_file SET state = state WHERE report_id = r;
        UPDATE public.reports_message SET settled = true WHERE report_id = r;
        -- moves without an exact time: the reporter's own, and the note of who took a report down for one
        UPDATE public.reports_step SET note = note WHERE report_id = r AND at IS NULL;
    END LOOP;
    WITH gone AS (DELETE FROM public.reports_sealed_payload WHERE report_id = ANY (stirred) RETURNING *)
        INSERT INTO public.reports_sealed_payload SELECT * FROM gone ORDER BY container;
    logged := COALESCE(cardinality(arrived), 0);
    written := cardinality(stirred);
END $$;

-- Delete the waiting reports of the arrival canary, which the program sends to itself, and return what was sealed. A report by
-- anybody else is never one of them: its desk is another one, and its area is one of the pack.
CREATE FUNCTION clockwork.take_canaries() RETURNS TABLE (container uuid, header bytea, payload bytea) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE taken uuid[];
BEGIN
    SELECT array_agg(c.id) INTO taken FROM (
        SELECT r.id FROM public.reports_report r JOIN public.desks_desk d ON d.id = r.desk_id
        WHERE d.kind = 'canary' AND d.code = 'arrival-canary' AND r.area = 'canary' AND r.stage = 'waiting'
        LIMIT 100 FOR UPDATE OF r SKIP LOCKED) c;
    RETURN QUERY SELECT h.container, h.header, p.payload FROM public.reports_sealed_header h
        JOIN public.reports_sealed_payload p ON p.container = h.container
        WHERE h.report_id = ANY (taken) AND h.part = 'report';
    DELETE FROM public.dispatch_outbox WHERE thing_id = ANY (taken);
    DELETE FROM public.reports_identity_share WHERE report_id = ANY (taken);
    DELETE FROM public.reports_receipt WHERE report_id = ANY (taken);
    DELETE FROM public.reports_sealed_payload WHERE report_id = ANY (taken);
    DELETE FROM public.reports_sealed_header WHERE report_id = ANY (taken);
    DELETE FROM public.reports_report WHERE id = ANY (taken);
END $$;

-- A draft's transaction number, and that of whoever tried in vain to change it (xmax), date a moment of its writer. So
-- what was saved since the last time is written anew, a batch in one transaction and in shuffled order. What somebody
-- has in use just now waits for the next time.
CREATE FUNCTION clockwork.settle_drafts(p_most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('heedline/settle-drafts')) THEN
        RETURN 0;  -- another worker is at it
    END IF;
    WITH chosen AS (SELECT d."row" FROM public.intake_draft d WHERE NOT d.settled OR d.xmax::text <> '0'
            LIMIT p_most FOR UPDATE SKIP LOCKED),
        gone AS (DELETE FROM public.intake_draft d USING chosen c WHERE d."row" = c."row" RETURNING d.*)
    INSERT INTO public.intake_draft ("row", sealed, expires, sendings, settled, officer, begun)
        SELECT g."row", g.sealed, g.expires, g.sendings, true, g.officer, g.begun FROM gone g ORDER BY random();
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

SET ROLE heedline_owner;
