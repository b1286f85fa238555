-- Unfinished reports, and the token of a form: the number of sendings that its draft has seen. Spending it is one update
-- of one row: of a hundred at once, one finds the number it came with.
SET ROLE heedline_door;

-- Nothing is promised of a draft, so it need not wait for the disk, unless something else is written with it. `p_seen` has the
-- first bytes of the draft when it was loaded, which differ each time that it is saved: if it has been saved, sent or deleted
-- since then, nothing is stored, and the answer is `changed`. If `p_seen` is empty, only a deleted draft is left alone, and if
-- it is NULL, the draft is new. `p_new` and `p_again`: how many bytes all of them may take on the disk, dead rows included,
-- when this one is not there yet and when it is. The answer then says how many they take: `kept 8192`. Looking takes a third
-- of the time, so it is left out if they are NULL.
CREATE FUNCTION door.save_draft(
    p_row bytea, p_sealed bytea, p_hours integer, p_seen bytea, p_new bigint, p_again bigint
) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    taken bigint;
    until timestamptz := door.slot() + interval '15 minutes' + make_interval(hours => p_hours);
BEGIN
    IF octet_length(p_row) <> 32 OR octet_length(p_sealed) > 66000 OR p_hours NOT IN (1, 24) THEN
        RETURN 'refused';
    END IF;
    IF p_new IS NOT NULL OR p_again IS NOT NULL THEN
        taken := pg_total_relation_size('public.intake_draft');
        IF taken > p_again OR (taken > p_new AND NOT EXISTS (SELECT 1 FROM public.intake_draft d WHERE d."row" = p_row)) THEN
            RETURN 'full';
        END IF;
    END IF;
    IF pg_current_xact_id_if_assigned() IS NULL THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    IF p_seen IS NULL THEN
        INSERT INTO public.intake_draft ("row", sealed, expires, settled) VALUES (p_row, p_sealed, until, false)
            ON CONFLICT ("row") DO UPDATE SET sealed = excluded.sealed, expires = excluded.expires, settled = false;
        RETURN concat_ws(' ', 'kept', taken);
    END IF;
    UPDATE public.intake_draft SET sealed = p_sealed, expires = until, settled = false
        WHERE "row" = p_row AND substr(sealed, 1, octet_length(p_seen)) = p_seen;
    IF NOT FOUND THEN
        -- settling may have replaced the row that we waited for with a new one: try once more
        UPDATE public.intake_draft SET sealed = p_sealed, expires = until, settled = false
            WHERE "row" = p_row AND substr(sealed, 1, octet_length(p_seen)) = p_seen;
        IF NOT FOUND THEN RETURN 'changed'; END IF;
    END IF;
    RETURN concat_ws(' ', 'kept', taken);
END $$;

-- How many sendings this draft has seen, in four bytes, and the sealed draft, while it has not expired.
CREATE FUNCTION door.load_draft(p_row bytea) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT int4send(sendings) || sealed FROM public.intake_draft WHERE "row" = p_row AND expires > now()
$$;

-- Remove a draft: it was sent, or is not wanted.
CREATE FUNCTION door.delete_draft(p_row bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.intake_draft WHERE "row" = p_row
$$;

-- Spend a form's token. False when somebody has spent it.
CREATE FUNCTION door.spend_form(p_row bytea, p_number integer) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.intake_draft SET sendings = sendings + 1, settled = false WHERE "row" = p_row AND sendings = p_number;
    IF NOT FOUND THEN
        -- the draft may just have been written anew, and the row that we waited for is another one: look once more
        UPDATE public.intake_draft SET sendings = sendings + 1, settled = false
            WHERE "row" = p_row AND sendings = p_number;
    END IF;
    RETURN FOUND;
END $$;

SET ROLE heedline_owner;
