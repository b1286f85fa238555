-- What the files origin can do. Its process holds no key and no right on any table: it calls these, each with the hash of a
-- random token that only a page of the officer's had. A token works once. The capability that replaces it works for the
-- same file alone, for a quarter of an hour after its last use and two hours at most, and only while the officer's session
-- lasts and the officer reaches the report.
SET ROLE heedline_usher;

-- Whether the officer of a session, given by its row, works at a desk of this report, at the desk whose record it is, or at
-- the partner that has this disclosure about it.
CREATE FUNCTION viewer.reaches(p_session bytea, p_report uuid, p_dissemination uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN p_dissemination IS NOT NULL THEN EXISTS (SELECT 1 FROM public.permits_session s
        JOIN public.desks_officer o ON o.id = s.officer_id AND o.is_active
        JOIN public.desks_appointment a ON a.officer_id = o.id AND a.ended_on IS NULL AND a.role = 'partner'
        JOIN public.reports_dissemination d ON d.partner_id = a.desk_id AND d.id = p_dissemination AND d.report_id = p_report
            AND d.state IN ('received', 'answered', 'done')
        WHERE s.row = p_session AND s.site = 'partner' AND s.expires_at > now())
    ELSE EXISTS (SELECT 1 FROM public.permits_session s
        JOIN public.desks_officer o ON o.id = s.officer_id AND o.is_active
        JOIN public.desks_appointment a ON a.officer_id = o.id AND a.ended_on IS NULL AND a.role IN ('officer', 'supervisor')
        WHERE s.row = p_session AND s.site = 'office' AND s.expires_at > now() AND (
            EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = p_report AND a.desk_id IN (r.desk_id, r.watch_id))
            -- a desk chooses what its record is about, so a record never opens a report
            OR (NOT EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = p_report)
                AND EXISTS (SELECT 1 FROM public.reports_desk_file f WHERE f.thing = p_report AND f.desk_id = a.desk_id)))) END
$$;

-- Use a token up: the capability takes its place. Returns what is sealed under the token, once.
CREATE FUNCTION viewer.use_token(p_token bytea, p_capability bytea, p_purpose text) RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found_sealed bytea;
BEGIN
    IF p_token IS NULL OR octet_length(p_capability) IS DISTINCT FROM 32 THEN
        RETURN NULL;
    END IF;
    UPDATE public.permits_view_token t
        SET digest = p_capability, used = true, expires_at = least(now() + interval '15 minutes', t.ends_at)
        WHERE t.digest = p_token AND NOT t.used AND t.purpose = p_purpose AND t.expires_at > now()
            AND viewer.reaches(t.session, t.report, t.dissemination)
        RETURNING t.sealed INTO found_sealed;
    RETURN found_sealed;
END $$;

-- Keep what a capability opens, sealed under the capability.
CREATE FUNCTION viewer.reseal(p_capability bytea, p_sealed bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p_sealed IS NULL OR octet_length(p_sealed) > 65536 THEN
        RETURN false;
    END IF;
    UPDATE public.permits_view_token t SET sealed = p_sealed
        WHERE t.digest = p_capability AND t.used AND t.purpose = 'view' AND t.expires_at > now()
            AND viewer.reaches(t.session, t.report, t.dissemination);
    RETURN FOUND;
END $$;

-- Whether a capability still opens its file. Asking does not make it last longer: work that nobody waits for ends by it.
CREATE FUNCTION viewer.lasts(p_capability bytea) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.permits_view_token t WHERE t.digest = p_capability AND t.used AND t.purpose = 'view'
        AND t.expires_at > now() AND viewer.reaches(t.session, t.report, t.dissemination))
$$;

-- Return what is sealed under a capability, and count the minute for the officer's welfare if something is uncovered.
CREATE FUNCTION viewer.open_capability(p_capability bytea, p_uncovered boolean) RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE t public.permits_view_token;
BEGIN
    SELECT * INTO t FROM public.permits_view_token v WHERE v.digest = p_capability AND v.used AND v.purpose = 'view'
        AND v.expires_at > now() AND viewer.reaches(v.session, v.report, v.dissemination);
    IF NOT FOUND THEN RETURN NULL; END IF;
    -- one write a minute is enough
    IF t.expires_at < least(now() + interval '14 minutes', t.ends_at) THEN
        UPDATE public.permits_view_token v SET expires_at = least(now() + interval '15 minutes', v.ends_at)
            WHERE v.digest = p_capability;
    END IF;
    IF p_uncovered THEN
        INSERT INTO public.desks_viewing_minutes (officer_id, day, minutes, minute)
            SELECT s.officer_id, (now() AT TIME ZONE 'UTC')::date, 1, date_trunc('minute', now())
            FROM public.permits_session s WHERE s.row = t.session AND s.site = 'office'
            ON CONFLICT (officer_id, day) DO UPDATE
                SET minutes = public.desks_viewing_minutes.minutes + 1, minute = EXCLUDED.minute
                WHERE public.desks_viewing_minutes.minute < EXCLUDED.minute;
    END IF;
    RETURN t.sealed;
END $$;

-- The same for a file of a desk's own record: the copy is a file of the same record.
CREATE FUNCTION viewer.keep_copy_of_desk_file(p_file public.reports_desk_file, p_token public.permits_view_token, p_size bigint,
        p_description bytea) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ready jsonb := convert_from(p_token.prepared, 'UTF8')::jsonb;
    addressed uuid := (ready -> 'epochs' ->> 0)::uuid;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.permits_session s
        JOIN public.desks_appointment a ON a.officer_id = s.officer_id AND a.ended_on IS NULL AND a.role IN ('officer', 'supervisor')
        WHERE s.row = p_token.session AND a.desk_id = p_file.desk_id) THEN
        RETURN 'refused';
    END IF;
    IF EXISTS (SELECT 1 FROM public.reports_desk_file d WHERE d.made_from = p_file.container) THEN
        RETURN 'there';
    END IF;
    INSERT INTO public.reports_desk_part_header (container, desk_id, thing, part, header, epoch) VALUES
        ((ready ->> 'container')::uuid, p_file.desk_id, p_file.thing, 'derivative', decode(ready ->> 'header', 'base64'), addressed),
        ((ready ->> 'description')::uuid, p_file.desk_id, p_file.thing, 'derivative-description',
            decode(ready ->> 'description_header', 'base64'), addressed);
    INSERT INTO public.reports_desk_part_payload (container, desk_id, thing, payload)
        VALUES ((ready ->> 'description')::uuid, p_file.desk_id, p_file.thing, p_description);
    INSERT INTO public.reports_desk_file (container, desk_id, thing, made_from, description, object, size, state)
        VALUES ((ready ->> 'container')::uuid, p_file.desk_id, p_file.thing, p_file.container, (ready ->> 'description')::uuid,
            (ready ->> 'object')::uuid, p_size, 'kept');
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
        SELECT 'derivative-made', s.officer_id, p_file.desk_id, 'desk-record', p_file.thing, 'done',
            jsonb_build_object('file', p_file.container::text)
        FROM public.permits_session s WHERE s.row = p_token.session;
    RETURN 'made';
END $$;

-- Keep the derivative that was made of the file, under the headers that the officer's page prepared. Returns `made`, `there`
-- (somebody else made one meanwhile) or `refused`. Which report and which file it belongs to stands in the row of the token.
CREATE FUNCTION viewer.keep_derivative(p_capability bytea, p_size bigint, p_description bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t public.permits_view_token;
    ready jsonb;
    addressed uuid[];
    kept public.reports_desk_file;
BEGIN
    SELECT * INTO t FROM public.permits_view_token v WHERE v.digest = p_capability AND v.used AND v.purpose = 'view'
        AND v.expires_at > now() AND viewer.reaches(v.session, v.report, v.dissemination) FOR UPDATE;
    IF NOT FOUND OR t.prepared IS NULL OR p_size <= 0 OR octet_length(p_description) > 1048576 THEN
        RETURN 'refused';
    END IF;
    UPDATE public.permits_view_token v SET prepared = NULL WHERE v.digest = p_capability;
    SELECT * INTO kept FROM public.reports_desk_file f WHERE f.container = t.file AND f.thing = t.report FOR UPDATE;
    IF FOUND THEN
        RETURN viewer.keep_copy_of_desk_file(kept, t, p_size, p_description);
    END IF;
    -- one at a time for a file, and never beside its disposal
    PERFORM 1 FROM public.reports_report r WHERE r.id = t.report FOR UPDATE;
    IF NOT EXISTS (SELECT 1 FROM public.reports_file f WHERE f.container = t.file AND f.report_id = t.report) THEN
        RETURN 'refused';
    END IF;
    ready := convert_from(t.prepared, 'UTF8')::jsonb;
    IF (ready ->> 'number')::integer NOT BETWEEN 1 AND 50 THEN
        RETURN 'refused';
    END IF;
    IF EXISTS (SELECT 1 FROM public.reports_derivative d
        WHERE d.file_id = t.file AND d.number = (ready ->> 'number')::integer) THEN
        RETURN 'there';
    END IF;
    addressed := ARRAY(SELECT jsonb_array_elements_text(ready -> 'epochs')::uuid);
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs) VALUES
        ((ready ->> 'container')::uuid, t.report, 'derivative', decode(ready ->> 'header', 'base64'), addressed),
        ((ready ->> 'description')::uuid, t.report, 'derivative-description',
            decode(ready ->> 'description_header', 'base64'), addressed);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES ((ready ->> 'description')::uuid, t.report, p_description, sha256(p_description));
    INSERT INTO public.reports_derivative (container, report_id, file_id, number, description, object, size, state)
        VALUES ((ready ->> 'container')::uuid, t.report, t.file, (ready ->> 'number')::integer, (ready ->> 'description')::uuid,
            (ready ->> 'object')::uuid, p_size, 'kept');
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
        SELECT 'derivative-made', s.officer_id, r.desk_id, 'report', r.id, 'done', jsonb_build_object('file', t.file::text)
        FROM public.reports_report r, public.permits_session s WHERE r.id = t.report AND s.row = t.session;
    RETURN 'made';
END $$;

SET ROLE heedline_owner;
