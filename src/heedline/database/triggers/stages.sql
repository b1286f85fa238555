-- A report moves only along the path of reports/lifecycle.py, whoever writes: these are the changes of stage that the
-- moves there make. (That a move had its step, its officer and its reasons, the program sees to.)

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
