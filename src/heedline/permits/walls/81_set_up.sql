-- Setting up on screen: what stewards propose to each other, and how a new officer comes in once.
GRANT SELECT, INSERT, UPDATE ON desks_invitation, desks_proposal TO heedline_office;
GRANT SELECT ON desks_invitation, desks_proposal TO heedline_backup;
