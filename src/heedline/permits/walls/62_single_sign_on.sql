-- Single sign-on: who signs in through the provider, their sessions from there, and its notices, each taken once.
GRANT SELECT, INSERT, UPDATE, DELETE ON desks_provider_binding, permits_provider_session TO heedline_office;
GRANT SELECT, INSERT ON permits_provider_notice TO heedline_office;
-- what has run out is swept away with the sessions (04_clockwork.sql)
GRANT SELECT, DELETE ON permits_provider_session, permits_provider_notice TO heedline_settler;
