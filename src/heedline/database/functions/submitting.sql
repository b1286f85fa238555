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

-- Write to the log of changes without dating a row, so that an answer about a stored report waits for the standby as the
-- report did: a transaction that writes nothing is answered at once, even while no standby has the report.
CREATE FUNCTION door.wait_for_the_standby() RETURNS void LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_logical_emit_message(true, 'heedline', '')
$$;

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
    p_files uuid[], p_file_headers bytea[], p_objects uuid[], p_sizes bigint[], p_incident uuid DEFAULT NULL
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
    known bytea;
    i integer;
BEGIN
    PERFORM door.wait_for_the_disk();
    IF p_channel NOT IN ('web', 'api', 'phone', 'counter', 'letter', 'email') OR p_urgency NOT IN ('danger', 'planned', 'soon', 'routine')
        OR octet_length(p_payload) > 2000000 OR octet_length(p_header) > 20000 OR cardinality(p_files) > 100 THEN
        RETURN 'refused';
    END IF;
    -- the questions as they were asked are kept first: a report must stay readable in the words it was answered under
    IF NOT EXISTS (SELECT 1 FROM public.intake_question_set q WHERE q.digest = p_question_set) THEN
        RETURN 'unknown-questions';
    END IF;
    INSERT INTO public.reports_report (id, kind, channel, area, urgency, priority, desk_id, watch_id, incident_id, question_set,
        stage, slot, received_on, settled, seen, offered, due_at, rank, version, withdraw_asked, unread, outcome, status)
    VALUES (p_report, p_kind, p_channel, p_area, p_urgency, '', p_desk, p_watch,
        (SELECT i.id FROM public.reports_incident i WHERE i.id = p_incident), p_question_set, 'waiting',
        s, (s AT TIME ZONE 'UTC')::date, false, false, false, s + p_due_after, p_rank, 1, false, 0, '', 'received')
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM door.wait_for_the_standby();
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

-- Store several new reports from programs in one transaction, each with all its sealed parts, and return the ids of those
-- that were stored. One that is there already, that names unknown questions or that would be refused is left out, and
-- door.submit_report says why. The shares of report n for the desks are those from p_first[n] to p_last[n], and its header
-- is addressed to the same keys. The rows are those of door.submit_report: whoever changes one changes the other.
CREATE FUNCTION door.submit_reports(
    p_reports uuid[], p_lookups bytea[], p_reporter_keys bytea[], p_macs bytea[],
    p_kinds text[], p_areas text[], p_urgencies text[], p_ranks smallint[],
    p_desks uuid[], p_watches uuid[], p_due_after interval[], p_question_sets text[],
    p_containers uuid[], p_headers bytea[], p_payloads bytea[], p_shas bytea[],
    p_identities uuid[], p_identity_headers bytea[], p_identity_payloads bytea[], p_identity_shas bytea[],
    p_first integer[], p_last integer[], p_share1_epochs uuid[], p_share1 bytea[],
    p_share2_epochs uuid[], p_share2 bytea[]
) RETURNS uuid[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s timestamptz := door.slot();
    stored uuid[];
BEGIN
    PERFORM door.wait_for_the_disk();
    IF cardinality(p_reports) > 100 THEN RETURN '{}'; END IF;
    WITH fresh AS (
        INSERT INTO public.reports_report (id, kind, channel, area, urgency, priority, desk_id, watch_id, question_set, stage,
            slot, received_on, settled, seen, offered, due_at, rank, version, withdraw_asked, unread, outcome, status)
        SELECT f.report, f.kind, 'api', f.area, f.urgency, '', f.desk, f.watch, f.questions, 'waiting',
            s, (s AT TIME ZONE 'UTC')::date, false, false, false, s + f.due_after, f.rank, 1, false, 0, '', 'received'
        FROM unnest(p_reports, p_kinds, p_areas, p_urgencies, p_ranks, p_desks, p_watches, p_due_after, p_question_sets,
            p_headers, p_payloads) AS f(report, kind, area, urgency, rank, desk, watch, due_after, questions, header, payload)
        WHERE f.urgency IN ('danger', 'planned', 'soon', 'routine')
            AND octet_length(f.payload) <= 2000000 AND octet_length(f.header) <= 20000
            AND EXISTS (SELECT 1 FROM public.intake_question_set q WHERE q.digest = f.questions)
        ON CONFLICT (id) DO NOTHING RETURNING id
    ) SELECT array_agg(id) INTO stored FROM fresh;
    INSERT INTO public.reports_receipt (report_id, lookup, reporter_key, body_mac, closed, only_new)
        SELECT f.report, f.lookup, f.reporter_key, f.mac, false, false
        FROM unnest(p_reports, p_lookups, p_reporter_keys, p_macs) AS f(report, lookup, reporter_key, mac)
        WHERE f.report = ANY (stored);
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        SELECT f.container, f.report, 'report', f.header, p_share1_epochs[f.first:f.last]
        FROM unnest(p_reports, p_containers, p_headers, p_first, p_last) AS f(report, container, header, first, last)
        WHERE f.report = ANY (stored)
        UNION ALL SELECT f.container, f.report, 'identity', f.header, '{}'
        FROM unnest(p_reports, p_identities, p_identity_headers) AS f(report, container, header)
        WHERE f.report = ANY (stored);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        SELECT f.container, f.report, f.payload, f.sha
        FROM unnest(p_reports || p_reports, p_containers || p_identities, p_payloads || p_identity_payloads,
            p_shas || p_identity_shas) AS f(report, container, payload, sha)
        WHERE f.report = ANY (stored);
    INSERT INTO public.reports_identity_share (id, report_id, share, epoch, sealed)
        SELECT gen_random_uuid(), f.report, 1, p_share1_epochs[n], p_share1[n]
        FROM unnest(p_reports, p_first, p_last) AS f(report, first, last), generate_series(f.first, f.last) AS n
        WHERE f.report = ANY (stored)
        UNION ALL SELECT gen_random_uuid(), f.report, 2, f.epoch, f.sealed
        FROM unnest(p_reports, p_share2_epochs, p_share2) AS f(report, epoch, sealed)
        WHERE f.report = ANY (stored);
    INSERT INTO public.dispatch_outbox (id, letter, desk, thing_id, slot)
        SELECT gen_random_uuid(), 'report-arrived', f.desk, f.report, s
        FROM unnest(p_reports, p_desks) AS f(report, desk) WHERE f.report = ANY (stored);
    RETURN COALESCE(stored, '{}');
END $$;

SET ROLE heedline_owner;
