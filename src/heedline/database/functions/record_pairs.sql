-- Two records of two desks that belong together, such as a product as one desk sent it and another received it. Neither desk
-- sees the other's record. What one desk does to the other's is a move of that kind's `told` moves, in the name of whoever is
-- signed in, and its text is sealed to the other desk.
SET ROLE heedline_usher;

-- Begin the pair of one of my desk's records at another desk. False if that cannot be.
CREATE FUNCTION permits.begin_pair(p_own uuid, p_kind text, p_desk uuid, p_due timestamptz, p_container uuid, p_part text,
    p_epoch uuid, p_header bytea, p_payload bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r public.reports_record%ROWTYPE;
    m public.reports_record_move%ROWTYPE;
BEGIN
    SELECT * INTO r FROM public.reports_record o WHERE o.id = p_own AND o.pair IS NOT NULL AND o.desk_id <> p_desk
        AND o.desk_id IN (SELECT permits.my_desks());
    IF NOT FOUND OR EXISTS (SELECT 1 FROM public.reports_record o WHERE o.id = r.pair)
            OR NOT EXISTS (SELECT 1 FROM public.keys_epoch e
                WHERE e.id = p_epoch AND e.desk_id = p_desk AND e.retired_at IS NULL)
            OR octet_length(p_payload) > 262144 OR octet_length(p_header) > 65536 THEN
        RETURN false;
    END IF;
    SELECT * INTO m FROM public.reports_record_move o WHERE o.kind = p_kind AND o.from_state = '' AND o.told;
    IF NOT FOUND OR m.held <> 'waiting' THEN RETURN false; END IF;
    INSERT INTO public.reports_desk_part_header (container, desk_id, thing, part, header, epoch)
        VALUES (p_container, p_desk, r.pair, p_part, p_header, p_epoch);
    INSERT INTO public.reports_desk_part_payload (container, desk_id, thing, payload)
        VALUES (p_container, p_desk, r.pair, p_payload);
    INSERT INTO public.reports_record (id, desk_id, kind, state, held, version, container, due_at, pair)
        VALUES (r.pair, p_desk, p_kind, m.to_state, m.held, 1, p_container, p_due, r.id);
    INSERT INTO public.reports_record_step (id, record_id, number, move, from_state, to_state, by_id, at)
        VALUES (gen_random_uuid(), r.pair, 1, m.move, '', m.to_state, permits.my_officer(), date_trunc('minute', now()));
    RETURN true;
END $$;

-- Lock one of my desk's records and its pair for the rest of the transaction, in one order, whichever desk begins.
CREATE FUNCTION permits.lock_pair(p_own uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT FROM public.reports_record t WHERE EXISTS (SELECT 1 FROM public.reports_record r
        WHERE r.id = p_own AND r.desk_id IN (SELECT permits.my_desks()) AND t.id IN (r.id, r.pair))
    ORDER BY t.id FOR UPDATE
$$;

-- Make a move of the pair of one of my desk's records, with a note sealed to its desk. With `p_forget` the note takes the
-- place of everything that the pair said. False if its state does not allow the move.
CREATE FUNCTION permits.tell_pair(p_own uuid, p_move text, p_due timestamptz, p_container uuid, p_part text, p_epoch uuid,
    p_header bytea, p_payload bytea, p_forget boolean) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    o public.reports_record%ROWTYPE;
    m public.reports_record_move%ROWTYPE;
BEGIN
    SELECT t.* INTO o FROM public.reports_record r JOIN public.reports_record t ON t.id = r.pair AND t.pair = r.id
        WHERE r.id = p_own AND r.desk_id IN (SELECT permits.my_desks()) FOR UPDATE OF t;
    IF NOT FOUND THEN RETURN false; END IF;
    SELECT * INTO m FROM public.reports_record_move l
        WHERE l.kind = o.kind AND l.from_state = o.state AND l.move = p_move AND l.told;
    IF NOT FOUND OR NOT EXISTS (SELECT 1 FROM public.keys_epoch e
                WHERE e.id = p_epoch AND e.desk_id = o.desk_id AND e.retired_at IS NULL)
            OR octet_length(p_payload) > 131072 OR octet_length(p_header) > 65536 THEN
        RETURN false;
    END IF;
    IF p_forget THEN
        DELETE FROM public.reports_desk_part_header h WHERE h.thing = o.id;
        DELETE FROM public.reports_desk_part_payload p WHERE p.thing = o.id;
    END IF;
    INSERT INTO public.reports_desk_part_header (container, desk_id, thing, part, header, epoch)
        VALUES (p_container, o.desk_id, o.id, p_part, p_header, p_epoch);
    INSERT INTO public.reports_desk_part_payload (container, desk_id, thing, payload)
        VALUES (p_container, o.desk_id, o.id, p_payload);
    INSERT INTO public.reports_record_step (id, record_id, number, move, from_state, to_state, by_id, at, note)
        VALUES (gen_random_uuid(), o.id, o.version + 1, m.move, o.state, m.to_state, permits.my_officer(),
            date_trunc('minute', now()), p_container);
    UPDATE public.reports_record t SET state = m.to_state, held = m.held, version = o.version + 1,
        container = CASE WHEN p_forget THEN p_container ELSE o.container END,
        owner_id = CASE WHEN m.held = 'waiting' THEN NULL ELSE o.owner_id END,
        due_at = CASE WHEN m.held = 'ended' THEN NULL ELSE p_due END
        WHERE t.id = o.id;
    UPDATE public.dispatch_alarm a SET cleared_by = permits.my_officer(), cleared_at = now(), because = 'record-moved'
        WHERE a.kind = 'record-overdue' AND a.about_id = o.id AND a.cleared_at IS NULL;
    RETURN true;
END $$;

SET ROLE heedline_owner;
