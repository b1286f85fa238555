-- A step stays as it is. Only its age may change: clockwork writes the one move that reporters make anew, word for word.
-- It goes with its report when two people have disposed of that, and in no other way.

CREATE FUNCTION public.steps_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'heedline_settler' AND NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'a step stays as it is';
END $$;

CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE ON reports_step FOR EACH ROW EXECUTE FUNCTION public.steps_stay();
CREATE TRIGGER steps_are_not_emptied BEFORE TRUNCATE ON reports_step
    FOR EACH STATEMENT EXECUTE FUNCTION public.steps_stay();
