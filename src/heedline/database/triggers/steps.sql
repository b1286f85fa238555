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

-- The office writes a step in the name of whoever is signed in, and says which version of the report it makes. A closure
-- that was kept is completed in the name of whoever decided on it. A call-back is done, or put off, with the step of a call.

CREATE FUNCTION public.a_step_is_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.at IS NOT NULL AND NEW.version IS NOT NULL AND (NEW.by_id = permits.my_officer()
        OR NEW.move = 'close' AND NEW.from_stage = 'closing' AND NEW.by_id = (SELECT s.by_id FROM public.reports_step s
            WHERE s.report_id = NEW.report_id AND s.move = 'keep-closing' ORDER BY s.number DESC LIMIT 1)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a step is written in the name of whoever makes it';
END $$;

CREATE TRIGGER a_step_is_ones_own BEFORE INSERT ON reports_step
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.a_step_is_ones_own();

CREATE FUNCTION public.a_call_was_tried() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.reports_step s JOIN public.reports_report r ON r.id = s.report_id AND r.version = s.version
            WHERE s.report_id = OLD.report_id AND s.move = 'call' AND s.by_id = permits.my_officer()
                AND NEW.done = (OLD.done OR s.codes ->> 'call' IN ('reached', 'declined', 'emailed', 'not-made'))) THEN
        RETURN NEW;
    END IF;
    -- an answer that was waived is due again when the request is taken after a reopening
    IF OLD.done AND NOT NEW.done AND EXISTS (SELECT 1 FROM public.reports_step s JOIN public.reports_report r
            ON r.id = s.report_id AND r.version = s.version WHERE s.report_id = OLD.report_id
                AND s.move IN ('take', 'accept', 'assign') AND s.by_id = permits.my_officer())
            AND 'not-made' = (SELECT s.codes ->> 'call' FROM public.reports_step s
                WHERE s.report_id = OLD.report_id AND s.move = 'call' ORDER BY s.number DESC LIMIT 1) THEN
        RETURN NEW;
    END IF;
    -- an email that kept the promise to an organisation has come back
    IF OLD.done AND NOT NEW.done AND EXISTS (SELECT 1 FROM public.reports_step s JOIN public.reports_report r
            ON r.id = s.report_id AND r.version = s.version WHERE s.report_id = OLD.report_id AND s.move = 'call'
                AND s.by_id = permits.my_officer() AND s.codes ->> 'call' = 'email-returned')
            AND 'emailed' = (SELECT s.codes ->> 'call' FROM public.reports_step s
                WHERE s.report_id = OLD.report_id AND s.move = 'call' ORDER BY s.number DESC OFFSET 1 LIMIT 1) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a call-back is done by calling';
END $$;

CREATE TRIGGER a_call_was_tried BEFORE UPDATE ON reports_call_back FOR EACH ROW
    WHEN (current_user = 'heedline_office' AND ROW(NEW.done, NEW.missed, NEW.due_at) IS DISTINCT FROM ROW(OLD.done, OLD.missed, OLD.due_at))
    EXECUTE FUNCTION public.a_call_was_tried();
