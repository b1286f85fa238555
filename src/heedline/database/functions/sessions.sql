-- Whom a session signs in. Row-level security believes the officer of a session's row, so a process names them only here,
-- with a proof made from its SECRET_KEY, which the database does not have. The database keeps a hash of that proof, which
-- each site's process leaves once, when it starts. Whoever speaks SQL as the process and does not have its key signs nobody in.
SET ROLE heedline_usher;

-- Answers `named`, `unclaimed` (this site has left no proof yet), `refused` (another proof), or `unknown` (no such session,
-- or it is another's already).
CREATE FUNCTION permits.name_officer(session bytea, officer uuid, at_site text, proof bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known bytea := (SELECT p.digest FROM public.permits_sign_in_proof p WHERE p.site = at_site);
BEGIN
    IF known IS NULL THEN
        RETURN 'unclaimed';
    END IF;
    IF known IS DISTINCT FROM sha256(proof) THEN
        RETURN 'refused';
    END IF;
    UPDATE public.permits_session s SET officer_id = officer
    WHERE s.row = session AND s.site = at_site AND (s.officer_id IS NULL OR s.officer_id = officer)
        AND (at_site <> 'partner' OR officer IN (SELECT permits.partner_people()));
    RETURN CASE WHEN FOUND THEN 'named' ELSE 'unknown' END;
END $$;

SET ROLE heedline_owner;
