-- What ends by the clock. The worker calls these and may not read the rows.
SET ROLE heedline_settler;

-- Remove drafts, sessions, saved forms, tokens, notices, handover notes of shifts and who has a report open, each when its time is over.
CREATE FUNCTION clockwork.sweep() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    DELETE FROM public.intake_draft WHERE expires < now();
    GET DIAGNOSTICS n = ROW_COUNT;
    DELETE FROM public.permits_unlocked u USING public.permits_session s
        WHERE s.row = u.session_id AND (u.idle_until < now() OR s.expires_at < now());
    DELETE FROM public.permits_provider_session p USING public.permits_session s
        WHERE s.row = p.session_id AND s.expires_at < now();
    DELETE FROM public.permits_provider_notice WHERE expires_at < now();
    DELETE FROM public.permits_session WHERE expires_at < now() - interval '1 day';
    DELETE FROM public.permits_held_form WHERE expires_at < now();
    DELETE FROM public.permits_view_token WHERE expires_at < now();
    DELETE FROM public.reports_presence WHERE minute < now() - interval '10 minutes';
    DELETE FROM public.desks_shift_note WHERE at < now() - interval '14 days';
    DELETE FROM public.desks_viewing_minutes WHERE day < (now() AT TIME ZONE 'UTC')::date - 90;
    RETURN n;
END $$;

-- Remove what is kept for undoing a sweep once its time is over.
CREATE FUNCTION clockwork.forget_sweeps() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    DELETE FROM public.reports_swept s USING public.reports_sweep w WHERE w.id = s.sweep_id AND w.until <= now();
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

-- Make days of the hours of more than two days ago: nobody needs them finer then.
CREATE FUNCTION clockwork.join_counts() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before timestamptz := date_trunc('day', now(), 'UTC') - interval '2 days';
    n integer;
BEGIN
    WITH hours AS (DELETE FROM public.intake_count WHERE hour < v_before AND hour <> date_trunc('day', hour, 'UTC')
            RETURNING *),
        days AS (DELETE FROM public.intake_count c WHERE hour < v_before AND hour = date_trunc('day', hour, 'UTC')
            AND EXISTS (SELECT 1 FROM hours h WHERE date_trunc('day', h.hour, 'UTC') = c.hour) RETURNING *)
    INSERT INTO public.intake_count (hour, kind, step, what, number)
        SELECT date_trunc('day', a.hour, 'UTC'), a.kind, a.step, a.what, sum(a.number)
        FROM (SELECT * FROM hours UNION ALL SELECT * FROM days) a GROUP BY 1, 2, 3, 4 ORDER BY random();
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

-- Remove an index that holds what was disposed of and that no officer has purged in time: an officer makes it anew. Remove
-- searches after ninety days; the log keeps who searched, when, how and how many reports it found. Each index goes before its
-- pages: whoever is changing it holds its row first.
CREATE FUNCTION clockwork.end_searches() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    late record;
    n integer := 0;
BEGIN
    FOR late IN SELECT x.id, x.desk_id FROM public.reports_search_index x WHERE x.purge_by <= today OR EXISTS
            (SELECT 1 FROM public.reports_search_waiting w WHERE w.desk_id = x.desk_id AND w.purge_by <= today)
            ORDER BY x.desk_id LOOP
        DELETE FROM public.reports_search_index WHERE id = late.id;
        DELETE FROM public.reports_search_page WHERE index_id = late.id;
        n := n + 1;
    END LOOP;
    DELETE FROM public.reports_search_waiting WHERE purge_by <= today;
    DELETE FROM public.reports_search WHERE at < now() - interval '90 days';
    RETURN n;
END $$;

-- When the time of a release is over, or the report has left the desk that asked, nothing of the release is left.
CREATE FUNCTION clockwork.end_releases() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    UPDATE public.reports_released_share s SET sealed = NULL WHERE s.sealed IS NOT NULL AND (s.until <= now()
        OR NOT EXISTS (SELECT 1 FROM public.reports_identity_request q JOIN public.reports_report r ON r.id = q.report_id
            WHERE q.id = s.request_id AND (r.desk_id = q.desk_id OR r.watch_id = q.desk_id)));
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

-- Who sent a report is disposed of sooner than the report, by the clock, of every report alike: whether anybody gave a
-- name or not.
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

SET ROLE heedline_owner;
