-- Every table that the office's and the partners' site both use. For everybody else these tables are open (and the policy
-- costs nothing): there, rights on the table decide. Without a policy of its own the partner's role sees no row.

ALTER TABLE desks_officer ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_officer
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON desks_officer TO heedline_partner
    USING (id IN (SELECT permits.partner_people())) WITH CHECK (id IN (SELECT permits.partner_people()));

ALTER TABLE desks_appointment ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_appointment
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON desks_appointment TO heedline_partner
    USING (officer_id IN (SELECT permits.partner_people())) WITH CHECK (officer_id IN (SELECT permits.partner_people()));

-- A member who makes a key locks the desk's row, which takes the right to change it; the check lets no change through.
ALTER TABLE desks_desk ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_desk
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY published ON desks_desk FOR SELECT TO heedline_partner USING (true);
CREATE POLICY locked_by_partners ON desks_desk FOR UPDATE TO heedline_partner
    USING (id IN (SELECT permits.my_partner_desks())) WITH CHECK (false);

ALTER TABLE desks_organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_organisation
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON desks_organisation TO heedline_partner
    USING (id IN (SELECT d.organisation_id FROM public.desks_desk d WHERE d.kind = 'partner'));

ALTER TABLE desks_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_invitation
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON desks_invitation TO heedline_partner
    USING (officer_id IN (SELECT permits.partner_people())) WITH CHECK (officer_id IN (SELECT permits.partner_people()));

-- Looked at beside a session by the same code as at the office; there is never a row of a partner's person.
ALTER TABLE desks_provider_binding ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_provider_binding
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);

-- Likewise.
ALTER TABLE desks_completed_training ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON desks_completed_training
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);

ALTER TABLE keys_statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON keys_statement
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY published ON keys_statement FOR SELECT TO heedline_partner USING (true);
CREATE POLICY of_members ON keys_statement FOR INSERT TO heedline_partner WITH CHECK (kind IN ('epoch', 'granted', 'ended')
    AND serial = permits.next_statement() AND permits.reads_as_my_statement(id, serial, kind, signed));

ALTER TABLE keys_epoch ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON keys_epoch
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON keys_epoch TO heedline_partner
    USING (desk_id IN (SELECT permits.my_partner_desks())) WITH CHECK (desk_id IN (SELECT permits.my_partner_desks()));

ALTER TABLE keys_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON keys_grant
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_my_desks ON keys_grant TO heedline_partner
    USING (epoch_id IN (SELECT e.id FROM public.keys_epoch e) AND officer_id IN (SELECT permits.partner_people()))
    WITH CHECK (epoch_id IN (SELECT e.id FROM public.keys_epoch e) AND officer_id IN (SELECT permits.partner_people()));

-- To unlock one's own key, or for somebody who is enrolling just now.
ALTER TABLE keys_wrapping ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON keys_wrapping
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY mine ON keys_wrapping TO heedline_partner
    USING (officer_id = (SELECT permits.my_officer()) AND officer_id IN (SELECT permits.partner_people()));
CREATE POLICY of_who_enrols ON keys_wrapping TO heedline_partner
    USING (officer_id IN (SELECT i.officer_id FROM public.desks_invitation i WHERE i.code IS NOT NULL AND i.expires_at > now()));

ALTER TABLE keys_acquaintances ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON keys_acquaintances
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY mine ON keys_acquaintances TO heedline_partner
    USING (officer_id = (SELECT permits.my_officer()) AND officer_id IN (SELECT permits.partner_people()));

ALTER TABLE permits_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON permits_session
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY begun_there ON permits_session TO heedline_partner
    USING (site = 'partner' AND (officer_id IS NULL OR officer_id IN (SELECT permits.partner_people())));

-- Each site leaves a proof of its own, and none for the other.
ALTER TABLE permits_sign_in_proof ENABLE ROW LEVEL SECURITY;
ALTER TABLE permits_sign_in_proof FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_office ON permits_sign_in_proof FOR INSERT TO heedline_office WITH CHECK (site = 'office');
CREATE POLICY of_partners ON permits_sign_in_proof FOR INSERT TO heedline_partner WITH CHECK (site = 'partner');
CREATE POLICY of_the_public_site ON permits_sign_in_proof TO heedline_door USING (site = 'public');
CREATE POLICY asked ON permits_sign_in_proof FOR SELECT TO heedline_usher USING (true);

-- Neither site can hold up the people of the other. Nothing of it outlives a crash, and no copy of the database has it.
ALTER TABLE permits_secret_attempts SET UNLOGGED;
ALTER TABLE permits_secret_attempts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_office ON permits_secret_attempts TO heedline_office USING (site = 'office');
CREATE POLICY of_partners ON permits_secret_attempts TO heedline_partner USING (site = 'partner');

ALTER TABLE permits_unlocked ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON permits_unlocked
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_sessions ON permits_unlocked TO heedline_partner
    USING (session_id IN (SELECT s.row FROM public.permits_session s));

ALTER TABLE permits_held_form ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON permits_held_form
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON permits_held_form TO heedline_partner
    USING (officer IN (SELECT permits.partner_people())) WITH CHECK (officer IN (SELECT permits.partner_people()));

-- Likewise.
ALTER TABLE permits_provider_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON permits_provider_session
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);

-- An address is that of the person: with an officer's, the officer would be looked for in vain at the office's door.
ALTER TABLE account_emailaddress ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON account_emailaddress
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON account_emailaddress TO heedline_partner
    USING (user_id IN (SELECT permits.partner_people())) WITH CHECK (user_id IN (SELECT permits.partner_people()));
CREATE POLICY their_own ON account_emailaddress AS RESTRICTIVE TO heedline_partner USING (true)
    WITH CHECK (lower(email) = (SELECT lower(o.email) FROM public.desks_officer o WHERE o.id = user_id));

ALTER TABLE mfa_authenticator ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_else ON mfa_authenticator
    TO heedline_public, heedline_office, heedline_worker, heedline_door, heedline_usher, heedline_settler
    USING (true) WITH CHECK (true);
CREATE POLICY of_partners ON mfa_authenticator TO heedline_partner
    USING (user_id IN (SELECT permits.partner_people())) WITH CHECK (user_id IN (SELECT permits.partner_people()));
