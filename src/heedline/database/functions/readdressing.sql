-- When somebody leaves, or what is kept must outlive what is disposed of: an epoch is retired (nothing is sealed to it
-- any more), what lies under it is addressed to the desk's present epoch in bounded batches, and then its grants are
-- removed. Only members of the desk do it. Each function looks at one desk, and the database itself finds what is left.
SET ROLE heedline_usher;

-- The epochs of this desk that are retired and not destroyed; none where the session does not work there.
CREATE FUNCTION permits.my_retired(p_desk uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(array_agg(e.id), '{}') FROM public.keys_epoch e
    WHERE e.desk_id = p_desk AND e.retired_at IS NOT NULL AND e.destroyed_on IS NULL
        AND (e.desk_id IN (SELECT permits.my_desks()) OR e.desk_id IN (SELECT permits.my_authoriser_desks())
            OR e.desk_id IN (SELECT permits.my_partner_desks()))
$$;

-- Retire an epoch, once its members have signed that it has ended. Another one must be there to seal to.
CREATE FUNCTION permits.retire_epoch(p_epoch uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.keys_epoch e SET retired_at = now() WHERE e.id = p_epoch AND e.retired_at IS NULL
        AND (e.desk_id IN (SELECT permits.my_desks()) OR e.desk_id IN (SELECT permits.my_authoriser_desks())
            OR e.desk_id IN (SELECT permits.my_partner_desks()))
        AND EXISTS (SELECT 1 FROM public.keys_epoch o WHERE o.desk_id = e.desk_id AND o.id <> e.id
            AND o.retired_at IS NULL AND o.opens_on <= (now() AT TIME ZONE 'UTC')::date);
    RETURN FOUND;
END $$;

-- Sealed parts under retired epochs, headers only; with them parts of a desk, the keys of a search index, and searches. Not those of the running quarter hour: written anew now, their rows
-- would tell when they came.
CREATE FUNCTION permits.headers_to_move(p_desk uuid, p_after uuid, p_most integer)
    RETURNS TABLE (container uuid, header bytea) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    (SELECT h.container, h.header FROM public.reports_sealed_header h
        JOIN public.reports_report r ON r.id = h.report_id JOIN public.reports_receipt c ON c.report_id = r.id
    WHERE h.epochs && (SELECT permits.my_retired(p_desk)) AND h.container > p_after AND r.settled AND c.touched IS NULL
    ORDER BY h.container LIMIT least(p_most, 1000))
    UNION ALL (SELECT x.id, x.header FROM public.reports_search_index x
        WHERE x.epoch = ANY ((SELECT permits.my_retired(p_desk))::uuid[]) AND x.id > p_after)
    UNION ALL (SELECT s.id, s.header FROM public.reports_search s
        WHERE s.epochs && (SELECT permits.my_retired(p_desk)) AND s.id > p_after
        ORDER BY s.id LIMIT least(p_most, 1000))
    UNION ALL (SELECT p.container, p.header FROM public.reports_desk_part_header p
        WHERE p.epoch = ANY ((SELECT permits.my_retired(p_desk))::uuid[]) AND p.container > p_after
        ORDER BY p.container LIMIT least(p_most, 1000))
    UNION ALL (SELECT s.id, s.header FROM public.reports_sealed_values s
        WHERE s.epochs && (SELECT permits.my_retired(p_desk)) AND s.id > p_after
        ORDER BY s.id LIMIT least(p_most, 1000))
    UNION ALL (SELECT s.id, s.header FROM public.reports_desk_notice s
        WHERE s.epochs && (SELECT permits.my_retired(p_desk)) AND s.id > p_after
        ORDER BY s.id LIMIT least(p_most, 1000))
    UNION ALL (SELECT s.id, s.header FROM public.reports_interest s
        WHERE s.epochs && (SELECT permits.my_retired(p_desk)) AND s.id > p_after
        ORDER BY s.id LIMIT least(p_most, 1000))
    UNION ALL (SELECT s.id, s.header FROM public.reports_interest_hit s
        WHERE s.epochs && (SELECT permits.my_retired(p_desk)) AND s.id > p_after
        ORDER BY s.id LIMIT least(p_most, 1000))
    UNION ALL (SELECT s.id, s.header FROM public.reports_subject_request s
        WHERE s.epochs && (SELECT permits.my_retired(p_desk)) AND s.id > p_after
        ORDER BY s.id LIMIT least(p_most, 1000))
    ORDER BY 1 LIMIT least(p_most, 1000)
$$;

-- Halves of identity keys under retired epochs, with the same exception.
CREATE FUNCTION permits.shares_to_move(p_desk uuid, p_after uuid, p_most integer)
    RETURNS TABLE (id uuid, container uuid, share smallint, sealed bytea) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, h.container, i.share, i.sealed FROM public.reports_identity_share i
        JOIN public.reports_report r ON r.id = i.report_id JOIN public.reports_receipt c ON c.report_id = r.id
        JOIN public.reports_sealed_header h ON h.report_id = i.report_id AND h.part = 'identity'
    WHERE i.epoch = ANY ((SELECT permits.my_retired(p_desk))::uuid[]) AND i.id > p_after AND r.settled
        AND c.touched IS NULL
    ORDER BY i.id LIMIT least(p_most, 1000)
$$;

-- Put new headers in the place of old ones, by compare and swap: a row that has changed since it was read, or that somebody holds, is left for the next round.
CREATE FUNCTION permits.move_headers(p_desk uuid, p_to uuid, p_containers uuid[], p_old bytea[], p_new bytea[])
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    retired uuid[] := permits.my_retired(p_desk);
    n integer;
    more integer;
    named text;
BEGIN
    PERFORM 1 FROM public.keys_epoch e WHERE e.id = p_to AND e.desk_id = p_desk AND e.retired_at IS NULL;
    IF NOT FOUND THEN RETURN 0; END IF;
    WITH held AS (
        SELECT h.container, g.new FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
            JOIN public.reports_sealed_header h ON h.container = g.container AND h.header = g.old
        WHERE h.epochs && retired AND octet_length(g.new) <= 65536 FOR UPDATE OF h SKIP LOCKED)
    UPDATE public.reports_sealed_header h SET header = held.new, epochs =
        ARRAY(SELECT e FROM unnest(h.epochs) AS e WHERE e <> ALL (retired) AND e <> p_to) || p_to
    FROM held WHERE h.container = held.container;
    GET DIAGNOSTICS n = ROW_COUNT;
    -- whoever has left may have written the keys of the index down: its pages are sealed under new ones, at once
    UPDATE public.reports_search_index x SET header = g.new, epoch = p_to, purge = 'due',
            purge_by = LEAST(x.purge_by, (now() AT TIME ZONE 'UTC')::date + 6)
        FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
        WHERE x.id = g.container AND x.header = g.old AND x.epoch = ANY (retired) AND octet_length(g.new) <= 65536;
    GET DIAGNOSTICS more = ROW_COUNT;
    n := n + more;
    UPDATE public.reports_search s SET header = g.new, epochs =
            ARRAY(SELECT e FROM unnest(s.epochs) AS e WHERE e <> ALL (retired) AND e <> p_to) || p_to
        FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
        WHERE s.id = g.container AND s.header = g.old AND s.epochs && retired AND octet_length(g.new) <= 65536;
    GET DIAGNOSTICS more = ROW_COUNT;
    n := n + more;
    UPDATE public.reports_desk_part_header p SET header = g.new, epoch = p_to
        FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
        WHERE p.container = g.container AND p.header = g.old AND p.epoch = ANY (retired)
            AND octet_length(g.new) <= 65536;
    GET DIAGNOSTICS more = ROW_COUNT;
    n := n + more;
    -- what desks compare with each other, the register of interests (models/linking.py), and requests of data subjects
    FOREACH named IN ARRAY ARRAY['reports_sealed_values', 'reports_desk_notice', 'reports_interest', 'reports_interest_hit',
            'reports_subject_request'] LOOP
        EXECUTE format('WITH held AS (
                SELECT s.id, g.new FROM unnest($1, $2, $3) AS g(container, old, new)
                    JOIN public.%1$I s ON s.id = g.container AND s.header = g.old
                WHERE s.epochs && $5 AND octet_length(g.new) <= 65536 FOR UPDATE OF s SKIP LOCKED)
            UPDATE public.%1$I s SET header = held.new, epochs =
                ARRAY(SELECT e FROM unnest(s.epochs) AS e WHERE e <> ALL ($5) AND e <> $4) || $4
            FROM held WHERE s.id = held.id', named)
            USING p_containers, p_old, p_new, p_to, retired;
        GET DIAGNOSTICS more = ROW_COUNT;
        n := n + more;
    END LOOP;
    RETURN n;
END $$;

-- The same for halves of identity keys.
CREATE FUNCTION permits.move_shares(p_desk uuid, p_to uuid, p_ids uuid[], p_old bytea[], p_new bytea[])
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    retired uuid[] := permits.my_retired(p_desk);
    n integer;
BEGIN
    PERFORM 1 FROM public.keys_epoch e WHERE e.id = p_to AND e.desk_id = p_desk AND e.retired_at IS NULL;
    IF NOT FOUND THEN RETURN 0; END IF;
    WITH held AS (
        SELECT i.id, g.new FROM unnest(p_ids, p_old, p_new) AS g(id, old, new)
            JOIN public.reports_identity_share i ON i.id = g.id AND i.sealed = g.old
        WHERE i.epoch = ANY (retired) AND octet_length(g.new) <= 4096 FOR UPDATE OF i SKIP LOCKED)
    UPDATE public.reports_identity_share i SET sealed = held.new, epoch = p_to FROM held WHERE i.id = held.id;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

-- How much still lies under retired epochs of this desk, the running quarter hour included.
CREATE FUNCTION permits.left_to_move(p_desk uuid) RETURNS TABLE (headers bigint, shares bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM public.reports_sealed_header h WHERE h.epochs && (SELECT permits.my_retired(p_desk)))
            + (SELECT count(*) FROM public.reports_search_index x WHERE x.epoch = ANY ((SELECT permits.my_retired(p_desk))::uuid[]))
            + (SELECT count(*) FROM public.reports_search s WHERE s.epochs && (SELECT permits.my_retired(p_desk)))
            + (SELECT count(*) FROM public.reports_desk_part_header p
                WHERE p.epoch = ANY ((SELECT permits.my_retired(p_desk))::uuid[]))
            + (SELECT count(*) FROM public.reports_sealed_values s WHERE s.epochs && (SELECT permits.my_retired(p_desk)))
            + (SELECT count(*) FROM public.reports_desk_notice s WHERE s.epochs && (SELECT permits.my_retired(p_desk)))
            + (SELECT count(*) FROM public.reports_interest s WHERE s.epochs && (SELECT permits.my_retired(p_desk)))
            + (SELECT count(*) FROM public.reports_interest_hit s WHERE s.epochs && (SELECT permits.my_retired(p_desk)))
            + (SELECT count(*) FROM public.reports_subject_request s
                WHERE s.epochs && (SELECT permits.my_retired(p_desk))),
        (SELECT count(*) FROM public.reports_identity_share i
         WHERE i.epoch = ANY ((SELECT permits.my_retired(p_desk))::uuid[]))
$$;

-- Destroy an epoch: remove its grants. Not before it has been retired for an hour (what was on its way has arrived then),
-- and not while anything is addressed to it.
CREATE FUNCTION permits.destroy_epoch(p_epoch uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE e public.keys_epoch%ROWTYPE;
BEGIN
    SELECT * INTO e FROM public.keys_epoch k WHERE k.id = p_epoch AND k.destroyed_on IS NULL FOR UPDATE;
    IF NOT FOUND OR e.id <> ALL (permits.my_retired(e.desk_id)) THEN RETURN 'not-yours'; END IF;
    IF e.retired_at > now() - interval '1 hour' THEN RETURN 'too-early'; END IF;
    IF EXISTS (SELECT 1 FROM public.reports_sealed_header h WHERE h.epochs && ARRAY[p_epoch])
        OR EXISTS (SELECT 1 FROM public.reports_identity_share i WHERE i.epoch = p_epoch)
        OR EXISTS (SELECT 1 FROM public.reports_search_index x WHERE x.epoch = p_epoch)
        OR EXISTS (SELECT 1 FROM public.reports_search s WHERE s.epochs && ARRAY[p_epoch])
        OR EXISTS (SELECT 1 FROM public.reports_desk_part_header p WHERE p.epoch = p_epoch)
        OR EXISTS (SELECT 1 FROM public.reports_sealed_values s WHERE s.epochs && ARRAY[p_epoch])
        OR EXISTS (SELECT 1 FROM public.reports_desk_notice s WHERE s.epochs && ARRAY[p_epoch])
        OR EXISTS (SELECT 1 FROM public.reports_interest s WHERE s.epochs && ARRAY[p_epoch])
        OR EXISTS (SELECT 1 FROM public.reports_interest_hit s WHERE s.epochs && ARRAY[p_epoch])
        OR EXISTS (SELECT 1 FROM public.reports_subject_request s WHERE s.epochs && ARRAY[p_epoch]) THEN
        RETURN 'still-used';
    END IF;
    DELETE FROM public.keys_grant g WHERE g.epoch_id = p_epoch;
    UPDATE public.keys_epoch k SET destroyed_on = (now() AT TIME ZONE 'UTC')::date WHERE k.id = p_epoch;
    RETURN 'destroyed';
END $$;

SET ROLE heedline_owner;
