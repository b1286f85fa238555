-- What was written is what was sent, and whoever signed for it signed for that: none of it changes afterwards. Its state
-- moves only along the path of reports/dissemination_states.py; where no answer is wanted, opening it is the end.

CREATE FUNCTION public.a_dissemination_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.version = OLD.version + 1
        AND (NEW.state = OLD.state OR OLD.state || ' ' || NEW.state = ANY (ARRAY[
            'to-check sent', 'to-check not-sent', 'to-check withdrawn',
            'sent received', 'sent done', 'sent withdrawn',
            'received answered', 'received done', 'received withdrawn',
            'answered done', 'answered answered', 'done answered'
        ]))
        AND (OLD.state || ' ' || NEW.state <> 'done answered' OR OLD.answer IS NOT NULL)
        AND ROW(NEW.id, NEW.report_id, NEW.partner_id, NEW.purpose, NEW.basis, NEW.conditions, NEW.urgent,
            NEW.answer_minutes, NEW.meets_on, NEW.container, NEW.sha256, NEW.necessity, NEW.voice, NEW.written_by_id, NEW.written_at,
            NEW.compared) IS NOT DISTINCT FROM ROW(OLD.id, OLD.report_id, OLD.partner_id, OLD.purpose, OLD.basis,
            OLD.conditions, OLD.urgent, OLD.answer_minutes, OLD.meets_on, OLD.container, OLD.sha256, OLD.necessity, OLD.voice,
            OLD.written_by_id, OLD.written_at, OLD.compared)
        -- set on sending, and never put off
        AND (NEW.answer_by IS NOT DISTINCT FROM OLD.answer_by OR OLD.sent_at IS NULL)
        AND (OLD.checked_by_id IS NULL OR ROW(NEW.checked_by_id, NEW.checked_at) = ROW(OLD.checked_by_id, OLD.checked_at))
        AND (OLD.received_by_id IS NULL OR ROW(NEW.receipt, NEW.received_by_id, NEW.received_at)
            = ROW(OLD.receipt, OLD.received_by_id, OLD.received_at))
        -- a further answer may take the place of one that stands, whole, among the earlier answers
        AND (OLD.answer IS NULL OR (NEW.answer <> OLD.answer AND NEW.state = 'answered' AND EXISTS (
                SELECT 1 FROM public.reports_earlier_answer a WHERE a.dissemination_id = OLD.id
                    AND ROW(a.container, a.code, a.key, a.voice, a.by_id, a.at) IS NOT DISTINCT FROM ROW(OLD.answer,
                        OLD.answer_code, OLD.answer_key, OLD.answer_voice, OLD.answered_by_id, OLD.answered_at)))
            OR ROW(NEW.answer, NEW.answer_code, NEW.answer_voice, NEW.answered_by_id, NEW.answered_at)
            = ROW(OLD.answer, OLD.answer_code, OLD.answer_voice, OLD.answered_by_id, OLD.answered_at)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was sent stays as it is';
END $$;

CREATE TRIGGER a_dissemination_stays BEFORE UPDATE OR DELETE ON reports_dissemination
    FOR EACH ROW EXECUTE FUNCTION public.a_dissemination_stays();
CREATE TRIGGER disseminations_are_not_emptied BEFORE TRUNCATE ON reports_dissemination
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_dissemination_stays();

CREATE FUNCTION public.an_earlier_answer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF EXISTS (SELECT 1 FROM public.reports_disposal d WHERE d.report = OLD.report_id AND d.done) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'an earlier answer stays as it is';
END $$;

CREATE TRIGGER an_earlier_answer_stays BEFORE UPDATE OR DELETE ON reports_earlier_answer
    FOR EACH ROW EXECUTE FUNCTION public.an_earlier_answer_stays();
CREATE TRIGGER earlier_answers_are_not_emptied BEFORE TRUNCATE ON reports_earlier_answer
    FOR EACH STATEMENT EXECUTE FUNCTION public.an_earlier_answer_stays();
