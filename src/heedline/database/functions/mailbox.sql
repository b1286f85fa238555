-- What the holder of a receipt code can do with a report that was sent.
SET ROLE heedline_door;

-- What the holder of a receipt code sees first. `opened_at` is when an officer last took the report: the only exact time in
-- it, and one of ours. `unread` counts the reporter's messages that nobody has read. `kind` is for the words of ordinary services.
CREATE FUNCTION door.visit(p_lookup bytea) RETURNS TABLE (report uuid, desk uuid, watch uuid, status text,
    withdraw_asked boolean, received_on date, answered_on date, only_new boolean, opened_at timestamptz, unread smallint, kind text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.id, r.desk_id, r.watch_id, r.status, r.withdraw_asked, r.received_on,
        (SELECT max(m.sent_on) FROM public.reports_message m WHERE m.report_id = r.id AND NOT m.from_us AND m.position >
            (SELECT max(o.position) FROM public.reports_message o WHERE o.report_id = r.id AND o.from_us)),
        c.only_new,
        (SELECT max(s.at) FROM public.reports_step s WHERE s.report_id = r.id AND s.move IN ('take', 'accept')), r.unread, r.kind
    FROM public.reports_receipt c JOIN public.reports_report r ON r.id = c.report_id
    WHERE c.lookup = p_lookup AND NOT c.closed
$$;

-- The messages from us that the reporter has not marked as read, and those of `p_also` (shown before in the same visit).
CREATE FUNCTION door.new_messages(p_lookup bytea, p_also uuid[]) RETURNS TABLE (id uuid, copy_header bytea, copy_payload bytea,
    voice jsonb, sent_on date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.id, m.copy_header, m.copy_payload, m.voice, m.sent_on
    FROM public.reports_receipt c JOIN public.reports_message m ON m.report_id = c.report_id
    WHERE c.lookup = p_lookup AND NOT c.closed AND m.from_us AND (NOT m.seen OR m.id = ANY (p_also)) AND m.copy_header IS NOT NULL
    ORDER BY m.position
$$;

-- Mark messages from us as read by the reporter.
CREATE FUNCTION door.mark_seen(p_lookup bytea, p_ids uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.reports_receipt SET touched = door.slot() WHERE lookup = p_lookup AND NOT closed;
    UPDATE public.reports_message m SET seen = true FROM public.reports_receipt c
    WHERE c.lookup = p_lookup AND NOT c.closed AND m.report_id = c.report_id AND m.from_us AND m.id = ANY (p_ids)
$$;

-- Keep whether this code shows each message during one visit only, or until it is hidden.
CREATE FUNCTION door.show_only_new(p_lookup bytea, p_only_new boolean) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.reports_receipt SET only_new = p_only_new, touched = door.slot() WHERE lookup = p_lookup AND NOT closed
$$;

-- Somebody else than an officer writes to a report whose closure is kept: its owner has to read that and assess it again. The
-- hour of the comparison stays as its deadline, so that this is soon.
CREATE FUNCTION door.stop_closing(p_report uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reports_step (id, report_id, number, move, from_stage, to_stage, "on", from_desk, to_desk, codes)
        SELECT gen_random_uuid(), r.id,
            1 + COALESCE((SELECT max(number) FROM public.reports_step WHERE report_id = r.id), 0),
            'stop-closing', 'closing', 'taken', (door.slot() AT TIME ZONE 'UTC')::date, r.desk_id, r.desk_id, '{}'
        FROM public.reports_report r WHERE r.id = p_report AND r.stage = 'closing';
    UPDATE public.reports_report SET stage = 'taken', version = version + 1 WHERE id = p_report AND stage = 'closing';
END $$;

-- Return a closed report to its desk's queue, because of what a reporter or a partner wrote, and stop its retention clocks. Its
-- reporter sees no other status.
CREATE FUNCTION door.reopen(p_report uuid, p_because text, p_due_after interval) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
BEGIN
    INSERT INTO public.reports_step (id, report_id, number, move, from_stage, to_stage, "on", from_desk, to_desk, codes)
        SELECT gen_random_uuid(), r.id,
            1 + COALESCE((SELECT max(number) FROM public.reports_step WHERE report_id = r.id), 0),
            'reopen', 'closed', 'waiting', (s AT TIME ZONE 'UTC')::date, r.desk_id, r.desk_id,
            jsonb_build_object('because', p_because)
        FROM public.reports_report r WHERE r.id = p_report AND r.stage = 'closed';
    UPDATE public.reports_report SET stage = 'waiting', seen = false, due_at = s + p_due_after, version = version + 1
        WHERE id = p_report AND stage = 'closed';
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE public.reports_keeping SET review_on = NULL, identity_until = NULL WHERE report_id = p_report;
    RETURN true;
END $$;

-- Somebody says after a report arrived that someone is in danger, that something is planned, or that they are not sure. What
-- officers decided before counts no more: the report has to be assessed again, and stands where a new one with this
-- answer would, also if it was closed. A danger that an officer has confirmed stays as it is. The letter pages the desk, whoever owns the report.
-- The log says, by the quarter hour, what was told and which decision counts no more.
CREATE FUNCTION door.told_of_danger(p_report uuid, p_urgency text, p_due_after interval) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
BEGIN
    PERFORM door.stop_closing(p_report);
    PERFORM door.reopen(p_report, 'danger-told', p_due_after);
    INSERT INTO public.audit_waiting (id, act, desk, report, outcome, detail)
        SELECT gen_random_uuid(), 'danger-told', r.desk_id, r.id, 'done', jsonb_build_object('urgency', p_urgency)
            || CASE WHEN r.danger_to_life OR r.priority = '' THEN '{}' ELSE jsonb_build_object('priority', r.priority) END
        FROM public.reports_report r WHERE r.id = p_report;
    UPDATE public.reports_report r SET due_at = least(r.due_at, s + p_due_after), version = r.version + 1
        WHERE r.id = p_report AND r.stage <> 'closed';
    UPDATE public.reports_report r SET danger_to_life = NULL, priority = '',
        urgency = CASE WHEN r.danger_to_life IS NULL AND r.urgency = 'danger' OR r.urgency = 'planned' AND p_urgency = 'soon'
            THEN r.urgency ELSE p_urgency END,
        rank = CASE WHEN p_urgency = 'danger' OR r.urgency = 'danger' AND r.danger_to_life IS NULL THEN 0 ELSE 1 END
        WHERE r.id = p_report AND r.danger_to_life IS NOT TRUE;
    INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot)
        SELECT gen_random_uuid(), 'danger-told', r.desk_id, r.id, s FROM public.reports_report r WHERE r.id = p_report;
END $$;

-- A partner's answer can say so too: permits.answer_sent calls it.
GRANT EXECUTE ON FUNCTION door.told_of_danger(uuid, text, interval) TO heedline_usher;

-- Store a message from a reporter: `accepted`, `again`, `conflict`, `full` or `unknown`. It reopens a closed report.
-- `p_urgency`: what they answer to the question about danger, or routine.
CREATE FUNCTION door.say(p_lookup bytea, p_message uuid, p_mac bytea, p_container uuid, p_header bytea,
    p_payload bytea, p_sha bytea, p_epochs uuid[], p_due_after interval, p_urgency text, p_files uuid[],
    p_file_headers bytea[], p_objects uuid[], p_sizes bigint[]) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
    v_report uuid;
    known bytea;
    v_desk uuid;
BEGIN
    PERFORM door.wait_for_the_disk();
    UPDATE public.reports_receipt c SET touched = s WHERE c.lookup = p_lookup AND NOT c.closed RETURNING c.report_id INTO v_report;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    -- before the message gets its place, or an officer who writes just then would want the same one
    SELECT desk_id INTO v_desk FROM public.reports_report WHERE id = v_report FOR UPDATE;
    SELECT m.body_mac INTO known FROM public.reports_message m WHERE m.id = p_message AND m.report_id = v_report;
    IF FOUND THEN RETURN CASE WHEN known = p_mac THEN 'again' ELSE 'conflict' END; END IF;
    IF (SELECT count(*) FROM public.reports_message m WHERE m.report_id = v_report AND NOT m.from_us) >= 200
        OR octet_length(p_payload) > 200000 OR cardinality(p_files) > 100 THEN
        RETURN 'full';
    END IF;
    IF p_urgency NOT IN ('danger', 'planned', 'soon', 'routine') THEN RETURN 'failed'; END IF;
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        VALUES (p_container, v_report, 'message', p_header, p_epochs);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES (p_container, v_report, p_payload, p_sha);
    INSERT INTO public.reports_message (id, report_id, from_us, container, slot, sent_on, position, seen, body_mac, settled)
        VALUES (p_message, v_report, false, p_container, s, (s AT TIME ZONE 'UTC')::date,
            1 + COALESCE((SELECT max(position) FROM public.reports_message WHERE report_id = v_report), 0), false,
            p_mac, false);
    IF cardinality(p_files) > 0 THEN
        PERFORM door.add_files(v_report, p_message, p_epochs, p_files, p_file_headers, p_objects, p_sizes);
    END IF;
    UPDATE public.reports_report SET unread = unread + 1 WHERE id = v_report;
    PERFORM door.stop_closing(v_report);
    IF door.reopen(v_report, 'reporter-wrote', p_due_after) THEN
        UPDATE public.reports_report SET status = 'received' WHERE id = v_report;
    END IF;
    IF p_urgency <> 'routine' THEN
        PERFORM door.told_of_danger(v_report, p_urgency, p_due_after);
    END IF;
    INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot)
        VALUES (gen_random_uuid(), 'reporter-wrote', v_desk, v_report, s);
    RETURN 'accepted';
END $$;

-- Note that the reporter asks to withdraw the report. The report stays.
CREATE FUNCTION door.ask_to_withdraw(p_lookup bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM door.wait_for_the_disk();
    UPDATE public.reports_receipt SET touched = door.slot() WHERE lookup = p_lookup AND NOT closed;
    UPDATE public.reports_report r SET withdraw_asked = true FROM public.reports_receipt c
        WHERE c.lookup = p_lookup AND NOT c.closed AND r.id = c.report_id;
    RETURN FOUND;
END $$;

-- Remove the reporter's own copies of the messages from us.
CREATE FUNCTION door.delete_messages(p_lookup bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.reports_receipt SET touched = door.slot() WHERE lookup = p_lookup AND NOT closed;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE public.reports_message m SET copy_header = NULL, copy_payload = NULL FROM public.reports_receipt c
        WHERE c.lookup = p_lookup AND m.report_id = c.report_id AND m.from_us;
    RETURN true;
END $$;

SET ROLE heedline_owner;
