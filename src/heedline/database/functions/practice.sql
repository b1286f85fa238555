-- Exercises of officers, as whoever leads them may see them.
SET ROLE heedline_usher;

-- What the people whom this session's officer leads have practised: which exercise, when, and the coded answers; never
-- a word.
CREATE FUNCTION permits.practised_by_mine() RETURNS TABLE (id uuid, officer uuid, scenario text, priority text,
    danger boolean, outcome text, ended_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.id, e.officer_id, e.scenario, e.priority, e.danger, e.outcome, e.ended_on FROM public.desks_exercise e
    WHERE e.ended_on IS NOT NULL AND e.officer_id <> permits.my_officer() AND EXISTS (
        SELECT 1 FROM public.desks_appointment lead
        WHERE lead.officer_id = permits.my_officer() AND lead.ended_on IS NULL AND (lead.role = 'steward'
            OR lead.role = 'supervisor' AND EXISTS (SELECT 1 FROM public.desks_appointment a
                WHERE a.officer_id = e.officer_id AND a.desk_id = lead.desk_id AND a.ended_on IS NULL)))
$$;

SET ROLE heedline_owner;
