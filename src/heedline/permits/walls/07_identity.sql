-- The release of an identity: asked for by the officer who holds the report, decided once by somebody of the
-- authorisers' desk, opened by that officer alone while the time lasts. The office may read requests; whatever changes
-- one is a function here, which asks again by itself who is there and what they may do, and takes the time itself.
-- A request to have a sender traced is decided in the same way, releases nothing, and is made only about a report that
-- was assessed as a danger to life.
ALTER TABLE reports_identity_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_identity_request FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_released_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_released_share FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_identity_request TO heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY inner_roles ON reports_released_share TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);

GRANT SELECT ON reports_identity_request, reports_released_share TO heedline_office, heedline_backup;
GRANT SELECT, INSERT, UPDATE ON reports_identity_request TO heedline_usher;
GRANT INSERT ON reports_released_share TO heedline_usher;
GRANT SELECT, INSERT ON reports_sealed_header, reports_sealed_payload TO heedline_usher;
GRANT SELECT ON reports_identity_request TO heedline_settler;
GRANT SELECT (request_id, sealed, until), UPDATE (sealed) ON reports_released_share TO heedline_settler;
GRANT SELECT (id, authoriser_desk_id, asked_at, decided_at) ON reports_identity_request TO heedline_worker;
GRANT MAINTAIN ON reports_released_share TO heedline_worker;

-- A request is decided once; nothing else of it ever changes, whoever asks.
CREATE FUNCTION public.a_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF EXISTS (SELECT 1 FROM public.reports_disposal d WHERE d.report = OLD.report_id AND d.done) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.decided_at IS NULL AND NEW.decided_at IS NOT NULL
        AND ROW(NEW.id, NEW.report_id, NEW.desk_id, NEW.authoriser_desk_id, NEW.purpose, NEW.asked_by_id, NEW.asked_at,
            NEW.ground, NEW.minutes, NEW.asked_words) IS NOT DISTINCT FROM ROW(OLD.id, OLD.report_id, OLD.desk_id,
            OLD.authoriser_desk_id, OLD.purpose, OLD.asked_by_id, OLD.asked_at, OLD.ground, OLD.minutes,
            OLD.asked_words) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision stays as it is';
END $$;
REVOKE ALL ON FUNCTION public.a_decision_stays() FROM PUBLIC;
CREATE TRIGGER a_decision_stays BEFORE UPDATE OR DELETE ON reports_identity_request
    FOR EACH ROW EXECUTE FUNCTION public.a_decision_stays();
CREATE TRIGGER decisions_are_not_emptied BEFORE TRUNCATE ON reports_identity_request
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_decision_stays();

GRANT CREATE ON SCHEMA permits TO heedline_usher;
SET ROLE heedline_usher;
CREATE FUNCTION permits.my_authoriser_desks() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.desk_id FROM public.desks_appointment a
    WHERE a.officer_id = permits.my_officer() AND a.desk_id IS NOT NULL AND a.ended_on IS NULL AND a.role = 'authoriser'
$$;
-- Which authorisers hold the other half of this report's key; nobody (NULL) where none could decide when it came.
CREATE FUNCTION permits.who_decides(p_report uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.desk_id FROM public.reports_report r JOIN public.reports_identity_share i ON i.report_id = r.id AND i.share = 2
        JOIN public.keys_epoch e ON e.id = i.epoch
    WHERE r.id = p_report
        AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()))
$$;
-- Who decides about a trace: the same, or whoever decides for that desk where no half of a key was ever made or is left.
CREATE FUNCTION permits.who_decides_trace(p_report uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(permits.who_decides(p_report), (SELECT d.authoriser_id FROM public.reports_report r
        JOIN public.desks_desk d ON d.id = r.desk_id WHERE r.id = p_report
            AND (r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()))))
$$;
CREATE FUNCTION permits.ask_identity(p_request uuid, p_report uuid, p_desk uuid, p_purpose text, p_ground text,
    p_minutes integer, p_words uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_authorisers uuid := CASE p_purpose WHEN 'open' THEN permits.who_decides(p_report)
    WHEN 'trace' THEN permits.who_decides_trace(p_report) END;
BEGIN
    PERFORM 1 FROM public.reports_report r JOIN public.reports_sealed_header h ON h.report_id = r.id
        WHERE r.id = p_report AND r.holder_id = permits.my_officer() AND p_desk IN (r.desk_id, r.watch_id)
            AND p_desk IN (SELECT permits.my_desks()) AND h.container = p_words AND h.part = 'release'
            AND (p_purpose = 'open' OR r.danger_to_life);
    IF NOT FOUND OR v_authorisers IS NULL THEN RETURN false; END IF;
    INSERT INTO public.reports_identity_request (id, report_id, desk_id, authoriser_desk_id, purpose, asked_by_id,
            asked_at, ground, minutes, asked_words)
        VALUES (p_request, p_report, p_desk, v_authorisers, p_purpose, permits.my_officer(), now(), p_ground, p_minutes,
            p_words)
        ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
-- Whether this session may decide now: an authoriser of that desk, who works on no desk that reads reports, about
-- what somebody else has asked.
CREATE FUNCTION permits.may_decide(p_request uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.reports_identity_request q WHERE q.id = p_request AND q.decided_at IS NULL
        AND q.asked_by_id <> permits.my_officer()
        AND q.authoriser_desk_id IN (SELECT permits.my_authoriser_desks()))
        AND NOT EXISTS (SELECT permits.my_desks())
$$;
-- The authorisers' half of one report's key, for whoever may decide, while the report is still where it was asked for;
-- and the desks that hold the other half.
CREATE FUNCTION permits.second_share(p_request uuid) RETURNS TABLE (container uuid, epoch uuid, sealed bytea, desks uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.container, i.epoch, i.sealed, ARRAY(SELECT DISTINCT e.desk_id FROM public.reports_identity_share f
            JOIN public.keys_epoch e ON e.id = f.epoch WHERE f.report_id = q.report_id AND f.share = 1)
    FROM public.reports_identity_request q JOIN public.reports_report r ON r.id = q.report_id
        JOIN public.reports_identity_share i ON i.report_id = q.report_id AND i.share = 2
        JOIN public.reports_sealed_header h ON h.report_id = q.report_id AND h.part = 'identity'
    WHERE q.id = p_request AND q.purpose = 'open' AND permits.may_decide(p_request) AND (r.desk_id = q.desk_id OR r.watch_id = q.desk_id)
$$;
-- What was written for and against: for the authorisers, who see nothing else of the report, and for its desks.
CREATE FUNCTION permits.release_words(p_request uuid) RETURNS TABLE (container uuid, header bytea, payload bytea, epochs uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.container, h.header, p.payload, h.epochs
    FROM public.reports_identity_request q JOIN public.reports_report r ON r.id = q.report_id
        JOIN public.reports_sealed_header h ON h.container IN (q.asked_words, q.decided_words)
        JOIN public.reports_sealed_payload p ON p.container = h.container
    WHERE q.id = p_request AND (q.authoriser_desk_id IN (SELECT permits.my_authoriser_desks())
        OR r.desk_id IN (SELECT permits.my_desks()) OR r.watch_id IN (SELECT permits.my_desks()))
$$;
CREATE FUNCTION permits.decide_identity(p_request uuid, p_approved boolean, p_words uuid, p_header bytea,
    p_payload bytea, p_sha bytea, p_epochs uuid[], p_released bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE q public.reports_identity_request%ROWTYPE;
BEGIN
    SELECT * INTO q FROM public.reports_identity_request WHERE id = p_request FOR UPDATE;
    IF NOT FOUND OR NOT permits.may_decide(p_request)
        OR (p_approved AND q.purpose = 'open') <> (p_released IS NOT NULL)
        OR octet_length(p_header) > 20000 OR octet_length(p_payload) > 200000 THEN
        RETURN false;
    END IF;
    IF p_approved THEN  -- not for a report that has gone to another desk in the meantime, or is no danger to life any more
        PERFORM 1 FROM public.reports_report r WHERE r.id = q.report_id AND (r.desk_id = q.desk_id OR r.watch_id = q.desk_id)
            AND (q.purpose = 'open' OR r.danger_to_life);
        IF NOT FOUND THEN RETURN false; END IF;
    END IF;
    INSERT INTO public.reports_sealed_header (container, report_id, part, header, epochs)
        VALUES (p_words, q.report_id, 'release', p_header, p_epochs);
    INSERT INTO public.reports_sealed_payload (container, report_id, payload, sha256)
        VALUES (p_words, q.report_id, p_payload, p_sha);
    UPDATE public.reports_identity_request SET decided_by_id = permits.my_officer(), decided_at = now(),
        approved = p_approved, decided_words = p_words,
        opens_until = CASE WHEN p_released IS NOT NULL THEN now() + make_interval(mins => minutes) END
        WHERE id = p_request;
    IF p_released IS NOT NULL THEN
        INSERT INTO public.reports_released_share (request_id, officer_id, sealed, until)
            VALUES (p_request, q.asked_by_id, p_released, now() + make_interval(mins => q.minutes));
    END IF;
    RETURN true;
END $$;
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['my_authoriser_desks()', 'who_decides(uuid)',
        'who_decides_trace(uuid)', 'ask_identity(uuid, uuid, uuid, text, text, integer, uuid)', 'may_decide(uuid)', 'second_share(uuid)',
        'release_words(uuid)', 'decide_identity(uuid, boolean, uuid, bytea, bytea, bytea, uuid[], bytea)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION permits.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION permits.%s TO heedline_office', f);
    END LOOP;
END $$;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;

-- When the time is over, or the report has left the desk that asked, nothing of the release is left.
GRANT CREATE ON SCHEMA clockwork TO heedline_settler;
SET ROLE heedline_settler;
CREATE FUNCTION clockwork.end_releases() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    UPDATE public.reports_released_share s SET sealed = NULL WHERE s.sealed IS NOT NULL AND (s.until <= now()
        OR NOT EXISTS (SELECT 1 FROM public.reports_identity_request q JOIN public.reports_report r ON r.id = q.report_id
            WHERE q.id = s.request_id AND (r.desk_id = q.desk_id OR r.watch_id = q.desk_id)));
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;
REVOKE ALL ON FUNCTION clockwork.end_releases() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clockwork.end_releases() TO heedline_worker;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;

CREATE POLICY of_my_desks ON reports_identity_request FOR SELECT TO heedline_office
    USING (authoriser_desk_id IN (SELECT permits.my_authoriser_desks())
        OR EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id));
-- The named officer, nobody else, and only while the time lasts.
CREATE POLICY named_officer ON reports_released_share FOR SELECT TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()) AND until > now());
CREATE POLICY of_my_authorisers ON dispatch_alarm TO heedline_office
    USING (desk_id IN (SELECT permits.my_authoriser_desks()));
CREATE POLICY of_my_requests ON audit_event FOR SELECT TO heedline_office
    USING ((act LIKE 'identity-%' OR act LIKE 'trace-%') AND (detail ->> 'request') IN (SELECT q.id::text FROM public.reports_identity_request q
        WHERE q.authoriser_desk_id IN (SELECT permits.my_authoriser_desks())));
