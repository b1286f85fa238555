-- What a partner does with what was sent to it (open, sign that it arrived, answer). Each function asks by itself who is
-- there; the partner's process has no right to any table of reports, and never learns which report it is about.
SET ROLE heedline_usher;

-- What was sent to the desk of whoever is signed in at the partner's site, or p_id of it alone: codes and times. Taken
-- back: that it was.
CREATE FUNCTION permits.sent_to_me(p_id uuid DEFAULT NULL) RETURNS TABLE (id uuid, from_desk uuid, purpose text, basis text, conditions text[],
    state text, urgent boolean, answer_wanted boolean, sent_at timestamptz, due_at timestamptz, received_by uuid,
    received_at timestamptz, answer_code text, answered_by uuid, answered_at timestamptz, meets_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.id, r.desk_id, d.purpose, d.basis, d.conditions, d.state, d.urgent, d.answer_minutes IS NOT NULL, d.sent_at,
        d.due_at, d.received_by_id, d.received_at, d.answer_code, d.answered_by_id, d.answered_at,
        d.meets_on
    FROM public.reports_dissemination d JOIN public.reports_report r ON r.id = d.report_id
    WHERE d.partner_id IN (SELECT permits.my_partner_desks()) AND d.sent_at IS NOT NULL
        AND (p_id IS NULL OR d.id = p_id)
    ORDER BY d.sent_at DESC, d.id
$$;

-- Return the payload of one thing that was sent, with our own header to it. That it was fetched stands in the log, about
-- the report and at the desk that sent it, whatever the partner's process then says of it. (Other code in that process
-- can read and roll back: what one transaction wrote, it can leave unwritten. The threat model says so.)
CREATE FUNCTION permits.sent_parts(p_id uuid) RETURNS TABLE (container uuid, epoch uuid, header bytea, payload bytea,
    voice jsonb, written_on date, answer uuid, answer_epoch uuid, answer_header bytea, answer_payload bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
        SELECT 'opened-by-partner', permits.my_officer(), r.desk_id, 'report', r.id, 'done',
            jsonb_build_object('dissemination', p_id::text)
        FROM public.reports_dissemination d JOIN public.reports_report r ON r.id = d.report_id
        WHERE d.id = p_id AND d.partner_id IN (SELECT permits.my_partner_desks())
            AND d.state IN ('sent', 'received', 'answered', 'done');
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT d.container, h.epochs[1], h.header, p.payload, d.voice,
        (d.written_at AT TIME ZONE 'UTC')::date, d.answer, ah.epochs[1], ah.header, ap.payload
    FROM public.reports_dissemination d
        JOIN public.reports_sealed_header h ON h.container = d.key AND h.report_id = d.report_id AND h.part = 'partner'
        JOIN public.reports_sealed_payload p ON p.container = d.container AND p.report_id = d.report_id
        LEFT JOIN public.reports_sealed_header ah
            ON ah.container = d.answer_key AND ah.report_id = d.report_id AND ah.part = 'partner'
        LEFT JOIN public.reports_sealed_payload ap ON ap.container = d.answer AND ap.report_id = d.report_id
    WHERE d.id = p_id;
END $$;

-- Return the epochs that an answer is sealed to: those that the report is addressed to now, with their desks. Only word of
-- danger reaches a closed report (`answer_sent`).
CREATE FUNCTION permits.answer_to(p_id uuid) RETURNS TABLE (epoch uuid, desk uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.id, e.desk_id FROM public.reports_dissemination d JOIN public.reports_report r ON r.id = d.report_id
        JOIN public.reports_sealed_header h ON h.report_id = d.report_id AND h.part = 'report'
        JOIN public.keys_epoch e ON e.id = ANY (h.epochs)
    WHERE d.id = p_id AND d.partner_id IN (SELECT permits.my_partner_desks())
        AND (d.state = 'received'
            OR d.state IN ('answered', 'done') AND d.answer IS NOT NULL AND r.stage <> 'disposed')
    ORDER BY e.id
$$;

-- Record that somebody opened it. The first of them signs that it arrived: `received`; `opened` when it had arrived before;
-- `not-yours`, `not-signed`.
CREATE FUNCTION permits.receive_sent(p_id uuid, p_receipt jsonb) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d public.reports_dissemination%ROWTYPE;
    fresh boolean;
BEGIN
    SELECT * INTO d FROM public.reports_dissemination s WHERE s.id = p_id
        AND s.partner_id IN (SELECT permits.my_partner_desks())
        AND s.state IN ('sent', 'received', 'answered', 'done') FOR UPDATE;
    IF NOT FOUND THEN RETURN 'not-yours'; END IF;
    fresh := d.state = 'sent';
    IF fresh AND (jsonb_typeof(p_receipt) IS DISTINCT FROM 'object' OR octet_length(p_receipt::text) > 4096) THEN
        RETURN 'not-signed';
    END IF;
    IF fresh THEN
        UPDATE public.reports_dissemination s SET receipt = p_receipt, received_by_id = permits.my_officer(),
            received_at = now(), version = s.version + 1,
            -- where no answer is wanted, this is the end of it
            state = CASE WHEN d.answer_minutes IS NULL THEN 'done' ELSE 'received' END,
            due_at = CASE WHEN d.answer_minutes IS NULL THEN NULL
                ELSE coalesce(d.answer_by, date_trunc('minute', now()) + make_interval(mins => d.answer_minutes)) END
            WHERE s.id = p_id;
        INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
            SELECT 'received-by-partner', permits.my_officer(), r.desk_id, 'report', r.id, 'done',
                jsonb_build_object('dissemination', p_id::text)
            FROM public.reports_report r WHERE r.id = d.report_id;
    END IF;
    RETURN CASE WHEN fresh THEN 'received' ELSE 'opened' END;
END $$;

-- Store an answer, sealed to the epochs that `answer_to` named (`changed` when these are others by now) and, by a header of
-- its own, to the partner. A further answer is stored as long as the report is not closed, also then if the report is in a case
-- of a specialist desk, and word of danger always: it reopens the report. The answer before it is kept among the earlier answers, at most twenty.
CREATE FUNCTION permits.answer_sent(p_id uuid, p_code text, p_container uuid, p_header bytea, p_epochs uuid[],
    p_payload bytea, p_sha bytea, p_key uuid, p_key_header bytea, p_key_epoch uuid, p_voice jsonb, p_read_minutes integer,
    p_urgency text, p_due_after interval)
    RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d public.reports_dissemination%ROWTYPE;
    wanted uuid[];
    v_earlier integer;
BEGIN
    -- the report first, as everybody locks them: the parts laid beside it look at it, and an officer may hold it just now
    PERFORM 1 FROM public.reports_report r WHERE r.id = (SELECT s.report_id FROM public.reports_dissemination s
        WHERE s.id = p_id AND s.partner_id IN (SELECT permits.my_partner_desks())) FOR KEY SHARE;
    SELECT * INTO d FROM public.reports_dissemination s WHERE s.id = p_id
        AND s.partner_id IN (SELECT permits.my_partner_desks()) FOR UPDATE;
    IF NOT FOUND OR d.state NOT IN ('sent', 'received', 'answered', 'done') THEN RETURN 'not-yours'; END IF;
    -- what a panel decides, its chair or a deputy signs
    IF d.meets_on IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.desks_appointment a
            WHERE a.officer_id = permits.my_officer() AND a.desk_id = d.partner_id AND a.ended_on IS NULL
                AND a.role IN ('chair', 'deputy')) THEN
        RETURN 'not-yours';
    END IF;
    SELECT count(*) INTO v_earlier FROM public.reports_earlier_answer a WHERE a.dissemination_id = p_id;
    IF d.state <> 'received' AND (d.answer IS NULL OR v_earlier >= 20
        OR EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = d.report_id
            AND (r.stage = 'disposed' OR r.stage = 'closed' AND p_urgency = 'routine' AND NOT EXISTS (
                SELECT 1 FROM public.reports_step s WHERE s.report_id = r.id AND s.move = 'join-case')))) THEN
        RETURN 'not-now';
    END IF;
    SELECT array_agg(e ORDER BY e) INTO wanted FROM public.reports_sealed_header h, unnest(h.epochs) AS e
        WHERE h.report_id = d.report_id AND h.part = 'report';
    IF wanted IS DISTINCT FROM p_epochs OR octet_length(p_payload) > 131072 OR octet_length(p_header) > 65536
        OR octet_length(p_key_header) > 65536 OR p_code !~ '^[a-z0-9-]{1,20}$'
        OR jsonb_typeof(p_voice) IS DISTINCT FROM 'object' OR octet_length(p_voice::text) > 4096
        OR p_read_minutes NOT BETWEEN 1 AND 100000 OR p_urgency NOT IN ('danger', 'planned', 'soon', 'routine') THEN
        RETURN 'changed';
    END IF;
    PERFORM 1 FROM public.keys_epoch e WHERE e.id = p_key_epoch AND e.desk_id = d.partner_id AND e.retired_at IS NULL;
    IF NOT FOUND THEN RETURN 'changed'; END IF;
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs) VALUES
        (p_container, d.report_id, 'answer', p_header, p_epochs),
        (p_key, d.report_id, 'partner', p_key_header, ARRAY[p_key_epoch]);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES (p_container, d.report_id, p_payload, p_sha);
    IF d.answer IS NOT NULL THEN
        INSERT INTO public.reports_earlier_answer (id, report_id, dissemination_id, number, code, container, key, voice,
                by_id, at)
            VALUES (gen_random_uuid(), d.report_id, d.id, v_earlier + 1, d.answer_code, d.answer, d.answer_key,
                d.answer_voice, d.answered_by_id, d.answered_at);
    END IF;
    UPDATE public.reports_dissemination s SET state = 'answered', answer_code = p_code, answer = p_container,
        answer_key = p_key, answer_voice = p_voice, answered_by_id = permits.my_officer(), answered_at = now(),
        due_at = date_trunc('minute', now()) + make_interval(mins => p_read_minutes), version = s.version + 1
        WHERE s.id = p_id;
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
        SELECT 'answered-by-partner', permits.my_officer(), r.desk_id, 'report', r.id, 'done',
            jsonb_build_object('dissemination', p_id::text, 'answer', p_code)
        FROM public.reports_report r WHERE r.id = d.report_id;
    IF p_urgency <> 'routine' THEN
        PERFORM door.told_of_danger(d.report_id, p_urgency, p_due_after);
    END IF;
    RETURN 'answered';
END $$;

-- Return the earlier answers of whoever is signed in at the partner's site, newest first, with the partner's own header to
-- each. Opening the disclosure, which comes before it, is what the log says.
CREATE FUNCTION permits.earlier_answers(p_id uuid) RETURNS TABLE (code text, by_id uuid, at timestamptz, container uuid,
    epoch uuid, header bytea, payload bytea) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.code, a.by_id, a.at, a.container, h.epochs[1], h.header, p.payload
    FROM public.reports_earlier_answer a JOIN public.reports_dissemination d ON d.id = a.dissemination_id
        JOIN public.reports_sealed_header h ON h.container = a.key AND h.report_id = d.report_id AND h.part = 'partner'
        JOIN public.reports_sealed_payload p ON p.container = a.container AND p.report_id = d.report_id
    WHERE a.dissemination_id = p_id AND d.partner_id IN (SELECT permits.my_partner_desks())
        AND d.state IN ('answered', 'done')
    ORDER BY a.number DESC
$$;

-- Lay down a token for one file that came with a disclosure. What it opens is sealed under the token, with the key that
-- stands in the disclosure: whoever has not opened that has no key. Returns false for what was not sent to us, was not
-- opened yet, or is no file of its report.
CREATE FUNCTION permits.view_sent_file(p_id uuid, p_object uuid, p_digest bytea, p_sealed bytea) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_report uuid;
    v_file uuid;
BEGIN
    SELECT d.report_id, v.file_id INTO v_report, v_file
        FROM public.reports_dissemination d
        JOIN public.reports_derivative v ON v.report_id = d.report_id AND v.object = p_object
        WHERE d.id = p_id AND d.partner_id IN (SELECT permits.my_partner_desks())
            AND d.state IN ('received', 'answered', 'done');
    IF NOT FOUND OR octet_length(p_digest) IS DISTINCT FROM 32 OR p_sealed IS NULL OR octet_length(p_sealed) > 65536 THEN
        RETURN false;
    END IF;
    INSERT INTO public.permits_view_token (digest, session, report, file, dissemination, purpose, sealed, prepared, used,
            expires_at, ends_at)
        VALUES (p_digest, sha256(decode(current_setting('heedline.session_secret', true), 'hex')), v_report, v_file, p_id,
            'view', p_sealed, NULL, false, now() + interval '60 seconds', now() + interval '2 hours');
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
        SELECT 'file-viewed-by-partner', permits.my_officer(), r.desk_id, 'report', r.id, 'done',
            jsonb_build_object('dissemination', p_id::text, 'file', v_file::text)
        FROM public.reports_report r WHERE r.id = v_report;
    RETURN true;
END $$;

-- Close every file that this session of a partner has open.
CREATE FUNCTION permits.close_sent_files() RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.permits_view_token t
        WHERE t.session = sha256(decode(current_setting('heedline.session_secret', true), 'hex'))
            AND t.dissemination IS NOT NULL
$$;

SET ROLE heedline_owner;
