-- Evidence is its item's desk's. An entry is added behind the last one. Later its timestamp is written, and whether a
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
            RAISE EXCEPTION 'a timestamp stays' USING ERRCODE = 'check_violation';
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

-- What a page of the bank holds is sealed, so the database cannot see that hashes are removed from it. It sees how many there
-- should be: the number falls only for an item that is being disposed of, by two people, and by no more than that item's
-- evidence. The hashes of a referred item stay, because they block copies of it. Every change is in the log, so nobody
-- empties the bank without a trace. What is missing from it is put back from the evidence (evidence/known.py).
CREATE FUNCTION public.material_bank_changes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_before integer := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN v_before := OLD.entries; END IF;
    IF NOT EXISTS (SELECT 1 FROM public.reports_desk_part_header h WHERE h.container = NEW.container
            AND h.desk_id = NEW.desk_id AND h.thing = NEW.id AND h.part = 'material-bank') THEN
        RAISE EXCEPTION 'a page of the bank is sealed as one' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.entries < v_before AND v_before - NEW.entries > (SELECT count(*) FROM public.material_evidence e
            JOIN public.material_item i ON i.id = e.item_id WHERE i.desk_id = NEW.desk_id AND NOT e.routine
            AND i.desk_id IN (SELECT permits.my_supervised()) AND EXISTS (
                SELECT 1 FROM public.material_disposal d WHERE d.item = i.id AND d.decided_on IS NULL
                    AND d.proposed_by_id <> permits.my_officer())) THEN
        RAISE EXCEPTION 'known hashes go with an item that is disposed of' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('material-bank-changed',
        permits.my_officer(), NEW.desk_id, '', NULL, 'done', jsonb_build_object('before', v_before, 'entries', NEW.entries));
    RETURN NEW;
END $$;
-- a restore loads rows as the owner
CREATE TRIGGER the_bank_changes BEFORE INSERT OR UPDATE ON material_hash_bank
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_bank_changes();
REVOKE ALL ON FUNCTION public.material_bank_changes() FROM PUBLIC;
