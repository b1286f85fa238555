-- Counts of the public site. The public process adds, in fives, to the hour that is over; it reads nothing of them.
SET ROLE heedline_door;

-- Add to the counts of the hour that is over.
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

SET ROLE heedline_owner;
