-- While a danger to life is open, the round-the-clock desk is a recipient of the report: it sees the row, opens every
-- sealed part and holds its half of the identity key. The functions that change that rewrite headers by compare and swap, as a handover
-- does; payloads stay as they are.
SET ROLE heedline_usher;

-- Whether a round of pages about danger has ended within the last three minutes, by the server's clock.
CREATE FUNCTION permits.worker_runs() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.dispatch_worker_beat
        WHERE id = 1 AND minute >= now() - interval '3 minutes')
$$;

-- The open dangers of the desks of a session's officer, the next review first, for the banner of every page. An entry
-- follows if nobody is being paged, and two more, each with a number up to a hundred and the report that is due first: the
-- reports of danger that nobody has taken,
-- and for a round-the-clock desk those of other desks where nobody is on duty, if something is planned or the reporter is
-- not sure (packs/urgency.py: PAGED). It believes the session's secret, like the row policies, and is asked in the
-- statement that looks the session up.
CREATE FUNCTION permits.open_dangers(p_secret text) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT a.desk_id FROM public.permits_session s
            JOIN public.desks_officer m ON m.id = s.officer_id AND m.is_active
            JOIN public.desks_appointment a ON a.officer_id = m.id AND a.ended_on IS NULL
                AND a.role IN ('officer', 'supervisor')
        WHERE s.row = sha256(decode(p_secret, 'hex')) AND s.expires_at > now()),
    untaken AS (
        SELECT DISTINCT w.due_at, w.id, w.desk_id FROM mine m CROSS JOIN LATERAL (
            (SELECT r.id, r.desk_id, r.due_at FROM public.reports_report r
                WHERE r.desk_id = m.desk_id AND r.rank = 0 AND NOT r.stage = 'closed' AND r.stage = 'waiting'
                ORDER BY r.due_at LIMIT 100)
            UNION ALL
            (SELECT r.id, r.desk_id, r.due_at FROM public.reports_report r
                WHERE r.watch_id = m.desk_id AND r.rank = 0 AND NOT r.stage = 'closed' AND r.stage = 'waiting'
                ORDER BY r.due_at LIMIT 100)) w
        WHERE NOT EXISTS (SELECT 1 FROM public.reports_danger d WHERE d.report_id = w.id AND d.discharged_at IS NULL)
        ORDER BY w.due_at, w.id LIMIT 100),
    asleep AS (
        SELECT w.due_at, w.id, w.desk_id, w.watch_id FROM public.desks_desk k CROSS JOIN LATERAL (
            SELECT r.id, r.desk_id, r.watch_id, r.due_at FROM public.reports_report r
                WHERE r.desk_id = k.id AND r.rank = 1 AND NOT r.stage = 'closed' AND r.stage = 'waiting'
                    AND r.priority = '' AND r.urgency IN ('planned', 'soon')
                ORDER BY r.due_at LIMIT 100) w
        WHERE k.kind NOT IN ('authoriser', 'partner', 'canary') AND NOT k.id IN (SELECT desk_id FROM mine)
            AND EXISTS (SELECT 1 FROM mine m JOIN public.desks_desk n ON n.id = m.desk_id AND n.round_the_clock)
            AND NOT k.id IN (SELECT o.desk_id FROM permits.on_duty(now()) o)
        ORDER BY w.due_at, w.id LIMIT 100)
    SELECT COALESCE(jsonb_agg(jsonb_build_object('report', d.report_id, 'desk', k.name, 'owner', o.name,
            'owner_id', r.owner_id, 'offered_to', d.offered_to_id, 'review_at', d.review_at,
            'acknowledged', d.acknowledged_at IS NOT NULL, 'discharge_asked', d.discharge_asked_by_id IS NOT NULL)
            ORDER BY d.review_at, d.id), '[]')
        || COALESCE((SELECT jsonb_build_array(jsonb_build_object('untaken', (SELECT count(*) FROM untaken),
            'report', u.id, 'desk', k.name, 'due_at', u.due_at))
            FROM untaken u JOIN public.desks_desk k ON k.id = u.desk_id ORDER BY u.due_at, u.id LIMIT 1), '[]')
        || COALESCE((SELECT jsonb_build_array(jsonb_build_object('asleep', (SELECT count(*) FROM asleep),
            'report', a.id, 'desk', k.name, 'due_at', a.due_at,
            'watched', COALESCE(a.watch_id IN (SELECT desk_id FROM mine), false)))
            FROM asleep a JOIN public.desks_desk k ON k.id = a.desk_id ORDER BY a.due_at, a.id LIMIT 1), '[]')
        || CASE WHEN permits.worker_runs() THEN '[]' ELSE '[{"nobody_paged": true}]' END::jsonb
    FROM public.reports_danger d JOIN public.reports_report r ON r.id = d.report_id
        JOIN public.desks_desk k ON k.id = r.desk_id LEFT JOIN public.desks_officer o ON o.id = r.owner_id
    WHERE d.discharged_at IS NULL
        AND (r.desk_id IN (SELECT desk_id FROM mine) OR r.watch_id IN (SELECT desk_id FROM mine))
$$;

-- How many reports with an open danger somebody owns, at one desk or at all. For stewards, before they sign that this
-- person leaves: they see the number and no report.
CREATE FUNCTION permits.dangers_owned(p_officer uuid, p_desk uuid) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*)::integer FROM public.reports_danger d JOIN public.reports_report r ON r.id = d.report_id
        WHERE d.discharged_at IS NULL AND r.owner_id = p_officer AND r.desk_id = COALESCE(p_desk, r.desk_id)
            AND permits.i_set_up()
$$;

-- Whether an officer had no part in a danger: did not open it, does not own the report and never took it.
CREATE FUNCTION permits.had_no_part(p_danger uuid, p_officer uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.reports_danger d JOIN public.reports_report r ON r.id = d.report_id
        WHERE d.id = p_danger AND d.opened_by_id <> p_officer AND r.owner_id IS DISTINCT FROM p_officer
            AND NOT EXISTS (SELECT 1 FROM public.reports_step s WHERE s.report_id = r.id
                AND (s.move IN ('take', 'accept') AND s.by_id = p_officer
                    OR s.move = 'assign' AND s.codes ->> 'to' = p_officer::text)))
$$;

-- Whether an officer may be the second person of a danger's discharge: had no part in it, and did not ask for it.
CREATE FUNCTION permits.may_confirm_discharge(p_danger uuid, p_officer uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT permits.had_no_part(p_danger, p_officer) AND EXISTS (SELECT 1 FROM public.reports_danger d
        WHERE d.id = p_danger AND d.discharge_asked_by_id IS DISTINCT FROM p_officer)
$$;

-- Whether a supervisor other than this officer, who had no part in a danger, is on duty at one of its desks. Who asked for the
-- discharge counts: they confirm it if this officer asks instead.
CREATE FUNCTION permits.a_second_is_on_duty(p_danger uuid, p_officer uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.reports_danger d JOIN public.reports_report r ON r.id = d.report_id
        JOIN permits.on_duty(now()) o ON o.desk_id IN (r.desk_id, r.watch_id) AND o.role = 'supervisor'
        WHERE d.id = p_danger AND o.officer_id <> p_officer AND permits.had_no_part(d.id, o.officer_id))
$$;

-- Add the round-the-clock desk to a report of this session's desks that is in danger and that nobody watches yet.
CREATE FUNCTION permits.watch_danger(p_report uuid, p_desk uuid, p_share_epoch uuid, p_share bytea, p_containers uuid[],
    p_old bytea[], p_new bytea[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.desks_desk d JOIN public.keys_epoch e ON e.desk_id = d.id
        WHERE d.id = p_desk AND d.round_the_clock AND d.kind NOT IN ('authoriser', 'partner', 'canary')
            AND e.id = p_share_epoch AND e.retired_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM 1 FROM public.reports_report r WHERE r.id = p_report AND r.watch_id IS NULL AND r.desk_id <> p_desk
            AND r.desk_id IN (SELECT permits.my_desks())
            AND EXISTS (SELECT 1 FROM public.reports_danger d WHERE d.report_id = r.id AND d.discharged_at IS NULL)
        FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM 1 FROM public.reports_sealed_header h
        LEFT JOIN unnest(p_containers, p_old, p_new) AS g(container, old, new)
            ON g.container = h.container AND g.old = h.header AND octet_length(g.new) BETWEEN 100 AND 65536
        WHERE h.report_id = p_report AND h.part NOT IN ('identity', 'partner') AND g.container IS NULL;
    IF FOUND THEN RETURN false; END IF;
    UPDATE public.reports_report r SET watch_id = p_desk WHERE r.id = p_report;
    UPDATE public.reports_danger d SET watch_added = true WHERE d.report_id = p_report AND d.discharged_at IS NULL;
    UPDATE public.reports_sealed_header h SET header = g.new,
            epochs = array_remove(h.epochs, p_share_epoch) || p_share_epoch
        FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
        WHERE h.container = g.container AND h.header = g.old AND h.report_id = p_report
            AND h.part NOT IN ('identity', 'partner');
    -- (no half at all once its time is over: who sent it has been disposed of, of every report alike)
    IF p_share IS NOT NULL THEN
        INSERT INTO public.reports_identity_share (id, report_id, share, epoch, sealed)
            VALUES (gen_random_uuid(), p_report, 1, p_share_epoch, p_share);
    END IF;
    RETURN true;
END $$;

-- Take the round-the-clock desk off a report whose danger has been discharged, where the danger alone had added it. It stays
-- until a discharge that one supervisor made alone has been reviewed.
CREATE FUNCTION permits.end_danger_watch(p_report uuid, p_containers uuid[], p_old bytea[], p_new bytea[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    watching uuid;
    leaving uuid[];
BEGIN
    SELECT r.watch_id INTO watching FROM public.reports_report r WHERE r.id = p_report AND r.watch_id IS NOT NULL
            AND (r.desk_id IN (SELECT permits.my_supervised()) OR r.watch_id IN (SELECT permits.my_supervised()))
            AND NOT EXISTS (SELECT 1 FROM public.reports_danger d WHERE d.report_id = r.id
                AND (d.discharged_at IS NULL OR d.discharged_alone AND d.discharge_reviewed_at IS NULL))
            AND (SELECT d.watch_added FROM public.reports_danger d WHERE d.report_id = r.id
                ORDER BY d.discharged_at DESC LIMIT 1)
        FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM 1 FROM public.reports_sealed_header h
        LEFT JOIN unnest(p_containers, p_old, p_new) AS g(container, old, new)
            ON g.container = h.container AND g.old = h.header AND octet_length(g.new) BETWEEN 100 AND 65536
        WHERE h.report_id = p_report AND h.part NOT IN ('identity', 'partner') AND g.container IS NULL;
    IF FOUND THEN RETURN false; END IF;
    leaving := ARRAY(SELECT e.id FROM public.keys_epoch e WHERE e.desk_id = watching);
    UPDATE public.reports_sealed_header h SET header = g.new,
            epochs = ARRAY(SELECT e FROM unnest(h.epochs) AS e WHERE e <> ALL (leaving))
        FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
        WHERE h.container = g.container AND h.header = g.old AND h.report_id = p_report
            AND h.part NOT IN ('identity', 'partner');
    DELETE FROM public.reports_identity_share i WHERE i.report_id = p_report AND i.share = 1 AND i.epoch = ANY (leaving);
    UPDATE public.reports_report r SET watch_id = NULL WHERE r.id = p_report;
    RETURN true;
END $$;

SET ROLE heedline_owner;
