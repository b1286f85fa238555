-- Practice: exercises are their officer's alone. They are rows of their own table: no function of the door, of the
-- permits or of the clockwork reads or writes it, so nothing can make a report of one, or one of a report.
GRANT SELECT, INSERT ON desks_exercise TO heedline_office;
GRANT UPDATE (stage, version, priority, danger, outcome, ended_on, sealed) ON desks_exercise TO heedline_office;
GRANT SELECT (id, began_on), DELETE ON desks_exercise TO heedline_worker;
ALTER TABLE desks_exercise ENABLE ROW LEVEL SECURITY;
ALTER TABLE desks_exercise FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON desks_exercise TO heedline_office
    USING (officer_id = (SELECT permits.my_officer())) WITH CHECK (officer_id = (SELECT permits.my_officer()));
CREATE POLICY wiped ON desks_exercise TO heedline_worker USING (true);

-- Whoever leads people sees what they practised: which exercise, when, and the coded answers; never a word.
GRANT CREATE ON SCHEMA permits TO heedline_usher;
GRANT SELECT (id, officer_id, scenario, priority, danger, outcome, ended_on) ON desks_exercise TO heedline_usher;
CREATE POLICY led ON desks_exercise FOR SELECT TO heedline_usher USING (true);
SET ROLE heedline_usher;
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
REVOKE ALL ON FUNCTION permits.practised_by_mine() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION permits.practised_by_mine() TO heedline_office;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;
