-- Translations: the office asks, gives them out and writes versions; the worker watches the clock and calls who has them.
-- Both see of them what they see of the report. Nobody changes or removes a version.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['reports_translation', 'reports_translation_text'] LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT, INSERT ON public.%I TO heedline_office', t);
        EXECUTE format('CREATE POLICY of_my_reports ON public.%I TO heedline_office
            USING (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))
            WITH CHECK (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report_id))', t);
    END LOOP;
END $$;
GRANT UPDATE (assigned_to_id, state) ON reports_translation TO heedline_office;
GRANT SELECT (id, report_id, assigned_to_id, due_at, state) ON reports_translation TO heedline_worker;
CREATE POLICY inner_roles ON reports_translation TO heedline_worker USING (true);
-- Disposal removes them with their report.
CREATE POLICY the_usher ON reports_translation TO heedline_usher USING (true);
CREATE POLICY the_usher ON reports_translation_text TO heedline_usher USING (true);
GRANT SELECT (report_id), DELETE ON reports_translation, reports_translation_text TO heedline_usher;
