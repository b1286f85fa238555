-- The office writes no header anew: handover and re-addressing do, by compare and swap (functions/handing_over.sql,
-- readdressing.sql). A header that is overwritten with anything else makes its part unreadable for ever. What addresses
-- something to a partner is a copy of the desk's own header, which stays: the office may empty it, when that is taken back, and address
-- it to a new key of the partner. What was taken back stays empty.

CREATE FUNCTION public.a_header_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.part = 'partner' AND (OLD.epochs <> '{}' OR NEW.epochs = '{}') AND (NEW.header = '') = (NEW.epochs = '{}')
        AND NEW.epochs <> OLD.epochs
        AND ROW(NEW.container, NEW.report_id, NEW.part) = ROW(OLD.container, OLD.report_id, OLD.part) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a header stays as it is';
END $$;

CREATE TRIGGER a_header_stays BEFORE UPDATE ON reports_sealed_header
    FOR EACH ROW WHEN (current_user = 'heedline_office') EXECUTE FUNCTION public.a_header_stays();
