-- Whoever acknowledges or clears an alarm does it in their own name, once, and in the log. The event is written here, so that
-- nobody who speaks SQL as the office leaves it out.

CREATE FUNCTION public.an_alarm_is_answered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    me uuid := permits.my_officer();
    cleared boolean := NEW.cleared_at IS NOT NULL AND OLD.cleared_at IS NULL;
    acknowledged boolean := NEW.acknowledged_at IS NOT NULL AND OLD.acknowledged_at IS NULL;
BEGIN
    IF NOT cleared AND ROW(NEW.cleared_by, NEW.cleared_at, NEW.because) IS DISTINCT FROM ROW(OLD.cleared_by, OLD.cleared_at, OLD.because)
        OR NOT acknowledged AND NEW.acknowledged_at IS NOT NULL
            AND ROW(NEW.acknowledged_by, NEW.acknowledged_at) IS DISTINCT FROM ROW(OLD.acknowledged_by, OLD.acknowledged_at)
        OR cleared AND NEW.cleared_by IS DISTINCT FROM me OR acknowledged AND NEW.acknowledged_by IS DISTINCT FROM me THEN
        RAISE EXCEPTION 'an alarm is answered once, by whoever is signed in';
    END IF;
    IF acknowledged THEN
        INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('alarm-acknowledged', me,
            NEW.desk_id, 'alarm', NEW.id, 'done', jsonb_build_object('kind', NEW.kind));
    END IF;
    IF cleared THEN
        INSERT INTO public.audit_event (act, actor, desk, thing, thing_id, outcome, detail) VALUES ('alarm-cleared', me,
            NEW.desk_id, 'alarm', NEW.id, 'done', jsonb_build_object('kind', NEW.kind, 'because', NEW.because));
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER an_alarm_is_answered BEFORE UPDATE OF acknowledged_by, acknowledged_at, cleared_by, cleared_at, because
    ON dispatch_alarm FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.an_alarm_is_answered();
