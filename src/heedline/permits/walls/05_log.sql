-- The log only grows. Privileges say so to the processes, this trigger to the owner of the table.
CREATE FUNCTION public.the_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log only grows';
END $$;
CREATE TRIGGER the_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION public.the_log_only_grows();
-- A step stays as it is. Only its age may change: clockwork writes the one move that reporters make anew, word for word.
-- What stays for ever goes with its report, when two people have disposed of it and in no other way (90_keeping.sql).
CREATE FUNCTION public.steps_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = 'heedline_settler' AND NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF EXISTS (SELECT 1 FROM public.reports_disposal d WHERE d.report = OLD.report_id AND d.done) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'a step stays as it is';
END $$;
CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE ON reports_step FOR EACH ROW EXECUTE FUNCTION public.steps_stay();
CREATE TRIGGER steps_are_not_emptied BEFORE TRUNCATE ON reports_step
    FOR EACH STATEMENT EXECUTE FUNCTION public.steps_stay();
