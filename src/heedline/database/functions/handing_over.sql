-- The one move that takes a report out of a desk's sight.
SET ROLE heedline_usher;

-- Move a report to another desk. It leaves the sight of the desk that hands it over, so the row cannot be updated by its
-- owner's policy: this checks that it is theirs, that the other desk exists and takes such reports, and moves it. Its
-- sealed parts are addressed anew here and nowhere else: all of them, by compare and swap, to an epoch of that desk.
-- The other desk accepts it by p_accept_by. Without that time the report is returned: only to the desk that gave it, and
-- only before it was accepted. The step that says so is there, in the officer's own name, and no time becomes later.
CREATE FUNCTION permits.hand_over(p_report uuid, p_desk uuid, p_due timestamptz, p_version integer, p_from uuid,
    p_share_epoch uuid, p_share bytea, p_containers uuid[], p_old bytea[], p_new bytea[], p_accept_by timestamptz)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leaving uuid[];
    v_at timestamptz := date_trunc('minute', now());
BEGIN
    -- to any desk that reads reports: what came as one thing may be another desk's work
    PERFORM 1 FROM public.desks_desk d JOIN public.reports_report r ON r.id = p_report
        WHERE d.id = p_desk AND d.kind NOT IN ('authoriser', 'partner', 'canary') AND d.id <> r.desk_id;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM 1 FROM public.keys_epoch e WHERE e.id = p_share_epoch AND e.desk_id = p_desk AND e.retired_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM 1 FROM public.reports_report r WHERE r.id = p_report AND r.version = p_version AND r.desk_id = p_from FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM 1 FROM public.reports_step s WHERE s.report_id = p_report AND s.version = p_version + 1
        AND s.by_id = permits.my_officer() AND s.to_desk = p_desk
        AND s.move = CASE WHEN p_accept_by IS NULL THEN 'return' ELSE 'hand-over' END;
    IF NOT FOUND THEN RETURN false; END IF;
    -- a partner's header is the partner's, and an identity's is addressed to nobody
    PERFORM 1 FROM public.reports_sealed_header h
        LEFT JOIN unnest(p_containers, p_old, p_new) AS g(container, old, new)
            ON g.container = h.container AND g.old = h.header AND octet_length(g.new) BETWEEN 100 AND 65536
        WHERE h.report_id = p_report AND h.part NOT IN ('identity', 'partner') AND g.container IS NULL;
    IF FOUND THEN RETURN false; END IF;
    UPDATE public.reports_report r SET desk_id = p_desk, stage = 'waiting', owner_id = NULL,
        lease_by_id = NULL, lease_until = NULL,
        due_at = least(due_at, p_due), version = version + 1, offered = p_accept_by IS NOT NULL,
        watch_id = CASE WHEN watch_id = p_desk THEN NULL
            -- a round-the-clock desk that gives a report away goes on watching it
            WHEN watch_id IS NULL AND (SELECT d.round_the_clock FROM public.desks_desk d WHERE d.id = p_from) THEN p_from
            ELSE watch_id END
        WHERE r.id = p_report AND r.version = p_version AND r.desk_id = p_from AND r.stage <> 'closed'
            AND r.offered = (p_accept_by IS NULL)
            AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()));
    IF NOT FOUND THEN RETURN false; END IF;
    -- a round-the-clock desk that becomes the report's own, or gave it away, is not there for the danger alone
    UPDATE public.reports_danger d SET offered_to_id = NULL, offered_by_id = NULL,
            watch_added = d.watch_added AND EXISTS (SELECT 1 FROM public.reports_report r
                WHERE r.id = p_report AND r.watch_id IS NOT NULL AND r.watch_id <> p_from)
        WHERE d.report_id = p_report AND d.discharged_at IS NULL;
    IF p_accept_by IS NULL THEN
        UPDATE public.reports_hand_over h SET state = 'returned', ended_at = v_at, ended_by_id = permits.my_officer()
            WHERE h.report_id = p_report AND h.state = 'waiting' AND h.to_desk_id = p_from AND h.from_desk_id = p_desk;
        IF NOT FOUND THEN RAISE EXCEPTION 'returned to another desk than it came from'; END IF;
    ELSE
        INSERT INTO public.reports_hand_over (id, report_id, from_desk_id, to_desk_id, by_id, at, due_at, state)
            VALUES (gen_random_uuid(), p_report, p_from, p_desk, permits.my_officer(), v_at, p_accept_by, 'waiting');
    END IF;
    leaving := CASE WHEN (SELECT d.round_the_clock FROM public.desks_desk d WHERE d.id = p_from) THEN '{}'::uuid[]
        ELSE ARRAY(SELECT e.id FROM public.keys_epoch e WHERE e.desk_id = p_from) END;
    UPDATE public.reports_sealed_header h SET header = g.new, epochs =
            ARRAY(SELECT e FROM unnest(h.epochs) AS e WHERE e <> ALL (leaving) AND e <> p_share_epoch) || p_share_epoch
        FROM unnest(p_containers, p_old, p_new) AS g(container, old, new)
        WHERE h.container = g.container AND h.header = g.old AND h.report_id = p_report
            AND h.part NOT IN ('identity', 'partner');
    -- the new desk's half, and the watching desk's where there is one; whoever gave it away has none any more
    DELETE FROM public.reports_identity_share i WHERE i.report_id = p_report AND i.share = 1 AND NOT EXISTS
        (SELECT 1 FROM public.reports_report r JOIN public.keys_epoch e ON e.desk_id = r.watch_id
         WHERE r.id = p_report AND e.id = i.epoch);
    -- (no half at all once its time is over: who sent it has been disposed of, of every report alike)
    IF p_share IS NULL THEN
        RETURN NOT EXISTS (SELECT 1 FROM public.reports_sealed_header h WHERE h.report_id = p_report AND h.part = 'identity');
    ELSE
        INSERT INTO public.reports_identity_share (id, report_id, share, epoch, sealed)
            VALUES (gen_random_uuid(), p_report, 1, p_share_epoch, p_share);
    END IF;
    RETURN true;
END $$;

-- Return the desk's half of an identity key, for re-addressing on handover: it opens nothing without the other half.
CREATE FUNCTION permits.desk_shares(p_report uuid) RETURNS TABLE (epoch uuid, sealed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.epoch, i.sealed FROM public.reports_identity_share i JOIN public.reports_report r ON r.id = i.report_id
    WHERE i.report_id = p_report AND i.share = 1
        AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()))
$$;

SET ROLE heedline_owner;
