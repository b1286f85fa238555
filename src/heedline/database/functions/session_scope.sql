-- Whose session this is and what it reaches: the questions that every row policy asks. Row-level security believes only
-- the pre-image of a session row's id, never an officer's id that the program names.
SET ROLE heedline_usher;

-- The officer of this session: known by the token behind the session's row, which only the cookie holds.
CREATE FUNCTION permits.my_officer() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.officer_id FROM public.permits_session s JOIN public.desks_officer o ON o.id = s.officer_id AND o.is_active
    WHERE s.row = sha256(decode(current_setting('heedline.session_secret', true), 'hex')) AND s.expires_at > now()
$$;

-- The desks whose reports the officer of this session reads.
CREATE FUNCTION permits.my_desks() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a
    WHERE a.officer_id = permits.my_officer() AND a.desk_id IS NOT NULL AND a.ended_on IS NULL
        AND a.role IN ('officer', 'supervisor')
$$;

-- The partner desks of this session's officer. They see no report and no row of one; the functions of
-- functions/disseminations.sql give them what was sent to them.
CREATE FUNCTION permits.my_partner_desks() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a JOIN public.desks_desk d ON d.id = a.desk_id AND d.kind = 'partner'
    WHERE a.officer_id = permits.my_officer() AND a.ended_on IS NULL AND a.role = 'partner'
$$;

-- The authorisers' desks of this session's officer.
CREATE FUNCTION permits.my_authoriser_desks() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a
    WHERE a.officer_id = permits.my_officer() AND a.desk_id IS NOT NULL AND a.ended_on IS NULL AND a.role = 'authoriser'
$$;

-- The desks that the officer of this session supervises.
CREATE FUNCTION permits.my_supervised() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a
    WHERE a.officer_id = permits.my_officer() AND a.desk_id IS NOT NULL AND a.ended_on IS NULL AND a.role = 'supervisor'
$$;

-- Who is on duty at which desk: those who read its reports or decide about identities, are signed in and have unlocked their
-- keys. The rota says who should be, and nothing else says who is (`desks/duty_hours.py` asks here).
CREATE FUNCTION permits.on_duty(p_at timestamptz) RETURNS TABLE (desk_id uuid, officer_id uuid, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT a.desk_id, a.officer_id, a.role::text
    FROM public.permits_unlocked u JOIN public.permits_session s ON s.row = u.session_id
        JOIN public.desks_officer o ON o.id = s.officer_id AND o.is_active
        JOIN public.desks_appointment a ON a.officer_id = o.id AND a.desk_id IS NOT NULL AND a.ended_on IS NULL
            AND a.role IN ('officer', 'supervisor', 'authoriser')
    WHERE u.idle_until > p_at AND s.expires_at > p_at AND s.site = 'office'
$$;

-- Whether the officer of this session works on a round-the-clock desk.
CREATE FUNCTION permits.i_watch() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_desk d WHERE d.round_the_clock AND d.id IN (SELECT permits.my_desks()))
$$;

-- Whether the officer of this session is a steward.
CREATE FUNCTION permits.i_set_up() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_appointment a WHERE a.officer_id = permits.my_officer()
        AND a.role = 'steward' AND a.desk_id IS NULL AND a.ended_on IS NULL)
$$;

-- Whether the officer of this session oversees. Overseers see the whole log, and nothing else. Whoever works on a desk
-- that reads reports does not oversee: they would look at themselves, and the log says which reports other desks have.
CREATE FUNCTION permits.i_oversee() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_appointment a WHERE a.officer_id = permits.my_officer()
            AND a.role = 'overseer' AND a.desk_id IS NULL AND a.ended_on IS NULL)
        AND NOT EXISTS (SELECT permits.my_desks())
$$;

-- Whether the officer of this session looks after officers' welfare. They see how long each has viewed files, and never which.
CREATE FUNCTION permits.i_look_after_welfare() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_appointment a WHERE a.officer_id = permits.my_officer()
        AND a.role = 'welfare' AND a.desk_id IS NULL AND a.ended_on IS NULL)
$$;

-- People of an organisation that has a partner desk, and who hold only roles of partners.
CREATE FUNCTION permits.partner_people() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.id FROM public.desks_officer o
    WHERE o.organisation_id IN (SELECT d.organisation_id FROM public.desks_desk d WHERE d.kind = 'partner')
        AND NOT EXISTS (SELECT 1 FROM public.desks_appointment a
            WHERE a.officer_id = o.id AND a.ended_on IS NULL AND a.role NOT IN ('partner', 'chair', 'deputy'))
$$;

SET ROLE heedline_owner;
