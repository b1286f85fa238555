-- A disposal is decided once and is never taken back, not even by the tables' owner.

CREATE FUNCTION public.a_disposal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.decided_on IS NULL AND ROW(NEW.id, NEW.report, NEW.desk_id, NEW."group", NEW.reason, NEW.proposed_by_id,
            NEW.proposed_on, NEW.proposal) IS NOT DISTINCT FROM ROW(OLD.id, OLD.report, OLD.desk_id, OLD."group",
            OLD.reason, OLD.proposed_by_id, OLD.proposed_on, OLD.proposal) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a disposal stays as it is';
END $$;

CREATE TRIGGER a_disposal_stays BEFORE UPDATE OR DELETE ON reports_disposal
    FOR EACH ROW EXECUTE FUNCTION public.a_disposal_stays();
CREATE TRIGGER disposals_are_not_emptied BEFORE TRUNCATE ON reports_disposal
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_disposal_stays();
