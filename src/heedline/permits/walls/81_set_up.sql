-- Setting up on screen: what stewards propose to each other, and how a new officer comes in once.
GRANT SELECT, INSERT, UPDATE ON desks_invitation, desks_proposal TO heedline_office;
GRANT SELECT ON desks_invitation, desks_proposal TO heedline_backup;
-- That a desk's keys were recovered is told to the desk.
CREATE POLICY letters_about_keys ON dispatch_outbox FOR INSERT TO heedline_office
    WITH CHECK (letter = 'keys-recovered');
