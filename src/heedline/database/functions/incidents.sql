-- Incidents for the internet-facing process: what their public pages say anyway.
SET ROLE heedline_door;

-- Every incident: its path, its name, its kind, and whether its form is open. The newest comes first.
CREATE FUNCTION door.incidents() RETURNS TABLE (id uuid, slug text, name text, kind text, is_open boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, i.slug, i.name, i.kind, i.closed_at IS NULL FROM public.reports_incident i ORDER BY i.opened_at DESC
$$;

SET ROLE heedline_owner;
