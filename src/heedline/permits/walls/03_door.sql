-- The door: all that the internet-facing process can do. Each function is keyed by an id that cannot be guessed, fixes
-- direction and kind, works out the time itself and keeps only its quarter hour. Whatever a reporter does to a row notes
-- that quarter hour in `touched`: clockwork.settle then writes the row anew, as its transaction number tells when it was.
CREATE FUNCTION door.slot() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00:00+00')
$$;

CREATE FUNCTION door.submit_report(
    p_report uuid, p_lookup bytea, p_reporter_key bytea, p_mac bytea,
    p_kind text, p_channel text, p_area text, p_urgency text, p_rank smallint,
    p_desk uuid, p_watch uuid, p_due_after interval, p_question_set text,
    p_container uuid, p_header bytea, p_payload bytea, p_sha bytea, p_epochs uuid[],
    p_identity uuid, p_identity_header bytea, p_identity_payload bytea, p_identity_sha bytea,
    p_share1_epochs uuid[], p_share1 bytea[], p_share2_epoch uuid, p_share2 bytea
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
    known bytea;
    i integer;
BEGIN
    IF p_channel NOT IN ('web', 'api', 'phone', 'counter', 'letter', 'email') OR p_urgency NOT IN ('danger', 'soon', 'routine')
        OR octet_length(p_payload) > 2000000 OR octet_length(p_header) > 20000 THEN
        RETURN 'refused';
    END IF;
    -- the questions as they were asked are kept first: a report must stay readable in the words it was answered under
    IF NOT EXISTS (SELECT 1 FROM public.intake_question_set q WHERE q.digest = p_question_set) THEN
        RETURN 'unknown-questions';
    END IF;
    INSERT INTO public.reports_report (id, kind, channel, area, urgency, priority, desk_id, watch_id, question_set, stage,
        slot, received_on, settled, due_at, rank, version, withdraw_asked, unread, outcome, status)
    VALUES (p_report, p_kind, p_channel, p_area, p_urgency, '', p_desk, p_watch, p_question_set, 'waiting',
        s, (s AT TIME ZONE 'UTC')::date, false, s + p_due_after, p_rank, 1, false, 0, '', 'received')
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        SELECT body_mac INTO known FROM public.reports_receipt WHERE report_id = p_report AND lookup = p_lookup;
        RETURN CASE WHEN known = p_mac THEN 'again' ELSE 'conflict' END;
    END IF;
    INSERT INTO public.reports_receipt (report_id, lookup, reporter_key, body_mac, closed)
        VALUES (p_report, p_lookup, p_reporter_key, p_mac, false);
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        VALUES (p_container, p_report, 'report', p_header, p_epochs),
               (p_identity, p_report, 'identity', p_identity_header, '{}');
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES (p_container, p_report, p_payload, p_sha), (p_identity, p_report, p_identity_payload, p_identity_sha);
    FOR i IN 1 .. cardinality(p_share1) LOOP
        INSERT INTO public.reports_identity_share (id, report_id, share, epoch, sealed)
            VALUES (gen_random_uuid(), p_report, 1, p_share1_epochs[i], p_share1[i]);
    END LOOP;
    INSERT INTO public.reports_identity_share (id, report_id, share, epoch, sealed)
        VALUES (gen_random_uuid(), p_report, 2, p_share2_epoch, p_share2);
    INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot, done)
        VALUES (gen_random_uuid(), 'report-arrived', p_desk, p_report, s,
            false);
    RETURN 'accepted';
END $$;

CREATE FUNCTION door.visit(p_lookup bytea) RETURNS TABLE (report uuid, desk uuid, status text, withdraw_asked boolean,
    received_on date, answered_on date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.id, r.desk_id, r.status, r.withdraw_asked, r.received_on,
        (SELECT max(m.sent_on) FROM public.reports_message m WHERE m.report_id = r.id AND NOT m.from_us AND m.position >
            (SELECT max(o.position) FROM public.reports_message o WHERE o.report_id = r.id AND o.from_us))
    FROM public.reports_receipt c JOIN public.reports_report r ON r.id = c.report_id
    WHERE c.lookup = p_lookup AND NOT c.closed
$$;
CREATE FUNCTION door.new_messages(p_lookup bytea) RETURNS TABLE (id uuid, copy_header bytea, copy_payload bytea,
    voice jsonb, sent_on date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.id, m.copy_header, m.copy_payload, m.voice, m.sent_on
    FROM public.reports_receipt c JOIN public.reports_message m ON m.report_id = c.report_id
    WHERE c.lookup = p_lookup AND NOT c.closed AND m.from_us AND NOT m.seen AND m.copy_header IS NOT NULL
    ORDER BY m.position
$$;
CREATE FUNCTION door.mark_seen(p_lookup bytea, p_ids uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.reports_receipt SET touched = door.slot() WHERE lookup = p_lookup AND NOT closed;
    UPDATE public.reports_message m SET seen = true FROM public.reports_receipt c
    WHERE c.lookup = p_lookup AND NOT c.closed AND m.report_id = c.report_id AND m.from_us AND m.id = ANY (p_ids)
$$;
CREATE FUNCTION door.say(p_lookup bytea, p_message uuid, p_mac bytea, p_container uuid, p_header bytea,
    p_payload bytea, p_sha bytea, p_epochs uuid[], p_due_after interval) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
    v_report uuid;
    known bytea;
    v_desk uuid;
    v_stage text;
BEGIN
    UPDATE public.reports_receipt c SET touched = s WHERE c.lookup = p_lookup AND NOT c.closed RETURNING c.report_id INTO v_report;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    -- before the message gets its place, or an officer who writes just then would want the same one
    SELECT desk_id, stage INTO v_desk, v_stage FROM public.reports_report WHERE id = v_report FOR UPDATE;
    SELECT m.body_mac INTO known FROM public.reports_message m WHERE m.id = p_message AND m.report_id = v_report;
    IF FOUND THEN RETURN CASE WHEN known = p_mac THEN 'again' ELSE 'conflict' END; END IF;
    IF (SELECT count(*) FROM public.reports_message m WHERE m.report_id = v_report AND NOT m.from_us) >= 200
        OR octet_length(p_payload) > 200000 THEN
        RETURN 'full';
    END IF;
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        VALUES (p_container, v_report, 'message', p_header, p_epochs);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES (p_container, v_report, p_payload, p_sha);
    INSERT INTO public.reports_message (id, report_id, from_us, container, slot, sent_on, position, seen, body_mac, settled)
        VALUES (p_message, v_report, false, p_container, s, (s AT TIME ZONE 'UTC')::date,
            1 + COALESCE((SELECT max(position) FROM public.reports_message WHERE report_id = v_report), 0), false,
            p_mac, false);
    IF v_stage = 'closed' THEN
        INSERT INTO public.reports_step (id, report_id, number, move, from_stage, to_stage, "on", from_desk, to_desk, codes)
            VALUES (gen_random_uuid(), v_report,
                1 + COALESCE((SELECT max(number) FROM public.reports_step WHERE report_id = v_report), 0),
                'reopen', 'closed', 'waiting', (s AT TIME ZONE 'UTC')::date, v_desk, v_desk, '{"because": "reporter-wrote"}');
        UPDATE public.reports_report SET stage = 'waiting', due_at = s + p_due_after, unread = unread + 1,
            version = version + 1, status = 'received' WHERE id = v_report;
    ELSE
        UPDATE public.reports_report SET unread = unread + 1 WHERE id = v_report;
    END IF;
    INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot, done)
        VALUES (gen_random_uuid(), 'reporter-wrote', v_desk, v_report, s, false);
    RETURN 'accepted';
END $$;
CREATE FUNCTION door.ask_to_withdraw(p_lookup bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.reports_receipt SET touched = door.slot() WHERE lookup = p_lookup AND NOT closed;
    UPDATE public.reports_report r SET withdraw_asked = true FROM public.reports_receipt c
        WHERE c.lookup = p_lookup AND NOT c.closed AND r.id = c.report_id;
    RETURN FOUND;
END $$;
CREATE FUNCTION door.delete_messages(p_lookup bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.reports_receipt SET touched = door.slot() WHERE lookup = p_lookup AND NOT closed;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE public.reports_message m SET copy_header = NULL, copy_payload = NULL FROM public.reports_receipt c
        WHERE c.lookup = p_lookup AND m.report_id = c.report_id AND m.from_us;
    RETURN true;
END $$;

-- Drafts: nothing is promised of them, so they need not wait for the disk.
CREATE FUNCTION door.save_draft(p_row bytea, p_sealed bytea, p_hours integer) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF octet_length(p_row) <> 32 OR octet_length(p_sealed) > 600000 OR p_hours NOT IN (1, 24) THEN RETURN false; END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO public.intake_draft ("row", sealed, expires)
        VALUES (p_row, p_sealed, door.slot() + interval '15 minutes' + make_interval(hours => p_hours))
        ON CONFLICT ("row") DO UPDATE SET sealed = excluded.sealed, expires = excluded.expires;
    RETURN true;
END $$;
CREATE FUNCTION door.load_draft(p_row bytea) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT sealed FROM public.intake_draft WHERE "row" = p_row AND expires > now()
$$;
CREATE FUNCTION door.delete_draft(p_row bytea) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.intake_draft WHERE "row" = p_row
$$;
CREATE FUNCTION door.archive_questions(p_name text, p_canonical bytea) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE d text := encode(sha256(p_canonical), 'hex');
BEGIN
    IF octet_length(p_canonical) > 1000000 THEN RETURN NULL; END IF;
    INSERT INTO public.intake_question_set (digest, name, canonical) VALUES (d, left(p_name, 40), p_canonical)
        ON CONFLICT (digest) DO NOTHING;
    RETURN d;
END $$;
