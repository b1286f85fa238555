-- A revision of a note stays as it is. The next one is by the same officer, on the same report, with the next number; the
-- first one gives the note its id. Revisions go with their report when two people have disposed of that, and in no other way.

CREATE FUNCTION public.note_revisions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF current_user <> 'heedline_office' THEN  -- a restore, which has them in any order
            RETURN NEW;
        END IF;
        IF NEW.number = 1 AND NEW.note = NEW.id THEN
            RETURN NEW;
        END IF;
        IF EXISTS (SELECT 1 FROM public.reports_note_revision n WHERE n.note = NEW.note AND n.number = NEW.number - 1
            AND n.by_id = NEW.by_id AND n.report_id = NEW.report_id) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a revision follows the one before, by the same officer';
    END IF;
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF permits.disposed_of(OLD.report_id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'a revision of a note stays as it is';
END $$;

CREATE TRIGGER note_revisions_stay BEFORE INSERT OR UPDATE OR DELETE ON reports_note_revision
    FOR EACH ROW EXECUTE FUNCTION public.note_revisions_stay();
CREATE TRIGGER note_revisions_are_not_emptied BEFORE TRUNCATE ON reports_note_revision
    FOR EACH STATEMENT EXECUTE FUNCTION public.note_revisions_stay();
