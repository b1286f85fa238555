-- What the partners' site may add to the signed statements about keys.
SET ROLE heedline_usher;

-- The number that the next statement has: they are counted without a gap, and a process that could leap ahead would end
-- the counting for everybody.
CREATE FUNCTION permits.next_statement() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$ SELECT coalesce(max(s.serial), 0) + 1 FROM public.keys_statement s $$;

-- Whether a text reads as a statement of a member about a desk where they work, signed by nobody but them, that follows
-- the last one which the log names. Whether the signature holds, everybody asks who believes it; here it is that nothing
-- else takes a place in the count, and that nothing looks as if a statement before it had been taken away.
CREATE FUNCTION permits.reads_as_my_statement(p_id uuid, p_serial bigint, p_kind text, p_signed text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb;
BEGIN
    IF octet_length(p_signed) > 20000 THEN RETURN false; END IF;
    said := p_signed::jsonb;
    RETURN COALESCE(said #>> '{statement,id}' = p_id::text AND said #>> '{statement,kind}' = p_kind
        AND said #>> '{statement,serial}' = p_serial::text
        AND said #>> '{statement,follows}' IN
            (SELECT l.sha256 FROM history.logged_statements() AS l WHERE l.serial = p_serial - 1)
        AND said #>> '{statement,body,desk}' IN (SELECT d::text FROM permits.my_partner_desks() AS d)
        AND (SELECT array_agg(k) FROM jsonb_object_keys(said -> 'signatures') AS k) = ARRAY[permits.my_officer()::text],
        false);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN RETURN false;
END $$;

SET ROLE heedline_owner;
