-- What a queue is sorted by, whoever writes as the office. The rank follows from the answers and the officer's decision, as
-- dispatch.clocks.rank_of says. A report that nobody has taken keeps it, and its time only becomes earlier.

CREATE FUNCTION public.rank_and_time_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided boolean := ROW(NEW.priority, NEW.danger_to_life) IS DISTINCT FROM ROW(OLD.priority, OLD.danger_to_life);
    later boolean := NEW.due_at > OLD.due_at OR NEW.due_at IS DISTINCT FROM OLD.due_at AND OLD.due_at IS NULL;
BEGIN
    IF NEW.rank <> (CASE WHEN NEW.danger_to_life OR NEW.danger_to_life IS NULL AND NEW.urgency = 'danger' THEN 0
        WHEN NEW.priority <> '' THEN CASE NEW.priority WHEN 'danger' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END
        WHEN NEW.urgency IN ('danger', 'planned', 'soon') THEN 1 ELSE 2 END) THEN
        RAISE EXCEPTION 'a rank follows from the answers and the decision';
    END IF;
    IF OLD.stage = 'waiting' AND (NEW.stage = 'waiting' AND (decided OR later OR NEW.seen AND NOT OLD.seen)
            OR NEW.stage = 'closed' AND OLD.rank = 0) THEN
        RAISE EXCEPTION 'a report that nobody has taken keeps its rank and its time';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER rank_and_time_follow BEFORE UPDATE OF urgency, priority, danger_to_life, rank, due_at, seen, stage ON reports_report
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.rank_and_time_follow();
