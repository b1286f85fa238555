-- What waits to be put into, or taken out of, the search index of a desk (triggers/search.sql), and the beginning of one.
--
-- A report waits only when its quarter hour is settled: whatever is written about it before would date its arrival
-- (law 5). So what settles a report makes it wait, and so does everything that officers add afterwards.
SET ROLE heedline_usher;

-- A report has settled, has moved to another desk, is watched by another one, or was disposed of. Both desks look again;
-- the one that it has left removes it, and what its pages held of it within a week.
CREATE FUNCTION permits.a_report_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before uuid[] := CASE WHEN OLD.settled THEN array_remove(ARRAY[OLD.desk_id, OLD.watch_id], NULL) ELSE '{}' END;
    after uuid[] := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        after := CASE WHEN NEW.settled THEN array_remove(ARRAY[NEW.desk_id, NEW.watch_id], NULL) ELSE '{}' END;
    END IF;
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone)
        SELECT gen_random_uuid(), d.id, OLD.id, false, d.id <> ALL (after) FROM public.desks_desk d
        WHERE d.id = ANY (before || after) AND NOT (d.id = ANY (before) AND d.id = ANY (after)) AND d.kind <> 'canary'
        ORDER BY d.id
        ON CONFLICT (desk_id, report) DO UPDATE SET aside = false, gone = EXCLUDED.gone;
    IF before = '{}' THEN RETURN NULL; END IF;
    -- both indexes in one order, as another report may leave the same two desks
    PERFORM 1 FROM public.reports_search_index x WHERE x.desk_id = ANY (before) AND x.desk_id <> ALL (after)
        ORDER BY x.desk_id FOR UPDATE;
    UPDATE public.reports_search_index x SET purge = 'due',
            purge_by = COALESCE(x.purge_by, (now() AT TIME ZONE 'UTC')::date + 7)
        WHERE x.desk_id = ANY (before) AND x.desk_id <> ALL (after);
    RETURN NULL;
END $$;

-- An officer has added a part to a report.
CREATE FUNCTION permits.a_report_grows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone)
        SELECT gen_random_uuid(), d.id, r.id, false, false FROM public.reports_report r
            JOIN public.reports_receipt c ON c.report_id = r.id
            JOIN public.desks_desk d ON d.id IN (r.desk_id, r.watch_id) AND d.kind <> 'canary'
        WHERE r.id = NEW.report_id AND r.settled AND c.touched IS NULL ORDER BY d.id
        ON CONFLICT (desk_id, report) DO UPDATE SET aside = false;
    RETURN NULL;
END $$;

-- The quarter hour in which a reporter wrote, or only read, is settled.
CREATE FUNCTION permits.a_receipt_rests() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone)
        SELECT gen_random_uuid(), d.id, r.id, false, false FROM public.reports_report r
            JOIN public.desks_desk d ON d.id IN (r.desk_id, r.watch_id) AND d.kind <> 'canary'
        WHERE r.id = NEW.report_id AND r.settled ORDER BY d.id
        ON CONFLICT (desk_id, report) DO UPDATE SET aside = false;
    RETURN NULL;
END $$;

-- Begin the index of a desk of this session's officer, if there is none: all its reports wait to be put into it.
CREATE FUNCTION permits.begin_search(p_desk uuid, p_index uuid, p_epoch uuid, p_header bytea, p_payload bytea)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_desk NOT IN (SELECT permits.my_desks()) THEN RETURN false; END IF;
    PERFORM 1 FROM public.keys_epoch e WHERE e.id = p_epoch AND e.desk_id = p_desk AND e.retired_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO public.reports_search_index (id, desk_id, epoch, header, payload, size, reports, version, purge, rekeyed)
        VALUES (p_index, p_desk, p_epoch, p_header, p_payload, 0, 0, 0, '', 0) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone)
        SELECT gen_random_uuid(), p_desk, r.id, false, false FROM public.reports_report r
            JOIN public.reports_receipt c ON c.report_id = r.id
        WHERE (r.desk_id = p_desk OR r.watch_id = p_desk) AND r.settled AND c.touched IS NULL
        ORDER BY r.id -- as reports are taken everywhere (ADR 95): some may wait already, and others add to them
        ON CONFLICT (desk_id, report) DO UPDATE SET aside = false, gone = false;
    RETURN true;
END $$;

-- How much of all desks can be searched, in sums, for `heedline doctor`, which has no session. `late`: indexes that the
-- worker should have deleted.
CREATE FUNCTION permits.search_coverage() RETURNS TABLE (indexes bigint, reports bigint, waiting bigint, aside bigint,
    late bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM public.reports_search_index),
        (SELECT COALESCE(sum(x.reports), 0)::bigint FROM public.reports_search_index x),
        (SELECT count(*) FROM public.reports_search_waiting w WHERE NOT w.aside),
        (SELECT count(*) FROM public.reports_search_waiting w WHERE w.aside),
        (SELECT count(*) FROM public.reports_search_index x WHERE LEAST(x.purge_by, (SELECT min(w.purge_by)
            FROM public.reports_search_waiting w WHERE w.desk_id = x.desk_id)) < (now() AT TIME ZONE 'UTC')::date)
$$;

GRANT EXECUTE ON FUNCTION permits.a_report_moves(), permits.a_report_grows(), permits.a_receipt_rests() TO heedline_owner;
SET ROLE heedline_owner;
