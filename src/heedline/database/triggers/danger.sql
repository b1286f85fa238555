-- A danger to life is held until a second person confirms its discharge: a supervisor of the report's desk, or of the desk
-- that watches it, who did not ask for it, open it, own it or take it. Before that somebody has told the control room and
-- somebody has assessed the report. A supervisor alone discharges it only while no second one is on duty, and another reviews
-- it later. A supervisor who is not its owner acknowledges it. Each acts in their own name (`permits/second_person.py` and
-- `casework/danger/discharge.py` say the same). What was said stays as it was said. Both go with their report when two
-- people have disposed of that, and in no other way.

CREATE FUNCTION public.a_danger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    me uuid := permits.my_officer();
    leads boolean;
    -- what any officer of its desks may change while it is open, and what a review adds
    free text[] := '{review_at,offered_to_id,offered_by_id,watch_added}';
    review text[] := '{discharge_reviewed_by_id,discharge_reviewed_at,discharge_review_note}';
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.discharged_at IS NULL AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        leads := EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = OLD.report_id
            AND (r.desk_id IN (SELECT permits.my_supervised()) OR r.watch_id IN (SELECT permits.my_supervised())));
        -- the review of what one person did alone, once, by another supervisor
        IF OLD.discharged_at IS NOT NULL AND OLD.discharged_alone AND OLD.discharge_reviewed_at IS NULL AND leads
            AND NEW.discharge_reviewed_by_id = me AND OLD.discharged_by_id <> me
            AND permits.may_confirm_discharge(OLD.id, me) AND to_jsonb(NEW) - review = to_jsonb(OLD) - review THEN
            RETURN NEW;
        END IF;
        IF OLD.discharged_at IS NULL AND NEW.discharge_reviewed_by_id IS NULL
            AND (ROW(NEW.discharge_asked_by_id, NEW.discharge_asked_at, NEW.discharge_note) IS NOT DISTINCT FROM
                    ROW(OLD.discharge_asked_by_id, OLD.discharge_asked_at, OLD.discharge_note)
                OR NEW.discharge_asked_by_id IS NULL OR NEW.discharge_asked_by_id = me)
            AND (ROW(NEW.acknowledged_by_id, NEW.acknowledged_at) IS NOT DISTINCT FROM
                    ROW(OLD.acknowledged_by_id, OLD.acknowledged_at)
                OR leads AND OLD.acknowledged_by_id IS NULL AND NEW.acknowledged_by_id = me AND NOT EXISTS (
                    SELECT 1 FROM public.reports_report r WHERE r.id = OLD.report_id AND r.owner_id = me))
            AND (NEW.discharged_by_id IS NULL
                OR leads AND NEW.discharged_by_id = me
                    AND EXISTS (SELECT 1 FROM public.reports_danger_entry e WHERE e.danger_id = OLD.id AND e.told)
                    AND EXISTS (SELECT 1 FROM public.reports_report r
                        WHERE r.id = OLD.report_id AND r.danger_to_life IS NOT NULL AND r.stage <> 'waiting')
                    AND CASE WHEN NEW.discharged_alone THEN NOT permits.a_second_is_on_duty(OLD.id, me)
                        ELSE OLD.discharge_asked_by_id = NEW.discharge_asked_by_id
                            AND permits.may_confirm_discharge(OLD.id, me) END) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a danger stays until a second person confirms its discharge';
END $$;

CREATE TRIGGER a_danger_stays BEFORE UPDATE OR DELETE ON reports_danger
    FOR EACH ROW EXECUTE FUNCTION public.a_danger_stays();
CREATE TRIGGER dangers_are_not_emptied BEFORE TRUNCATE ON reports_danger
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_danger_stays();

CREATE FUNCTION public.danger_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'an entry about a danger stays as it is';
END $$;

CREATE TRIGGER danger_entries_stay BEFORE UPDATE OR DELETE ON reports_danger_entry
    FOR EACH ROW EXECUTE FUNCTION public.danger_entries_stay();
CREATE TRIGGER danger_entries_are_not_emptied BEFORE TRUNCATE ON reports_danger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION public.danger_entries_stay();

-- While a danger is open its report stays in danger, open, and with somebody. A handover to another desk is
-- permits.hand_over's: the report waits there, and pages until somebody has taken it.

CREATE FUNCTION public.danger_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.stage = 'closed' OR NEW.danger_to_life IS FALSE OR NEW.rank <> 0
            OR NEW.owner_id IS NULL AND OLD.owner_id IS NOT NULL)
        AND EXISTS (SELECT 1 FROM public.reports_danger d WHERE d.report_id = OLD.id AND d.discharged_at IS NULL) THEN
        RAISE EXCEPTION 'a danger is held until it is discharged';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER danger_is_held BEFORE UPDATE OF stage, danger_to_life, rank, owner_id ON reports_report
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.danger_is_held();

-- A review of a danger is the next action of its report, which a step sets (triggers/stages.sql).

CREATE FUNCTION public.a_review_is_the_next_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = OLD.report_id AND r.due_at = NEW.review_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a review of a danger is the next action of its report';
END $$;

CREATE TRIGGER a_review_is_the_next_action BEFORE UPDATE OF review_at ON reports_danger
    FOR EACH ROW WHEN (current_user = 'heedline_office' AND NEW.review_at <> OLD.review_at)
    EXECUTE FUNCTION public.a_review_is_the_next_action();
