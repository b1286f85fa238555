-- Closed reports that are read again. The worker draws them, from the log; the office judges what it sees the report of,
-- once, and says once that it was put right.
ALTER TABLE reports_dip_check ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_dip_check FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON reports_dip_check TO heedline_worker;
GRANT SELECT ON reports_dip_check TO heedline_office, heedline_backup;
GRANT UPDATE (verdict, judged_by_id, judged_on, words, remedied_by_id, remedied_on, remedy) ON reports_dip_check
    TO heedline_office;
CREATE POLICY inner_roles ON reports_dip_check TO heedline_worker USING (true) WITH CHECK (true);
CREATE POLICY of_my_reports ON reports_dip_check TO heedline_office
    USING (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id))
    WITH CHECK (EXISTS (SELECT 1 FROM reports_report r WHERE r.id = report_id));

CREATE FUNCTION public.a_check_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'heedline_usher' THEN
        IF EXISTS (SELECT 1 FROM public.reports_disposal d WHERE d.report = OLD.report_id AND d.done) THEN
            RETURN OLD;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.remedied_on IS NULL AND (OLD.verdict = ''
        OR ROW(NEW.verdict, NEW.judged_by_id, NEW.judged_on, NEW.words)
            IS NOT DISTINCT FROM ROW(OLD.verdict, OLD.judged_by_id, OLD.judged_on, OLD.words)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a check stays as it is';
END $$;
REVOKE ALL ON FUNCTION public.a_check_stays() FROM PUBLIC;
CREATE TRIGGER a_check_stays BEFORE UPDATE OR DELETE ON reports_dip_check
    FOR EACH ROW EXECUTE FUNCTION public.a_check_stays();
CREATE TRIGGER checks_are_not_emptied BEFORE TRUNCATE ON reports_dip_check
    FOR EACH STATEMENT EXECUTE FUNCTION public.a_check_stays();
