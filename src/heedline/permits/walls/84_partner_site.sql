-- The partners' site: a process of its own, whose role may do what signing in, enrolling, unlocking and comparing words
-- need, on the rows of partners' people and of no officer. It has no right on any table of reports; what was sent to a
-- partner comes by functions (83).
GRANT USAGE ON SCHEMA public, permits TO heedline_partner;

-- Who they are: people of an organisation that has a partner's desk, and who hold no other role anywhere.
GRANT SELECT (organisation_id) ON desks_officer TO heedline_usher;
GRANT SELECT (serial) ON keys_statement TO heedline_usher;
GRANT CREATE ON SCHEMA permits TO heedline_usher;
SET ROLE heedline_usher;
CREATE FUNCTION permits.partner_people() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.id FROM public.desks_officer o
    WHERE o.organisation_id IN (SELECT d.organisation_id FROM public.desks_desk d WHERE d.kind = 'partner')
        AND NOT EXISTS (SELECT 1 FROM public.desks_appointment a
            WHERE a.officer_id = o.id AND a.ended_on IS NULL AND a.role <> 'partner')
$$;
-- The number that the next statement has: they are counted without a gap, and a process that could leap ahead would end
-- the counting for everybody.
CREATE FUNCTION permits.next_statement() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$ SELECT coalesce(max(s.serial), 0) + 1 FROM public.keys_statement s $$;
-- Whether a text reads as a statement of a member about a desk where they work, signed by nobody but them. Whether the
-- signature holds, everybody asks who believes it; here it is that nothing else takes a place in the count.
CREATE FUNCTION permits.reads_as_my_statement(p_id uuid, p_serial bigint, p_kind text, p_signed text) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb;
BEGIN
    IF octet_length(p_signed) > 20000 THEN RETURN false; END IF;
    said := p_signed::jsonb;
    RETURN COALESCE(said #>> '{statement,id}' = p_id::text AND said #>> '{statement,kind}' = p_kind
        AND said #>> '{statement,serial}' = p_serial::text
        AND said #>> '{statement,body,desk}' IN (SELECT d::text FROM permits.my_partner_desks() AS d)
        AND (SELECT array_agg(k) FROM jsonb_object_keys(said -> 'signatures') AS k) = ARRAY[permits.my_officer()::text],
        false);
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN RETURN false;
END $$;
REVOKE ALL ON FUNCTION permits.partner_people(), permits.next_statement(),
    permits.reads_as_my_statement(uuid, bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION permits.partner_people(), permits.next_statement(),
    permits.reads_as_my_statement(uuid, bigint, text, text), permits.my_officer(), permits.my_partner_desks(),
    permits.my_retired(uuid), permits.retire_epoch(uuid), permits.left_to_move(uuid),
    permits.headers_to_move(uuid, uuid, integer), permits.shares_to_move(uuid, uuid, integer),
    permits.move_headers(uuid, uuid, uuid[], bytea[], bytea[]), permits.move_shares(uuid, uuid, uuid[], bytea[], bytea[]),
    permits.destroy_epoch(uuid) TO heedline_partner;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;

-- Every table that both sites use gets walls. For everybody else they are open (and cost nothing): their walls are their
-- rights. Without a policy of its own the partner's role sees no row.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['desks_officer', 'desks_appointment', 'desks_desk', 'desks_organisation', 'desks_invitation',
        'desks_provider_binding', 'desks_completed_training', 'keys_statement', 'keys_epoch', 'keys_grant',
        'keys_wrapping', 'keys_acquaintances', 'permits_session', 'permits_unlocked', 'permits_held_form',
        'permits_provider_session', 'account_emailaddress', 'mfa_authenticator'] LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY everybody_else ON public.%I TO heedline_public, heedline_office, heedline_worker,
            heedline_door, heedline_usher, heedline_settler USING (true) WITH CHECK (true)', t);
    END LOOP;
    -- by the column that names the person
    FOREACH t IN ARRAY ARRAY['desks_officer.id', 'desks_appointment.officer_id', 'desks_invitation.officer_id',
        'permits_held_form.officer', 'account_emailaddress.user_id', 'mfa_authenticator.user_id'] LOOP
        EXECUTE format('CREATE POLICY of_partners ON public.%I TO heedline_partner
            USING (%I IN (SELECT permits.partner_people())) WITH CHECK (%2$I IN (SELECT permits.partner_people()))',
            split_part(t, '.', 1), split_part(t, '.', 2));
    END LOOP;
END $$;

-- people and desks
GRANT SELECT, UPDATE (password, last_login) ON desks_officer TO heedline_partner;
GRANT SELECT ON desks_appointment, desks_organisation TO heedline_partner;
GRANT SELECT, UPDATE (code, kem, signing) ON desks_invitation TO heedline_partner;
CREATE POLICY of_partners ON desks_organisation TO heedline_partner
    USING (id IN (SELECT d.organisation_id FROM public.desks_desk d WHERE d.kind = 'partner'));
-- A member who makes a key locks the desk's row, which takes the right to change it; the check lets no change through.
GRANT SELECT, UPDATE (name) ON desks_desk TO heedline_partner;
CREATE POLICY published ON desks_desk FOR SELECT TO heedline_partner USING (true);
CREATE POLICY locked_by_partners ON desks_desk FOR UPDATE TO heedline_partner
    USING (id IN (SELECT permits.my_partner_desks())) WITH CHECK (false);

-- keys: of one's own desk; and to unlock one's own, or those of somebody who is enrolling just now
GRANT SELECT, INSERT ON keys_statement, keys_epoch, keys_grant TO heedline_partner;
GRANT UPDATE (sealed) ON keys_grant TO heedline_partner;
GRANT SELECT, INSERT, UPDATE, DELETE ON keys_wrapping TO heedline_partner;
GRANT SELECT, INSERT, UPDATE ON keys_acquaintances TO heedline_partner;
CREATE POLICY published ON keys_statement FOR SELECT TO heedline_partner USING (true);
CREATE POLICY of_members ON keys_statement FOR INSERT TO heedline_partner WITH CHECK (kind IN ('epoch', 'granted', 'ended')
    AND serial = permits.next_statement() AND permits.reads_as_my_statement(id, serial, kind, signed));
CREATE POLICY of_my_desks ON keys_epoch TO heedline_partner
    USING (desk_id IN (SELECT permits.my_partner_desks())) WITH CHECK (desk_id IN (SELECT permits.my_partner_desks()));
CREATE POLICY of_my_desks ON keys_grant TO heedline_partner
    USING (epoch_id IN (SELECT e.id FROM public.keys_epoch e) AND officer_id IN (SELECT permits.partner_people()))
    WITH CHECK (epoch_id IN (SELECT e.id FROM public.keys_epoch e) AND officer_id IN (SELECT permits.partner_people()));
CREATE POLICY mine ON keys_wrapping TO heedline_partner
    USING (officer_id = (SELECT permits.my_officer()) AND officer_id IN (SELECT permits.partner_people()));
CREATE POLICY of_who_enrols ON keys_wrapping TO heedline_partner
    USING (officer_id IN (SELECT i.officer_id FROM public.desks_invitation i WHERE i.code IS NOT NULL AND i.expires_at > now()));
CREATE POLICY mine ON keys_acquaintances TO heedline_partner
    USING (officer_id = (SELECT permits.my_officer()) AND officer_id IN (SELECT permits.partner_people()));

-- sessions begun there, and what hangs on them
GRANT SELECT, INSERT, UPDATE, DELETE ON permits_session, permits_unlocked, permits_held_form TO heedline_partner;
CREATE POLICY begun_there ON permits_session TO heedline_partner
    USING (site = 'partner' AND (officer_id IS NULL OR officer_id IN (SELECT permits.partner_people())));
CREATE POLICY of_sessions ON permits_unlocked TO heedline_partner
    USING (session_id IN (SELECT s.row FROM public.permits_session s));
-- looked at beside a session, by the same code as at the office; there is never one of theirs
GRANT SELECT ON desks_provider_binding, desks_completed_training, keys_own_term TO heedline_partner;
GRANT SELECT, DELETE ON permits_provider_session TO heedline_partner;

-- signing in: other people's tables. An address is that of the person: with an officer's, the officer would be looked for
-- in vain at the office's door.
GRANT SELECT, INSERT, UPDATE, DELETE ON account_emailaddress, mfa_authenticator TO heedline_partner;
CREATE POLICY their_own ON account_emailaddress AS RESTRICTIVE TO heedline_partner USING (true)
    WITH CHECK (lower(email) = (SELECT lower(o.email) FROM public.desks_officer o WHERE o.id = user_id));

-- the log: in the name of partners' people, and of nobody only where somebody could not be let in; nothing at a desk of
-- officers, who would read there that something was opened, and nothing about a report (83 writes that)
GRANT INSERT (act, actor, desk, thing, thing_id, outcome, detail) ON audit_event TO heedline_partner;
CREATE POLICY written_by_partners ON audit_event FOR INSERT TO heedline_partner
    WITH CHECK ((actor IN (SELECT permits.partner_people()) OR (actor IS NULL AND act = 'sign-in-refused'))
        AND (desk IS NULL OR desk IN (SELECT permits.my_partner_desks())) AND thing <> 'report');
