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

-- Count one attempt at a password, code or passphrase and return 0, or return the seconds to wait without counting it:
-- `burst` attempts at once, then one in `each`. The row's lock makes all servers of the site count together. It runs with
-- the caller's rights, so that neither site can hold up the people of the other. A time that no attempt can have reached was
-- left by a clock that jumped forward and back, and counts as none: nobody waits for as long as the clock had jumped.
CREATE FUNCTION permits.take_attempt(at_site text, at_slot integer, burst integer, each interval) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    at timestamptz;
    -- one more than the furthest, so that a clock that is put right by less than `each` does not empty what is full
    beyond timestamptz := clock_timestamp() + (burst + 1) * each;
BEGIN
    INSERT INTO public.permits_secret_attempts AS a (site, slot, counted_until)
        VALUES (at_site, at_slot, clock_timestamp() + each)
        ON CONFLICT (site, slot) DO UPDATE SET counted_until = each + CASE WHEN a.counted_until > beyond
                THEN clock_timestamp() ELSE greatest(a.counted_until, clock_timestamp()) END
            WHERE a.counted_until - (burst - 1) * each <= clock_timestamp() OR a.counted_until > beyond;
    IF FOUND THEN
        RETURN 0;
    END IF;
    SELECT a.counted_until INTO at FROM public.permits_secret_attempts a WHERE a.site = at_site AND a.slot = at_slot;
    RETURN greatest(1, ceil(extract(epoch FROM at - (burst - 1) * each - clock_timestamp())));
END $$;

SET ROLE heedline_door;

-- Keep the hash of the public site's proof, if none is kept yet, and answer whether this is the one that is kept: all servers
-- of a site share its SECRET_KEY.
CREATE FUNCTION door.is_key_of_the_site(proof bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.permits_sign_in_proof (site, digest) VALUES ('public', sha256(proof)) ON CONFLICT DO NOTHING;
    RETURN sha256(proof) = (SELECT p.digest FROM public.permits_sign_in_proof p WHERE p.site = 'public');
END $$;

SET ROLE heedline_owner;
