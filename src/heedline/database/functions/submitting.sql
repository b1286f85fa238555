-- Sending a report. Together with mailbox.sql, drafts.sql and page_counts.sql this is all that the internet-facing
-- process can do. Each function is keyed by an id that cannot be guessed, fixes direction and kind, works out the time
-- itself and keeps only its quarter hour. Whatever a reporter does to a row notes that quarter hour in `touched`:
-- clockwork.settle then writes the row anew, as its transaction number tells when it was.
SET ROLE heedline_door;

-- The quarter hour that is running.
CREATE FUNCTION door.slot() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00:00+00')
$$;

-- Make this transaction wait for the disk, whatever the role that calls has set for itself: what is acknowledged is kept.
-- (`remote_apply` waits for more and stays.)
CREATE FUNCTION door.wait_for_the_disk() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
END $$;

-- Keep a question set as it was asked, so that every report stays readable in the words it was answered under.
CREATE FUNCTION door.archive_questions(p_name text, p_canonical bytea) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE d text := encode(sha256(p_canonical), 'hex');
BEGIN
    IF octet_length(p_canonical) > 1000000 THEN RETURN NULL; END IF;
    INSERT INTO public.intake_question_set (digest, name, canonical) VALUES (d, left(p_name, 40), p_canonical)
        ON CONFLICT (digest) DO NOTHING;
    RETURN d;
END $$;

-- Add the headers of files to a report or to a message of it. Their payloads are objects in storage, written before.
CREATE FUNCTION door.add_files(p_report uuid, p_message uuid, p_epochs uuid[], p_files uuid[], p_headers bytea[],
    p_objects uuid[], p_sizes bigint[]) RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        SELECT f.container, p_report, 'file', f.header, p_epochs FROM unnest(p_files, p_headers) AS f(container, header);
    INSERT INTO public.reports_file (container, report_id, message_id, object, size, state)
        SELECT f.container, p_report, p_message, f.object, f.size, 'kept'
        FROM unnest(p_files, p_objects, p_sizes) AS f(container, object, size);
$$;

-- Store a new report with all its sealed parts: `accepted`, `again` for the same report sent twice, `conflict`,
-- `unknown-questions` or `refused`.
CREATE FUNCTION door.submit_report(
    p_report uuid, p_lookup bytea, p_reporter_key bytea, p_mac bytea,
    p_kind text, p_channel text, p_area text, p_urgency text, p_rank smallint,
    p_desk uuid, p_watch uuid, p_due_after interval, p_question_set text,
    p_container uuid, p_header bytea, p_payload bytea, p_sha bytea, p_epochs uuid[],
    p_identity uuid, p_identity_header bytea, p_identity_payload bytea, p_identity_sha bytea,
    p_share1_epochs uuid[], p_share1 bytea[], p_share2_epoch uuid, p_share2 bytea,
    p_files uuid[], p_file_headers bytea[], p_objects uuid[], p_sizes bigint[]
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
    known bytea;
    i integer;
BEGIN
    PERFORM door.wait_for_the_disk();
    IF p_channel NOT IN ('web', 'api', 'phone', 'counter', 'letter', 'email') OR p_urgency NOT IN ('danger', 'soon', 'routine')
        OR octet_length(p_payload) > 2000000 OR octet_length(p_header) > 20000 OR cardinality(p_files) > 100 THEN
        RETURN 'refused';
    END IF;
    -- the questions as they were asked are kept first: a report must stay readable in the words it was answered under
    IF NOT EXISTS (SELECT 1 FROM public.intake_question_set q WHERE q.digest = p_question_set) THEN
        RETURN 'unknown-questions';
    END IF;
    INSERT INTO public.reports_report (id, kind, channel, area, urgency, priority, desk_id, watch_id, question_set, stage,
        slot, received_on, settled, seen, offered, due_at, rank, version, withdraw_asked, unread, outcome, status)
    VALUES (p_report, p_kind, p_channel, p_area, p_urgency, '', p_desk, p_watch, p_question_set, 'waiting',
        s, (s AT TIME ZONE 'UTC')::date, false, false, false, s + p_due_after, p_rank, 1, false, 0, '', 'received')
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        SELECT body_mac INTO known FROM public.reports_receipt WHERE report_id = p_report AND lookup = p_lookup;
        RETURN CASE WHEN known = p_mac THEN 'again' ELSE 'conflict' END;
    END IF;
    INSERT INTO public.reports_receipt (report_id, lookup, reporter_key, body_mac, closed, only_new)
        VALUES (p_report, p_lookup, p_reporter_key, p_mac, false, false);
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
    IF cardinality(p_files) > 0 THEN
        PERFORM door.add_files(p_report, NULL, p_epochs, p_files, p_file_headers, p_objects, p_sizes);
    END IF;
    INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot)
        VALUES (gen_random_uuid(), 'report-arrived', p_desk, p_report, s);
    RETURN 'accepted';
END $$;

SET ROLE heedline_owner;
