-- What waits to be put into, or taken out of, the search index of a desk (triggers/search.sql), and the beginning of one.
--
-- A report waits only when its quarter hour is settled: whatever is written about it before would date its arrival
-- (law 5). So what settles a report makes it wait, and so does everything that officers add afterwards. A report in danger
-- does not wait for that once an officer has taken it: the log has the moment of that act anyway.
SET ROLE heedline_usher;

-- A danger to life opens: at the first take of a report that came in danger, or when an officer records it later. The report
-- does not wait until its quarter hour is settled. Its row in reports_danger stays until it is disposed of, so that whatever
-- was indexed for it is also removed again. A round-the-clock desk that an earlier danger added, and that waits for the review
-- of its discharge, stays for this one.
CREATE FUNCTION permits.a_danger_opens() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone)
        SELECT gen_random_uuid(), d.id, r.id, false, false FROM public.reports_report r
            JOIN public.desks_desk d ON d.id IN (r.desk_id, r.watch_id) AND d.kind <> 'canary'
        WHERE r.id = NEW.report_id AND NOT r.settled ORDER BY d.id
        ON CONFLICT (desk_id, report) DO UPDATE SET aside = false, gone = false;
    UPDATE public.reports_danger d SET watch_added = true WHERE d.id = NEW.id AND EXISTS (
        SELECT 1 FROM public.reports_danger b WHERE b.report_id = NEW.report_id AND b.watch_added
            AND b.discharged_alone AND b.discharge_reviewed_at IS NULL);
    RETURN NULL;
END $$;

-- A report has settled, has moved to another desk, is watched by another one, or was disposed of. Both desks look again;
-- the one that it has left removes it, and what its pages held of it within a week.
CREATE FUNCTION permits.a_report_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ready boolean := OLD.settled OR OLD.seen AND EXISTS (SELECT 1 FROM public.reports_danger g WHERE g.report_id = OLD.id);
    before uuid[] := CASE WHEN ready THEN array_remove(ARRAY[OLD.desk_id, OLD.watch_id], NULL) ELSE '{}' END;
    after uuid[] := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        after := CASE WHEN ready OR NEW.settled THEN array_remove(ARRAY[NEW.desk_id, NEW.watch_id], NULL) ELSE '{}' END;
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
        WHERE r.id = NEW.report_id AND c.touched IS NULL
            AND (r.settled OR EXISTS (SELECT 1 FROM public.reports_danger g WHERE g.report_id = r.id))
        ORDER BY d.id
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
        WHERE (r.desk_id = p_desk OR r.watch_id = p_desk) AND c.touched IS NULL
            AND (r.settled OR EXISTS (SELECT 1 FROM public.reports_danger g WHERE g.report_id = r.id))
        ORDER BY r.id -- as reports are taken everywhere (ADR 95): some may wait already, and others add to them
        ON CONFLICT (desk_id, report) DO UPDATE SET aside = false, gone = false;
    RETURN true;
END $$;

-- How much of each desk that has reports can be searched, for `heedline doctor`, which has no session. `held`: its reports
-- whose quarter hour is settled or that were in danger, and those that it watches. `indexed`: how many reports its index
-- has, or null without one;
-- `others`: documents of the linking desk's index that are not its reports. `late`: an index that the worker should have deleted.
CREATE FUNCTION permits.search_coverage() RETURNS TABLE (desk text, held bigint, indexed bigint, others bigint,
    waiting bigint, aside bigint, late boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.name::text, COALESCE(h.n, 0), CASE WHEN x.id IS NOT NULL THEN GREATEST(x.reports - o.n, 0) END, o.n,
        w.waiting, w.aside,
        COALESCE(LEAST(x.purge_by, w.purge_by) < (now() AT TIME ZONE 'UTC')::date, false)
    FROM public.desks_desk d
        LEFT JOIN (SELECT held.desk, count(*) AS n FROM (
                SELECT r.desk_id AS desk FROM public.reports_report r
                    WHERE r.settled OR EXISTS (SELECT 1 FROM public.reports_danger g WHERE g.report_id = r.id)
                UNION ALL SELECT r.watch_id FROM public.reports_report r
                    WHERE (r.settled OR EXISTS (SELECT 1 FROM public.reports_danger g WHERE g.report_id = r.id))
                        AND r.watch_id IS NOT NULL AND r.watch_id <> r.desk_id) held
            GROUP BY held.desk) h ON h.desk = d.id
        LEFT JOIN public.reports_search_index x ON x.desk_id = d.id
        CROSS JOIN LATERAL (SELECT (SELECT count(*) FROM public.reports_sealed_values v WHERE v.desk_id = d.id AND v.indexed)
            + (SELECT count(*) FROM public.reports_interest i WHERE i.desk_id = d.id AND i.indexed) AS n) o
        CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT t.aside) AS waiting, count(*) FILTER (WHERE t.aside) AS aside,
            min(t.purge_by) AS purge_by FROM public.reports_search_waiting t WHERE t.desk_id = d.id) w
    WHERE d.kind <> 'canary' AND (h.n IS NOT NULL OR x.id IS NOT NULL OR w.waiting + w.aside > 0)
    ORDER BY d.name
$$;

GRANT EXECUTE ON FUNCTION permits.a_danger_opens(), permits.a_report_moves(), permits.a_report_grows(),
    permits.a_receipt_rests() TO heedline_owner;
SET ROLE heedline_owner;
