-- Notices to companies are their desk's. What one says, to whom it goes and what came back are sealed parts of the desk.
ALTER TABLE material_notice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON material_notice TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks())) WITH CHECK (desk_id IN (SELECT permits.my_desks()));
GRANT SELECT, INSERT, UPDATE (state, answer, version, container, approved_container, composer_id, approver_id, owner_id,
        approved_at, sent_at, acknowledge_by, answer_by, acknowledged_at, answered_at, given_on, evidence, step, due_at, escalated,
        token, token_until)
    ON material_notice TO heedline_office;
-- The worker sees whose notice is overdue, and nothing of what it says.
CREATE POLICY the_worker ON material_notice FOR SELECT TO heedline_worker USING (true);
GRANT SELECT (id, desk_id, owner_id, state, due_at) ON material_notice TO heedline_worker;
GRANT SELECT ON material_notice TO heedline_backup;

ALTER TABLE material_notice_attempt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_notices ON material_notice_attempt TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.material_notice n WHERE n.id = notice_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.material_notice n WHERE n.id = notice_id)
        AND officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT, UPDATE (outcome, container) ON material_notice_attempt TO heedline_office;
GRANT SELECT ON material_notice_attempt TO heedline_backup;

ALTER TABLE material_notice_answer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_notices ON material_notice_answer TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.material_notice n WHERE n.id = notice_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.material_notice n WHERE n.id = notice_id)
        AND officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT ON material_notice_answer TO heedline_office;
GRANT SELECT ON material_notice_answer TO heedline_backup;

ALTER TABLE material_sighting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_items ON material_sighting TO heedline_office
    USING (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = item_id))
    WITH CHECK (EXISTS (SELECT 1 FROM public.material_item i WHERE i.id = item_id)
        AND officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT ON material_sighting TO heedline_office;
GRANT SELECT ON material_sighting TO heedline_backup;

ALTER TABLE material_channel_test ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_my_desks ON material_channel_test TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()))
    WITH CHECK (desk_id IN (SELECT permits.my_desks()) AND officer_id = (SELECT permits.my_officer()));
GRANT SELECT, INSERT ON material_channel_test TO heedline_office;
GRANT SELECT ON material_channel_test TO heedline_backup;

-- The moves of a notice: the same as in notices/states.py. What was approved is what is sent.
CREATE FUNCTION public.material_notice_begins() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.state <> 'draft' OR NEW.answer <> 'none' OR NEW.approver_id IS NOT NULL OR NEW.approved_container IS NOT NULL
        OR NEW.evidence <> 0
        OR NEW.composer_id <> permits.my_officer() OR NOT EXISTS (SELECT 1 FROM public.material_item i
            WHERE i.id = NEW.item_id AND i.desk_id = NEW.desk_id AND i.state IN ('unlawful', 'terms')) THEN
        RAISE EXCEPTION 'a notice begins as a draft about an item that a company may be told of' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_notice_begins BEFORE INSERT ON material_notice
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_notice_begins();

CREATE FUNCTION public.material_notice_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE about public.material_item%ROWTYPE;
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'draft>proposed', 'draft>dropped', 'proposed>draft', 'proposed>approved', 'proposed>dropped', 'approved>draft',
        'approved>sent', 'approved>failed', 'approved>dropped', 'failed>sent', 'failed>draft', 'failed>dropped',
        'failed>withdrawn', 'sent>failed', 'sent>closed', 'sent>lapsed', 'sent>withdrawn', 'closed>withdrawn', 'lapsed>withdrawn') THEN
        RAISE EXCEPTION 'a notice does not move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO about FROM public.material_item i WHERE i.id = NEW.item_id;
    IF NEW.container <> OLD.container AND NEW.state <> 'draft' AND NOT (OLD.state = 'proposed' AND NEW.state = 'approved') THEN
        RAISE EXCEPTION 'only a draft is changed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.container <> OLD.container AND NEW.state = 'draft' AND NEW.composer_id <> permits.my_officer()
        OR NEW.composer_id <> OLD.composer_id AND (NEW.composer_id <> permits.my_officer()
            OR NEW.container = OLD.container OR NEW.state <> 'draft') THEN
        RAISE EXCEPTION 'whoever writes a draft is its composer' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.evidence <> OLD.evidence AND NOT (OLD.state = 'draft' AND NEW.state = 'proposed')
        OR NEW.state <> OLD.state AND NEW.state IN ('proposed', 'approved') AND NEW.evidence <>
            (SELECT coalesce(max(e.number), 0) FROM public.material_evidence e
            WHERE e.item_id = NEW.item_id AND NOT e.routine) THEN
        RAISE EXCEPTION 'a notice is approved on the evidence that it was submitted on' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('approved', 'sent') AND NEW.state <> OLD.state AND (about.state NOT IN ('unlawful', 'terms')
        OR about.closed_audience AND about.audience_approved_by_id IS NULL) THEN
        RAISE EXCEPTION 'no company is told of an item that is %', about.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'approved' AND OLD.state = 'proposed' AND (NEW.approver_id IS DISTINCT FROM permits.my_officer()
        OR NEW.approver_id = NEW.composer_id OR NEW.approved_container IS DISTINCT FROM NEW.container
        OR EXISTS (SELECT 1 FROM public.material_examination e WHERE e.item_id = NEW.item_id AND e.round = about.round
            AND e.place = 'first' AND e.officer_id = permits.my_officer())) THEN
        RAISE EXCEPTION 'somebody else approves a notice' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> 'approved' AND OLD.state <> 'approved' AND NEW.approved_container IS DISTINCT FROM OLD.approved_container
        AND NEW.approved_container IS NOT NULL THEN
        RAISE EXCEPTION 'a notice is approved while it is proposed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'sent' AND OLD.state <> 'sent' AND (NEW.approved_container IS DISTINCT FROM NEW.container
        OR NEW.basis = 'section-3' AND NEW.given_on IS NULL
        OR NEW.basis = 'voluntary' AND NOT EXISTS (SELECT 1 FROM public.material_notice_attempt a
            WHERE a.notice_id = NEW.id AND a.outcome = 'accepted')) THEN
        RAISE EXCEPTION 'a notice is sent when the company has accepted what was approved' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.answer <> OLD.answer AND NOT EXISTS (SELECT 1 FROM public.material_notice_answer a
            WHERE a.notice_id = NEW.id AND a.answer = NEW.answer) THEN
        RAISE EXCEPTION 'what the company says follows from an answer' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_notice_moves BEFORE UPDATE ON material_notice
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.material_notice_moves();
REVOKE ALL ON FUNCTION public.material_notice_begins(), public.material_notice_moves() FROM PUBLIC;

-- The company's page: a token opens one notice's reference, and nothing of what it says.
CREATE POLICY inner_roles ON material_notice TO heedline_usher USING (true) WITH CHECK (true);
GRANT SELECT (id, desk_id, item_id, reference, state, answer, sent_at, answer_by, acknowledged_at, answered_at, version,
        token, token_until),
    UPDATE (answer, acknowledged_at, answered_at, step, due_at, version) ON material_notice TO heedline_usher;
CREATE POLICY inner_roles ON material_notice_attempt FOR SELECT TO heedline_usher USING (true);
GRANT SELECT (notice_id) ON material_notice_attempt TO heedline_usher;
CREATE POLICY inner_roles ON material_notice_answer TO heedline_usher USING (true) WITH CHECK (true);
GRANT SELECT (notice_id), INSERT ON material_notice_answer TO heedline_usher;

GRANT CREATE ON SCHEMA permits TO heedline_usher;
SET ROLE heedline_usher;
CREATE FUNCTION permits.notice_page(p_token bytea) RETURNS TABLE (desk uuid, reference text, sent_on date, state text,
    answer text, answer_by timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.desk_id, n.reference, (n.sent_at AT TIME ZONE 'UTC')::date, n.state, n.answer, n.answer_by
    FROM public.material_notice n WHERE n.token = p_token AND n.token_until > now()
        AND (n.state IN ('sent', 'failed', 'closed', 'lapsed', 'withdrawn') OR n.state = 'approved' AND EXISTS
            (SELECT 1 FROM public.material_notice_attempt a WHERE a.notice_id = n.id))
$$;

-- Store what a company answers, sealed to the desk's current key. The state of the desk is not touched: `answered`,
-- `unknown`, `not-now`, `changed` when the desk has another key by now, `full`.
CREATE FUNCTION permits.answer_notice(p_token bytea, p_answer text, p_container uuid, p_header bytea, p_payload bytea,
    p_epoch uuid, p_read_minutes integer) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid; v_desk uuid; v_item uuid; v_state text; v_answer text; v_due timestamptz;
BEGIN
    SELECT n.id, n.desk_id, n.item_id, n.state, n.answer, n.answer_by INTO v_id, v_desk, v_item, v_state, v_answer, v_due
        FROM public.material_notice n WHERE n.token = p_token AND n.token_until > now() FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    IF v_state NOT IN ('sent', 'failed', 'closed', 'lapsed') AND NOT (v_state = 'approved' AND EXISTS
            (SELECT 1 FROM public.material_notice_attempt a WHERE a.notice_id = v_id))
        OR p_answer NOT IN ('received', 'removed', 'restricted', 'refused', 'asks', 'objects')
        OR p_answer = 'received' AND v_answer <> 'none' THEN
        RETURN 'not-now';
    END IF;
    IF (SELECT count(*) FROM public.material_notice_answer a WHERE a.notice_id = v_id) >= 50 THEN RETURN 'full'; END IF;
    PERFORM 1 FROM public.keys_epoch e WHERE e.id = p_epoch AND e.desk_id = v_desk AND e.retired_at IS NULL;
    IF NOT FOUND OR octet_length(p_header) > 65536 OR octet_length(p_payload) > 131072
        OR p_read_minutes NOT BETWEEN 1 AND 100000 THEN
        RETURN 'changed';
    END IF;
    INSERT INTO public.reports_desk_part_header (container, desk_id, thing, part, header, epoch)
        VALUES (p_container, v_desk, v_id, 'material-notice-answer', p_header, p_epoch);
    INSERT INTO public.reports_desk_part_payload (container, desk_id, thing, payload)
        VALUES (p_container, v_desk, v_id, p_payload);
    INSERT INTO public.material_notice_answer (id, notice_id, answer, container, at)
        VALUES (gen_random_uuid(), v_id, p_answer, p_container, clock_timestamp());
    UPDATE public.material_notice n SET answer = p_answer, version = n.version + 1,
        acknowledged_at = coalesce(n.acknowledged_at, now()),
        answered_at = CASE WHEN p_answer = 'received' THEN n.answered_at ELSE now() END,
        step = CASE WHEN p_answer <> 'received' THEN 'read' WHEN v_state IN ('closed', 'lapsed') THEN '' ELSE 'answer' END,
        due_at = CASE WHEN p_answer <> 'received' THEN now() + make_interval(mins => p_read_minutes)
            WHEN v_state NOT IN ('closed', 'lapsed') THEN v_due END
        WHERE n.id = v_id;
    INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail)
        VALUES ('material-company-answered', NULL, v_desk, 'item', v_item, 'done', jsonb_build_object('answer', p_answer));
    RETURN 'answered';
END $$;
REVOKE ALL ON FUNCTION permits.notice_page(bytea),
    permits.answer_notice(bytea, text, uuid, bytea, bytea, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION permits.notice_page(bytea),
    permits.answer_notice(bytea, text, uuid, bytea, bytea, uuid, integer) TO heedline_partner;
SET ROLE heedline_owner;
REVOKE CREATE ON SCHEMA permits FROM heedline_usher;
