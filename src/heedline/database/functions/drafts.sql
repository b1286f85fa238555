-- Unfinished reports, and the token of a form: the number of sendings that its draft has seen. Spending it is one update
-- of one row: of a hundred at once, one finds the number it came with.
SET ROLE heedline_door;

-- Nothing is promised of a draft, so saving one need not wait for the disk.
CREATE FUNCTION door.save_draft(p_row bytea, p_sealed bytea, p_hours integer) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF octet_length(p_row) <> 32 OR octet_length(p_sealed) > 600000 OR p_hours NOT IN (1, 24) THEN RETURN false; END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO public.intake_draft ("row", sealed, expires)
        VALUES (p_row, p_sealed, door.slot() + interval '15 minutes' + make_interval(hours => p_hours))
        ON CONFLICT ("row") DO UPDATE SET sealed = excluded.sealed, expires = excluded.expires;
    RETURN true;
END $$;

-- The sealed draft of this cookie, while it has not expired.
CREATE FUNCTION door.load_draft(p_row bytea) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT sealed FROM public.intake_draft WHERE "row" = p_row AND expires > now()
$$;

-- Remove a draft: it was sent, or is not wanted.
CREATE FUNCTION door.delete_draft(p_row bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.intake_draft WHERE "row" = p_row
$$;

-- How many sendings this draft has seen.
CREATE FUNCTION door.form_of(p_row bytea) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE((SELECT sendings FROM public.intake_draft WHERE "row" = p_row), 0)
$$;

-- Spend a form's token. False when somebody has spent it.
CREATE FUNCTION door.spend_form(p_row bytea, p_number integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.intake_draft SET sendings = sendings + 1 WHERE "row" = p_row AND sendings = p_number;
    RETURN FOUND;
END $$;

SET ROLE heedline_owner;
