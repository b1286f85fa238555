-- The office writes no header anew: hand-over and re-addressing do, by compare and swap (functions/handing_over.sql,
-- readdressing.sql). It only empties the one that addresses something to a partner, when that is taken back. A header that
-- is overwritten with anything else makes its part unreadable for ever.

CREATE FUNCTION public.a_header_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.part = 'partner' AND NEW.header = '' AND NEW.epochs = '{}'
        AND ROW(NEW.container, NEW.report_id, NEW.part) = ROW(OLD.container, OLD.report_id, OLD.part) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a header stays as it is';
END $$;

CREATE TRIGGER a_header_stays BEFORE UPDATE ON reports_sealed_header
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.a_header_stays();
