-- Who owns records of specialist desks when their owner can no longer.
SET ROLE heedline_usher;

-- Whether an officer works at a desk and can sign in.
CREATE FUNCTION permits.works_at(p_officer uuid, p_desk uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_appointment a JOIN public.desks_officer o ON o.id = a.officer_id
        WHERE a.officer_id = p_officer AND a.desk_id = p_desk AND a.ended_on IS NULL AND o.is_active)
$$;

-- The coordinator of a desk, on whom records fall back: the first of its supervisors by name. NULL if it has none.
CREATE FUNCTION permits.coordinator(p_desk uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.id FROM public.desks_appointment a JOIN public.desks_officer o ON o.id = a.officer_id
        WHERE a.desk_id = p_desk AND a.role = 'supervisor' AND a.ended_on IS NULL AND o.is_active
        ORDER BY o.name, o.id LIMIT 1
$$;

-- An officer has left a desk, or was suspended: each record that they own there and that has to be signed for falls back on
-- the coordinator, with a step and a letter, and what was offered to them is offered no more. Without a coordinator it stays
-- theirs, and the deadline's alarm calls the desk.
CREATE FUNCTION permits.owner_leaves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE r record; lead uuid; leaver uuid;
BEGIN
    IF TG_TABLE_NAME = 'desks_officer' THEN leaver := NEW.id; ELSE leaver := NEW.officer_id; END IF;
    FOR r IN SELECT c.id, c.desk_id, c.state, c.version, c.owner_id, c.offered_id FROM public.reports_record c
            WHERE (c.owner_id = leaver OR c.offered_id = leaver) AND c.held = 'taken'
                AND NOT permits.works_at(leaver, c.desk_id)
                AND EXISTS (SELECT 1 FROM public.reports_record_move m
                    WHERE m.kind = c.kind AND m.from_state = c.state AND m.move = 'fall-back')
            ORDER BY c.id FOR UPDATE LOOP
        lead := permits.coordinator(r.desk_id);
        IF r.owner_id <> leaver THEN
            UPDATE public.reports_record c SET offered_id = NULL WHERE c.id = r.id;
        ELSIF lead IS NOT NULL THEN
            INSERT INTO public.reports_record_step (id, record_id, number, move, from_state, to_state, by_id, at)
                VALUES (gen_random_uuid(), r.id, r.version + 1, 'fall-back', r.state, r.state,
                    COALESCE(permits.my_officer(), lead), now());
            UPDATE public.reports_record c SET owner_id = lead, offered_id = NULL, version = r.version + 1 WHERE c.id = r.id;
            INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot) VALUES (gen_random_uuid(),
                'record-fell-back', r.desk_id, r.id, date_bin('15 minutes', now(), '2000-01-01 00:00+00'));
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION permits.owner_leaves() TO heedline_owner;
SET ROLE heedline_owner;
