-- A danger to life is held until a supervisor of the report's desk, or of the desk that watches it, discharges it in their
-- own name; a supervisor acknowledges it in theirs. What was said stays as it was said. Both go with their report when two
-- people have disposed of that, and in no other way.

CREATE FUNCTION public.a_danger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    leads boolean;
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.discharged_at IS NULL THEN
        IF ROW(NEW.acknowledged_by_id, NEW.acknowledged_at, NEW.discharged_by_id, NEW.discharged_at, NEW.discharge_note)
            IS NOT DISTINCT FROM
            ROW(OLD.acknowledged_by_id, OLD.acknowledged_at, OLD.discharged_by_id, OLD.discharged_at, OLD.discharge_note) THEN
            RETURN NEW;
        END IF;
        leads := EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = OLD.report_id
            AND (r.desk_id IN (SELECT permits.my_supervised()) OR r.watch_id IN (SELECT permits.my_supervised())));
        IF leads
            AND (NEW.acknowledged_by_id IS NOT DISTINCT FROM OLD.acknowledged_by_id OR
                OLD.acknowledged_by_id IS NULL AND NEW.acknowledged_by_id = permits.my_officer())
            AND (NEW.discharged_by_id IS NULL OR NEW.discharged_by_id = permits.my_officer()) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a danger stays until a supervisor discharges it';
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
