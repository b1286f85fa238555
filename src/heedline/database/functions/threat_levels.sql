-- Threat levels for the internet-facing process: what its public pages say anyway.
SET ROLE heedline_door;

-- The level of each scope that a desk, by its code, confirmed last.
CREATE FUNCTION door.threat_levels(p_desk text) RETURNS TABLE (scope text, level text, source text, read_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (t.scope) t.scope, t.level, t.source, t.read_on
        FROM public.reports_threat_level t JOIN public.desks_desk d ON d.id = t.desk_id
        WHERE d.code = p_desk AND t.state = 'agreed' ORDER BY t.scope, t.decided_at DESC
$$;

SET ROLE heedline_owner;
