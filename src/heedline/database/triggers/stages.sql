-- A report moves only along the path of reports/lifecycle.py, whoever writes: these are the changes of stage that the
-- moves there make. (That a move had its reasons, the program sees to.)

CREATE FUNCTION public.a_stage_follows_the_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.stage || ' ' || NEW.stage = ANY (ARRAY[
        'waiting taken', 'waiting closed',
        'taken waiting', 'taken assessed',
        'assessed acting', 'assessed waiting', 'assessed closed',
        'acting waiting', 'acting closed',
        'assessed closing', 'acting closing', 'closing taken', 'closing assessed', 'closing acting', 'closing waiting', 'closing closed',
        'closed waiting'
    ]) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no move leads there';
END $$;

CREATE TRIGGER a_stage_follows_the_path BEFORE UPDATE OF stage ON reports_report
    FOR EACH ROW WHEN (OLD.stage IS DISTINCT FROM NEW.stage) EXECUTE FUNCTION public.a_stage_follows_the_path();

-- Who has a report, how urgent it is, and when it is due: the office changes none of it without a step in its officer's
-- own name, which says so in the report's history and stays. A deadline alone may become earlier. Whoever reads what was
-- told of danger or a plan sets a new one: of a day at most, or of two weeks where nobody may be in danger. What is unread
-- is counted, whoever says that it was read.

CREATE FUNCTION public.steps_say_what_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved boolean := ROW(NEW.stage, NEW.owner_id, NEW.priority, NEW.danger_to_life, NEW.offered, NEW.seen)
        IS DISTINCT FROM ROW(OLD.stage, OLD.owner_id, OLD.priority, OLD.danger_to_life, OLD.offered, OLD.seen);
BEGIN
    IF NEW.unread <> OLD.unread AND NEW.unread <> (SELECT count(*) FROM public.reports_message m
            WHERE m.report_id = NEW.id AND NOT m.from_us AND NOT m.seen) THEN
        RAISE EXCEPTION 'unread messages are counted';
    END IF;
    IF (moved OR NEW.due_at > OLD.due_at)
        AND NOT (NOT moved AND NEW.unread < OLD.unread AND NEW.priority = '' AND NEW.urgency <> 'routine'
            AND NEW.due_at < now() + CASE NEW.rank WHEN 0 THEN interval '1 day' ELSE interval '2 weeks' END)
        AND NOT (NEW.version = OLD.version + 1 AND EXISTS (SELECT 1 FROM public.reports_step s
            WHERE s.report_id = NEW.id AND s.version = NEW.version
                AND (s.by_id = permits.my_officer() OR s.move = 'close' AND s.from_stage = 'closing')
                AND s.from_stage = OLD.stage AND s.to_stage = NEW.stage)) THEN
        RAISE EXCEPTION 'a move leaves a step in the history of its report';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER steps_say_what_moved BEFORE UPDATE OF stage, owner_id, priority, danger_to_life, offered, seen, due_at, unread
    ON reports_report FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.steps_say_what_moved();
