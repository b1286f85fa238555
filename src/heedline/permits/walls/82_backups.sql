-- That everything is being copied leaves a mark. The backup only reads; this one function lets it say so, and nothing else.
GRANT CREATE ON SCHEMA clockwork TO heedline_settler;
SET ROLE heedline_settler;
CREATE FUNCTION clockwork.note_backup(p_bodies boolean) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.audit_event (act, thing, outcome, detail)
        VALUES ('backup-begun', '', 'done', jsonb_build_object('bodies', p_bodies, 'keys', true))
$$;
REVOKE ALL ON FUNCTION clockwork.note_backup(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clockwork.note_backup(boolean) TO heedline_backup;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;
