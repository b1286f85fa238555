-- A closed report that was read again is judged once and put right once. The check goes with its report when two people
-- have disposed of that.

CREATE FUNCTION public.a_check_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.remedied_on IS NULL AND (OLD.verdict = ''
        OR ROW(NEW.verdict, NEW.answers, NEW.judged_by_id, NEW.judged_on, NEW.words)
            IS NOT DISTINCT FROM ROW(OLD.verdict, OLD.answers, OLD.judged_by_id, OLD.judged_on, OLD.words)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a check stays as it is';
END $$;

CREATE TRIGGER a_check_stays BEFORE UPDATE OR DELETE ON reports_dip_check
    FOR EACH ROW EXECUTE FUNCTION public.a_check_stays();
CREATE TRIGGER checks_are_not_emptied BEFORE TRUNCATE ON reports_dip_check
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_check_stays();
