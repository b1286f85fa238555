-- The release of an identity: asked for by the officer who holds the report, decided once by somebody of the
-- authorisers' desk, opened by that officer alone while the time lasts. The office may read requests; whatever changes
-- one is a function here, which asks again by itself who is there and what they may do, and takes the time itself.
-- A request to have a sender traced is decided in the same way, releases nothing, and is made only about a report that
-- was assessed as a danger to life.
SET ROLE heedline_usher;

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

-- Store a request to open an identity or to have a sender traced.
CREATE FUNCTION permits.ask_identity(p_request uuid, p_report uuid, p_desk uuid, p_purpose text, p_ground text,
    p_minutes integer, p_words uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_authorisers uuid := CASE p_purpose WHEN 'open' THEN permits.who_decides(p_report)
    WHEN 'trace' THEN permits.who_decides_trace(p_report) END;
BEGIN
    PERFORM 1 FROM public.reports_report r JOIN public.reports_sealed_header h ON h.report_id = r.id
        WHERE r.id = p_report AND r.owner_id = permits.my_officer() AND p_desk IN (r.desk_id, r.watch_id)
            AND p_desk IN (SELECT permits.my_desks()) AND h.container = p_words AND h.part = 'release'
            AND (p_purpose = 'open' OR r.danger_to_life);
    IF NOT FOUND OR v_authorisers IS NULL THEN RETURN false; END IF;
    INSERT INTO public.reports_identity_request (id, report_id, desk_id, authoriser_desk_id, purpose, asked_by_id,
            asked_at, ground, minutes, asked_words, asked_back)
        VALUES (p_request, p_report, p_desk, v_authorisers, p_purpose, permits.my_officer(), now(), p_ground, p_minutes,
            p_words, false)
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

-- Decide about a request, once.
CREATE FUNCTION permits.decide_identity(p_request uuid, p_approved boolean, p_words uuid, p_header bytea,
    p_payload bytea, p_sha bytea, p_epochs uuid[], p_released bytea, p_minutes integer, p_back boolean) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE q public.reports_identity_request%ROWTYPE;
BEGIN
    SELECT * INTO q FROM public.reports_identity_request WHERE id = p_request FOR UPDATE;
    IF NOT FOUND OR NOT permits.may_decide(p_request)
        OR (p_approved AND q.purpose = 'open') <> (p_released IS NOT NULL)
        OR (p_minutes IS NOT NULL) <> (p_released IS NOT NULL) OR p_minutes > q.minutes  -- never longer than was asked for
        OR (p_approved AND p_back)
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
        approved = p_approved, decided_words = p_words, granted_minutes = p_minutes, asked_back = p_back,
        opens_until = CASE WHEN p_released IS NOT NULL THEN now() + make_interval(mins => p_minutes) END
        WHERE id = p_request;
    IF p_released IS NOT NULL THEN
        INSERT INTO public.reports_released_share (request_id, officer_id, sealed, until)
            VALUES (p_request, q.asked_by_id, p_released, now() + make_interval(mins => p_minutes));
    END IF;
    RETURN true;
END $$;

SET ROLE heedline_owner;
