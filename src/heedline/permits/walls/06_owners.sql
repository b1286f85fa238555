-- Functions belong to roles that own no table and cannot sign in; nobody may call them but who is named.
DO $$
DECLARE f record;
BEGIN
    FOR f IN SELECT p.oid::regprocedure AS name, n.nspname AS home FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('door', 'permits', 'clockwork') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f.name);
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', f.name,
            CASE f.home WHEN 'door' THEN 'heedline_door' WHEN 'permits' THEN 'heedline_usher' ELSE 'heedline_settler' END);
        -- after the change of owner, so that the grant is the new owner's
        EXECUTE format('SET ROLE %I', CASE f.home WHEN 'door' THEN 'heedline_door' WHEN 'permits' THEN 'heedline_usher'
            ELSE 'heedline_settler' END);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', f.name,
            CASE f.home WHEN 'door' THEN 'heedline_public' WHEN 'permits' THEN 'heedline_office' ELSE 'heedline_worker' END);
        EXECUTE 'SET ROLE heedline_owner';
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA door FROM heedline_door;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;
-- Procrastinate's tables and functions are the worker's alone: a right to defer is a right to queue any task.
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname LIKE 'procrastinate\_%' LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO heedline_worker', t.relname);
    END LOOP;
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind = 'S' AND c.relname LIKE 'procrastinate\_%' LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE public.%I TO heedline_worker', t.relname);
    END LOOP;
    FOR t IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', t.name);
        IF t.name::text LIKE 'procrastinate%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO heedline_worker', t.name);
        END IF;
    END LOOP;
END $$;
