-- The second wall: even a query that forgot its scope sees only the rows of the desks that the session's token opens.
CREATE FUNCTION permits.my_officer() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.officer_id FROM public.permits_session s JOIN public.desks_officer o ON o.id = s.officer_id AND o.is_active
    WHERE s.row = sha256(decode(current_setting('heedline.wall', true), 'hex')) AND s.expires_at > now()
$$;
CREATE FUNCTION permits.my_desks() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a
    WHERE a.officer_id = permits.my_officer() AND a.desk_id IS NOT NULL AND a.ended_on IS NULL
        AND a.role IN ('officer', 'supervisor')
$$;
-- A partner's desk: its people see no report and no row of one; the functions of 83 give them what was sent to it.
CREATE FUNCTION permits.my_partner_desks() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a JOIN public.desks_desk d ON d.id = a.desk_id AND d.kind = 'partner'
    WHERE a.officer_id = permits.my_officer() AND a.ended_on IS NULL AND a.role = 'partner'
$$;

-- A report handed over leaves the sight of the desk that hands it over, so the row cannot be updated by its owner's
-- policy: this checks that it is theirs, that the other desk exists and takes such reports, and moves it.
CREATE FUNCTION permits.hand_over(p_report uuid, p_desk uuid, p_due timestamptz, p_version integer, p_from uuid,
    p_share_epoch uuid, p_share bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- to any desk that reads reports: what came as one thing may be another desk's work
    PERFORM 1 FROM public.desks_desk d JOIN public.reports_report r ON r.id = p_report
        WHERE d.id = p_desk AND d.kind NOT IN ('authoriser', 'partner', 'canary') AND d.id <> r.desk_id;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE public.reports_report r SET desk_id = p_desk, stage = 'waiting', holder_id = NULL, lease_until = NULL,
        due_at = p_due, version = version + 1,
        watch_id = CASE WHEN watch_id = p_desk THEN NULL
            -- a round-the-clock desk that gives a report away goes on watching it
            WHEN watch_id IS NULL AND (SELECT d.round_the_clock FROM public.desks_desk d WHERE d.id = p_from) THEN p_from
            ELSE watch_id END
        WHERE r.id = p_report AND r.version = p_version AND r.desk_id = p_from
            AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()));
    IF NOT FOUND THEN RETURN false; END IF;
    -- the new desk's half, and the watching desk's where there is one; whoever gave it away has none any more
    DELETE FROM public.reports_identity_share i WHERE i.report_id = p_report AND i.share = 1 AND NOT EXISTS
        (SELECT 1 FROM public.reports_report r JOIN public.keys_epoch e ON e.desk_id = r.watch_id
         WHERE r.id = p_report AND e.id = i.epoch);
    -- (no half at all once its time is over: who sent it has been disposed of, of every report alike)
    IF p_share IS NULL THEN
        RETURN NOT EXISTS (SELECT 1 FROM public.reports_sealed_header h WHERE h.report_id = p_report AND h.part = 'identity');
    ELSE
        INSERT INTO public.reports_identity_share (id, report_id, share, epoch, sealed)
            VALUES (gen_random_uuid(), p_report, 1, p_share_epoch, p_share);
    END IF;
    RETURN true;
END $$;
-- The desk's half of an identity key, for re-addressing on hand-over: it opens nothing without the other half.
CREATE FUNCTION permits.desk_shares(p_report uuid) RETURNS TABLE (epoch uuid, sealed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.epoch, i.sealed FROM public.reports_identity_share i JOIN public.reports_report r ON r.id = i.report_id
    WHERE i.report_id = p_report AND i.share = 1
        AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()))
$$;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['reports_report', 'reports_sealed_header', 'reports_sealed_payload',
        'reports_identity_share', 'reports_receipt', 'reports_message', 'reports_step', 'dispatch_alarm',
        'audit_event', 'dispatch_outbox'] LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY inner_roles ON public.%I TO heedline_door, heedline_usher, heedline_settler,
            heedline_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['reports_sealed_header', 'reports_sealed_payload', 'reports_receipt', 'reports_message',
        'reports_step'] LOOP
        EXECUTE format('CREATE POLICY of_my_reports ON public.%I TO heedline_office
            USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
            WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))', t);
    END LOOP;
END $$;
CREATE POLICY of_my_desks ON reports_report TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR watch_id IN (SELECT permits.my_desks()))
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) OR watch_id IN (SELECT permits.my_desks()));
CREATE FUNCTION permits.i_watch() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.desks_desk d WHERE d.round_the_clock AND d.id IN (SELECT permits.my_desks()))
$$;
-- Alarms about requests are the authorisers': a desk that watches everything does not answer for them.
CREATE POLICY of_my_desks ON dispatch_alarm TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR ((SELECT permits.i_watch()) AND kind NOT LIKE 'identity-%'));
CREATE POLICY letters_of_the_office ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter IN ('report-handed', 'report-reopened', 'duty-changed', 'identity-asked'));
-- What would date somebody who told an officer something waits for its quarter hour: see 86_slots.sql.
CREATE POLICY write ON audit_event FOR INSERT TO heedline_office WITH CHECK (act <> 'call-taken-down'
    AND NOT (act = 'without-training' AND detail ->> 'capability' = 'take-down'));
-- The officer is asked for once a statement, and not once for every event.
CREATE POLICY of_my_desks ON audit_event FOR SELECT TO heedline_office
    USING (desk IN (SELECT permits.my_desks()) OR actor = (SELECT permits.my_officer()));
