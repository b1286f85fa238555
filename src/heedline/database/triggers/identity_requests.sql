-- A request about an identity is decided once; nothing else of it ever changes, whoever asks. It goes with its report when
-- two people have disposed of that.

CREATE FUNCTION public.a_decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.decided_at IS NULL AND NEW.decided_at IS NOT NULL
        AND ROW(NEW.id, NEW.report_id, NEW.desk_id, NEW.authoriser_desk_id, NEW.purpose, NEW.asked_by_id, NEW.asked_at,
            NEW.ground, NEW.minutes, NEW.asked_words) IS NOT DISTINCT FROM ROW(OLD.id, OLD.report_id, OLD.desk_id,
            OLD.authoriser_desk_id, OLD.purpose, OLD.asked_by_id, OLD.asked_at, OLD.ground, OLD.minutes,
            OLD.asked_words) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decision stays as it is';
END $$;

CREATE TRIGGER a_decision_stays BEFORE UPDATE OR DELETE ON reports_identity_request
    FOR EACH ROW EXECUTE FUNCTION public.a_decision_stays();
CREATE TRIGGER decisions_are_not_emptied BEFORE TRUNCATE ON reports_identity_request
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_decision_stays();
