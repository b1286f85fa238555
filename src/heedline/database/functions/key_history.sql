-- The history of keys. No seed of one side of identities is granted to anybody who holds one of the other side (law 4):
-- `vault/statements/two_sides.py` says the same of what is believed, this looks at the tables alone.
SET ROLE heedline_usher;

-- The desks on the other side of this one. A desk that was ever named as an authoriser decides; every other desk of ours
-- reads, and so does a deciding one that was ever given an authoriser. People outside take no part.
CREATE FUNCTION permits.facing_desks(p_desk uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH tie AS MATERIALIZED (
        SELECT b ->> 'desk' AS desk, b ->> 'authoriser_desk' AS authoriser
        FROM (SELECT signed::jsonb #> '{statement,body}' AS b FROM public.keys_statement
              WHERE kind = 'desk' AND signed IS JSON OBJECT) s WHERE b ->> 'authoriser_desk' IS NOT NULL
        UNION SELECT d.id::text, d.authoriser_id::text FROM public.desks_desk d WHERE d.authoriser_id IS NOT NULL),
    side AS (
        SELECT d.id, EXISTS (SELECT 1 FROM tie WHERE authoriser = d.id::text) AS decides,
            EXISTS (SELECT 1 FROM tie WHERE desk = d.id::text)
                OR NOT EXISTS (SELECT 1 FROM tie WHERE authoriser = d.id::text) AS reads
        FROM public.desks_desk d WHERE d.kind <> 'partner')
    SELECT o.id FROM side o JOIN side me ON me.id = p_desk
    WHERE o.id <> p_desk AND (me.decides AND o.reads OR me.reads AND o.decides)
$$;

-- Whether an officer holds, or their key was given, a key of the other side. By person: a grant there that is not
-- destroyed. By public key: any grant that was ever stated there.
CREATE FUNCTION permits.is_on_the_other_side(p_desk uuid, p_officer uuid) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH facing AS MATERIALIZED (SELECT permits.facing_desks(p_desk) AS id),
    said AS MATERIALIZED (
        SELECT serial, kind, signed::jsonb #> '{statement,body}' AS b FROM public.keys_statement
        WHERE kind IN ('officer', 'epoch', 'granted') AND strpos(signed, p_officer::text) > 0 AND signed IS JSON OBJECT),
    held AS (
        SELECT serial, b ->> 'kem' AS kem, lead(serial, 1, 2147483647) OVER (ORDER BY serial) AS until
        FROM said WHERE kind = 'officer' AND b ->> 'person' = p_officer::text),
    present AS (SELECT kem FROM held ORDER BY serial DESC LIMIT 1)
    SELECT EXISTS (SELECT 1 FROM public.keys_grant g JOIN public.keys_epoch e ON e.id = g.epoch_id
            WHERE g.officer_id = p_officer AND e.destroyed_on IS NULL AND e.desk_id IN (SELECT id FROM facing))
        OR EXISTS (SELECT 1 FROM said s JOIN held h ON s.serial > h.serial AND s.serial < h.until
            JOIN present p ON p.kem = h.kem
            WHERE s.kind <> 'officer' AND s.b -> 'grantees' ? p_officer::text
                AND s.b ->> 'desk' IN (SELECT id::text FROM facing))
$$;

-- The hash of a report's payload as the log names it, for comparing on opening. NULL before the log has it (arrivals are
-- logged when their quarter hour is over), empty where the log should name one and does not. Only of one's own reports.
CREATE FUNCTION permits.logged_payload(p_report uuid) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE((SELECT decode(e.detail ->> 'sha256', 'hex') FROM public.audit_event e
            WHERE e.thing_id = r.id AND e.act = 'report-arrived' AND e.outcome = 'done' ORDER BY e.id LIMIT 1),
        CASE WHEN r.settled THEN ''::bytea END)
    FROM public.reports_report r WHERE r.id = p_report
        AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()))
$$;

-- Each signed statement that the log names, by serial, with the hash that was signed. Any process compares it with the table; no
-- other word of the log is shown. Two different hashes of one serial are both shown: one of them is then missing. A
-- submission asks for them, so both functions read through the index alone: when that was last used is forgotten at the
-- end of the quarter hour (`dispatch/clockwork.py`).
CREATE FUNCTION history.logged_statements() RETURNS TABLE (serial integer, sha256 text) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    SELECT (e.detail ->> 'serial')::int, e.detail ->> 'sha256' FROM public.audit_event e
    WHERE e.act = 'statement-signed' AND e.outcome = 'done' ORDER BY 1
$$;

-- How many signed statements the log names.
CREATE FUNCTION history.logged_statement_count() RETURNS bigint LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    SELECT count(*) FROM public.audit_event e WHERE e.act = 'statement-signed' AND e.outcome = 'done'
$$;

-- The trigger on grants acts as the owner (triggers/key_history.sql).
GRANT EXECUTE ON FUNCTION permits.facing_desks(uuid), permits.is_on_the_other_side(uuid, uuid) TO heedline_owner;
SET ROLE heedline_owner;
GRANT USAGE ON SCHEMA permits TO heedline_owner;
