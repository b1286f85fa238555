-- Counts of the public site. The public process adds, in fives, to the hour that is over; it reads nothing of them. After
-- two days hours become days: nobody needs them finer then.
GRANT SELECT, INSERT, UPDATE ON intake_count TO heedline_door;
GRANT SELECT ON intake_count TO heedline_office, heedline_backup;
GRANT SELECT, INSERT, DELETE ON intake_count TO heedline_settler;
GRANT MAINTAIN ON intake_count TO heedline_worker;

GRANT CREATE ON SCHEMA door TO heedline_door;
SET ROLE heedline_door;
CREATE FUNCTION door.add_counts(p_kinds text[], p_steps text[], p_whats text[], p_numbers integer[]) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF cardinality(p_kinds) > 5000 OR EXISTS (
        SELECT 1 FROM unnest(p_kinds, p_steps, p_whats, p_numbers) AS c(kind, step, what, number)
        WHERE c.kind !~ '^[a-z0-9-]{1,40}$' OR c.step !~ '^[a-z0-9-]{1,40}$' OR c.what !~ '^[a-z_:-]{1,40}$'
            OR c.number < 5 OR c.number % 5 <> 0) IS NOT FALSE THEN
        RETURN false;
    END IF;
    -- in random order: the first to be counted is not the first to lie there
    INSERT INTO public.intake_count (hour, kind, step, what, number)
        SELECT date_trunc('hour', now(), 'UTC') - interval '1 hour', c.kind, c.step, c.what, sum(c.number)
        FROM unnest(p_kinds, p_steps, p_whats, p_numbers) AS c(kind, step, what, number)
        GROUP BY c.kind, c.step, c.what ORDER BY random()
        ON CONFLICT (hour, kind, step, what) DO UPDATE SET number = public.intake_count.number + excluded.number;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION door.add_counts(text[], text[], text[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION door.add_counts(text[], text[], text[], integer[]) TO heedline_public;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA door FROM heedline_door;

GRANT CREATE ON SCHEMA clockwork TO heedline_settler;
SET ROLE heedline_settler;
CREATE FUNCTION clockwork.join_counts() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before timestamptz := date_trunc('day', now(), 'UTC') - interval '2 days';
    n integer;
BEGIN
    WITH hours AS (DELETE FROM public.intake_count WHERE hour < v_before AND hour <> date_trunc('day', hour, 'UTC')
            RETURNING *),
        days AS (DELETE FROM public.intake_count c WHERE hour < v_before AND hour = date_trunc('day', hour, 'UTC')
            AND EXISTS (SELECT 1 FROM hours h WHERE date_trunc('day', h.hour, 'UTC') = c.hour) RETURNING *)
    INSERT INTO public.intake_count (hour, kind, step, what, number)
        SELECT date_trunc('day', a.hour, 'UTC'), a.kind, a.step, a.what, sum(a.number)
        FROM (SELECT * FROM hours UNION ALL SELECT * FROM days) a GROUP BY 1, 2, 3, 4 ORDER BY random();
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;
REVOKE ALL ON FUNCTION clockwork.join_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clockwork.join_counts() TO heedline_worker;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;
