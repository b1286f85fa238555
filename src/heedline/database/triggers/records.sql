-- A record moves only as its kind allows (reports_record_move, filled by the migration of its desk). Each
-- version of it is one step in the name of whoever is signed in, and steps stay. A new owner works at the desk. Whoever
-- decides about a record made no move that involves (RecordKind.involves), and neither changes its text. What a move does
-- to the owner is its rule (RecordKind.owner_rule).

CREATE FUNCTION public.a_record_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 1 OR NOT EXISTS (SELECT 1 FROM public.reports_record_move m
                WHERE m.kind = NEW.kind AND m.from_state = '' AND m.to_state = NEW.state AND m.held = NEW.held AND NOT m.told)
                OR NEW.pair IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.reports_record_move m
                    WHERE m.kind = NEW.kind AND m.told)
                OR NEW.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.reports_record p
                    WHERE p.id = NEW.parent_id AND p.desk_id = NEW.desk_id) THEN
            RAISE EXCEPTION 'a % does not begin as %', NEW.kind, NEW.state USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.version <> OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM public.reports_record_step s
            JOIN public.reports_record_move m ON m.kind = NEW.kind AND m.from_state = s.from_state AND m.move = s.move
            WHERE s.record_id = NEW.id AND s.number = NEW.version AND s.by_id = permits.my_officer()
                AND s.from_state = OLD.state AND s.to_state = NEW.state
                AND m.to_state = NEW.state AND m.held = NEW.held
                AND (m.involves OR NEW.container = OLD.container)
                AND CASE m.owner
                    WHEN 'any' THEN NEW.offered_id IS NULL
                    WHEN 'stays' THEN NEW.owner_id = OLD.owner_id
                        AND (NEW.offered_id IS NULL OR NEW.offered_id IS NOT DISTINCT FROM OLD.offered_id)
                    WHEN 'offer' THEN NEW.owner_id = OLD.owner_id AND NEW.offered_id <> OLD.owner_id
                    WHEN 'sign' THEN NEW.offered_id IS NULL AND NEW.owner_id = OLD.offered_id AND NEW.owner_id = s.by_id
                    WHEN 'decline' THEN NEW.offered_id IS NULL AND OLD.offered_id = s.by_id
                        AND NEW.owner_id = COALESCE(permits.coordinator(NEW.desk_id), OLD.owner_id)
                    WHEN 'lead' THEN NEW.offered_id IS NULL
                        AND NEW.owner_id = COALESCE(permits.coordinator(NEW.desk_id), OLD.owner_id)
                    WHEN 'mine' THEN NEW.offered_id IS NULL AND NEW.owner_id = s.by_id
                    ELSE false END) THEN
        RAISE EXCEPTION 'a % does not move from % to %', NEW.kind, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.owner_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.owner_id IS DISTINCT FROM OLD.owner_id)
            AND NOT EXISTS (SELECT 1 FROM public.desks_appointment a WHERE a.officer_id = NEW.owner_id
                AND a.desk_id = NEW.desk_id AND a.ended_on IS NULL) THEN
        RAISE EXCEPTION 'the owner of a record works at its desk' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.offered_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.offered_id IS DISTINCT FROM OLD.offered_id)
            AND NOT permits.works_at(NEW.offered_id, NEW.desk_id) THEN
        RAISE EXCEPTION 'a record is offered to somebody who works at its desk' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- Any other column than `indexed` is changed by a move alone.
CREATE TRIGGER a_record_moves BEFORE INSERT OR UPDATE OF id, desk_id, kind, state, held, version, container, owner_id, offered_id,
    due_at, parent_id, pair ON reports_record
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.a_record_moves();

CREATE FUNCTION public.record_steps_stay() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM public.reports_record r
            JOIN public.reports_record_move m ON m.kind = r.kind AND m.from_state = NEW.from_state AND m.move = NEW.move
                AND m.to_state = NEW.to_state
            WHERE r.id = NEW.record_id AND NEW.by_id = permits.my_officer() AND NOT m.told
                AND NOT (m.decides AND EXISTS (SELECT 1 FROM public.reports_record_step s
                    JOIN public.reports_record_move e ON e.kind = r.kind AND e.from_state = s.from_state AND e.move = s.move
                    WHERE s.record_id = r.id AND s.by_id = NEW.by_id AND e.involves))
                AND (NEW.from_state = '' AND NEW.number = 1 AND r.version = 1
                    OR NEW.from_state = r.state AND NEW.number = r.version + 1 AND EXISTS (
                        SELECT 1 FROM public.reports_record_step s
                        WHERE s.record_id = r.id AND s.number = r.version))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a step of a record is a legal move of whoever makes it, and stays' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER record_steps_stay BEFORE INSERT OR UPDATE ON reports_record_step
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.record_steps_stay();

-- Whoever leaves a desk, or is suspended, leaves what they own there to the coordinator: functions/records.sql.
CREATE TRIGGER owner_leaves_desk AFTER UPDATE OF ended_on ON desks_appointment
    FOR EACH ROW WHEN (OLD.ended_on IS NULL AND NEW.ended_on IS NOT NULL)
    EXECUTE FUNCTION permits.owner_leaves();
CREATE TRIGGER owner_is_suspended AFTER UPDATE OF is_active ON desks_officer
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
    EXECUTE FUNCTION permits.owner_leaves();
