-- Values that reports' desks seal to the linking desk go with the report, and then leave the linking desk's index.
SET ROLE heedline_usher;

-- A report has gone to another desk, or was disposed of.
CREATE FUNCTION permits.values_leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM public.reports_sealed_values v WHERE v.report = OLD.id;
    RETURN NULL;
END $$;

-- Values have gone, or newer ones take their place. Those that the linking desk has indexed are removed from its index.
CREATE FUNCTION permits.values_go() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reports_search_waiting (id, desk_id, report, aside, gone)
        VALUES (gen_random_uuid(), OLD.desk_id, OLD.id, false, true) ON CONFLICT DO NOTHING;
    UPDATE public.reports_search_index x SET purge = 'due',
            purge_by = COALESCE(x.purge_by, (now() AT TIME ZONE 'UTC')::date + 7)
        WHERE x.desk_id = OLD.desk_id AND x.purge = '';
    RETURN NULL;
END $$;

-- The index of a desk is made anew: what it held of other desks and of the register is put into it again.
CREATE FUNCTION permits.an_index_begins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.reports_sealed_values v SET indexed = false WHERE v.desk_id = NEW.desk_id AND v.indexed;
    UPDATE public.reports_interest i SET indexed = false WHERE i.desk_id = NEW.desk_id AND i.indexed;
    RETURN NULL;
END $$;

GRANT EXECUTE ON FUNCTION permits.values_leave(), permits.values_go(), permits.an_index_begins() TO heedline_owner;
SET ROLE heedline_owner;
