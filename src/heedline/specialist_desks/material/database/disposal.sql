-- An item goes with all that belongs to it by two people: one proposes it, and whoever leads the desk decides about what
-- somebody else proposed. Nobody else can delete a row of the desk. That no report names the item any longer stands only in
-- the sealed index, so outcomes/disposing.py asks it.
ALTER TABLE material_disposal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON material_disposal TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
CREATE POLICY inner_roles ON material_disposal TO heedline_usher USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON material_disposal TO heedline_office;
GRANT SELECT, UPDATE (decided_by_id, decided_on, done, certificate, figures) ON material_disposal TO heedline_usher;
GRANT SELECT ON material_disposal TO heedline_backup;

CREATE FUNCTION public.material_disposal_begins() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.proposed_by_id <> permits.my_officer() OR NEW.decided_by_id IS NOT NULL OR NEW.decided_on IS NOT NULL OR NEW.done
        OR NEW.certificate IS NOT NULL OR NEW.figures IS NOT NULL OR NOT EXISTS (SELECT 1 FROM public.material_item i
            WHERE i.id = NEW.item AND i.desk_id = NEW.desk_id) THEN
        RAISE EXCEPTION 'a disposal begins as a proposal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_disposal_begins BEFORE INSERT ON material_disposal
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_disposal_begins();
REVOKE ALL ON FUNCTION public.material_disposal_begins() FROM PUBLIC;

CREATE POLICY inner_roles ON material_item TO heedline_usher USING (true);
CREATE POLICY inner_roles ON material_examination TO heedline_usher USING (true);
CREATE POLICY inner_roles ON material_evidence TO heedline_usher USING (true);
CREATE POLICY inner_roles ON material_liveness_watch TO heedline_usher USING (true);
CREATE POLICY inner_roles ON material_sighting TO heedline_usher USING (true);
CREATE POLICY inner_roles_dispose ON material_notice_attempt FOR DELETE TO heedline_usher USING (true);
CREATE POLICY inner_roles ON material_hash_bank FOR SELECT TO heedline_usher USING (true);
GRANT SELECT (id, desk_id, state, referral_due_at), DELETE ON material_item TO heedline_usher;
GRANT SELECT (item_id), DELETE ON material_examination, material_liveness_watch, material_sighting TO heedline_usher;
GRANT SELECT (item_id, number, head), DELETE ON material_evidence TO heedline_usher;
GRANT SELECT (due_at), DELETE ON material_notice TO heedline_usher;
GRANT DELETE ON material_notice_attempt, material_notice_answer TO heedline_usher;
GRANT SELECT (id, desk_id, container) ON material_hash_bank TO heedline_usher;

GRANT CREATE ON SCHEMA permits TO heedline_usher;
SET ROLE heedline_usher;
-- Decide about a proposal, once: the item stays unless `p_figures` holds, sealed, what figures count of it. Returns `done`, `kept`,
-- or why not: `not-yours`, `not-finished`. The proposer may take it back. The states and what is open are those of rules.py and notice_rules/states.py.
CREATE FUNCTION permits.decide_item_disposal(p_disposal uuid, p_figures uuid) RETURNS text LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d public.material_disposal%ROWTYPE;
    v_notices uuid[]; v_things uuid[]; v_files integer; v_parts integer; v_entries integer; v_head text; v_gone integer;
    v_told jsonb;
BEGIN
    SELECT * INTO d FROM public.material_disposal WHERE id = p_disposal FOR UPDATE;
    IF NOT FOUND OR d.decided_on IS NOT NULL OR d.desk_id NOT IN (SELECT permits.my_desks())
        OR NOT (d.desk_id IN (SELECT permits.my_supervised()) OR p_figures IS NULL AND d.proposed_by_id = permits.my_officer())
        OR p_figures IS NOT NULL AND (d.proposed_by_id = permits.my_officer() OR NOT EXISTS (
            SELECT 1 FROM public.reports_desk_part_header h
            WHERE h.container = p_figures AND h.desk_id = d.desk_id AND h.thing = p_disposal
                AND h.part = 'material-figures')) THEN
        RETURN 'not-yours';
    END IF;
    IF p_figures IS NULL THEN
        UPDATE public.material_disposal SET decided_by_id = permits.my_officer(),
            decided_on = (now() AT TIME ZONE 'UTC')::date WHERE id = p_disposal;
        INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('material-kept',
            permits.my_officer(), d.desk_id, 'item', d.item, 'done', '{}');
        RETURN 'kept';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = d.item AND i.desk_id = d.desk_id
            AND i.referral_due_at IS NULL AND i.state NOT IN ('new', 'examining', 'second', 'disputed', 'held'))
        OR EXISTS (SELECT 1 FROM public.material_notice n WHERE n.item_id = d.item
            AND (n.state IN ('draft', 'proposed', 'approved', 'sent', 'failed') OR n.due_at IS NOT NULL)) THEN
        RETURN 'not-finished';
    END IF;
    SELECT coalesce(array_agg(n.id), '{}') INTO v_notices FROM public.material_notice n WHERE n.item_id = d.item;
    v_things := v_notices || d.item;
    SELECT count(*), coalesce(encode((array_agg(e.head ORDER BY e.number DESC))[1], 'hex'), '') INTO v_entries, v_head
        FROM public.material_evidence e WHERE e.item_id = d.item;
    DELETE FROM public.material_notice_attempt WHERE notice_id = ANY (v_notices);
    DELETE FROM public.material_notice_answer WHERE notice_id = ANY (v_notices);
    DELETE FROM public.material_notice WHERE id = ANY (v_notices);
    DELETE FROM public.material_sighting WHERE item_id = d.item;
    DELETE FROM public.material_evidence WHERE item_id = d.item;
    DELETE FROM public.material_liveness_watch WHERE item_id = d.item;
    DELETE FROM public.material_examination WHERE item_id = d.item;
    DELETE FROM public.reports_desk_file f WHERE f.desk_id = d.desk_id AND f.thing = ANY (v_things);
    GET DIAGNOSTICS v_files = ROW_COUNT;
    DELETE FROM public.reports_desk_part_payload p WHERE p.desk_id = d.desk_id AND p.thing = ANY (v_things);
    DELETE FROM public.reports_desk_part_header h WHERE h.desk_id = d.desk_id AND h.thing = ANY (v_things);
    GET DIAGNOSTICS v_parts = ROW_COUNT;
    DELETE FROM public.material_item WHERE id = d.item
        AND referral_due_at IS NULL AND state NOT IN ('new', 'examining', 'second', 'disputed', 'held');
    GET DIAGNOSTICS v_gone = ROW_COUNT;
    IF v_gone <> 1 THEN
        RAISE EXCEPTION 'the item was opened again' USING ERRCODE = 'check_violation';
    END IF;
    v_told := jsonb_build_object('parts', v_parts, 'files', v_files, 'entries', v_entries, 'head', v_head);
    UPDATE public.material_disposal SET decided_by_id = permits.my_officer(), done = true, certificate = v_told,
        figures = p_figures, decided_on = (now() AT TIME ZONE 'UTC')::date WHERE id = p_disposal;
    -- here and not by the caller: nothing is disposed of without a mark
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('material-disposed',
        permits.my_officer(), d.desk_id, 'item', d.item, 'done', v_told);
    RETURN 'done';
END $$;

-- Delete the earlier versions of a page of the bank of known hashes, once its present one is stored. Officers can insert a page
-- with any id, so only parts sealed as a page of the bank are deleted: never those of an item, or the figures kept of one.
CREATE FUNCTION permits.drop_old_bank_parts(p_page uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_desk uuid; v_now uuid; v_old uuid[];
BEGIN
    SELECT b.desk_id, b.container INTO v_desk, v_now FROM public.material_hash_bank b
        JOIN public.reports_desk_part_header h ON h.container = b.container
        WHERE b.id = p_page AND b.desk_id IN (SELECT permits.my_desks())
            AND h.desk_id = b.desk_id AND h.thing = p_page AND h.part = 'material-bank';
    IF NOT FOUND THEN RETURN; END IF;
    SELECT array_agg(h.container) INTO v_old FROM public.reports_desk_part_header h
        WHERE h.desk_id = v_desk AND h.thing = p_page AND h.part = 'material-bank' AND h.container <> v_now;
    DELETE FROM public.reports_desk_part_payload p
        WHERE p.desk_id = v_desk AND p.thing = p_page AND p.container = ANY (v_old);
    DELETE FROM public.reports_desk_part_header h
        WHERE h.desk_id = v_desk AND h.thing = p_page AND h.container = ANY (v_old);
END $$;

-- End the open proposal to dispose of an item that changes, or whose evidence grows: whoever proposed it judged the item as it
-- was before. Nobody has decided then, so `decided_by_id` stays empty.
CREATE FUNCTION permits.end_item_disposal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_item uuid;
BEGIN
    IF TG_TABLE_NAME = 'material_evidence' THEN v_item := NEW.item_id; ELSE v_item := NEW.id; END IF;
    UPDATE public.material_disposal SET decided_on = (now() AT TIME ZONE 'UTC')::date
        WHERE item = v_item AND decided_on IS NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION permits.decide_item_disposal(uuid, uuid), permits.drop_old_bank_parts(uuid), permits.end_item_disposal()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION permits.decide_item_disposal(uuid, uuid), permits.drop_old_bank_parts(uuid), permits.end_item_disposal()
    TO heedline_office;
GRANT EXECUTE ON FUNCTION permits.end_item_disposal() TO heedline_owner;  -- to create the trigger
SET ROLE heedline_owner;
CREATE TRIGGER a_change_ends_a_disposal AFTER UPDATE ON material_item
    FOR EACH ROW WHEN ((OLD.state, OLD.round, OLD.version, OLD.container) IS DISTINCT FROM
        (NEW.state, NEW.round, NEW.version, NEW.container)) EXECUTE FUNCTION permits.end_item_disposal();
-- a restore loads proposals and evidence in any order
CREATE TRIGGER evidence_ends_a_disposal AFTER INSERT ON material_evidence
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION permits.end_item_disposal();
SET ROLE heedline_usher;
REVOKE EXECUTE ON FUNCTION permits.end_item_disposal() FROM heedline_owner;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;
