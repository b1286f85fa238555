-- The languages of officers. The office keeps them; what is said can be taken back, and is then gone.
GRANT SELECT, INSERT, DELETE ON desks_language_skill TO heedline_office;
GRANT UPDATE (confirmed_by_id, confirmed_on) ON desks_language_skill TO heedline_office;
