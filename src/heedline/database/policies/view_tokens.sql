-- Tokens of the files origin. A session makes and removes its own, for reports and records of a desk that it sees, and reads none back. The files
-- process has no right here: functions/viewer.sql act for it.

ALTER TABLE permits_view_token ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON permits_view_token TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);
CREATE POLICY of_my_session ON permits_view_token TO heedline_office
    USING (session = sha256(decode(current_setting('heedline.session_secret', true), 'hex')))
    WITH CHECK (session = sha256(decode(current_setting('heedline.session_secret', true), 'hex'))
        AND NOT used AND dissemination IS NULL AND expires_at <= now() + interval '60 seconds' AND ends_at <= now() + interval '2 hours'
        AND (EXISTS (SELECT 1 FROM public.reports_report r WHERE r.id = report)
            OR EXISTS (SELECT 1 FROM public.reports_desk_file f WHERE f.thing = report)));

-- How long officers have viewed files: each sees their own, and who looks after their welfare sees everybody's.
ALTER TABLE desks_viewing_minutes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON desks_viewing_minutes TO heedline_usher, heedline_settler USING (true) WITH CHECK (true);
CREATE POLICY my_own ON desks_viewing_minutes FOR SELECT TO heedline_office
    USING (officer_id = (SELECT permits.my_officer()));
CREATE POLICY for_welfare ON desks_viewing_minutes FOR SELECT TO heedline_office
    USING ((SELECT permits.i_look_after_welfare()));
