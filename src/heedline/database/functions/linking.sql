-- Values that reports' desks seal to the linking desk go with the report, and then leave the linking desk's index.
SET ROLE heedline_usher;

-- A report has gone to another desk, or was disposed of.
CREATE FUNCTION permits.values_leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.reports_sealed_values v WHERE v.report = OLD.id;
    RETURN NULL;
END $$;

-- Values have gone, or newer ones take their place. Those that the linking desk has indexed are removed from its index, which
-- is purged by the day that is written here. Its row is not touched: whoever changes that index holds it, and may need values
-- that the caller holds (`desk_index.py` says in which order locks are taken).
CREATE FUNCTION permits.values_go() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone, purge_by)
        VALUES (gen_random_uuid(), OLD.desk_id, OLD.id, false, true, (now() AT TIME ZONE 'UTC')::date + 7)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- The index of a desk is made anew: what it held of other desks and of the register is put into it again.
CREATE FUNCTION permits.an_index_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.reports_sealed_values v WHERE v.desk_id = NEW.desk_id AND v.indexed ORDER BY v.report FOR UPDATE;
    UPDATE public.reports_sealed_values v SET indexed = false WHERE v.desk_id = NEW.desk_id AND v.indexed;
    UPDATE public.reports_interest i SET indexed = false, unindexed_since = now()
        WHERE i.desk_id = NEW.desk_id AND i.indexed;
    RETURN NULL;
END $$;

-- Whether an officer has left a desk, or is neither investigator nor supervisor there, and so owns no entries of the interest
-- register.
CREATE FUNCTION permits.has_left(p_officer uuid, p_desk uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM public.desks_appointment a JOIN public.desks_officer o ON o.id = a.officer_id
        WHERE a.officer_id = p_officer AND a.desk_id = p_desk AND a.ended_on IS NULL AND o.is_active
            AND a.role IN ('investigator', 'supervisor'))
$$;

-- Give an entry of the interest register, with what has matched it, to an investigator or supervisor of its desk. Its owner
-- does so, or a supervisor of the desk once its owner has left or lost the role. Returns whether it was given.
CREATE FUNCTION permits.hand_on_interest(p_entry uuid, p_to uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE i public.reports_interest%ROWTYPE;
BEGIN
    SELECT e.id, e.owner_id, e.home_id INTO i.id, i.owner_id, i.home_id FROM public.reports_interest e
        WHERE e.id = p_entry FOR UPDATE;
    IF NOT FOUND OR permits.has_left(p_to, i.home_id) THEN RETURN false; END IF;
    IF i.owner_id IS DISTINCT FROM permits.my_officer() AND NOT (permits.has_left(i.owner_id, i.home_id)
            AND i.home_id IN (SELECT permits.my_supervised())) THEN
        RETURN false;
    END IF;
    UPDATE public.reports_interest e SET owner_id = p_to WHERE e.id = p_entry;
    UPDATE public.reports_interest_hit h SET owner_id = p_to WHERE h.interest_id = p_entry;
    RETURN true;
END $$;

-- Which of these reports two people have disposed of.
CREATE FUNCTION permits.disposed_among(p_reports uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.report FROM public.reports_disposal d WHERE d.report = ANY (p_reports) AND d.done
$$;

GRANT EXECUTE ON FUNCTION permits.values_leave(), permits.values_go(), permits.an_index_begins() TO heedline_owner;
SET ROLE heedline_owner;
