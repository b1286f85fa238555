-- The one thing that the backup writes.
SET ROLE heedline_settler;

-- Record that everything is being copied. The backup only reads; this function lets it say so, and nothing else.
CREATE FUNCTION clockwork.note_backup(p_bodies boolean) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.audit_event (act, thing, outcome, detail)
        VALUES ('backup-begun', '', 'done', jsonb_build_object('bodies', p_bodies, 'keys', true))
$$;

SET ROLE heedline_owner;
