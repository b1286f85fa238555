-- Overseers see the whole log, and nothing else. Whoever works on a desk that reads reports does not oversee: they would
-- look at themselves, and the log says which reports other desks have.
GRANT CREATE ON SCHEMA permits TO heedline_usher;
SET ROLE heedline_usher;
CREATE FUNCTION permits.i_oversee() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_appointment a WHERE a.officer_id = permits.my_officer()
            AND a.role = 'overseer' AND a.desk_id IS NULL AND a.ended_on IS NULL)
        AND NOT EXISTS (SELECT permits.my_desks())
$$;
REVOKE ALL ON FUNCTION permits.i_oversee() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION permits.i_oversee() TO heedline_office;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;

CREATE POLICY of_overseers ON audit_event FOR SELECT TO heedline_office USING ((SELECT permits.i_oversee()));
