-- The log: who may write which event, and who may read which.

ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON audit_event
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
-- What would date somebody who told an officer something waits for its quarter hour: see policies/log.sql, audit_waiting.
CREATE POLICY write ON audit_event FOR INSERT TO heedline_office WITH CHECK (act <> 'call-taken-down'
    AND NOT (act = 'without-training' AND detail ->> 'capability' = 'take-down'));
-- The officer is asked for once a statement, and not once for every event.
CREATE POLICY of_my_desks ON audit_event FOR SELECT TO heedline_office
    USING (desk IN (SELECT permits.my_desks()) OR actor = (SELECT permits.my_officer()));
CREATE POLICY of_my_requests ON audit_event FOR SELECT TO heedline_office
    USING ((act LIKE 'identity-%' OR act LIKE 'trace-%') AND (detail ->> 'request') IN (SELECT q.id::text FROM public.reports_identity_request q
        WHERE q.authoriser_desk_id IN (SELECT permits.my_authoriser_desks())));
-- A restore says so in the log, under the next generation. Row-level security binds the owner of the table too, so that needs a function.
CREATE POLICY a_restore_reads ON audit_event FOR SELECT TO heedline_owner USING (true);
CREATE POLICY a_restore_says_so ON audit_event FOR INSERT TO heedline_owner WITH CHECK (act = 'log-restored');
-- Requests from an overseer that this officer, as a supervisor, speak to somebody. They never say what was matched.
CREATE POLICY raised_with_me ON audit_event FOR SELECT TO heedline_office
    USING (act = 'conflict-raised' AND (detail ->> 'supervisor') = (SELECT permits.my_officer())::text);
CREATE POLICY of_overseers ON audit_event FOR SELECT TO heedline_office USING ((SELECT permits.i_oversee()));
CREATE POLICY written_by_partners ON audit_event FOR INSERT TO heedline_partner
    WITH CHECK ((actor IN (SELECT permits.partner_people()) OR (actor IS NULL AND act = 'sign-in-refused'))
        AND (desk IS NULL OR desk IN (SELECT permits.my_partner_desks())) AND thing <> 'report');

-- Acts of officers that are logged by the quarter hour: sending what somebody told them on the telephone is a moment of
-- that somebody's, and a telephone company knows who rang then. They wait here, without an exact time, and
-- clockwork.settle writes them into the log. Nobody reads them before, and only in their own name can officers add one.
-- Danger that a reporter tells of later waits here too (door.told_of_danger).
ALTER TABLE audit_waiting ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON audit_waiting TO heedline_settler USING (true);
CREATE POLICY of_reporters ON audit_waiting FOR INSERT TO heedline_door WITH CHECK (actor IS NULL AND act = 'danger-told');
CREATE POLICY of_myself ON audit_waiting FOR INSERT TO heedline_office
    WITH CHECK (actor = permits.my_officer() AND act IN ('call-taken-down', 'without-training'));

-- The number of leaves counts what the office does: published often, it would tell everyone when reports come in. The
-- public process sees one checkpoint a day.
ALTER TABLE audit_checkpoint ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON audit_checkpoint TO heedline_worker, heedline_office USING (true) WITH CHECK (true);
CREATE POLICY one_a_day ON audit_checkpoint FOR SELECT TO heedline_public USING (feed = 'day');
