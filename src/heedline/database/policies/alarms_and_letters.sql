-- Alarms are seen by the desk they concern. The office writes only the letters named here.

ALTER TABLE dispatch_alarm ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON dispatch_alarm
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
-- Alarms about requests are the authorisers': a desk that watches everything does not answer for them.
CREATE POLICY of_my_desks ON dispatch_alarm TO heedline_office
    USING (desk_id IN (SELECT permits.my_desks()) OR ((SELECT permits.i_watch()) AND kind NOT LIKE 'identity-%'));
CREATE POLICY of_my_authorisers ON dispatch_alarm TO heedline_office
    USING (desk_id IN (SELECT permits.my_authoriser_desks()));

-- Alarms about what stewards propose to each other are the stewards'. Stewards also plan the rota of every desk.
CREATE POLICY of_stewards ON dispatch_alarm TO heedline_office
    USING (kind IN ('proposal-waiting', 'rota-gap') AND (SELECT permits.i_set_up()));
-- Whoever was paged finds the alarm, such as a duty manager who has to find an authoriser. They answer it only where they
-- could before.
CREATE POLICY i_was_paged ON dispatch_alarm FOR SELECT TO heedline_office
    USING ((SELECT permits.my_officer()) = ANY (paged));

ALTER TABLE dispatch_outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY inner_roles ON dispatch_outbox
    TO heedline_door, heedline_usher, heedline_settler, heedline_worker
    USING (true) WITH CHECK (true);
CREATE POLICY letters_of_the_office ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter IN ('report-handed', 'report-reopened', 'identity-asked'));
-- That something was referred to the source unit, or sent although the guard warned: letters that call supervisors.
CREATE POLICY letters_of_the_source_guard ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter IN ('source-referred', 'source-overridden'));
-- That somebody's life is in danger, and that its owner has left: letters that call supervisors. And what a call-back
-- brought, which calls the desk.
CREATE POLICY letters_about_danger ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter IN ('danger-opened', 'danger-owner-away', 'danger-told'));
-- That a report matches an entry of the interest register: calls its owner.
CREATE POLICY letters_about_interests ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'interest-matched');
-- That a match was found after a report was closed: calls who closed it, and supervisors.
CREATE POLICY letters_about_matches ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'matched-after-closing');
-- That a record is now the coordinator's: calls them.
CREATE POLICY letters_about_records ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'record-fell-back');
-- That a notice to a desk has a wrong signature.
CREATE POLICY letters_about_notices ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'notice-forged');
-- That a desk's keys were recovered is told to the desk.
CREATE POLICY letters_about_keys ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'keys-recovered');
CREATE POLICY letters_to_partners ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'sent-to-partner');
-- That a session's row was altered.
CREATE POLICY letters_about_sessions ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'session-altered');
