-- Sweeps: seen by the desk that made them. What is kept for undoing one goes with undoing it, or when its time is over.
GRANT SELECT, INSERT ON reports_sweep, reports_swept TO heedline_office;
GRANT UPDATE (undone_by_id, undone_at, not_restored) ON reports_sweep TO heedline_office;
GRANT DELETE ON reports_swept TO heedline_office;
GRANT SELECT (id, until) ON reports_sweep TO heedline_settler;
GRANT SELECT, DELETE ON reports_swept TO heedline_settler;
GRANT MAINTAIN ON reports_swept TO heedline_worker;
GRANT SELECT ON reports_sweep, reports_swept TO heedline_backup;

ALTER TABLE reports_sweep ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_sweep FORCE ROW LEVEL SECURITY;
ALTER TABLE reports_swept ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_swept FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON reports_sweep TO heedline_settler USING (true);
CREATE POLICY inner_roles ON reports_swept TO heedline_settler USING (true);
CREATE POLICY of_my_desks ON reports_sweep FOR SELECT TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY by_me ON reports_sweep FOR INSERT TO heedline_office
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) AND by_id = (SELECT permits.my_officer()));
CREATE POLICY undone_once ON reports_sweep FOR UPDATE TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) AND undone_at IS NULL AND until > now())
    WITH CHECK (undone_by_id = (SELECT permits.my_officer()));
CREATE POLICY of_my_sweeps ON reports_swept TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.reports_sweep w WHERE w.id = sweep_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.reports_sweep w WHERE w.id = sweep_id));

GRANT CREATE ON SCHEMA clockwork TO heedline_settler;
SET ROLE heedline_settler;
CREATE FUNCTION clockwork.forget_sweeps() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
    DELETE FROM public.reports_swept s USING public.reports_sweep w WHERE w.id = s.sweep_id AND w.until <= now();
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;
REVOKE ALL ON FUNCTION clockwork.forget_sweeps() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clockwork.forget_sweeps() TO heedline_worker;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA clockwork FROM heedline_settler;
