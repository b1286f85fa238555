-- Evidence is its item's desk's. An entry is added behind the last one. Later its time stamp is written, and whether a
-- session found its files damaged.
ALTER TABLE material_evidence ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_items ON material_evidence TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = item_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = item_id));
GRANT SELECT, INSERT, UPDATE (stamp, damaged) ON material_evidence TO heedline_office;
-- The worker sees of which items evidence was found damaged, and nothing else of an entry.
CREATE POLICY the_worker ON material_evidence FOR SELECT TO heedline_worker USING (true);
GRANT SELECT (item_id, damaged) ON material_evidence TO heedline_worker;
GRANT SELECT ON material_evidence TO heedline_backup;

CREATE FUNCTION public.material_evidence_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.stamp IS DISTINCT FROM OLD.stamp AND (OLD.stamp IS NOT NULL OR NEW.stamp IS NULL) THEN
            RAISE EXCEPTION 'a time stamp stays' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.number <> 1 + coalesce((SELECT max(e.number) FROM public.material_evidence e WHERE e.item_id = NEW.item_id), 0)
        OR octet_length(NEW.head) <> 32 OR NEW.officer_id <> permits.my_officer() THEN
        RAISE EXCEPTION 'evidence is added behind the last entry' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- a restore loads rows as the owner, in any order
CREATE TRIGGER evidence_grows BEFORE INSERT OR UPDATE ON material_evidence
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_evidence_grows();
REVOKE ALL ON FUNCTION public.material_evidence_grows() FROM PUBLIC;

-- The worker sees which desk has an overdue check, and nothing else of it.
ALTER TABLE material_liveness_watch ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON material_liveness_watch TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY the_worker ON material_liveness_watch FOR SELECT TO heedline_worker USING (true);
GRANT SELECT, INSERT, UPDATE (began_at, done, due_at, late_at) ON material_liveness_watch TO heedline_office;
GRANT SELECT (desk_id, late_at) ON material_liveness_watch TO heedline_worker;
GRANT SELECT ON material_liveness_watch TO heedline_backup;

ALTER TABLE material_hash_bank ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON material_hash_bank TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
GRANT SELECT, INSERT, UPDATE (container, entries) ON material_hash_bank TO heedline_office;
GRANT SELECT ON material_hash_bank TO heedline_backup;
